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
            mailbox.post(result)
        }
    }

    func dropAll() { tasks = [:] }
}

/// Restores at once, in the caller.
final class InlineRestorer: Restorer {
    private let log: MemoryLog
    private let context: WorkerContext
    private let mailbox: Mailbox

    init(_ log: MemoryLog, context: WorkerContext, mailbox: Mailbox) {
        self.log = log
        self.context = context
        self.mailbox = mailbox
    }

    func begin(_ partition: Int32, epoch: Int) {
        let changelog = MemoryChangelog(log: log, topic: context.settings.topics.state)
        mailbox.post(
            changelog.restore(partition, epoch: epoch, context: context) { false }
        )
    }
}

/// The changelog in memory.
struct MemoryChangelog: Changelog {
    let log: MemoryLog
    let topic: String

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

/// A worker process.
final class SimulatedWorker {
    let name: String
    let connection: MemoryConnection
    let loop: WorkerLoop
    /// Why it has ended.
    private(set) var error: WorkerError?

    init(
        _ name: String,
        log: MemoryLog,
        settings: Settings,
        clock: SimulatedClock,
        observer: @escaping @Sendable (WorkerEvent) -> Void = { _ in },
        onUnit: @escaping () -> Void = {},
        fault: @escaping () -> Fault? = { nil }
    ) {
        self.name = name
        var settings = settings
        settings.instance = name
        var logger = Logger(label: "simulation") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        let health = Health()
        let context = WorkerContext(
            settings: settings,
            baseline: Baseline(),
            logger: logger,
            health: health,
            metrics: WorkerMetrics(topics: settings.topics, health: health),
            observer: observer,
            now: { clock.now },
            elapsed: { .milliseconds(clock.now.milliseconds) },
            pause: { _ in }
        )
        let mailbox = Mailbox()
        connection = MemoryConnection(log, settings, name: name, fault: fault)
        loop = WorkerLoop(
            context: context,
            connection: connection,
            runner: InlineRunner(context: context, mailbox: mailbox, onUnit: onUnit),
            restorer: InlineRestorer(log, context: context, mailbox: mailbox),
            mailbox: mailbox
        )
        attempt { () throws(WorkerError) in try loop.begin() }
    }

    /// Whether the process has ended.
    var isDown: Bool { connection.isDead || error != nil }

    /// Lets the loop go round once.
    func turn() {
        guard !isDown else { return }
        attempt { () throws(WorkerError) in try loop.turn() }
    }

    private func attempt(_ body: () throws(WorkerError) -> Void) {
        do throws(WorkerError) { try body() } catch { self.error = error }
    }
}
