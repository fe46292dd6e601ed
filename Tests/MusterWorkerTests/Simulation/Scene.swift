import MusterMessages
import MusterModel

@testable import MusterWorker

/// A worker over a log with one partition.
struct Scene {
    let log = MemoryLog(partitions: 1)
    let clock = SimulatedClock()
    let settings: Settings

    init(_ settings: Settings = Settings(), asksOnRestore: Bool = false) {
        var settings = settings
        settings.topics.partitions = 1
        settings.limits.commitInterval = .zero
        settings.limits.patience = .zero
        settings.asksOnRestore = asksOnRestore
        self.settings = settings
    }

    func start(
        named name: String = "w-0",
        isDeferred: Bool = false,
        _ fault: @escaping () -> Fault? = { nil }
    ) -> SimulatedWorker {
        SimulatedWorker(
            name,
            log: log,
            settings: settings,
            clock: clock,
            isDeferred: isDeferred,
            fault: fault
        )
    }

    /// A topic's one partition.
    func place(_ topic: String) -> MemoryLog.Place {
        MemoryLog.Place(topic: topic, partition: 0)
    }

    func append(_ value: String, to topic: String, _ domain: String = "d") throws {
        try log.append(
            MemoryLog.Record(
                key: Array(domain.utf8),
                value: Array(value.utf8),
                timestamp: clock.now.milliseconds
            ),
            to: place(topic)
        )
    }

    func report(_ resource: String, _ state: String) throws {
        try append(
            #"{"resource":"\#(resource)","state":"\#(state)"}"#,
            to: settings.topics.resourceAvailability
        )
    }

    func require(_ count: Int) throws {
        try append(
            #"{"apiVersion":"muster/v1","kind":"Policy","name":"p","require":"#
                + #"{"count":{"kind":"vm"},"atLeast":\#(count)}}"#,
            to: settings.topics.desiredConfig
        )
    }

    /// Deletes the oldest records of an inbound topic, up to an offset.
    func delete(before offset: Int64, of topic: String) {
        log.delete(before: offset, in: place(topic))
    }

    /// The offset of the oldest record of an inbound topic.
    func beginning(of topic: String) -> Int64 { log.beginning(of: place(topic)) }

    /// Lets a worker go round, and starts another one where it ends.
    func goRound(_ worker: inout SimulatedWorker, _ times: Int = 60) {
        for _ in 0..<times {
            if worker.isDown { worker = start() }
            worker.turn()
        }
    }

    func texts(_ topic: String) -> [String] {
        log.visible(topic).joined().map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }

    var commands: [String] { texts(settings.topics.implementationCommands) }
}
