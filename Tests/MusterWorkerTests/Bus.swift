// The other side of the worker: a broker, and somebody who sends and listens.

import Foundation
import Logging
import MusterEngine
import MusterKafka
import MusterModel
import Synchronization

@testable import MusterWorker

/// A record as a test sees it.
struct Seen: Sendable {
    var topic: String
    var partition: Int
    var key: String?
    var value: [UInt8]?
    var headers: [String: String] = [:]

    init(_ message: borrowing Message) {
        topic = message.topic
        partition = Int(message.partition)
        key = message.key.map { String(decoding: $0, as: UTF8.self) }
        value = message.value
        var headers: [String: String] = [:]
        message.forEachHeader { headers[$0] = String(decoding: $1 ?? [], as: UTF8.self) }
        self.headers = headers
    }

    /// The value as a JSON object.
    var json: [String: Any] {
        let object = try? JSONSerialization.jsonObject(with: Data(value ?? []))
        return object as? [String: Any] ?? [:]
    }

    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

/// An embedded broker with the worker's topics, and everything that is published on it.
final class Bus: Sendable {
    let broker: EmbeddedBroker
    let settings: Settings
    let published = Journal<Seen>()
    private let isOver = Atomic(false)

    init(_ change: (inout Settings) -> Void = { _ in }) throws {
        var settings = Settings()
        settings.guarantee = .atLeastOnce
        settings.topics.partitions = 2
        change(&settings)
        broker = try Worker.startEmbeddedBroker(for: settings, logger: Bus.logger)
        settings.kafka.bootstrapServers = broker.bootstrapServers
        self.settings = settings
        listen()
    }

    deinit { isOver.store(true, ordering: .relaxed) }

    /// Silent unless a test is being looked into.
    static var logger: Logger {
        var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel =
            ProcessInfo.processInfo.environment["MUSTER_TEST_LOG"] == nil
            ? .critical : .debug
        return logger
    }

    /// Sends records one after another and waits until the broker has them.
    func send(
        to topic: String,
        key: String?,
        _ values: [String?],
        headers: [Header] = [],
        partition: Int32? = nil
    ) throws {
        let producer = try Producer(
            ["bootstrap.servers": broker.bootstrapServers, "message.max.bytes": "20000000"],
            log: { _ in }
        )
        for value in values {
            try producer.produce(
                to: topic,
                partition: partition,
                key: key.map { Array($0.utf8) },
                value: value.map { Array($0.utf8) },
                headers: headers
            )
        }
        try producer.flush(within: .seconds(20))
    }

    func report(_ domain: String, _ values: String...) throws {
        try send(to: settings.topics.resourceAvailability, key: domain, values)
    }

    func configure(_ domain: String, _ values: String...) throws {
        try send(to: settings.topics.desiredConfig, key: domain, values)
    }

    /// Reads the outbound topics on a thread of its own until the bus goes.
    private func listen() {
        let (settings, published) = (settings, published)
        let properties = [
            "bootstrap.servers": broker.bootstrapServers, "group.id": "listener",
            "fetch.wait.max.ms": "20",
        ]
        let topics = [
            settings.topics.implementationCommands, settings.topics.notifications,
            settings.topics.deadLetters,
        ]
        Thread.detachNewThread { [weak self] in
            guard let consumer = try? Consumer(properties, log: { _ in }) else { return }
            var start: [TopicPartition: Int64] = [:]
            for topic in topics {
                for partition in 0..<settings.topics.partitions {
                    start[TopicPartition(topic, Int32(partition))] = LogicalOffset.beginning
                }
            }
            try? consumer.assign(start)
            while self != nil {
                if let polled = try? consumer.poll(for: .milliseconds(50)),
                    case .message(let message) = consume polled
                {
                    published.append(Seen(message))
                }
            }
        }
    }
}

/// A worker that runs against a bus.
final class RunningWorker: Sendable {
    let worker: Worker
    let events: Journal<WorkerEvent>
    private let task: Task<Result<Void, WorkerError>, Never>

    init(
        _ settings: Settings,
        baseline: Baseline = Baseline()
    ) {
        let events = Journal<WorkerEvent>()
        let worker = Worker(
            settings: settings,
            baseline: baseline,
            logger: Bus.logger,
            observer: { events.append($0) }
        )
        self.events = events
        self.worker = worker
        task = Task {
            do throws(WorkerError) {
                try await worker.run()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
    }

    /// Starts a worker and waits until it decides.
    static func live(on bus: Bus, baseline: Baseline = Baseline()) async throws -> RunningWorker {
        let running = RunningWorker(bus.settings, baseline: baseline)
        let partitions = bus.settings.topics.partitions
        try await running.events.wait(for: "all partitions are live") { events in
            events.count { if case .live = $0 { true } else { false } } >= partitions
        }
        return running
    }

    /// Ends it in order and says how it ended.
    func stop() async throws {
        worker.stop()
        try await outcome()
    }

    /// Waits for its end.
    func outcome() async throws { try await task.value.get() }
}
