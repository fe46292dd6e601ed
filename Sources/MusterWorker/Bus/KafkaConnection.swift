// The bus as librdkafka gives it: a consumer and a producer, both used by the polling thread alone.

internal import Logging
internal import MusterKafka
internal import MusterMessages

/// A worker's clients.
final class KafkaConnection: BusConnection {
    let settings: Settings
    let logger: Logger
    let consumer: Consumer
    let producer: Producer
    let admin: Admin
    private let desiredConfig: TopicName
    /// How far the producer is; stays `idle` where deliveries are only acknowledged.
    var transaction = Transaction.idle
    /// What became of records that could not be delivered since the last commit.
    let failures: Failures
    /// Records of the changelog that the next commit publishes, where that is not a transaction.
    var held: [ChangelogRecord] = []
    /// The sizes of records that a broker has refused, by topic: what is as large is not tried.
    var tooLarge: [String: Int] = [:]

    /// Where a transaction stands.
    enum Transaction {
        /// None is open. Moves to: `open` by the first record or offset.
        case idle
        /// Moves to: `offsetsSent` when it is to be committed; `idle` by an abort.
        case open
        /// Moves to: `idle` by the commit or an abort.
        case offsetsSent
    }

    /// Makes the clients. A transactional producer takes its id over, which waits for the brokers.
    init(
        _ settings: Settings,
        admin: Admin,
        logger: Logger,
        isStopping: () -> Bool = { false }
    ) throws(WorkerError) {
        self.settings = settings
        self.logger = logger
        self.admin = admin
        desiredConfig = TopicName(settings.topics.desiredConfig)
        let failures = Failures(topics: settings.topics.outbound)
        self.failures = failures
        do throws(KafkaError) {
            producer = try Producer(settings.producerProperties(), log: logger.sink) {
                if let error = $1 { failures.add(token: $0, error) }
            }
            consumer = try Consumer(settings.consumerProperties(), log: logger.sink)
        } catch {
            throw .wrongProperty(error)
        }
        // No harm if it fails: records wait, and only the first ones longer.
        try? producer.prepare(
            topics: settings.topics.outbound,
            within: settings.kafka.connectTimeout
        )
        if settings.guarantee == .exactlyOnce { try takeOver(isStopping) }
    }

    /// Fences off whoever had our transactional id, and ends what that left open.
    private func takeOver(_ isStopping: () -> Bool) throws(WorkerError) {
        let deadline = ContinuousClock.now + settings.kafka.connectTimeout + .seconds(20)
        while !isStopping() {
            do throws(KafkaError) {
                return try producer.initTransactions(within: .seconds(5))
            } catch {
                if isStopping() { return }
                guard error.isRetriable || error.code == .timedOut,
                    ContinuousClock.now < deadline
                else { throw .noTransactions(error) }
                logger.info(
                    "the brokers do not begin transactions yet",
                    metadata: ["reason": "\(error)"]
                )
            }
        }
    }

    var wake: @Sendable () -> Void {
        let waker = consumer.waker
        return { waker.wake() }
    }

    func partitionCounts() throws(KafkaError) -> [String: Int] {
        try admin.partitionCounts(within: .seconds(5))
    }

    // MARK: Reading

    func join(_ listener: @escaping (GroupEvent) -> Void) throws(KafkaError) {
        consumer.onRebalance = { [unowned self] event in
            switch event {
            case .assigned(let partitions):
                accept(partitions)
                listener(.assigned(lanes(of: partitions)))
            case .revoked(let partitions): listener(.revoked(lanes(of: partitions)))
            case .lost(let partitions): listener(.lost(lanes(of: partitions)))
            }
        }
        try consumer.subscribe(to: [
            settings.topics.resourceAvailability, settings.topics.desiredConfig,
        ])
    }

