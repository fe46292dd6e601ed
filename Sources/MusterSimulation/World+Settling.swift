// The end of a run: faults stop, and everything has to come to rest within a bound.

import MusterEngine
import MusterModel
import MusterPolicy

extension World {
    /// How many rounds it may take; in each, everything on its way arrives and time goes on.
    private static var roundLimit: Int { 150 }
    /// How many rounds nothing may happen after it.
    private static var quietRounds: Int { 3 }

    /// Ends every fault and lets the world go on until it is at rest.
    func settle() throws(Violation) {
        for index in estates.indices { estates[index].heal() }
        for worker in workers { worker.offset = 0 }
        try enlist()
        var quiet = 0
        for number in 0..<Self.roundLimit {
            let before = tally.orders
            // Long waits come to an end faster once the first rush is over.
            try round(pause: max(number < 20 ? 1000 : 20_000, untilCall))
            let isQuiet = tally.orders == before && obstacle == nil && isPastWindows
            quiet = isQuiet ? quiet + 1 : 0
            guard quiet < Self.quietRounds else {
                try checkRest()
                return
            }
        }
        throw Violation(.convergence, obstacle ?? "commands are sent again and again")
    }

    /// Windows of maintenance and of policies lie within ten minutes of the last change.
    private var isPastWindows: Bool { now > configured + .seconds(600) }

    /// Has every partition owned by a worker that runs and has caught up.
    private func enlist() throws(Violation) {
        for worker in workers where !worker.isUp {
            try apply(.start(worker: worker.index, files: "[]"))
        }
        for partition in owners.indices {
            let owner = owners[partition].map { workers[$0] }
            let work = owner?.work[partition]
            guard work == nil || work?.generation != log.generations[partition] else { continue }
            try apply(.assign(partition: partition, worker: partition % workers.count))
        }
    }

    private func round(pause: Int) throws(Violation) {
        for index in estates.indices {
            while hasCommand(index) { try apply(.order(domain: index, .once)) }
            for machine in estates[index].ordered {
                while estates[index].machines[machine.number]?.orders.isEmpty == false {
                    try apply(.obey(domain: index, machine: machine.number, .done))
                }
            }
        }
        try apply(.tick(pause))
        for index in estates.indices {
            var reports = estates[index].network + estates[index].heartbeats(at: now)
            reports += estates[index].farewells(auditor.reports(of: index))
            estates[index].network = []
            log.append(.init(domain: index, content: .reports(reports)), to: .availability)
        }
        for worker in workers { try catchUp(worker) }
    }

    private func catchUp(_ worker: SimulatedWorker) throws(Violation) {
        for work in worker.ordered {
            for lane in Action.Lane.allCases {
                try apply(
                    .poll(worker: worker.index, partition: work.partition, lane, .max / 2)
                )
            }
            if !work.isLive { try apply(.live(worker: worker.index, partition: work.partition)) }
            try apply(.call(worker: worker.index, partition: work.partition))
        }
        try apply(.commit(worker: worker.index, .done))
        // One that was fenced has to be given its partitions anew.
        try enlist()
    }

    /// Time until somebody wants to be called.
    private var untilCall: Int {
        let deadlines = workers.flatMap(\.ordered).filter(\.isLive).flatMap(\.ordered)
            .compactMap(\.domain.nextDeadline)
        guard let next = deadlines.min() else { return 20_000 }
        return Int(next.milliseconds - now.milliseconds)
    }

    // MARK: Rest

    private var settledTenants: [Tenant] {
        owners.indices.compactMap { partition in
            owners[partition].flatMap { workers[$0].work[partition] }
        }
        .flatMap(\.ordered)
    }

    /// What keeps the world from being at rest; `nil` when nothing does.
    private var obstacle: String? {
        for tenant in settledTenants {
            for holding in tenant.domain.holdings {
                if let flight = holding.flight { return "\(flight.id) is awaited" }
                let id = "\(holding.report.id) of \(tenant.domain.id)"
                if holding.isStale { return "\(id) is stale" }
                if holding.quarantineEnd != nil { return "\(id) is in quarantine" }
                if let placement = holding.placement,
                    placement.rawValue != holding.report.state.rawValue
                {
                    return "\(id) is \(holding.report.state) and not \(placement)"
                }
            }
            if let change = tenant.domain.summary.changes.first {
                return "the plan of \(tenant.domain.id) has yet to change \(change.resource)"
            }
        }
        return nil
    }

    private func checkRest() throws(Violation) {
        for tenant in settledTenants {
            tally.convergences += 1
            try checkTruth(tenant)
            try checkFromScratch(tenant)
        }
    }

    /// What is implemented is how the machines really are.
    private func checkTruth(_ tenant: Tenant) throws(Violation) {
        let machines = Dictionary(
            uniqueKeysWithValues: estates[tenant.index].ordered.map { ($0.attributes.id, $0.state) }
        )
        for holding in tenant.domain.holdings {
            guard let placement = holding.placement else { continue }
            guard machines[holding.report.id]?.rawValue == placement.rawValue else {
                throw Violation(
                    .convergence,
                    "\(holding.report.id) of \(tenant.domain.id) is not \(placement)"
                )
            }
        }
    }

    /// A domain that learns everything at once comes to the same objective.
    private func checkFromScratch(_ tenant: Tenant) throws(Violation) {
        // What a guard holds back may be worse, and is told.
        guard tenant.domain.heldBack.isEmpty else { return }
        let documents = tenant.domain.documentsInForce.filter { document in
            if case .guardrail = document { false } else { true }
        }
        var options = options
        // What it would command does not count as under way.
        options.isDryRun = true
        var fresh = Domain(
            tenant.domain.id,
            baseline: Baseline(
                documents.map { .init($0, source: Node(.mapping([]), at: $0.span)) }
            ),
            options: options
        )
        _ = fresh.handle(
            [.reports(tenant.domain.holdings.map { .observed($0.report) })],
            at: now
        )
        let (old, new) = (tenant.domain.summary, fresh.summary)
        guard old.isOptimal, new.isOptimal else { return }
        guard old.objective == new.objective else {
            throw Violation(
                .optimal,
                "\(tenant.domain.id) rests at \(old.objective), from scratch it is "
                    + "\(new.objective)"
            )
        }
    }
}

extension Estate {
    /// A report of every machine.
    mutating func heartbeats(at now: Instant) -> [Report] {
        ordered.compactMap { machines[$0.number]?.report(at: now) }
    }

    /// Removals of what is known and not there any more.
    func farewells(_ known: [ResourceID: Resource]) -> [Report] {
        let there = Set(machines.values.map(\.attributes.id))
        return known.keys.filter { !there.contains($0) }.sorted().map { .removed($0) }
    }
}
