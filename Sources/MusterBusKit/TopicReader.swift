// What somebody else sees of a topic: a client of its own that is shown committed records only.

internal import Foundation
public import MusterKafka

/// A record that was read.
public struct ReadRecord: Hashable, Sendable {
    /// Where it stands.
    public var place: TopicPartition
    /// Its offset there.
    public var offset: Int64
    /// The key as text; `nil` when it has none.
    public var key: String?
    /// The value; `nil` for a tombstone.
    public var value: [UInt8]?
    /// The headers by name; the last one where a name is repeated.
    public var headers: [String: String]

    /// Copies a message.
    public init(_ message: borrowing Message) {
        place = TopicPartition(message.topic, message.partition)
        offset = message.offset
        key = message.key.map { String(decoding: $0, as: UTF8.self) }
        value = message.value
        var headers: [String: String] = [:]
        message.forEachHeader { headers[$0] = String(decoding: $1 ?? [], as: UTF8.self) }
        self.headers = headers
    }

    /// The value as text.
    public var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

/// Reads topics from their beginning and sees what is committed.
public final class TopicReader {
    private let consumer: Consumer
    private let partitions: [TopicPartition]
    /// The offset behind what was read, from the notices of partitions' ends as well.
    private var positions: [TopicPartition: Int64] = [:]

    /// Begins to read these topics, which have so many partitions each.
    public init(
        _ topics: [String],
        partitions count: Int32,
        on bootstrapServers: String,
        isolation: String = "read_committed"
    ) throws {
        partitions = topics.flatMap { topic in (0..<count).map { TopicPartition(topic, $0) } }
        consumer = try Consumer(
            [
                "bootstrap.servers": bootstrapServers, "group.id": "reader",
                "isolation.level": isolation, "fetch.wait.max.ms": "10",
            ],
            log: { _ in }
        )
        try consumer.assign(
            Dictionary(uniqueKeysWithValues: partitions.map { ($0, LogicalOffset.beginning) })
        )
    }

    deinit {
        // librdkafka 2.0.2 ends the process when a consumer is closed in the background while
        // records that nobody has polled are in its queue.
        try? consumer.assign([:])
        while true {
            guard let polled = try? consumer.poll(for: .zero) else { break }
            if case .nothing = polled { break }
        }
    }

    /// The next record; `nil` when there is none in the time given.
    public func next(within limit: Duration) throws(KafkaError) -> ReadRecord? {
        let deadline = ContinuousClock.now + limit
        while true {
            let rest = deadline - ContinuousClock.now
            switch try consumer.poll(for: max(rest, .zero)) {
            case .message(let message):
                positions[TopicPartition(message.topic, message.partition)] = message.offset + 1
                return ReadRecord(message)
            case .end(let partition, let offset): positions[partition] = offset
            case .nothing: break
            case .unavailable: break
            }
            if ContinuousClock.now >= deadline { return nil }
        }
    }

    /// Reads up to the ends that the topics have now.
    ///
    /// The ends count control records and, while a transaction is open, only what is before it; so
    /// the last record's offset says nothing, but the notice of a partition's end does.
    ///
    /// - Throws: ``Missed`` when that takes too long.
    public func readToEnd(within limit: Duration = .seconds(60)) throws -> [ReadRecord] {
        let ends = try consumer.ends(of: partitions, within: .seconds(10))
        var records: [ReadRecord] = []
        let deadline = ContinuousClock.now + limit
        while !partitions.allSatisfy({ positions[$0, default: -1] >= ends[$0, default: 0] }) {
            guard ContinuousClock.now < deadline else {
                throw Missed(description: "read \(positions) of \(ends)")
            }
            if let record = try next(within: .milliseconds(20)) { records.append(record) }
        }
        return records
    }
}
