// Inbound partitions without their topics' names, which are settings: cheap to compare and hash.

internal import MusterMessages

/// A partition of an inbound topic.
struct Lane: Hashable, Sendable {
    var topic: InboundRecord.Topic
    var partition: Int32

    init(_ topic: InboundRecord.Topic, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

/// The hash by which domains are dealt out to shards: FNV-1a, the same in every process, so that
/// a record's shard does not depend on when the worker was started.
func stableHash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
