// Reports of which nothing follows: leases that are renewed, and changes of what is not in use.
// They are by far the most, so they take a way of their own, which neither allocates nor looks at
// more than the resource itself.

public import MusterModel
import MusterPolicy

/// A resource whose usability changed and of which nothing followed.
struct IdleChange: Sendable {
    let slot: Int
    let id: ResourceID
    let wasUsable: Bool
}

extension Domain {
    /// Takes in a report if nothing follows from it: nothing has to be decided, and nothing that is
    /// under way is concerned. What people are to be told of it, the next ``handle(_:at:)`` tells;
    /// it must come before ``takeStateChanges()``, and before the time is
    /// ``nextDeadline``.
    ///
    /// - Returns: whether the report was taken in. If not, nothing has changed, and the report is
    ///   for ``handle(_:at:)``, which asks this itself first.
    /// - Complexity: O(size of the report + policies that read the resource), without an
    ///   allocation. A resource that has recovered is held against the policies that do not hold.
    public mutating func takeIdle(_ report: Resource) -> Bool {
        guard let slot = situation.inventory.slots[report.id], epoch != nil, !isDecisionDue,
            slot < situation.isManaged.count
        else { return false }
        guard !situation.inventory.isOutdated(report, slot) else {
            situation.inventory.ignore()
            return true
        }
        guard isIdle(slot, report), situation.inventory.looksSame(report, slot) else {
            return false
        }
        let wasUsable = situation.inventory.isUsable[slot]
        situation.inventory.renewLeaf(slot, by: report)
        lease(slot)
        if let end = leases.next, nextDeadline.map({ end < $0 }) ?? true { nextDeadline = end }
        guard wasUsable != situation.inventory.isUsable[slot] else { return true }
        situation.refresh(slot)
        if situation.isManaged[slot] || !situation.occurrences[slot].isEmpty {
            untold.append(IdleChange(slot: slot, id: report.id, wasUsable: wasUsable))
        }
        return true
    }

    /// Whether nothing follows from a report of a slot's resource that looks like the one before.
    private mutating func isIdle(_ slot: Int, _ report: Resource) -> Bool {
        guard !situation.inventory.isMarkedStale(slot), !situation.inventory.isInQuarantine(slot),
            execution.flights.isEmpty || execution.flights[report.id] == nil
        else { return false }
        let wasUsable = situation.inventory.isUsable[slot]
        let isSound = report.isAvailable && report.state != .faulted
        let wasOnline = situation.inventory.reportsOnline(slot)
        let isOnline = report.state == .online || report.state == .starting
        let isBroken = situation.inventory.isBroken(slot)
        if isSound != isBroken, isOnline == wasOnline { return true }
        guard !watchesResources, situation.inventory.hostsNobody(slot),
            situation.traits[slot].isDisjoint(with: [.ruled, .readsUsability]),
            execution.remaining.isEmpty || execution.remaining[report.id] == nil,
            !situation.mattersToBlocked(slot)
        else { return false }
        let host = situation.inventory.host(of: slot)
        let isUsable = isSound && host.map { situation.inventory.isUsable[$0] } ?? true
        // What is in use, or was to be, is for a decision once it changes.
        guard !situation.isOnline[slot], !(wasUsable && wasOnline), !(isUsable && isOnline) else {
            return false
        }
        return wasUsable || !isUsable || !situation.isManaged[slot] || isBeyondImprovement(slot)
    }

    // MARK: Events

    /// Whether neither the time nor anything else that has not been looked at asks for a turn.
    func isQuiet(at now: Instant) -> Bool {
        epoch != nil && !isDecisionDue && unannounced.isEmpty
            && nextDeadline.map { now < $0 } ?? true
            // A clock that was put back may have gone back behind the edge of a window.
            && now >= ruledAt
    }

    /// Takes in the first events, as long as nothing follows from them. Of an event in the middle
    /// of which that ends, the rest is left.
    mutating func takeIdle(_ events: inout ArraySlice<Event>) {
        while case .reports(let reports)? = events.first {
            var taken = 0
            for report in reports {
                guard case .observed(let resource) = report, takeIdle(resource) else { break }
                taken += 1
            }
            guard taken == reports.count else {
                if taken > 0 { events[events.startIndex] = .reports(Array(reports[taken...])) }
                return
            }
            events.removeFirst()
        }
    }

    /// Adds what is to be told of idle reports to what a turn tells.
    mutating func rememberIdle(_ turn: inout Turn) {
        guard !untold.isEmpty else { return }
        var seen: Set<Int> = []
        var told: [Notice.Change] = []
        for change in untold where untold.count == 1 || seen.insert(change.slot).inserted {
            guard situation.inventory.slots[change.id] == change.slot else { continue }
            let isUsable = situation.inventory.isUsable[change.slot]
            guard isUsable != change.wasUsable else { continue }
            told.append(usabilityChange(change.slot, isUsable: isUsable))
        }
        untold.removeAll(keepingCapacity: true)
        guard !turn.isCatchingUp else { return }
        turn.changes.insert(contentsOf: told, at: 0)
    }

    /// That a slot has become usable or unusable, in words.
    func usabilityChange(_ slot: Int, isUsable: Bool) -> Notice.Change {
        Notice.Change(
            subject: situation.inventory[slot].id.name,
            from: isUsable ? "unusable" : "usable",
            to: isUsable ? "usable" : situation.inventory.reasonUnusable(slot) ?? "usable"
        )
    }
}
