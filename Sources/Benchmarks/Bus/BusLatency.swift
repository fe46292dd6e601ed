// How long a record takes to become a command that a read-committed consumer sees, at 1,000
// records a second of which one in ten leads to a decision; for the bare loop, how long the same
// records take to come out again.

internal import Dispatch
internal import Foundation
internal import MusterBusKit
internal import Synchronization

/// Latencies in milliseconds, in order.
struct Latencies {
    let sorted: [Double]
    /// Decisive records that were sent.
    let sent: Int

    /// The value that so much of all is not above, such as 0.5.
    func quantile(_ part: Double) -> Double {
        sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }
}

/// One measurement of latency.
struct LatencyRun {
    let contender: BusContender
    let guarantee: Guarantee
    let commitInterval: Int
    let seconds: Int
    static let partitions: Int32 = 4
    static let rate = 1000
    static let domains = 200

    /// When a domain's latest decisive record was sent; the next one is sent seconds later.
    private final class Board: Sendable {
        let sent = Mutex<[Int: ContinuousClock.Instant]>([:])
        let latencies = Mutex<[Double]>([])
        let isOver = Atomic(false)
    }

    func run() throws -> Latencies {
        let broker = try BrokerProcess()
        let prefix = BusTopics.freshPrefix("bench")
        let topics = BusTopics(prefix: prefix)
        try topics.create(on: broker.bootstrapServers, partitions: Self.partitions)
        let settings = ContenderSettings(
            bootstrapServers: broker.bootstrapServers,
            topics: topics,
            group: prefix + "group",
            guarantee: guarantee,
            commitInterval: commitInterval
        )
        var workload = BusWorkload(domains: Self.domains, period: 10)
        let writer = try TopicWriter(on: broker.bootstrapServers)
        for report in workload.registrations() {
            try writer.send(to: topics.resourceAvailability, key: report.key, report.value)
        }
        try writer.flush()
        let running = try RunningContender(
            contender,
            settings,
            partitions: Int(Self.partitions)
        )
        let progress = try GroupProgress(
            group: settings.group,
            topics: [topics.resourceAvailability],
            partitions: Self.partitions,
            on: broker.bootstrapServers
        )
        try progress.awaitNoLag(within: .seconds(60))

        let board = Board()
        let (address, isWorker) = (broker.bootstrapServers, contender == .worker)
        let reading = DispatchGroup()
        let isReading = DispatchSemaphore(value: 0)
        DispatchQueue(label: "reader").async(group: reading) {
            try? Self.read(topics.commands, on: address, isWorker: isWorker, board) {
                isReading.signal()
            }
        }
        isReading.wait()
        let sent = try send(&workload, writer, to: topics.resourceAvailability, board)
        try? waitUntil("the last command", within: .seconds(5)) {
            board.latencies.withLock { $0.count } >= sent
        }
        board.isOver.store(true, ordering: .relaxed)
        reading.wait()
        _ = running.process.terminate()
        return Latencies(sorted: board.latencies.withLock { $0.sorted() }, sent: sent)
    }

    /// Sends at an even pace; returns how many records were decisive.
    private func send(
        _ workload: inout BusWorkload,
        _ writer: TopicWriter,
        to topic: String,
        _ board: Board
    ) throws -> Int {
        let began = ContinuousClock.now
        var sent = 0
        for number in 0..<(seconds * Self.rate) {
            let due = began + .seconds(1) * number / Self.rate
            let ahead = due - ContinuousClock.now
            if ahead > .zero { Thread.sleep(forTimeInterval: ahead.inSeconds) }
            let report = workload.next()
            if report.isDecisive {
                sent += 1
                board.sent.withLock { $0[report.domain] = .now }
            }
            try writer.send(to: topic, key: report.key, report.value)
        }
        try writer.flush()
        return sent
    }

    /// Notes when commands, or broken machines that come out again, are seen; calls `onReady` once
    /// it has read all that is there.
    private static func read(
        _ topic: String,
        on address: String,
        isWorker: Bool,
        _ board: Board,
        onReady: () -> Void
    ) throws {
        defer { onReady() }
        let reader = try TopicReader([topic], partitions: partitions, on: address)
        _ = try reader.readToEnd()
        onReady()
        while !board.isOver.load(ordering: .relaxed) {
            guard let record = try reader.next(within: .milliseconds(100)) else { continue }
            let now = ContinuousClock.now
            let text = record.text
            guard isWorker || text.contains(#""state":"faulted""#),
                let mark = text.firstRange(of: #""domain":"domain-"#)
            else { continue }
            guard let domain = Int(text[mark.upperBound...].prefix { $0.isNumber }) else {
                continue
            }
            let sent = board.sent.withLock { $0.removeValue(forKey: domain) }
            guard let sent else { continue }
            board.latencies.withLock { $0.append((now - sent).inSeconds * 1000) }
        }
    }
}
