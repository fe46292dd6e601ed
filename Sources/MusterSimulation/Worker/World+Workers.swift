// What workers do: take in, decide, begin and end.

import MusterEngine
import MusterModel
import MusterPolicy

extension World {
    /// Lets a worker do something.
    ///
    /// - Returns: whether it could.
    func drive(_ action: Action, _ worker: SimulatedWorker) throws(Violation) -> Bool {
        if case .start(_, let files) = action { return try start(worker, files) }
        if case .clock(_, let offset) = action {
            worker.offset = offset
            fault("clock jumps")
            return true
        }
        guard worker.isUp else { return false }
        switch action {
        case .commit(_, let fate): return try commit(worker, fate)
        case .crash:
            crash(worker)
            return true
        case .files(_, let text):
            worker.baseline = DocumentsText.baseline(text)
            configured = now
            for work in worker.ordered {
                for tenant in work.ordered {
                    tenant.pending.append(.baseline(worker.baseline))
                    if work.isLive { try decide(tenant, work, worker) }
                }
            }
            return true
        case .poll(_, let partition, let lane, let count):
            guard let work = worker.work[partition] else { return false }
            return try poll(worker, work, lane, count)
        case .absorb(_, let partition):
            guard let work = worker.work[partition], !work.isLive else { return false }
            return try absorb(worker, work)
        case .live(_, let partition):
            guard let work = worker.work[partition], !work.isLive, work.hasCaughtUp
            else { return false }
            return try live(worker, work)
        case .call(_, let partition):
            guard let work = worker.work[partition], work.isLive else { return false }
            return try call(worker, work)
        default: return false
        }
    }

    /// The time that a worker's clock shows.
    func time(of worker: SimulatedWorker) -> Instant { now + .milliseconds(worker.offset) }

    // MARK: Beginning and ending

    private func start(_ worker: SimulatedWorker, _ files: String) throws(Violation) -> Bool {
        guard !worker.isUp else { return false }
        try endTransactions()
        worker.isUp = true
        worker.baseline = DocumentsText.baseline(files)
        worker.work = [:]
        configured = now
        return true
    }

    /// Ends a worker with everything that it has not committed.
    func crash(_ worker: SimulatedWorker) {
        worker.isUp = false
        worker.work = [:]
        fault("worker crashes")
    }

    /// Gives a partition to a worker, which restores it.
    func assign(_ partition: Int, to worker: SimulatedWorker) throws(Violation) -> Bool {
        guard worker.isUp else { return false }
        if let owner = owners[partition], owner != worker.index { fault("partition moves") }
        owners[partition] = worker.index
        log.reassign(partition)
        try endTransactions()
        try restore(partition, worker)
        return true
    }

    /// Brings the domains of a partition back from the changelog.
    func restore(_ partition: Int, _ worker: SimulatedWorker) throws(Violation) {
        let backlog = Dictionary(
            uniqueKeysWithValues: Action.Lane.allCases.map { ($0, log.end(partition, $0)) }
        )
        let work = PartitionWork(
            partition: partition,
            generation: log.generations[partition],
            positions: log.committed[partition],
            backlog: backlog
        )
        var restorations: [Int: DomainRestoration] = [:]
        for entry in log.changelog(partition) {
            guard let id = StateEntry.domain(ofKey: entry.key),
                let domain = (0..<shape.domains).first(where: { World.id($0) == id })
            else { throw Violation(.restoration, "a record belongs to no domain") }
            try restorations[
                domain,
                default: DomainRestoration(id, baseline: worker.baseline, options: options)
            ].take(entry)
        }
        for (index, restoration) in restorations.sorted(by: { $0.key < $1.key })
        where !restoration.isEmpty {
            let domain = try restoration.domain()
            tally.restores += 1
            let tenant = Tenant(index, domain, books[index] ?? Book())
            // What was missed meanwhile is asked for.
            tenant.pending = [.restored]
            work.tenants[index] = tenant
        }
        worker.work[partition] = work
        for tenant in work.ordered where !log.hasOpen { try auditor.checkRestored(tenant) }
    }

    // MARK: Taking in

    private func poll(
        _ worker: SimulatedWorker,
        _ work: PartitionWork,
        _ lane: Action.Lane,
        _ count: Int
    ) throws(Violation) -> Bool {
        let start = work.positions[lane, default: 0]
        let end = min(start + count, log.end(work.partition, lane))
        guard start < end else { return false }
        var touched: [Tenant] = []
        for (offset, record) in log.records(work.partition, lane, start..<end).enumerated() {
            if mutates(.skipRecord, every: 20) { continue }
            let tenant = tenant(record.domain, work, worker)
            if tenant.pending.isEmpty { touched.append(tenant) }
            switch record.content {
            case .reports(let reports): tenant.pending.append(.reports(garbled(reports, tenant)))
            case .changes(let changes):
                tenant.pending.append(.configuration(changes, record: start + offset))
            case .unreadable(let reason):
                tenant.pending.append(.unreadableConfiguration(summary: reason))
            }
        }
        work.positions[lane] = end
        guard work.isLive else { return true }
        work.settle()
        for tenant in touched { try decide(tenant, work, worker) }
        return true
    }

