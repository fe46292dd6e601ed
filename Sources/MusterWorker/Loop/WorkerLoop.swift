// The worker's one thread for the bus. It alone reads, publishes and commits. It goes round and
// takes turns: publish what tasks have decided, commit what is due, call tasks whose time has come,
// hold back partitions that run ahead, read a round and deal it out. It waits for nothing but the
// poll, which others end early when they leave something in the mailbox.

internal import Logging
internal import MusterKafka
internal import MusterMessages
internal import MusterModel

/// The partitions of an assignment that are being restored.
struct Restoring {
    /// Those that are not restored.
    var left = 0
    /// When it began, in the loop's time.
    var since = Duration.zero

    init(partitions: Int = 0, since: Duration = .zero) {
        left = partitions
        self.since = since
    }
}

/// The loop of a worker: made, run and left on one thread.
final class WorkerLoop {
    let settings: Settings
    let context: WorkerContext
    let connection: any BusConnection
    let runner: any TaskRunner
    let restorer: any Restorer
    let mailbox: Mailbox
    let logger: Logger

    /// Grows with each assignment, each revocation and each rollback.
    var epoch = 0
    /// What the group has given us.
    var assigned: Set<Lane> = []
    /// Whether what is assigned still has to be prepared.
    var isUnprepared = false
    /// Whether a transaction has to be aborted before anything else.
    var isAborting = false
    /// Since when a partition ends before what was read of it, in the loop's time.
    var overrunSince: Duration?
    var partitionCount = 0
    /// Where reading begins and the partitions end, for those that are being restored.
    var starts: [Lane: Range<Int64>] = [:]
    /// Offsets that lanes were to be read at and where the brokers have nothing.
    var lostOffsets: [Lane: Int64] = [:]
    /// Where lanes went on after one, and how often without anything read in between.
    var freshStarts: [Lane: (offset: Int64, tries: Int)] = [:]
    /// When the brokers are asked again where such lanes begin, in the loop's time.
    var nextLook = Duration.zero
    /// How much of the assignment is not restored.
    var restoring = Restoring()
    /// Batches in the tasks' hands, and wishes to settle, for the partitions that are read.
    var inFlight: [Int32: Int] = [:]
    var catchUp = CatchUp()
    var brake: Brake
    let round: Round
    var timers = Timers()
    var outbox = Outbox()
    /// What was committed of the partitions that are read.
    var committed: [Lane: Int64] = [:]
    private var nextLag = Duration.zero
    /// Since when the tasks have had all that they may, in the loop's time.
    private var congestedSince: Duration?
    /// Why the worker has to end, found where nothing can be thrown.
    var failure: WorkerError?

    init(
        context: WorkerContext,
        connection: any BusConnection,
        runner: any TaskRunner,
        restorer: any Restorer,
        mailbox: Mailbox
    ) {
        settings = context.settings
        logger = context.logger
        self.context = context
        self.connection = connection
        self.runner = runner
        self.restorer = restorer
        self.mailbox = mailbox
        brake = Brake(settings.limits)
        round = Round(settings.limits)
    }

    /// Works until it is told to stop or cannot go on.
    func run() throws(WorkerError) {
        try begin()
        defer {
            mailbox.connect(nil)
            // Leaving revokes what is assigned: there is nobody to wait for any more.
            inFlight = [:]
            runner.dropAll()
            connection.leave(within: .seconds(5))
        }
        while !mailbox.isStopping { try turn() }
        context.health.stopping()
        try drain()
    }

    /// Joins the group.
    func begin() throws(WorkerError) {
        do throws(KafkaError) {
            try connection.join { [unowned self] in rebalance($0) }
        } catch {
            throw .failed(error)
        }
        mailbox.connect(connection.wake)
    }

    /// One time round.
    func turn() throws(WorkerError) {
        context.health.beat()
        callTheClock()
        try takeMail()
        try goOnAborting()
        try prepareIfAssigned()
        if !lostOffsets.isEmpty { outbox.nextCommit = min(outbox.nextCommit, context.elapsed()) }
        try commitIfDue()
        try readOnIfLost()
        if waitsForTasks() {
            context.pause(.microseconds(200))
        } else {
            holdBack(all: false)
            try readRound(waiting: timeToWait())
        }
        dealOut()
        announceLive()
        measureLag()
        if let failure { throw failure }
    }

