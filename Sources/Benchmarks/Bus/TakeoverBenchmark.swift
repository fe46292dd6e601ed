// How long a worker takes to take over a million resources from the changelog as a broker keeps it,
// beside a consumer that only reads the same records. The broker shares the cores with both, and
// its part is in both figures.

internal import Foundation
internal import MusterBusKit
internal import MusterEngine
internal import MusterKafka
internal import MusterMessages
internal import MusterModel

/// Restores a worker through a broker.
enum TakeoverBenchmark: Benchmark {
    static let name = "takeover"
    static let purpose = "a million resources from the changelog of a broker, beside bare reading"

    private static let partitions: Int32 = 4
    /// Targets: seconds, and MiB.
    private static let limits = (seconds: 10.0, memory: 1024)

    static func run() throws {
        let flags = Flags(known: ["resources", "domains", "runs", "read", "topic"])
        if !flags.text("read", "").isEmpty {
            return try read(flags.text("topic", ""), on: flags.text("read", ""))
        }
        let domains = max(1, flags.number("domains", 1000))
        let size = max(1, flags.number("resources", 1_000_000) / domains)
        let broker = try BrokerProcess()
        let topics = BusTopics(prefix: BusTopics.freshPrefix("takeover"))
        try topics.create(on: broker.bootstrapServers, partitions: partitions)
        let entries = try fill(topics.state, domains: domains, of: size, on: broker)
        say("\(domains * size) resources in \(domains) domains: \(entries) entries")
        say("targets: restored in \(limits.seconds) s with \(limits.memory) MiB at most")
        for _ in 0..<flags.number("runs", 3) {
            try calm(broker)
            try readAlone(topics.state, on: broker)
            try calm(broker)
            try takeOver(topics, on: broker)
        }
    }

    /// The broker writes all it holds after a change, for longer the more that is.
    private static func calm(_ broker: BrokerProcess) throws {
        for _ in 0..<3 { if (try? broker.process?.awaitQuiet()) != nil { return } }
        say("  the broker is still at work, which the next figures have in them")
    }

    /// Puts the changelog in place, as workers would have left it.
    private static func fill(
        _ topic: String,
        domains: Int,
        of size: Int,
        on broker: BrokerProcess
    ) throws -> Int {
        let writer = try TopicWriter(on: broker.bootstrapServers, ["linger.ms": "50"])
        let baseline = try RestoreWorkload.baseline()
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        // Long enough to be there still when the last run is over.
        let workload = RestoreWorkload(now: now, ttl: .seconds(7200))
        var entries = 0
        for number in 0..<domains {
            let id = DomainID("prod-\(number)")
            let place = Partitioner.partition(forKey: id.name.utf8, count: partitions)
            for entry in workload.records(of: id, from: 0, count: size, baseline) {
                try writer.send(to: topic, key: entry.key, bytes: entry.value, partition: place)
                entries += 1
            }
            if number % 50 == 49 { try writer.flush() }
        }
        try writer.flush()
        return entries
    }

    // MARK: Reading alone

    private static func readAlone(_ topic: String, on broker: BrokerProcess) throws {
        let folder = try TemporaryFolder("reader")
        let output = folder.appending("log")
        let child = try ChildProcess(
            Executables.path(of: "benchmarks"),
            [name, "--read", broker.bootstrapServers, "--topic", topic],
            output: output
        )
        let line = try wait(for: "the reader", within: .seconds(120)) { () -> String? in
            child.ending == nil ? nil : ProcessLog(output).text
        }
        guard child.ending == .exited(0) else {
            throw Missed(description: "the reader ended: \(line)")
        }
        say("  reading alone: " + line.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Reads a topic to the end with the clients' properties of a restore, and copies nothing.
    private static func read(_ topic: String, on bootstrapServers: String) throws {
        let began = ContinuousClock.now
        let consumer = try Consumer(
            [
                "bootstrap.servers": bootstrapServers, "group.id": "reader",
                "isolation.level": "read_committed", "fetch.wait.max.ms": "50",
                "queued.max.messages.kbytes": "32768",
            ],
            log: { _ in }
        )
        var (records, bytes) = (0, 0)
        for partition in 0..<partitions {
            try consumer.assign([TopicPartition(topic, partition): LogicalOffset.beginning])
            reading: while true {
                switch try consumer.poll(for: .milliseconds(100)) {
                case .nothing: continue
                case .unavailable: continue
                case .end: break reading
                case .message(let message):
                    records += 1
                    bytes += (message.keyCount ?? 0) + (message.valueCount ?? 0)
                }
            }
        }
        let figures = ProcessFigures(of: getpid())
        say(
            """
            \(records) records, \(bytes >> 20) MiB in \
            \(figure((ContinuousClock.now - began).inSeconds)) s, \
            \(figure((figures?.processorTime ?? 0) / 1_000_000)) s of processor time
            """
        )
    }

    // MARK: Taking over

    /// Starts a worker, which is killed in the end: the next one ends the transaction that this one
    /// leaves open, as it has its name.
    private static func takeOver(
        _ topics: BusTopics,
        on broker: BrokerProcess
    ) throws {
        var settings = WorkerSettings(
            bootstrapServers: broker.bootstrapServers,
            group: topics.state + "-group",
            instance: "w-0",
            topics: topics
        )
        settings.policies = RestoreWorkload.policies
        settings.more["processing.guarantee"] = "exactly-once"
        settings.more["http.port"] = "0"
        let before = processorTime(of: broker.process)
        let began = ContinuousClock.now
        let worker = try WorkerProcess(settings)
        try worker.awaitLive(partitions: Int(partitions), within: .seconds(300))
        let live = (ContinuousClock.now - began).inSeconds
        let own = processorTime(of: worker.process)
        let after = processorTime(of: broker.process)
        let restored = try worker.metric("muster_restore_duration_seconds_sum")
        let peak = residentMemory("VmHWM", of: worker.process.id)
        let read = try worker.metric("muster_restored_entries_total")
        // The first requests to report are on their way by then.
        Thread.sleep(forTimeInterval: 5)
        let commands = try worker.metric("muster_commands_total")
        let later = residentMemory("VmHWM", of: worker.process.id)
        worker.process.kill()
        say(
            """
              worker: \(Int(read)) entries restored in \(figure(restored)) s, live \
            \(figure(live)) s after its start; processor time \(figure(own)) s, \
            the broker's \(figure(after - before)) s; \
            \(peak) MiB at most, \(later) MiB after \(Int(commands)) requests to report
            """
        )
        let isMet = restored <= limits.seconds && later <= limits.memory
        say("  targets \(isMet ? "met" : "MISSED")")
    }

    /// In seconds; 0 for a process that is not ours.
    private static func processorTime(of process: ChildProcess?) -> Double {
        let figures = process.flatMap { ProcessFigures(of: $0.id) }
        return (figures?.processorTime ?? 0) / 1_000_000
    }

    private static func figure(_ value: Double) -> String { String(format: "%.1f", value) }
}
