// The thread that owns the Kafka clients. Everything that touches them happens here, in turns:
// publish what shards have decided, commit what is done, call shards whose time has come, hold
// back partitions that run ahead, read a round and deal it out. It waits for nothing but the
// consumer's poll, which shards end early when they leave a result.

internal import Logging
internal import MusterKafka
internal import MusterMessages
internal import MusterModel

/// A worker's polling thread: made, run and left on one thread.
final class PollLoop {
    let settings: Settings
    let context: WorkerContext
    let shards: [AsyncStream<ShardInput>.Continuation]
    let mailbox: Mailbox
    let topology: Topology
    let consumer: Consumer
    let producer: Producer
    let logger: Logger

    /// What is in flight since the latest assignment.
    var ledger = Ledger()
    var brake: Brake
    var replay = Replay()
    var round: Round
    /// Grows with each assignment and each revocation.
    var epoch = 0
    /// The partitions assigned, while it is still to be found out where they end.
    var toPrepare: Set<Lane>?
    var partitionCount = 0
    /// Records that wait for room in the producer, with their tokens; the first has the index.
    var outbox: [(output: OutboundRecord, token: Int)] = []
    var outboxStart = 0
    /// What the producer has and may give back: dead letters, which can be sent without a value.
    var deliveries: Deliveries
    /// Positions that are done but not committed.
    var toCommit: [Lane: Int64] = [:]
    var nextCommit = ContinuousClock.now
    var timers: Timers

    /// Makes the clients and checks the topics; blocks for as long as the broker may take.
    init(
        context: WorkerContext,
        shards: [AsyncStream<ShardInput>.Continuation],
        mailbox: Mailbox
    ) throws(WorkerError) {
        settings = context.settings
        logger = context.logger
        self.context = context
        self.shards = shards
        self.mailbox = mailbox
        guard settings.kafka.bootstrapServers != nil else { throw .noBroker }
        topology = try Topology(settings, logger: logger)
        partitionCount = try topology.establish()
        let deliveries = Deliveries()
        self.deliveries = deliveries
        do throws(KafkaError) {
            producer = try Producer(settings.producerProperties(), log: logger.sink) {
                deliveries.report($0, $1)
            }
            consumer = try Consumer(settings.consumerProperties(), log: logger.sink)
        } catch {
            throw .wrongProperty(error)
        }
        // No harm if it fails: records wait, and only the first ones longer.
        let outbound = OutboundRecord.Topic.allCases.map { context.settings.topics.name(of: $0) }
        try? producer.prepare(topics: outbound, within: settings.kafka.connectTimeout)
        brake = Brake(settings.limits)
        round = Round(settings: settings, shards: shards.count)
        timers = Timers(shards: shards.count)
    }

    /// Works until it is told to stop or cannot go on.
    func run() throws(WorkerError) {
        do throws(KafkaError) {
            consumer.onRebalance = { [unowned self] in rebalance($0) }
            try consumer.subscribe(to: [
                settings.topics.resourceAvailability, settings.topics.desiredConfig,
            ])
        } catch {
            throw .failed(error)
        }
        mailbox.connect(consumer.waker.wake)
        defer {
            mailbox.connect(nil)
            // After an error nothing may be committed any more, so nobody listens to this.
            consumer.onRebalance = nil
            consumer.close(within: .seconds(5))
        }
        while !mailbox.isStopping { try turn() }
        try drain()
    }

    /// One time round.
    private func turn() throws(WorkerError) {
        try takeResults()
        try prepareIfAssigned()
        callTheClock()
        commitIfDue()
        holdBack(all: false)
        try readRound(waiting: timeToWait())
        dealOut()
        announceLive()
    }

    /// How long there is nothing to do unless something comes.
    private func timeToWait() -> Duration {
        var wait = Duration.seconds(1)
        if let due = timers.next { wait = min(wait, context.now().distance(to: due)) }
        if !toCommit.isEmpty { wait = min(wait, nextCommit - ContinuousClock.now) }
        // Acknowledgements are served by the producer, which cannot end the consumer's poll.
        if ledger.unacknowledged > 0 || outboxStart < outbox.count {
            wait = min(wait, .milliseconds(5))
        }
        if toPrepare != nil { wait = min(wait, .milliseconds(100)) }
        return max(wait, .zero)
    }

    private func callTheClock() {
        let now = context.now()
        for shard in timers.due(at: now) { shards[shard].yield(.clock) }
    }

    /// Reads until there is nothing at hand or the round is full.
    private func readRound(waiting: Duration) throws(WorkerError) {
        var wait = waiting
        while !round.isFull {
            let polled: Polled
            do throws(KafkaError) {
                polled = try consumer.poll(for: wait)
            } catch {
                if error.isFatal { throw .failed(error) }
                logger.warning("reading failed", metadata: ["reason": "\(error)"])
                return
            }
            wait = .zero
            switch consume polled {
            case .nothing: return
            case .end(let partition, let offset):
                if let lane = lane(of: partition) { replay.advance(lane, to: offset) }
            case .message(let message): add(message)
            }
        }
    }

    private func add(_ message: borrowing Message) {
        let topic: InboundRecord.Topic =
            message.isFrom(topic: settings.topics.desiredConfig) ? .configuration : .availability
        let lane = Lane(topic, message.partition)
        // What is not ours by now is read by its new owner.
        guard let isOld = replay.isOld(lane, offset: message.offset) else { return }
        round.add(message, lane: lane, isOld: isOld)
        context.counters.add { $0.records += 1 }
    }

    /// Hands the round's records to their shards, one batch each.
    private func dealOut() {
        guard !round.isEmpty else { return }
        let (batches, positions) = round.take()
        let number = ledger.begin(positions: positions, batches: batches.count)
        for (shard, batch) in batches {
            shards[shard].yield(.batch(batch, round: number, epoch: epoch))
        }
        for (lane, position) in positions { replay.advance(lane, to: position) }
    }

    /// Lets the domains of partitions decide that have caught up. Their records are with the
    /// shards already, before this.
    private func announceLive() {
        for partition in replay.nowLive() {
            for shard in shards { shard.yield(.live(partition: partition)) }
            logger.info("partition is live", metadata: ["partition": "\(partition)"])
            context.observe(.live(partition: Int(partition)))
        }
    }

    /// Pauses partitions that run ahead of the work, and resumes them.
    func holdBack(all: Bool) {
        // What is being prepared was paused when it was assigned.
        guard toPrepare == nil else { return }
        let waiting = outbox.count - outboxStart
        let change = brake.update(lanes: replay.lanes, ledger: ledger, waiting: waiting, all: all)
        do throws(KafkaError) {
            if !change.pause.isEmpty { try consumer.pause(change.pause.map(partition(of:))) }
            if !change.resume.isEmpty { try consumer.resume(change.resume.map(partition(of:))) }
        } catch {
            logger.warning("holding back failed", metadata: ["reason": "\(error)"])
        }
    }

    func partition(of lane: Lane) -> TopicPartition {
        switch lane.topic {
        case .availability:
            TopicPartition(settings.topics.resourceAvailability, lane.partition)
        case .configuration: TopicPartition(settings.topics.desiredConfig, lane.partition)
        }
    }

    func lane(of partition: TopicPartition) -> Lane? {
        switch partition.topic {
        case settings.topics.resourceAvailability: Lane(.availability, partition.partition)
        case settings.topics.desiredConfig: Lane(.configuration, partition.partition)
        default: nil
        }
    }
}
