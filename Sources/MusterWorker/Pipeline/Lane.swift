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

    /// The partition of this number in both topics.
    static func both(_ partition: Int32) -> Set<Lane> {
        [Lane(.availability, partition), Lane(.configuration, partition)]
    }
}
