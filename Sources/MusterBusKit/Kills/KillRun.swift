// Workers that are killed at whatever instruction they are, again and again, while records come in.
// In the end each record must have led to what it leads to, once, for whoever reads committed
// records only.
//
// Every record is told apart by what comes of it: a report of a new machine that is down leads to a
// command to start that one, and a record that cannot be read to a dead letter. Both name the place
// of the record that they come from.

internal import Foundation
internal import MusterKafka
internal import Synchronization

/// Kills workers while load runs, and counts.
public final class KillRun: Sendable {
    /// What a run consists of.
    public struct Plan: Sendable {
        /// How often a worker is killed.
        public var cycles: Int
        /// Records between two kills, roughly.
        public var recordsPerCycle = 80
        /// Chooses moments and victims.
        public var seed: UInt64
        /// How many workers share the partitions; the last one comes in the middle of the run.
        public var workers = 3

        /// A plan.
        public init(cycles: Int, seed: UInt64) {
            self.cycles = cycles
            self.seed = seed
        }
    }

    /// What became of the records.
    public struct Tally: Sendable, CustomStringConvertible {
        /// Kills, each with a restart.
        public var cycles = 0
        /// Kills that found the worker restoring or with a transaction open, as far as seen.
        public var unready = 0
        /// Records that must lead to an output each.
        public var records = 0
        /// Outputs that name a record.
        public var outputs = 0
        /// Places of records without an output.
        public var lost: [String] = []
        /// Places of records with more outputs than one, and ids of events that came twice.
        public var doubled: [String] = []
        /// Outputs that name no record that was sent.
        public var strange: [String] = []
        /// Records of the outbound topics that only a reader of uncommitted ones sees.
        public var aborted = 0

        /// In one line.
        public var description: String {
            "\(cycles) kills (\(unready) before the worker was ready), \(records) records, "
                + "\(outputs) outputs of them: \(lost.count) lost, \(doubled.count) doubled, "
                + "\(strange.count) of no record; \(aborted) more records were aborted"
        }
    }

    private let broker: BrokerProcess
    private let topics: BusTopics
    private let group: String
    private let plan: Plan
    private let say: @Sendable (String) -> Void
    private static let partitions: Int32 = 4
    private static let domains = 12

    /// Every machine that there is shall be up.
    private static let policy = """
        apiVersion: muster/v1
        kind: Policy
        name: all-up
        require: {count: {kind: vm}, atLeast: "100%"}
        """

    /// Prepares a broker and topics of its own.
    public init(_ plan: Plan, say: @escaping @Sendable (String) -> Void = { _ in }) throws {
        broker = try BrokerProcess()
        let prefix = BusTopics.freshPrefix("kill")
        topics = BusTopics(prefix: prefix)
        group = prefix + "group"
        self.plan = plan
        self.say = say
        try topics.create(on: broker.bootstrapServers, partitions: Self.partitions)
    }

    /// Runs it; blocks the thread.
    public func run() throws -> Tally {
        var tally = Tally()
        let load = Load()
        let sending = Thread { [self] in load.run(broker, topics, domains: Self.domains) }
        var random = SplitMix(state: plan.seed)
        var workers = try (0..<plan.workers - 1).map { try start($0) }
        try workers.forEach { try $0.awaitLive(partitions: 1) }
        sending.start()
        defer { load.stop() }
        for cycle in 0..<plan.cycles {
            load.allow(plan.recordsPerCycle)
            try awaitSome(
                Int64.random(in: 1...Int64(plan.recordsPerCycle), using: &random),
                workers
            )
            if cycle == plan.cycles / 2 { workers.append(try start(plan.workers - 1)) }
            let victim = Int.random(in: 0..<workers.count, using: &random)
            // Often enough one is killed that has not even taken its partitions up again.
            let isReady = workers[victim].log.count(of: "is live") > 0
            workers[victim].process.kill()
            workers[victim] = try start(victim)
            tally.cycles += 1
            tally.unready += isReady ? 0 : 1
            if (cycle + 1) % 10 == 0 { say("\(cycle + 1) kills, \(load.sent) records sent") }
        }
        load.stop()
        try load.awaitEnd()
        do {
            try progress().awaitNoLag(within: .seconds(120))
        } catch {
            let logs = workers.map(\.log.text).joined(separator: "\n---\n")
            throw Missed(description: "\(error)\n\(logs.suffix(6000))")
        }
        for worker in workers { _ = worker.process.terminate() }
        try count(&tally)
        return tally
    }

