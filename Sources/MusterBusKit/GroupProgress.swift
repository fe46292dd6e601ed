// How far a group has come, asked by somebody who is not in it.

public import MusterKafka

/// Asks a broker what a group has committed of some topics.
public final class GroupProgress {
    private let consumer: Consumer
    private let partitions: [TopicPartition]

    /// Where a group stands.
    public struct Standing: Sendable {
        /// Offsets committed, summed over the partitions.
        public var committed: Int64
        /// The ends of the partitions, summed.
        public var end: Int64
        /// Records that are not committed.
        public var lag: Int64 { end - committed }
    }

    /// Asks about these topics, which have so many partitions each.
    public init(
        group: String,
        topics: [String],
        partitions count: Int32,
        on bootstrapServers: String
    ) throws {
        partitions = topics.flatMap { topic in (0..<count).map { TopicPartition(topic, $0) } }
        consumer = try Consumer(
            ["bootstrap.servers": bootstrapServers, "group.id": group],
            log: { _ in }
        )
    }

    /// The sum of what is committed.
    public func committed() throws(KafkaError) -> Int64 {
        try consumer.committed(partitions, within: .seconds(10)).values.reduce(0, +)
    }

    /// Where the group stands now.
    public func standing() throws(KafkaError) -> Standing {
        let ends = try consumer.ends(of: partitions, within: .seconds(10))
        return Standing(committed: try committed(), end: ends.values.reduce(0, +))
    }

    /// Waits until everything that is there is committed.
    public func awaitNoLag(within limit: Duration) throws {
        var last: Standing?
        try waitUntil(
            "the group: \(String(describing: last))",
            within: limit,
            step: .milliseconds(20)
        ) {
            let standing = try? self.standing()
            last = standing ?? last
            return standing?.lag == 0
        }
    }
}
