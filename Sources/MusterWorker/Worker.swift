// The shell around the core: one thread for Kafka, a fixed pool of actors for domains. What
// either of them does is in PollLoop and in Shard; this starts and ends them.

internal import Foundation
public import Logging
public import MusterEngine
public import MusterKafka
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
        context = WorkerContext(
            settings: settings,
            baseline: baseline,
            logger: logger,
            observer: observer,
            now: now ?? WorkerContext.systemClock
        )
    }

    /// What it has done so far.
    public var counters: Counters { context.counters.value }

    /// Works until ``stop()`` is called or the task is cancelled, and then ends in order. To be
    /// called once.
    ///
    /// - Throws: why it could not start or go on.
    public func run() async throws(WorkerError) {
        let shards = (0..<context.settings.limits.shards).map { index in
            Shard(index, context: context, mailbox: mailbox)
        }
        let streams = shards.map { _ in AsyncStream<ShardInput>.makeStream() }
        // Not child tasks: cancelling those would end their streams, and with them the work that
        // an orderly end waits for.
        let tasks = zip(shards, streams).map { shard, stream in
            Task { await shard.run(stream.stream) }
        }
        let outcome = await withTaskCancellationHandler {
            await poll(streams.map(\.continuation))
        } onCancel: {
            stop()
        }
        for stream in streams { stream.continuation.finish() }
        for task in tasks { await task.value }
        try outcome.get()
    }

    /// Ends the worker in order: what is in flight is finished, within the time that settings give.
    public func stop() { mailbox.stop() }

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

    /// Runs the polling thread until it ends.
    private func poll(
        _ shards: [AsyncStream<ShardInput>.Continuation]
    ) async -> Result<Void, WorkerError> {
        let (context, mailbox) = (context, mailbox)
        return await withCheckedContinuation { continuation in
            let thread = Thread {
                let outcome = Result { () throws(WorkerError) in
                    try PollLoop(context: context, shards: shards, mailbox: mailbox).run()
                }
                // Shards see by this that whatever they still have to do is for nobody.
                mailbox.epoch = -1
                continuation.resume(returning: outcome)
            }
            thread.name = "muster-kafka"
            thread.start()
        }
    }
}
