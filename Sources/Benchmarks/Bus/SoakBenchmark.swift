// Whether the worker's memory stays what it is: for minutes on end at half of the rate that it can
// take, on the embedded broker in this process, which forgets the oldest records by itself.

internal import Foundation
internal import MusterBusKit
internal import MusterKafka

/// Feeds a worker at an even pace and watches its memory.
enum SoakBenchmark: Benchmark {
    static let name = "soak"
    static let purpose = "the worker's memory over minutes at half load"

    private static let partitions: Int32 = 4
    private static let domains = 200

    static func run() throws {
        let flags = Flags(known: ["seconds", "rate", "decides"])
        let seconds = flags.number("seconds", 600)
        let broker = try EmbeddedBroker(log: { _ in })
        let topics = BusTopics(prefix: "")
        for topic in topics.all { try broker.create(topic: topic, partitions: Int(partitions)) }
        var workload = BusWorkload(domains: domains, period: flags.number("decides", 100))
        let writer = try TopicWriter(on: broker.bootstrapServers, ["linger.ms": "5"])
        let worker = try start(broker, topics)
        var load = try Load(workload.registrations(), topics, writer)
        try load.finish(worker)

        let most = try flags.number("rate", 0) == 0 ? capacity(&load, &workload, worker) : 0
        let rate = flags.number("rate", Int(most / 2))
        if most > 0 { say("it takes \(Int(most)) records/s; half of that is sent") }
        say("\(rate) records/s for \(seconds) s, 1 in \(flags.number("decides", 100)) decides")

        var samples: [(second: Int, bytes: Int)] = []
        let began = ContinuousClock.now
        let before = load.sent
        for step in 0..<(seconds * 20) {
            let due = began + .milliseconds(50) * step
            let ahead = due - ContinuousClock.now
            if ahead > .zero { Thread.sleep(forTimeInterval: ahead.inSeconds) }
            try load.send(rate / 20, from: &workload)
            guard step % 200 == 199 else { continue }
            let figures = try worker.figures()
            samples.append(((step + 1) / 20, figures.residentBytes))
            say(
                "\((step + 1) / 20) s  \(figures.residentBytes >> 20) MiB  \(load.sent) sent"
                    + "  \(try load.missed(by: worker)) missed"
            )
        }
        try load.finish(worker)
        let took = (ContinuousClock.now - began).inSeconds
        summarise(samples, rate: Double(load.sent - before) / took)
        say("\(try load.missed(by: worker)) records deleted by the broker before they were read")
        _ = worker.process.terminate()
    }

    private static func start(_ broker: EmbeddedBroker, _ topics: BusTopics) throws -> WorkerProcess
    {
        var settings = WorkerSettings(
            bootstrapServers: broker.bootstrapServers,
            group: "soak",
            instance: "w-0",
            topics: topics
        )
        settings.policies = BusWorkload.policy
        settings.more["processing.guarantee"] = "exactly-once"
        settings.more["http.port"] = "0"
        let worker = try WorkerProcess(settings)
        try worker.awaitLive(partitions: Int(partitions))
        return worker
    }

    /// How many records the worker takes in a second while they are being sent, by how long that
    /// takes for a heap of them.
    ///
    /// This broker answers a read with one batch for each partition, so a worker that it sends a
    /// stream to takes fewer than one that finds them all in place.
    private static func capacity(
        _ load: inout Load,
        _ workload: inout BusWorkload,
        _ worker: WorkerProcess
    ) throws -> Double {
        let heap = 200_000
        var rates: [Double] = []
        for _ in 0..<3 {
            let began = ContinuousClock.now
            try load.send(heap, from: &workload)
            try load.finish(worker)
            rates.append(Double(heap) / (ContinuousClock.now - began).inSeconds)
        }
        return rates.sorted()[1]
    }

    /// The rise of memory, by the median of the first and of the last third of the samples that
    /// come after a minute of warming up.
    private static func summarise(_ samples: [(second: Int, bytes: Int)], rate: Double) {
        let warm = samples.filter { $0.second > 60 }.map(\.bytes)
        guard warm.count >= 6 else { return say("too short to say anything of memory") }
        let third = warm.count / 3
        let first = warm.prefix(third).sorted()[third / 2]
        let last = warm.suffix(third).sorted()[third / 2]
        let growth = Double(last - first) / Double(first) * 100
        say(
            "\(Int(rate)) records/s; memory \(first >> 20) MiB in the first third, "
                + "\(last >> 20) MiB in the last (\(String(format: "%+.1f", growth)) %), "
                + "\((warm.max() ?? 0) >> 20) MiB at most"
        )
    }

    /// Records that are sent, and how far the worker is with them.
    private struct Load {
        private let topics: BusTopics
        private let writer: TopicWriter
        private(set) var sent = 0

        init(_ first: [BusWorkload.Report], _ topics: BusTopics, _ writer: TopicWriter) throws {
            self.topics = topics
            self.writer = writer
            for report in first { try send(report) }
        }

        private mutating func send(_ report: BusWorkload.Report) throws {
            try writer.send(to: topics.resourceAvailability, key: report.key, report.value)
            sent += 1
        }

        mutating func send(_ count: Int, from workload: inout BusWorkload) throws {
            for _ in 0..<count { try send(workload.next()) }
        }

        /// Waits until the worker has read all of it. The broker does not keep what transactions
        /// commit, so it is the worker that has to be asked.
        func finish(_ worker: WorkerProcess) throws {
            try writer.flush()
            try waitUntil("\(sent) records", within: .seconds(120), step: .milliseconds(20)) {
                let read = try worker.metric("muster_records_total\(label)")
                return Int(read) + (try missed(by: worker)) >= sent
            }
        }

        private var label: String { "{topic=\"\(topics.resourceAvailability)\"}" }

        /// How many the broker has deleted before the worker has read them.
        func missed(by worker: WorkerProcess) throws -> Int {
            Int(try worker.metric("muster_missed_records_total\(label)"))
        }
    }
}

extension WorkerProcess {
    /// What the kernel says of the process.
    fileprivate func figures() throws -> ProcessFigures {
        guard process.ending == nil, let figures = ProcessFigures(of: process.id) else {
            throw Missed(description: "the worker ended: \(log.text.suffix(2000))")
        }
        return figures
    }
}
