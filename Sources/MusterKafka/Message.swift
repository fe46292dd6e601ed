// A record as librdkafka holds it. It is not copyable, so it is freed exactly once and costs no
// reference counting; its bytes are copied out only where the caller wants them.

internal import CLibRdKafka
internal import Glibc

/// A consumed record, valid until it goes out of scope.
@safe
public struct Message: ~Copyable {
    private let raw: UnsafeMutablePointer<rd_kafka_message_t>

    /// Takes over a message that `rd_kafka_consumer_poll` gave us.
    init(consuming raw: UnsafeMutablePointer<rd_kafka_message_t>) { unsafe self.raw = raw }

    deinit { unsafe rd_kafka_message_destroy(raw) }

    /// The error that stands in a record's place.
    var errorCode: rd_kafka_resp_err_t { unsafe raw.pointee.err }

    var errorText: String { unsafe String(cString: rd_kafka_message_errstr(raw)) }

    /// The topic's name; made anew at each call, so where it counts compare with
    /// ``isFrom(_:)``.
    public var topic: String { unsafe String(cString: rd_kafka_topic_name(raw.pointee.rkt)) }

    /// Whether the record is from this topic; allocates nothing.
    public func isFrom(_ topic: TopicName) -> Bool {
        guard let name = unsafe rd_kafka_topic_name(raw.pointee.rkt) else { return false }
        return unsafe topic.characters.withUnsafeBufferPointer { characters in
            guard let own = characters.baseAddress else { return false }
            return unsafe strcmp(name, own) == 0
        }
    }

    /// The partition's number.
    public var partition: Int32 { unsafe raw.pointee.partition }

    /// The record's place in the partition.
    public var offset: Int64 { unsafe raw.pointee.offset }

    /// Milliseconds since the Unix epoch, or `nil` when the record has no timestamp.
    public var timestamp: Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let ms = unsafe rd_kafka_message_timestamp(raw, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : ms
    }

    /// The number of bytes of the key; `nil` when there is no key.
    public var keyCount: Int? { unsafe raw.pointee.key == nil ? nil : raw.pointee.key_len }

    /// The number of bytes of the value; `nil` for a tombstone.
    public var valueCount: Int? { unsafe raw.pointee.payload == nil ? nil : raw.pointee.len }

    /// A copy of the key.
    public var key: [UInt8]? {
        unsafe raw.pointee.key.map { unsafe Array(bytes(at: $0, raw.pointee.key_len)) }
    }

    /// A copy of the value; `nil` for a tombstone.
    public var value: [UInt8]? {
        unsafe raw.pointee.payload.map { unsafe Array(bytes(at: $0, raw.pointee.len)) }
    }

    /// Copies the key to the end of `target`; copies nothing when there is none.
    public func appendKey(to target: inout [UInt8]) {
        guard let start = unsafe raw.pointee.key else { return }
        unsafe target.append(contentsOf: bytes(at: start, raw.pointee.key_len))
    }

    /// Copies the value to the end of `target`; copies nothing for a tombstone.
    public func appendValue(to target: inout [UInt8]) {
        guard let start = unsafe raw.pointee.payload else { return }
        unsafe target.append(contentsOf: bytes(at: start, raw.pointee.len))
    }

    /// Calls `body` with every header, in order; names may repeat, values may be null.
    public func forEachHeader(_ body: (_ name: String, _ value: [UInt8]?) -> Void) {
        var headers: OpaquePointer?
        guard unsafe rd_kafka_message_headers(raw, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR
        else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while unsafe rd_kafka_header_get_all(headers, index, &name, &value, &count)
            == RD_KAFKA_RESP_ERR_NO_ERROR
        {
            if let name = unsafe name {
                let copy = unsafe value.map { start in
                    unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
                }
                unsafe body(String(cString: name), copy)
            }
            index += 1
        }
    }

    private func bytes(at start: UnsafeMutableRawPointer, _ count: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: start, count: count)
    }
}

/// A topic's name as C has it, to be compared with those of many records: made of a `String` at
/// each comparison, it would be an allocation each time.
public struct TopicName: Sendable {
    fileprivate let characters: ContiguousArray<CChar>

    /// The name of this topic.
    public init(_ name: String) { characters = name.utf8CString }
}
