// How many records a contender takes in a second, and what each costs.
//
// The contender first takes in what registers the resources. Then it is stopped by a signal while
// the records that count are put in place, so that sending them costs neither of them anything;
// the clock runs from the first commit that is seen to the last.

internal import Foundation
internal import MusterBusKit

/// What one run of a contender came to.
struct Throughput {
    /// Records in a second.
    let rate: Double
    /// Processor time for a record, in microseconds.
    let cost: Double
    /// Commands that it published.
    let commands: Int
    /// Decisive records that were sent.
    let decisive: Int
}

/// One measurement of throughput.
struct ThroughputRun {
    let contender: BusContender
    let guarantee: Guarantee
    let period: Int?
    let records: Int
    let commitInterval: Int
    static let partitions: Int32 = 4

    func run() throws -> Throughput {
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
        let progress = try GroupProgress(
            group: settings.group,
            topics: [topics.resourceAvailability],
            partitions: Self.partitions,
            on: broker.bootstrapServers
        )
        var workload = BusWorkload(domains: 200, period: period)
        let writer = try TopicWriter(on: broker.bootstrapServers, ["linger.ms": "5"])
        func send(_ reports: some Sequence<BusWorkload.Report>) throws -> Int {
            var decisive = 0
            for report in reports {
                try writer.send(to: topics.resourceAvailability, key: report.key, report.value)
                decisive += report.isDecisive ? 1 : 0
            }
            try writer.flush()
            return decisive
        }

        _ = try send(workload.registrations())
        let running = try RunningContender(
            contender,
            settings,
            partitions: Int(Self.partitions)
        )
        try progress.awaitNoLag(within: .seconds(60))

        running.process.send(SIGSTOP)
        let before = try progress.committed()
        let decisive = try send((0..<records).lazy.map { _ in workload.next() })
        try broker.process?.awaitQuiet()
        let cpu = try running.processorTime()
        running.process.send(SIGCONT)
        let rate = try Self.rate(of: progress, from: before, to: before + Int64(records))
        let cost = (try running.processorTime() - cpu) / Double(records)
        _ = running.process.terminate()
        let commands = try TopicReader(
            [topics.commands],
            partitions: Self.partitions,
            on: broker.bootstrapServers
        ).readToEnd().count
        return Throughput(rate: rate, cost: cost, commands: commands, decisive: decisive)
    }

    /// Watches the commits; records in a second between the first one that is seen and the last.
    private static func rate(
        of progress: GroupProgress,
        from start: Int64,
        to end: Int64
    ) throws -> Double {
        let began = ContinuousClock.now
        var first: (at: ContinuousClock.Instant, committed: Int64)?
        return try wait(for: "\(end) commits", within: .seconds(120), step: .milliseconds(2)) {
            let committed = try progress.committed()
            let now = ContinuousClock.now
            guard committed >= end else {
                if committed > start, first == nil { first = (now, committed) }
                return nil
            }
            // One commit for everything leaves nothing but its start to count from.
            let from = first ?? (began, start)
            return Double(end - from.committed) / (now - from.at).inSeconds
        }
    }
}