    /// Takes partitions without reading them: their state has to be there first.
    private func accept(_ partitions: [TopicPartition]) {
        do throws(KafkaError) {
            try consumer.assign(
                Dictionary(partitions.map { ($0, LogicalOffset.end) }) { first, _ in first }
            )
            try consumer.pause(partitions)
        } catch {
            // What is read too early is dropped, and read again from where it belongs.
            logger.warning("accepting partitions failed", metadata: ["reason": "\(error)"])
        }
    }

    func assign(_ positions: [Lane: Int64], paused: Set<Lane>) throws(KafkaError) {
        try consumer.assign(byPartition(positions))
        // In librdkafka 2.0.2 what was paused stays so.
        try pause(paused)
        try resume(Set(positions.keys).subtracting(paused))
    }

    var hasLostAssignment: Bool { consumer.hasLostAssignment }

    func pause(_ lanes: Set<Lane>) throws(KafkaError) {
        try consumer.pause(lanes.map(partition(of:)))
    }

    func resume(_ lanes: Set<Lane>) throws(KafkaError) {
        try consumer.resume(lanes.map(partition(of:)))
    }

    func committed(_ lanes: Set<Lane>) throws(KafkaError) -> [Lane: Int64] {
        byLane(try consumer.committed(lanes.map(partition(of:)), within: .seconds(5)))
    }

    func bounds(of lanes: Set<Lane>) throws(KafkaError) -> [Lane: Range<Int64>] {
        let partitions = lanes.map(partition(of:))
        let beginnings = byLane(try consumer.beginnings(of: partitions, within: .seconds(5)))
        let ends = byLane(try consumer.ends(of: partitions, within: .seconds(5)))
        var bounds: [Lane: Range<Int64>] = [:]
        for lane in lanes {
            guard let end = ends[lane] else { throw KafkaError(.timedOut) }
            bounds[lane] = min(beginnings[lane] ?? 0, end)..<end
        }
        return bounds
    }

    func knownEnd(of lane: Lane) -> Int64? { consumer.knownEnd(of: partition(of: lane)) }

    func poll(for timeout: Duration, into round: Round) throws(KafkaError) -> Arrival {
        let polled = try consumer.poll(for: timeout)
        switch consume polled {
        case .nothing: return .nothing
        case .end(let partition, let offset):
            return lane(of: partition).map { .end($0, offset: offset) } ?? .nothing
        case .unavailable(let partition, let offset, let reason):
            logger.warning(
                "an offset cannot be read",
                metadata: [
                    "topic": "\(partition.topic)", "partition": "\(partition.partition)",
                    "offset": "\(offset)", "reason": "\(reason)",
                ]
            )
            return lane(of: partition).map { .unavailable($0, offset: offset) } ?? .nothing
        case .message(let message):
            let isConfiguration = message.isFrom(desiredConfig)
            round.add(
                message,
                lane: Lane(isConfiguration ? .configuration : .availability, message.partition)
            )
            return .record
        }
    }

    func leave(within timeout: Duration) { consumer.close(within: timeout) }

    // MARK: Names

    func partition(of lane: Lane) -> TopicPartition {
        TopicPartition(settings.topics.name(of: lane.topic), lane.partition)
    }

    func byPartition(_ offsets: [Lane: Int64]) -> [TopicPartition: Int64] {
        Dictionary(uniqueKeysWithValues: offsets.map { (partition(of: $0.key), $0.value) })
    }

    private func lane(of partition: TopicPartition) -> Lane? {
        switch partition.topic {
        case settings.topics.resourceAvailability: Lane(.availability, partition.partition)
        case settings.topics.desiredConfig: Lane(.configuration, partition.partition)
        default: nil
        }
    }

    private func lanes(of partitions: [TopicPartition]) -> Set<Lane> {
        Set(partitions.compactMap(lane(of:)))
    }

    private func byLane(_ offsets: [TopicPartition: Int64]) -> [Lane: Int64] {
        Dictionary(
            offsets.compactMap { partition, offset in lane(of: partition).map { ($0, offset) } },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
