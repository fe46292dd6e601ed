// Taking in events: what is known changes; nothing is decided yet.

import MusterModel
import MusterPolicy

extension Domain {
    /// Takes in one event.
    mutating func absorb(_ event: Event, _ turn: inout Turn) {
        switch event {
        case .reports(let reports):
            for report in reports { absorb(report, &turn) }
        case .configuration(let changes, let record):
            absorb(changes, record: record, &turn)
        case .unreadableConfiguration(let summary):
            notify(&turn, .configurationRejected, .error, summary: summary)
        case .baseline(let baseline):
            reconfigure(&turn) { $0.setBaseline(baseline) }
        case .clock:
            break
        }
    }

    // MARK: Resources

    private mutating func absorb(_ report: Report, _ turn: inout Turn) {
        switch report {
        case .observed(let resource): observe(resource, &turn)
        case .removed(let id): remove(id, &turn)
        }
    }

    private mutating func observe(_ resource: Resource, _ turn: inout Turn) {
        let held = situation.inventory.slots[resource.id].map { situation.inventory[$0] }
        switch situation.inventory.apply(resource) {
        case .ignored:
            return
        case .renewed:
            break
        case .state(let slot, let usability):
            turn.touched.insert(slot)
            turn.touched.formUnion(usability)
        case .structure(let slot, let usability):
            turn.isStructural = true
            turn.touched.insert(slot)
            turn.touched.formUnion(usability)
            turn.restructured.append(resource)
            if let held {
                turn.restructured.append(held)
            } else {
                turn.changes.append(
                    .init(subject: resource.id.name, from: "absent", to: "registered")
                )
                turn.causes.append("\(resource.id) appeared")
            }
        }
        lease(resource)
    }

    private mutating func lease(_ resource: Resource) {
        guard let ttl = resource.ttl else {
            leases[resource.id] = nil
            return
        }
        let end = resource.observedAt + ttl
        leases[resource.id] = end
        leaseCheck = min(leaseCheck ?? end, end)
    }

    private mutating func remove(_ id: ResourceID, _ turn: inout Turn) {
        guard let slot = situation.inventory.slots[id] else { return }
        turn.restructured.append(situation.inventory[slot])
        turn.changes.append(.init(subject: id.name, from: "registered", to: "removed"))
        turn.causes.append("\(id) was removed")
        if let (_, usability) = situation.inventory.remove(id) {
            turn.touched.formUnion(usability)
        }
        turn.isStructural = true
        turn.touched.remove(slot)
        situation.targets[slot] = nil
        execution.flights[id] = nil
        leases[id] = nil
        quarantines[id] = nil
    }

    // MARK: Configuration

    private mutating func absorb(
        _ changes: [ConfigurationChange],
        record: Int,
        _ turn: inout Turn
    ) {
        var next = configuration
        do {
            try next.apply(changes)
        } catch {
            notify(&turn, .configurationRejected, .error, summary: error.reason)
            turn.directives.append(.reject(record: record, reason: error.reason))
            return
        }
        reconfigure(&turn) { $0 = next }
        for case .statusRequest(let selector) in changes { requestReports(selector, &turn) }
    }

    private mutating func reconfigure(
        _ turn: inout Turn,
        _ change: (inout Configuration) -> Void
    ) {
        let old = configuration
        change(&configuration)
        let changes = configuration.changes(since: old)
        guard !changes.isEmpty else { return }
        turn.isStructural = true
        turn.causes.append(
            changes.count == 1
                ? "\(changes[0].subject) is \(changes[0].to)"
                : "\(changes.count) documents changed"
        )
        notify(
            &turn,
            .configurationUpdated,
            .info,
            summary: "configuration of \(id) changed: "
                + changes.map { "\($0.subject) \($0.to)" }.joined(separator: ", "),
            changed: changes
        )
    }

    private mutating func requestReports(_ selector: Selector?, _ turn: inout Turn) {
        for (resource, slot) in situation.inventory.slots.sorted(by: { $0.key < $1.key }) {
            let report = situation.inventory[slot]
            guard selector?.matches(report) ?? true else { continue }
            let command = Command(
                id: "\(id)/report/\(turn.now.milliseconds)/\(resource)",
                domain: id,
                plan: 0,
                stage: 0,
                resource: resource,
                node: report.node,
                kind: report.kind,
                action: .report,
                attempt: 1,
                deadline: turn.now + options.commandTimeout,
                policies: [],
                cause: "status request"
            )
            turn.directives.append(.send(command))
        }
    }

    // MARK: Time

    /// Takes in what the passing of time has changed.
    mutating func pass(_ turn: inout Turn) {
        if turn.isStructural || boundary.map({ $0 <= turn.now }) ?? false {
            boundary = configuration.nextBoundary(after: turn.now)
            if !turn.isStructural, configuration.rules(at: turn.now) != situation.rules {
                turn.isStructural = true
                turn.causes.append("a maintenance window began or ended")
            }
        }
        if let check = leaseCheck, check <= turn.now { expireLeases(&turn) }
        for (resource, end) in quarantines.sorted(by: { $0.key < $1.key })
        where end <= turn.now {
            quarantines[resource] = nil
            guard let slot = situation.inventory.slots[resource] else { continue }
            turn.touched.insert(slot)
            turn.touched.formUnion(situation.inventory.setQuarantined(slot, false))
        }
        passDeadlines(&turn)
    }

    /// Marks every resource whose lease has ended as stale.
    ///
    /// - Complexity: O(leases); not more often than leases end, since renewing one only makes the
    ///   next look too early.
    private mutating func expireLeases(_ turn: inout Turn) {
        for (resource, end) in leases.sorted(by: { $0.key < $1.key }) where end <= turn.now {
            leases[resource] = nil
            guard let slot = situation.inventory.slots[resource] else { continue }
            turn.touched.insert(slot)
            turn.touched.formUnion(situation.inventory.setStale(slot, true))
            turn.causes.append("\(resource) fell silent")
        }
        leaseCheck = leases.values.min()
    }
}