    private func start(_ number: Int) throws -> WorkerProcess {
        var settings = WorkerSettings(
            bootstrapServers: broker.bootstrapServers,
            group: group,
            instance: "w-\(number)",
            topics: topics
        )
        settings.policies = Self.policy
        settings.more["processing.guarantee"] = "exactly-once"
        settings.more["worker.commitInterval"] = "20ms"
        // Commands are never confirmed here, and none shall be sent again for that.
        settings.more["commands.timeout"] = "24h"
        settings.properties["session.timeout.ms"] = "10000"
        return try WorkerProcess(settings)
    }

    private func progress() throws -> GroupProgress {
        try GroupProgress(
            group: group,
            topics: [topics.resourceAvailability, topics.desiredConfig],
            partitions: Self.partitions,
            on: broker.bootstrapServers
        )
    }

    /// Waits until so many more records are committed, but not for ever: with all workers freshly
    /// killed there is no progress until they are back, and that is a moment to kill one as well.
    private func awaitSome(_ count: Int64, _ workers: [WorkerProcess]) throws {
        let progress = try progress()
        let before = (try? progress.committed()) ?? 0
        let deadline = ContinuousClock.now + .seconds(3)
        try waitUntil("progress", within: .seconds(30)) {
            for worker in workers {
                if let ending = worker.process.ending {
                    throw Missed(description: "a worker ended: \(ending)\n\(worker.log.text)")
                }
            }
            let committed = (try? progress.committed()) ?? before
            return committed >= before + count || ContinuousClock.now > deadline
        }
    }

    // MARK: Counting

    private func count(_ tally: inout Tally) throws {
        let sent = try reader([topics.resourceAvailability]).readToEnd()
        let places = Set(sent.map { "\($0.place.topic)/\($0.place.partition)/\($0.offset)" })
        tally.records = places.count
        let outbound = try reader(topics.outbound).readToEnd()
        var origins: [String: Int] = [:]
        var ids: [String: Int] = [:]
        for record in outbound {
            if let id = record.headers["ce_id"] { ids[id, default: 0] += 1 }
            // Notices tell of many records, and questions that a restart leads to of none.
            guard record.place.topic != topics.notifications,
                !record.text.contains(#""action":"report""#)
            else { continue }
            tally.outputs += 1
            origins[record.headers["muster-origin"] ?? "none", default: 0] += 1
        }
        tally.lost = places.filter { origins[$0] == nil }.sorted()
        tally.doubled = origins.filter { $0.value > 1 }.keys.sorted()
        tally.doubled += ids.filter { $0.value > 1 }.keys.sorted()
        tally.strange = origins.keys.filter { !places.contains($0) }.sorted()
        tally.aborted =
            try reader(topics.outbound, isolation: "read_uncommitted").readToEnd().count
            - outbound.count
    }

    private func reader(
        _ topics: [String],
        isolation: String = "read_committed"
    ) throws -> TopicReader {
        try TopicReader(
            topics,
            partitions: Self.partitions,
            on: broker.bootstrapServers,
            isolation: isolation
        )
    }
}

/// Sends records at an even pace, as many as it is allowed to.
private final class Load: Sendable {
    private struct State {
        var allowed = 0
        var sent = 0
        var isStopping = false
        var failure: String?
        var hasEnded = false
    }

    private let state = Mutex(State())

    var sent: Int { state.withLock { $0.sent } }

    func allow(_ more: Int) { state.withLock { $0.allowed += more } }

    func stop() { state.withLock { $0.isStopping = true } }

    /// Waits until everything sent is with the broker.
    func awaitEnd() throws {
        try waitUntil("the load's end", within: .seconds(60)) { state.withLock { $0.hasEnded } }
        if let failure = state.withLock({ $0.failure }) { throw Missed(description: failure) }
    }

    func run(_ broker: BrokerProcess, _ topics: BusTopics, domains: Int) {
        do {
            let writer = try TopicWriter(on: broker.bootstrapServers)
            while true {
                let (number, mayGo, isOver) = state.withLock { state in
                    (state.sent, state.sent < state.allowed, state.isStopping)
                }
                if isOver, !mayGo { break }
                if mayGo {
                    let domain = "domain-\(number % domains)"
                    let value =
                        number % 9 == 0
                        ? "no report \(number)"
                        : #"{"resource":"vm-\#(number)","state":"offline"}"#
                    try writer.send(to: topics.resourceAvailability, key: domain, value)
                    state.withLock { $0.sent += 1 }
                }
                // The pace of the load.
                Thread.sleep(forTimeInterval: 0.004)
            }
            try writer.flush()
        } catch {
            state.withLock { $0.failure = "\(error)" }
        }
        state.withLock { $0.hasEnded = true }
    }
}

/// A generator of random numbers that a seed repeats (splitmix64, by Sebastiano Vigna).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