    /// How long there is nothing to do unless something comes.
    private func timeToWait() -> Duration {
        var wait = Duration.seconds(1)
        if let due = timers.next { wait = min(wait, context.now().distance(to: due)) }
        if outbox.isDirty { wait = min(wait, outbox.nextCommit - context.elapsed()) }
        if !outbox.isEmpty { wait = min(wait, .milliseconds(5)) }
        let triesAgain = isUnprepared || isAborting || !lostOffsets.isEmpty
        if triesAgain { wait = min(wait, .milliseconds(100)) }
        return max(wait, .zero)
    }

    private func callTheClock() {
        for partition in timers.due(at: context.now()) { runner.give(partition, .clock) }
    }

    /// Reads until there is nothing at hand or the round is full.
    private func readRound(waiting: Duration) throws(WorkerError) {
        var wait = waiting
        while !round.isFull {
            do throws(KafkaError) {
                let arrival = try connection.poll(for: wait, into: round)
                wait = .zero
                switch arrival {
                case .nothing: return
                case .record: break
                case .end(let lane, let offset): catchUp.advance(lane, to: offset)
                case .unavailable(let lane, let offset): lostOffsets[lane] = offset
                }
            } catch {
                if error.isFatal { throw WorkerError(fatal: error) }
                logger.warning("reading failed", metadata: ["reason": "\(error)"])
                return
            }
        }
    }

    /// How long reading waits for tasks before partitions are paused.
    private static let patience = Duration.milliseconds(200)

    /// Whether so much is in the tasks' hands that reading on had better wait a moment for them.
    ///
    /// Pausing is for what takes longer: it throws away what was fetched ahead, and where all
    /// partitions of a broker are paused, librdkafka may take a second to fetch again.
    private func waitsForTasks() -> Bool {
        guard brake.isCongested(inFlight: inFlight, waiting: outbox.waiting) else {
            congestedSince = nil
            return false
        }
        let now = context.elapsed()
        let since = congestedSince ?? now
        congestedSince = since
        return now - since < Self.patience
    }

    /// Hands the round's records to their tasks, one batch each.
    private func dealOut() {
        guard !round.isEmpty else { return }
        context.metrics.dealtOut(records: round.records)
        for (partition, batch) in round.take() {
            // What is not ours by now is read by its new owner.
            guard let count = inFlight[partition] else { continue }
            inFlight[partition] = count + 1
            context.counters.add { $0.records += batch.records.count }
            for (topic, records) in batch.counts { context.metrics.read(records, from: topic) }
            let positions = batch.positions
            runner.give(partition, .records(batch))
            for (lane, position) in positions { catchUp.advance(lane, to: position) }
        }
    }

    /// Lets the domains of partitions decide that have caught up. Their records are with the
    /// tasks already.
    private func announceLive() {
        for partition in catchUp.nowLive() {
            runner.give(partition, .live)
            logger.info("partition is live", metadata: ["partition": "\(partition)"])
            context.observe(.live(partition: Int(partition)))
        }
    }

    private func measureLag() {
        let now = context.elapsed()
        guard now >= nextLag else { return }
        nextLag = now + .seconds(1)
        for (lane, position) in committed {
            guard let end = connection.knownEnd(of: lane) else { continue }
            context.metrics.lag(
                of: settings.topics.name(of: lane.topic),
                partition: Int(lane.partition),
                is: end - position
            )
        }
    }

    /// Pauses partitions that run ahead of the work, and resumes them.
    func holdBack(all: Bool) {
        guard !inFlight.isEmpty else { return }
        let change = brake.update(inFlight: inFlight, waiting: outbox.waiting, all: all)
        do throws(KafkaError) {
            if !change.pause.isEmpty { try connection.pause(change.pause) }
            if !change.resume.isEmpty { try connection.resume(change.resume) }
        } catch {
            logger.warning("holding back failed", metadata: ["reason": "\(error)"])
        }
    }
}
