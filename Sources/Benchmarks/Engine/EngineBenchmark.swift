// What the engine takes for whole domains: from nothing, for an event after another, and in memory.

internal import CAllocations
internal import Foundation
internal import MusterEngine
internal import MusterModel
internal import MusterTestKit

/// Times domains of the families, from nothing and event by event.
enum EngineBenchmark: Benchmark {
    static let name = "engine"
    static let purpose = "domains from 1,000 to 100,000 resources: cold, events, memory"

    private static let sizes = [(1000, 60), (10_000, 300), (100_000, 1000)]

    /// Each domain in a process of its own, as memory once taken is not given back.
    static func run() throws {
        let flags = Flags(known: ["family", "resources", "policies", "seed", "seeds", "events"])
        if let family = Fleet.Family(rawValue: flags.text("family", "")) {
            return measure(
                Fleet(
                    family,
                    resources: flags.number("resources", 1000),
                    policies: flags.number("policies", 60),
                    seed: UInt64(flags.number("seed", 1))
                ),
                name: "\(family.rawValue)-\(flags.number("resources", 1000))"
                    + "-\(flags.number("policies", 60))-s\(flags.number("seed", 1))",
                events: flags.number("events", 300)
            )
        }
        for (resources, policies) in sizes {
            for family in [Fleet.Family.scoped, .mixed, .conflicting] {
                for seed in 1...flags.number("seeds", 1) {
                    try measureApart([
                        "--family", family.rawValue, "--resources", "\(resources)",
                        "--policies", "\(policies)", "--seed", "\(seed)",
                        "--events", "\(flags.number("events", 300))",
                    ])
                }
            }
        }
    }

    private static func measureApart(_ arguments: [String]) throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = [name] + arguments
        try child.run()
        child.waitUntilExit()
    }

    private static func measure(_ fleet: Fleet, name: String, events: Int) {
        var life = FleetDomain(fleet)
        say("\(name):")
        cold(&life)
        say("  memory: \(residentMemory("VmRSS")) MiB, \(residentMemory("VmHWM")) MiB at most")
        renew(&life)
        idle(&life)
        decisions(&life, events)
    }

    // MARK: From nothing

    /// All machines report, and then the domain decides: as a worker takes in a backlog.
    private static func cold(_ life: inout FleetDomain) {
        var taking: Int64 = 0
        for start in stride(from: 0, to: life.fleet.machines.count, by: batch) {
            let end = min(start + batch, life.fleet.machines.count)
            let events = life.reports(Array(start..<end))
            let begin = ownNanoseconds()
            _ = life.domain.absorb(events, at: life.now)
            taking += ownNanoseconds() - begin
        }
        let begin = ownNanoseconds()
        let directives = life.domain.handle([.clock], at: life.now)
        let deciding = ownNanoseconds() - begin
        let summary = life.domain.summary
        say(
            "  cold: \(Quantiles.words(taking)) to take in, "
                + "\(Quantiles.words(deciding)) to decide, "
                + "\(life.domain.solves) parts solved, cost \(summary.objective.cost), "
                + "\(summary.objective.unsatisfied.map { $0.policies.count }) unsatisfied, "
                + (summary.isOptimal ? "proven" : "open")
        )
        life.obey(directives)
    }

    // MARK: Events without a decision

    /// How many events are at hand at a time: what makes them is not timed.
    private static let batch = 1000

    /// How long one kind of event is measured at most.
    private static let patience: Int64 = 15_000_000_000

    private static func renew(_ life: inout FleetDomain) {
        var random = SolverRandomness(seed: 1)
        var tally = Tally()
        var core = Tally()
        for _ in 0..<200 {
            let all = life.fleet.machines.count - 1
            let machines = (0..<batch).map { _ in random.pick(0...all) }
            tally.handle(machines.map { life.reports([$0]) }, &life)
            core.handle(machines.map { life.reports([$0]) }, &life, isTold: false)
        }
        tally.tell("renewed report, told")
        core.tell("renewed report, core")
    }

    /// Machines that are not in use fail, and recover: each told of at once, and in the core alone,
    /// where people are told of a thousand together.
    private static func idle(_ life: inout FleetDomain) {
        for isTold in [true, false] {
            var random = SolverRandomness(seed: 2)
            var failing = Tally()
            var recovering = Tally()
            let begin = nanoseconds()
            while failing.count < 200_000, nanoseconds() - begin < patience {
                let unused = life.fleet.machines.indices.filter {
                    let machine = life.fleet.machines[$0]
                    return machine.host != nil && machine.isUsable && !machine.isOn
                }
                let machines = Set((0..<batch).map { _ in random.pick(unused) }).sorted()
                for isUsable in [false, true] {
                    for machine in machines { life.fleet.set(machine, isUsable: isUsable) }
                    let events = machines.map { life.reports([$0]) }
                    if isUsable {
                        recovering.handle(events, &life, isTold: isTold)
                    } else {
                        failing.handle(events, &life, isTold: isTold)
                    }
                }
            }
            failing.tell("unused fails, \(isTold ? "told" : "core")")
            recovering.tell("unused recovers, \(isTold ? "told" : "core")")
        }
    }

    // MARK: Events that may ask for a decision

    private static func decisions(_ life: inout FleetDomain, _ count: Int) {
        var random = SolverRandomness(seed: 3)
        var tally = Tally()
        for _ in 0..<count {
            let change = life.fleet.happen(&random)
            var events = change.machines.isEmpty ? [] : life.reports(change.machines)
            if let policy = change.policy { events.append(life.configure(policy)) }
            tally.handle([events], &life)
        }
        tally.tell("event of any kind")
        let summary = life.domain.summary
        say(
            "  then: cost \(summary.objective.cost), "
                + "\(summary.objective.unsatisfied.map { $0.policies.count }) unsatisfied, "
                + (summary.isOptimal ? "proven" : "open")
        )
    }
}

