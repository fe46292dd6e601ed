// Before anything is read: is there a broker, are the topics there, do they belong together?

internal import Dispatch
internal import Foundation
internal import Logging
internal import MusterKafka
internal import Synchronization

/// What a worker needs to find on the broker.
struct Topology {
    let settings: Settings
    let admin: Admin
    let logger: Logger
    /// Whether nobody waits for an answer any more.
    private let isStopping: () -> Bool

    init(
        _ settings: Settings,
        logger: Logger,
        isStopping: @escaping () -> Bool = { false }
    ) throws(WorkerError) {
        self.settings = settings
        self.logger = logger
        self.isStopping = isStopping
        do throws(KafkaError) {
            admin = try Admin(settings.clientProperties(), log: logger.sink)
        } catch {
            throw .wrongProperty(error)
        }
    }

    /// Waits for the broker, creates topics that are missing, and checks the co-partitioned ones.
    ///
    /// - Returns: the number of their partitions.
    func establish() throws(WorkerError) -> Int {
        let counts = try awaitBroker()
        try endIfStopping()
        let missing = settings.topics.all.filter { counts[$0] == nil }
        guard !missing.isEmpty else { return try Self.partitionCount(in: counts, settings.topics) }
        guard settings.topics.create else { throw .topicsMissing(missing) }
        // Where one of the co-partitioned topics is there, the others must be like it.
        _ = try create(missing, partitions: partitioned(in: counts).first?.value)
        return try awaitCreation(of: missing)
    }

    /// Waits for the first answer. Another thread asks for it, by a client of its own, because that
    /// can neither be told to stop waiting nor take up the answer to a question that was given up.
    private func awaitBroker() throws(WorkerError) -> [String: Int] {
        let answer = Answer()
        let (properties, sink) = (settings.clientProperties(), logger.sink)
        let timeout = settings.kafka.connectTimeout
        Thread.detachNewThread {
            answer.give(
                Result { () throws(KafkaError) in
                    try Admin(properties, log: sink).partitionCounts(within: timeout)
                }
            )
        }
        while true {
            try endIfStopping()
            switch answer.take(within: 0.1) {
            case .success(let counts): return counts
            case .failure(let error): throw unreachable(error.reason)
            case nil: break
            }
        }
    }

    /// A broker's answer, given by one thread and taken by another.
    private final class Answer: Sendable {
        private let result = Mutex<Result<[String: Int], KafkaError>?>(nil)
        private let isThere = DispatchSemaphore(value: 0)

        func give(_ result: Result<[String: Int], KafkaError>) {
            self.result.withLock { $0 = result }
            isThere.signal()
        }

        /// The answer, unless it takes longer than so many seconds.
        func take(within seconds: Double) -> Result<[String: Int], KafkaError>? {
            guard isThere.wait(timeout: .now() + seconds) == .success else { return nil }
            return result.withLock(\.self)
        }
    }

    private func endIfStopping() throws(WorkerError) {
        if isStopping() { throw unreachable("the worker was told to stop") }
    }

    private func unreachable(_ reason: String) -> WorkerError {
        .brokerUnreachable(
            bootstrapServers: settings.kafka.bootstrapServers ?? "",
            reason: reason
        )
    }

    /// The number of partitions that both inbound topics and the changelog have.
    static func partitionCount(
        in counts: [String: Int],
        _ topics: Settings.Topics
    ) throws(WorkerError) -> Int {
        let names = [topics.resourceAvailability, topics.desiredConfig, topics.state]
        let missing = names.filter { counts[$0] == nil }
        guard missing.isEmpty else { throw .topicsMissing(missing) }
        let partitioned = counts.filter { names.contains($0.key) }
        guard let count = partitioned.first?.value, partitioned.allSatisfy({ $0.value == count })
        else { throw .differentPartitionCounts(partitioned) }
        return count
    }

    private func partitioned(in counts: [String: Int]) -> [String: Int] {
        counts.filter {
            $0.key == settings.topics.resourceAvailability
                || $0.key == settings.topics.desiredConfig || $0.key == settings.topics.state
        }
    }

    private func create(_ names: [String], partitions: Int?) throws(WorkerError) {
        let topics = names.map { name in
            NewTopic(
                name,
                partitions: Int32(partitions ?? settings.topics.partitions),
                settings: name == settings.topics.state ? ["cleanup.policy": "compact"] : [:]
            )
        }
        logger.notice("creating topics", metadata: ["topics": "\(names.joined(separator: ", "))"])
        do throws(KafkaError) {
            try admin.create(topics, within: settings.kafka.connectTimeout)
        } catch {
            try endIfStopping()
            throw .topicsNotCreated(reason: error.reason)
        }
    }

    /// A broker may have promised topics that its metadata does not show yet.
    private func awaitCreation(of names: [String]) throws(WorkerError) -> Int {
        let deadline = ContinuousClock.now + settings.kafka.connectTimeout
        repeat {
            let counts = (try? admin.partitionCounts(within: .seconds(1))) ?? [:]
            if names.allSatisfy({ counts[$0] != nil }) {
                return try Self.partitionCount(in: counts, settings.topics)
            }
            try endIfStopping()
            Thread.sleep(forTimeInterval: 0.05)
        } while ContinuousClock.now < deadline
        throw .topicsNotCreated(
            reason: "\(names.joined(separator: ", ")) did not appear in time"
        )
    }
}

extension Settings {
    /// Properties of every client.
    func clientProperties() -> [String: String] {
        let defaults = ["client.id": instance ?? "muster", "socket.nagle.disable": "true"]
        var properties = defaults.merging(kafka.properties.values) { $1 }
        properties["bootstrap.servers"] = kafka.bootstrapServers
        return properties
    }

    /// Properties of the consumer.
    func consumerProperties() -> [String: String] {
        // A short wait for more records: a record is worth more now than in company.
        let defaults = ["fetch.wait.max.ms": "50", "fetch.error.backoff.ms": "100"]
        var properties = defaults.merging(clientProperties()) { $1 }
        // Where to read on is ours to say: whatever the client chose would skip or repeat records.
        properties["auto.offset.reset"] = "error"
        properties["group.id"] = group
        properties["group.instance.id"] = instance
        return properties
    }

    /// Properties of the producer.
    func producerProperties() -> [String: String] {
        // More than the client's own limit, so that most of what an inbound topic let through fits
        // into a dead letter, but less than the 5 MiB beyond which the embedded broker silently
        // empties a partition. What is larger is put aside without its value.
        var properties = ["message.max.bytes": "4000000"].merging(clientProperties()) { $1 }
        if guarantee == .exactlyOnce {
            properties.merge(
                Producer.transactional(transactionalID, timeout: limits.transactionTimeout)
            ) { $1 }
        }
        return properties
    }

    /// The id by which a restarted worker ends what it left open and fences off its old self. A
    /// worker without a name cannot be restarted as itself: each process has an id of its own, and
    /// the brokers end what it left open in time.
    private var transactionalID: String {
        let name = instance ?? String(UInt64.random(in: .min ... .max), radix: 36)
        return "\(group)-\(name)"
    }
}
