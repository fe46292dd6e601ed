// The shell around the core: one thread for Kafka, an actor for each partition. What either of
// them does is in WorkerLoop and in PartitionTask; this starts and ends them.

internal import Foundation
public import Logging
public import MusterEngine
public import MusterKafka
public import MusterMetrics
public import MusterModel

/// Reads events, lets domains decide, publishes what they want done.
public final class Worker: Sendable {
    private let context: WorkerContext
    private let mailbox = Mailbox()

    /// Makes a worker that does not run yet.
    ///
    /// - Parameters:
    ///   - settings: How it works; ``Settings/Kafka/bootstrapServers`` must be set.
    ///   - baseline: What is in force in domains until the bus says otherwise.
    ///   - logger: Where it logs.
    ///   - now: What tells it the time.
    ///   - observer: Told of what it does; called from several threads, and waited for.
    public init(
        settings: Settings,
        baseline: Baseline = Baseline(),
        logger: Logger,
        now: (@Sendable () -> Instant)? = nil,
        observer: (@Sendable (WorkerEvent) -> Void)? = nil
    ) {
        let health = Health()
        context = WorkerContext(
            settings: settings,
            baseline: baseline,
            logger: logger,
            health: health,
            metrics: WorkerMetrics(topics: settings.topics, health: health),
            observer: observer,
            now: now ?? WorkerContext.systemClock,
            elapsed: WorkerContext.systemElapsed,
            pause: WorkerContext.systemPause
        )
    }

    /// Whether it lives and is ready.
    public var health: Health { context.health }

    /// What it counts and measures.
    public var metrics: Registry { context.metrics.registry }

    /// What it has done so far.
    public var counters: Counters { context.counters.value }

    /// Works until ``stop()`` is called or the task is cancelled, and then ends in order. To be
    /// called once.
    ///
    /// - Throws: why it could not start or go on.
    public func run() async throws(WorkerError) {
        let tracker = TaskTracker()
        let outcome = await withTaskCancellationHandler {
            await loop(tracker)
        } onCancel: {
            stop()
        }
        await tracker.waitForAll()
        try outcome.get()
    }

    /// Ends the worker in order: what is in flight is finished, within the time that settings give.
    public func stop() {
        // At once: a turn of the loop may take seconds.
        context.health.stopping()
        mailbox.stop()
    }

    /// Starts a broker inside of this process, with the topics of these settings.
    ///
    /// It lives as long as the value returned; its address goes to
    /// ``Settings/Kafka/bootstrapServers``.
    ///
    /// - Throws: `failed` when it cannot listen on the loopback interface.
    public static func startEmbeddedBroker(
        for settings: Settings,
        logger: Logger
    ) throws(WorkerError) -> EmbeddedBroker {
        do throws(KafkaError) {
            let broker = try EmbeddedBroker(log: logger.sink)
            for topic in settings.topics.all {
                try broker.create(topic: topic, partitions: settings.topics.partitions)
            }
            return broker
        } catch {
            throw .failed(error)
        }
    }

    /// Runs the loop's thread until it ends.
    private func loop(_ tracker: TaskTracker) async -> Result<Void, WorkerError> {
        let (context, mailbox) = (context, mailbox)
        return await withCheckedContinuation { continuation in
            let thread = Thread {
                let watch = TopologyWatch(context, mailbox)
                let outcome = Result { () throws(WorkerError) in
                    guard let loop = try Self.connect(context, mailbox, tracker) else { return }
                    watch.start()
                    try loop.run()
                }
                watch.stop()
                // Others see by this that whatever they still have to do is for nobody.
                mailbox.epoch = -1
                continuation.resume(returning: outcome)
            }
            thread.name = "muster-kafka"
            thread.start()
        }
    }

    /// Makes the clients and checks the topics; blocks for as long as the brokers may take.
    ///
    /// - Returns: `nil` when the worker was told to stop before it got that far.
    private static func connect(
        _ context: WorkerContext,
        _ mailbox: Mailbox,
        _ tracker: TaskTracker
    ) throws(WorkerError) -> WorkerLoop? {
        guard context.settings.kafka.bootstrapServers != nil else { throw .noBroker }
        let connection: KafkaConnection
        do throws(WorkerError) {
            let topology = try Topology(context.settings, logger: context.logger) {
                mailbox.isStopping
            }
            _ = try topology.establish()
            if mailbox.isStopping { return nil }
            connection = try KafkaConnection(
                context.settings,
                admin: topology.admin,
                logger: context.logger
            ) { mailbox.isStopping }
            if mailbox.isStopping { return nil }
        } catch {
            // What has not come about until then is nobody's failure, unless it never could have.
            guard mailbox.isStopping, !error.isConfiguration else { throw error }
            context.logger.info(
                "stopped before it was connected",
                metadata: ["reason": "\(error)"]
            )
            return nil
        }
        context.health.producerIs(ready: true)
        return WorkerLoop(
            context: context,
            connection: connection,
            runner: ActorRunner(context: context, mailbox: mailbox, tracker: tracker),
            restorer: RestoreThread(context: context, mailbox: mailbox),
            mailbox: mailbox
        )
    }
}
