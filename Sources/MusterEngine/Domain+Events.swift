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
            announceBaseline()
        case .restored:
            inquiry.everything = "restart"
            inquiry.isAwaited = false
        case .reportsMissed:
            inquiry.everything = inquiry.everything ?? "missed reports"
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
        // A copy, for a report that selectors see something new of.
        let held = situation.inventory.slots[resource.id].map { situation.inventory[$0] }
        defer { if let held { noteFlap(from: held, &turn) } }
        switch situation.inventory.apply(resource) {
        case .ignored:
            return
        case .renewed(let slot):
            lease(slot)
            // A command that took another back leads to where the resource was all the time.
            if execution.flights[resource.id] != nil { turn.touched.insert(slot) }
        case .state(let slot, let usability):
            lease(slot)
            turn.touched.insert(slot)
            turn.touched.formUnion(usability)
        case .structure(let slot, let usability):
            lease(slot)
            turn.isStructural = true
            turn.touched.insert(slot)
            turn.touched.formUnion(usability)
            turn.restructured.append(resource)
            if let held {
                turn.restructured.append(held)
                leave(slot, held, &turn)
            } else {
                rounds?.insert(slot, resource.id)
                turn.registered.insert(slot)
                turn.changes.append(
                    .init(subject: resource.id.name, from: "absent", to: "registered")
                )
                turn.causes.append("\(resource.id) appeared")
            }
        }
    }

    /// Notes who has to be decided anew because a resource is no longer where it was `held`: the
    /// host that it had, and the groups that needed its own.
    private func leave(_ slot: Int, _ held: Resource, _ turn: inout Turn) {
        if let node = held.node, let host = situation.inventory.slots[node] {
            turn.slots.insert(host)
        }
        // A resource that this very batch brought is not in the last grounding.
        guard situation.serves.indices.contains(slot) else { return }
        for dependency in situation.serves[slot] {
            turn.slots.formUnion(situation.dependencies[dependency].dependents)
        }
    }

    mutating func lease(_ slot: Int) {
        guard let end = situation.inventory.leaseEnd(slot) else { return }
        leases.note(slot, end)
    }

    private mutating func remove(_ id: ResourceID, _ turn: inout Turn) {
        guard let slot = situation.inventory.slots[id] else { return }
        let held = situation.inventory[slot]
        turn.restructured.append(held)
        leave(slot, held, &turn)
        // Without it its guests are freer, however usable they are.
        turn.slots.formUnion(situation.inventory.guests(of: slot))
        turn.changes.append(.init(subject: id.name, from: "registered", to: "removed"))
        turn.causes.append("\(id) was removed")
        if let (_, usability) = situation.inventory.remove(id) {
            turn.touched.formUnion(usability)
        }
        turn.isStructural = true
        turn.touched.remove(slot)
        situation.forget(slot)
        unsettled.remove(slot)
        execution.land(id)
        execution.finish(id, hasLapsed: true)
        quarantines[id] = nil
        rounds?.remove(slot, held.id)
        turn.releases[slot] = nil
        turn.removed.append(held.id)
        restraints.forget(id)
        journal.touch(held.id)
    }

    // MARK: Configuration

    private mutating func absorb(
        _ changes: [ConfigurationChange],
        record: Int,
        _ turn: inout Turn
    ) {
        var next = configuration
        do throws(Configuration.Refusal) {
            for case .approval(let approval) in changes { try check(approval) }
            try next.apply(changes)
        } catch {
            notify(&turn, .configurationRejected, .error, summary: error.reason)
            turn.directives.append(.reject(record: record, reason: error.reason))
            return
        }
        reconfigure(&turn) { $0 = next }
        for case .release(let selector) in changes { release(selector, &turn) }
        for case .approval(let approval) in changes { take(approval, &turn) }
        guard !turn.isCatchingUp else { return }
        for case .statusRequest(let selector) in changes { inquire(selector) }
    }

    private mutating func reconfigure(
        _ turn: inout Turn,
        _ change: (inout Configuration) -> Void
    ) {
        let old = configuration
        change(&configuration)
        if configuration.limits != old.limits { adoptLimits(&turn) }
        let changes = configuration.changes(since: old)
        guard !changes.isEmpty else {
            // What is said of a policy from now on points at where it stands now.
            if !configuration.stands(as: old) { turn.isStructural = true }
            return
        }
        turn.isStructural = true
        tell(changes, &turn)
    }

    /// Says which documents changed.
    mutating func tell(_ changes: [Notice.Change], _ turn: inout Turn) {
        guard !turn.isCatchingUp else { return }
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

    // MARK: Time

    /// Takes in what the passing of time has changed.
    mutating func pass(_ turn: inout Turn) {
        passWindows(&turn)
        passCooldowns(&turn)
        if let next = leases.next, next <= turn.now { expireLeases(&turn) }
        endQuarantines(&turn)
        acquit(&turn)
        passDeadlines(&turn)
    }

    /// Marks every resource whose lease has ended as stale.
    ///
    /// - Complexity: O((leases that ended or were renewed since the last call) × log of all).
    private mutating func expireLeases(_ turn: inout Turn) {
        let ended = takeEndedLeases(at: turn.now)
        for slot in situation.inventory.ordered(ended) {
            turn.touched.insert(slot)
            turn.touched.formUnion(situation.inventory.setStale(slot, true))
            turn.causes.append("\(situation.inventory[slot].id) fell silent")
        }
    }

    /// Finds the deadline anew where it is only that of a lease that has been renewed since. What
    /// is said of a report must not depend on entries that a restored domain does not have.
    mutating func refreshDeadline(at now: Instant) {
        guard let deadline = nextDeadline, deadline <= now else { return }
        let inventory = situation.inventory
        if !leases.hasEnded(at: now, end: { inventory.leaseEnd($0) }) {
            let isOwed = isDecisionDue || !unannounced.isEmpty
            nextDeadline = isOwed ? deadline : earliestDeadline
        }
    }

    private mutating func takeEndedLeases(at now: Instant) -> [Int] {
        // The copy must be gone before the inventory is changed, else that would copy all of it.
        let inventory = situation.inventory
        return leases.takeEnded(at: now) { inventory.leaseEnd($0) }
    }
}
