// A worker's loop without threads: tasks and restoring run inside of the loop's own calls, so that
// a run is the same whenever it is repeated.

import Logging
import MusterEngine
import MusterKafka
import MusterModel

@testable import MusterWorker

/// Runs tasks at once, in the caller.
final class InlineRunner: TaskRunner {
    private let context: WorkerContext
    private let mailbox: Mailbox
    private var tasks: [Int32: PartitionTask] = [:]
    private let onUnit: () -> Void

    /// `onUnit` is called when a unit is complete.
    init(context: WorkerContext, mailbox: Mailbox, onUnit: @escaping () -> Void) {
        self.context = context
        self.mailbox = mailbox
        self.onUnit = onUnit
    }

    func start(_ start: TaskStart) {
        tasks[start.partition] = PartitionTask(start, context: context, mailbox: mailbox)
    }

    func give(_ partition: Int32, _ input: TaskInput) {
        for result in tasks[partition]?.take([input]) ?? [] {
            if result.unit != nil { onUnit() }
            mailbox.post([result])
        }
    }

    func dropAll() { tasks = [:] }
}

/// Runs tasks a step at a time, as threads of their own would: results come when the loop has gone
/// on, and some of them when their assignment is over.
final class DeferredRunner: TaskRunner {
    private let context: WorkerContext
    private let mailbox: Mailbox
    private var tasks: [Int32: PartitionTask] = [:]
    private var inputs: [Int32: [TaskInput]] = [:]
    /// What tasks have done, before the loop can see it.
    private var results: [TaskResult] = []
    private let onUnit: () -> Void
    /// Results that came too late to count.
    private(set) var lateResults = 0

    init(context: WorkerContext, mailbox: Mailbox, onUnit: @escaping () -> Void) {
        self.context = context
        self.mailbox = mailbox
        self.onUnit = onUnit
    }

    func start(_ start: TaskStart) {
        tasks[start.partition] = PartitionTask(start, context: context, mailbox: mailbox)
    }

    func give(_ partition: Int32, _ input: TaskInput) {
        inputs[partition, default: []].append(input)
    }

    func dropAll() {
        tasks = [:]
        inputs = [:]
    }

    /// Lets one task work on the first thing that waits for it, with the records that follow.
    func work(_ random: inout some RandomNumberGenerator) {
        guard let partition = inputs.keys.sorted().randomElement(using: &random),
            let waiting = inputs[partition], let first = waiting.first
        else { return }
        var count = 1
        if case .records = first {
            count = waiting.prefix { if case .records = $0 { true } else { false } }.count
        }
        inputs[partition] = count == waiting.count ? nil : Array(waiting[count...])
        for result in tasks[partition]?.take(Array(waiting[..<count])) ?? [] {
            if result.unit != nil { onUnit() }
            results.append(result)
        }
    }

    /// Lets the loop see the oldest result.
    func deliver() {
        guard !results.isEmpty else { return }
        let result = results.removeFirst()
        if result.epoch != mailbox.epoch { lateResults += 1 }
        mailbox.post([result])
    }
}

/// Restores in the caller, as soon as no transaction is open in what is to be read.
final class InlineRestorer: Restorer {
    private let log: MemoryLog
    private let context: WorkerContext
    private let mailbox: Mailbox
    private var waiting: [(partition: Int32, epoch: Int)] = []

    init(_ log: MemoryLog, context: WorkerContext, mailbox: Mailbox) {
        self.log = log
        self.context = context
        self.mailbox = mailbox
    }

    func begin(_ partition: Int32, epoch: Int) {
        waiting.append((partition, epoch))
        work()
    }

    /// Restores what can be.
    func work() {
        let changelog = MemoryChangelog(log: log, topic: context.settings.topics.state)
        waiting.removeAll { partition, epoch in
            guard epoch == mailbox.epoch else { return true }
            guard changelog.isStable(partition) else { return false }
            mailbox.post(
                changelog.restore(partition, epoch: epoch, context: context) { false }
            )
            return true
        }
    }
}

/// The changelog in memory.
struct MemoryChangelog: Changelog {
    let log: MemoryLog
    let topic: String

    func isStable(_ partition: Int32) -> Bool {
        let place = MemoryLog.Place(topic: topic, partition: partition)
        return log.stableEnd(of: place) == log.end(of: place)
    }

    func read(
        _ partition: Int32,
        isCancelled: () -> Bool,
        _ body: (_ key: [UInt8], _ value: [UInt8]?, _ progress: Range<Int64>) throws(WorkerError)
            -> Void
    ) throws(WorkerError) {
        let place = MemoryLog.Place(topic: topic, partition: partition)
        let end = log.end(of: place)
        var offset: Int64 = 0
        while case (let record?, let found) = log.next(in: place, from: offset) {
            try body(record.key ?? [], record.value, found..<end)
            offset = found + 1
        }
        guard log.stableEnd(of: place) == end else {
            throw .restoreStuck(TopicPartition(topic, partition), position: offset, end: end)
        }
    }
}

/// What other threads do while a loop waits; set and called by the simulation's one thread.
private final class Background: @unchecked Sendable {
    var body: () -> Void = {}

    func run() { body() }
}

/// A worker process.
final class SimulatedWorker {
    let name: String
    let connection: MemoryConnection
    let loop: WorkerLoop
    /// What runs its tasks, where that is not its own loop.
    let deferred: DeferredRunner?
    private let restorer: InlineRestorer
    /// Why it has ended.
    private(set) var error: WorkerError?

    init(
        _ name: String,
        log: MemoryLog,
        settings: Settings,
        clock: SimulatedClock,
        observer: @escaping @Sendable (WorkerEvent) -> Void = { _ in },
        onUnit: @escaping () -> Void = {},
        isDeferred: Bool = false,
        fault: @escaping () -> Fault? = { nil }
    ) {
        self.name = name
        var settings = settings
        settings.instance = name
        var logger = Logger(label: "simulation") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        let health = Health()
        let background = Background()
        self.background = background
        let context = WorkerContext(
            settings: settings,
            baseline: Baseline(),
            logger: logger,
            health: health,
            metrics: WorkerMetrics(topics: settings.topics, health: health),
            observer: observer,
            now: { clock.now },
            elapsed: { .milliseconds(clock.now.milliseconds) },
            pause: { [background] in
                clock.advance(by: isDeferred ? $0 : .zero)
                background.run()
            }
        )
        let mailbox = Mailbox()
        let runner = DeferredRunner(context: context, mailbox: mailbox, onUnit: onUnit)
        deferred = isDeferred ? runner : nil
        connection = MemoryConnection(log, settings, name: name, fault: fault)
        restorer = InlineRestorer(log, context: context, mailbox: mailbox)
        loop = WorkerLoop(
            context: context,
            connection: connection,
            runner: isDeferred
                ? runner : InlineRunner(context: context, mailbox: mailbox, onUnit: onUnit),
            restorer: restorer,
            mailbox: mailbox
        )
        connection.onPoll = background.run
        attempt { () throws(WorkerError) in try loop.begin() }
    }

    /// What goes on while the loop waits.
    private let background: Background

    /// Lets this happen whenever the loop waits.
    func meanwhile(_ body: @escaping () -> Void) { background.body = body }

    /// Whether the process has ended.
    var isDown: Bool { connection.isDead || error != nil }

    /// Lets the loop go round once.
    func turn() {
        guard !isDown else { return }
        restorer.work()
        attempt { () throws(WorkerError) in try loop.turn() }
    }

    private func attempt(_ body: () throws(WorkerError) -> Void) {
        do throws(WorkerError) { try body() } catch { self.error = error }
    }
}