/// Times of events, and what they took besides.
private struct Tally {
    private var times = Quantiles(capacity: 200_000)
    private var allocations = 0

    var count: Int { times.count }
    private var solving = 0

    /// Lets the domain take in events one by one; machines obey at once. Where people are not
    /// told at once, what nothing follows from is taken in without a turn.
    mutating func handle(_ events: [[Event]], _ life: inout FleetDomain, isTold: Bool = true) {
        for event in events {
            if !isTold, takeIdle(event, &life) { continue }
            let solvesBefore = life.domain.solves
            let before = muster_allocation_count()
            let begin = nanoseconds()
            let directives = life.domain.handle(event, at: life.now)
            let end = nanoseconds()
            allocations += muster_allocation_count() - before
            times.add(end - begin)
            solving += life.domain.solves > solvesBefore ? 1 : 0
            life.obey(directives)
        }
        if !isTold { life.obey(life.domain.handle([.clock], at: life.now)) }
    }

    /// As a worker gives it: by the bytes of the name and a fingerprint, which the first report of
    /// a resource makes known.
    private mutating func takeIdle(_ event: [Event], _ life: inout FleetDomain) -> Bool {
        guard case .reports(let reports)? = event.first, case .observed(let report)? = reports.first
        else { return false }
        let name = Array(report.id.name.utf8)
        let (observation, now) = (report.observation, life.now)
        let appearance = Fingerprint(
            of: Array("\(report.kind) \(report.node?.name ?? "")".utf8).span
        )
        let before = muster_allocation_count()
        let begin = nanoseconds()
        let isTaken = life.domain.takeIdle(
            observation,
            of: name.span,
            with: Fingerprint(of: name.span),
            looking: appearance,
            at: now
        )
        let end = nanoseconds()
        guard isTaken else { return life.domain.takeIdle(report, looking: appearance) }
        allocations += muster_allocation_count() - before
        times.add(end - begin)
        return true
    }

    mutating func tell(_ name: String) {
        let count = max(1, times.count)
        say(
            "  \(name): \(times.words()); \(times.count) events, "
                + String(format: "%.2f", Double(allocations) / Double(count))
                + " allocations each, \(count - solving) without a solve"
        )
    }
}