    /// The reports, or under a mutation what denies that a command was obeyed.
    private func garbled(_ reports: [Report], _ tenant: Tenant) -> [Report] {
        guard mutation == .dropConfirmation else { return reports }
        return reports.map { report in
            guard case .observed(var resource) = report,
                let flight = tenant.domain.holdings.first(where: { $0.report.id == resource.id })?
                    .flight, flight.action.rawValue.hasPrefix("st"),
                mutates(.dropConfirmation, every: 1)
            else { return report }
            resource.state = flight.action == .start ? .offline : .online
            return .observed(resource)
        }
    }

    private func tenant(_ domain: Int, _ work: PartitionWork, _ worker: SimulatedWorker) -> Tenant {
        if let tenant = work.tenants[domain] { return tenant }
        let tenant = Tenant(
            domain,
            Domain(World.id(domain), baseline: worker.baseline, options: options),
            Book()
        )
        work.tenants[domain] = tenant
        return tenant
    }

    private func absorb(
        _ worker: SimulatedWorker,
        _ work: PartitionWork
    ) throws(Violation) -> Bool {
        var hasAny = false
        for tenant in work.ordered where !tenant.pending.isEmpty {
            hasAny = true
            let now = time(of: worker)
            tenant.book.watch.take(tenant.pending, tenant.domain, at: now)
            let directives = tenant.domain.absorb(tenant.pending, at: now)
            try tenant.book.watch.judgeFlaps(tenant.domain.id, tenant.domain.holdings)
            tenant.pending = []
            tenant.book.latest = max(tenant.book.latest, now)
            tenant.shadow = nil
            publish(directives, tenant, work)
        }
        if hasAny {
            fault("backlog absorbed")
            work.settle()
        }
        return hasAny
    }

    private func live(_ worker: SimulatedWorker, _ work: PartitionWork) throws(Violation) -> Bool {
        work.isLive = true
        work.settle()
        for tenant in work.ordered { try decide(tenant, work, worker) }
        return true
    }

    private func call(_ worker: SimulatedWorker, _ work: PartitionWork) throws(Violation) -> Bool {
        let now = time(of: worker)
        var hasAny = false
        for tenant in work.ordered
        where tenant.domain.nextDeadline.map({ $0 <= now }) ?? false {
            hasAny = true
            try decide(tenant, work, worker)
            work.isDirty = true
        }
        return hasAny
    }

    // MARK: Deciding

    private func decide(
        _ tenant: Tenant,
        _ work: PartitionWork,
        _ worker: SimulatedWorker
    ) throws(Violation) {
        let now = time(of: worker)
        let events: [Event] = tenant.pending.isEmpty ? [.clock] : tenant.pending
        tenant.pending = []
        let before = Undertaking(tenant.domain, events)
        tenant.book.watch.take(events, tenant.domain, at: now)
        var directives = tenant.domain.handle(events, at: now)
        if let shadow = tenant.shadow {
            try follow(tenant, shadow, events, directives, at: now)
        }
        tally.decisions += 1
        tenant.book.decisions += 1
        tenant.book.latest = max(tenant.book.latest, now)
        directives = mutated(directives, tenant)
        try check(tenant, directives, since: before, at: now)
        publish(directives, tenant, work)
    }

    /// A restored copy has to say the same.
    private func follow(
        _ tenant: Tenant,
        _ shadow: Domain,
        _ events: [Event],
        _ directives: [Directive],
        at now: Instant
    ) throws(Violation) {
        var shadow = shadow
        // When a request to report goes out is not state: one that waits is not carried on.
        let others = shadow.handle(events, at: now).filter(\.isLasting)
        let directives = directives.filter(\.isLasting)
        guard others == directives else {
            let index = zip(others, directives).enumerated().first { $1.0 != $1.1 }?.offset
            throw Violation(
                .restoration,
                "\(tenant.domain.id) says \(described(directives, index)) and the domain that was "
                    + "brought back \(described(others, index))"
            )
        }
        if tenant.book.decisions % 4 == 0 {
            guard shadow.snapshot == tenant.domain.snapshot else {
                throw Violation(
                    .restoration,
                    "\(tenant.domain.id) and the domain that was brought back differ in state: "
                        + difference(shadow.snapshot, tenant.domain.snapshot)
                )
            }
        }
        tenant.shadow = tenant.book.decisions % 16 == 0 ? nil : shadow
    }

    private func described(_ directives: [Directive], _ index: Int?) -> String {
        let index = index ?? 0
        return directives.indices.contains(index) ? "\(directives[index])" : "nothing"
    }

    private func publish(_ directives: [Directive], _ tenant: Tenant, _ work: PartitionWork) {
        for directive in directives {
            if case .send(let command) = directive { tenant.book.note(command) }
            work.unit.outputs.append((tenant.index, directive))
        }
        var entries = tenant.domain.takeStateChanges()
        if !entries.isEmpty, mutates(.forgetEntry, every: 10) { entries.removeLast() }
        work.unit.entries += entries
    }
}

extension Directive {
    /// Whether it follows from the state that outlasts a process.
    fileprivate var isLasting: Bool {
        if case .send(let command) = self { command.action != .report } else { true }
    }
}

extension DomainRestoration {
    fileprivate mutating func take(_ entry: StateEntry) throws(Violation) {
        do throws(StateError) {
            try apply(key: entry.key, value: entry.value)
        } catch {
            throw Violation(.restoration, error.description)
        }
    }

    consuming func domain() throws(Violation) -> Domain {
        do throws(StateError) {
            return try finish()
        } catch {
            throw Violation(.restoration, error.description)
        }
    }
}
