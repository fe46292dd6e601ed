// A record as a poll brings it, before its bytes are copied: librdkafka's own memory, or a log's.

internal import MusterKafka

/// A record whose bytes can be copied out while it is at hand.
protocol PolledRecord: ~Copyable {
    /// Its place in the partition.
    var offset: Int64 { get }
    /// Milliseconds since the Unix epoch, where it has one.
    var timestamp: Int64? { get }
    /// Bytes of the key; `nil` without one.
    var keyCount: Int? { get }
    /// Bytes of the value; `nil` for a tombstone.
    var valueCount: Int? { get }

    func appendKey(to target: inout [UInt8])
    func appendValue(to target: inout [UInt8])
    func forEachHeader(_ body: (_ name: String, _ value: [UInt8]?) -> Void)
}

extension Message: PolledRecord {}
