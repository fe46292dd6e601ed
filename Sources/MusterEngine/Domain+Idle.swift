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
    /// - Parameters:
    ///   - report: The report.
    ///   - appearance: A fingerprint of all that it says beyond its observation, by which such a
    ///     report is known again from then on; `none` where there is none.
    /// - Returns: whether the report was taken in. If not, nothing has changed, and the report is
    ///   for ``handle(_:at:)``, which asks this itself first.
    /// - Complexity: O(size of the report + policies that read the resource), without an
    ///   allocation. A resource that has recovered is held against the policies that do not hold.
    public mutating func takeIdle(
        _ report: Resource,
        looking appearance: Fingerprint = .none
    ) -> Bool {
        guard let slot = situation.inventory.slots[report.id], isOpen(slot) else { return false }
        let observation = report.observation
        guard !situation.inventory.isOutdated(observation, slot) else {
            situation.inventory.ignore()
            return true
        }
        guard isIdle(slot, observation), situation.inventory.looksSame(report, slot) else {
            return false
        }
        if appearance != .none { situation.inventory.note(appearance, of: slot) }
        renew(slot, by: observation)
        return true
    }

    /// Takes in a report as ``takeIdle(_:looking:)`` does, when its looks are known from an earlier
    /// one. Unlike that, it asks itself whether this is the time for it.
    ///
    /// - Parameters:
    ///   - observation: What may be new.
    ///   - name: The resource's name in UTF-8.
    ///   - fingerprint: The name's.
    ///   - appearance: The fingerprint of everything else.
    ///   - now: The time.
    /// - Returns: whether the report was taken in; if not, nothing has changed.
    /// - Complexity: O(bytes of the name + policies that read the resource), without an allocation.
    public mutating func takeIdle(
        _ observation: Observation,
        of name: Span<UInt8>,
        with fingerprint: Fingerprint,
        looking appearance: Fingerprint,
        at now: Instant
    ) -> Bool {
        guard isIdle(at: now),
            let slot = situation.inventory.slot(named: name, fingerprint), isOpen(slot),
            situation.inventory.looksLike(appearance, slot)
        else { return false }
        guard !situation.inventory.isOutdated(observation, slot) else {
            situation.inventory.ignore()
            return true
        }
        guard isIdle(slot, observation) else { return false }
        renew(slot, by: observation)
        return true
    }

    /// The report that decoding would make of an observation, where its looks are known from an
    /// earlier one; see ``takeIdle(_:of:with:looking:at:)``.
    ///
    /// Changes nothing. It is mutating because the domain would be copied to be asked otherwise,
    /// where it belongs to a class.
    public mutating func recall(
        _ observation: Observation,
        of name: Span<UInt8>,
        with fingerprint: Fingerprint,
        looking appearance: Fingerprint
    ) -> Resource? {
        guard let slot = situation.inventory.slot(named: name, fingerprint),
            situation.inventory.looksLike(appearance, slot),
            var resource = situation.inventory.resources[slot]
        else { return nil }
        resource.observation = observation
        return resource
    }

    /// Whether reports may be taken in before the next ``handle(_:at:)``.
    public mutating func isIdle(at now: Instant) -> Bool {
        refreshDeadline(at: now)
        return isQuiet(at: now)
    }

    /// Whether reports were taken in that the next ``handle(_:at:)`` has something to tell of.
    public var hasUntold: Bool { !untold.isEmpty }

    /// Whether a slot takes part in what was last decided.
    @inline(__always)
    private func isOpen(_ slot: Int) -> Bool {
        epoch != nil && !isDecisionDue && slot < situation.isManaged.count
    }

    /// Takes in an observation from which nothing follows.
    private mutating func renew(_ slot: Int, by observation: Observation) {
        let wasUsable = situation.inventory.isUsable[slot]
        situation.inventory.renewLeaf(slot, by: observation)
        if observation.ttl != nil { lease(slot) }
        if let end = leases.next, nextDeadline.map({ end < $0 }) ?? true { nextDeadline = end }
        guard wasUsable != situation.inventory.isUsable[slot] else { return }
        situation.refresh(slot)
        if situation.isManaged[slot] || !situation.occurrences[slot].isEmpty {
            guard let id = situation.inventory.resources[slot]?.id else { return }
            untold.append(IdleChange(slot: slot, id: id, wasUsable: wasUsable))
        }
    }

    /// Whether nothing follows from a report of a slot's resource that looks like the one before.
    private mutating func isIdle(_ slot: Int, _ report: Observation) -> Bool {
        guard !situation.inventory.isMarkedStale(slot), !situation.inventory.isInQuarantine(slot),
            execution.flights.isEmpty || !isInFlight(slot)
        else { return false }
        let wasUsable = situation.inventory.isUsable[slot]
        let isSound = report.isAvailable && report.state != .faulted
        let wasOnline = situation.inventory.reportsOnline(slot)
        let isOnline = report.state == .online || report.state == .starting
        let isBroken = situation.inventory.isBroken(slot)
        if isSound != isBroken, isOnline == wasOnline { return true }
        guard !watchesResources, situation.inventory.hostsNobody(slot),
            situation.traits[slot].isDisjoint(with: [.ruled, .readsUsability]),
            execution.remaining.isEmpty || !isAwaited(slot),
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

    @inline(__always)
    private func isInFlight(_ slot: Int) -> Bool {
        (situation.inventory.resources[slot]?.id).map { execution.flights[$0] != nil } ?? false
    }

    @inline(__always)
    private func isAwaited(_ slot: Int) -> Bool {
        (situation.inventory.resources[slot]?.id).map { execution.remaining[$0] != nil } ?? false
    }

    // MARK: Events

    /// Whether neither the time nor anything else that has not been looked at asks for a turn.
    @inline(__always)
    func isQuiet(at now: Instant) -> Bool {
        epoch != nil && !isDecisionDue && unannounced.isEmpty
            && nextDeadline.map { now < $0 } ?? true
            // A clock that was put back may have gone back behind the edge of a window.
            && now >= ruledAt
    }

    /// Takes in the first events, as long as nothing follows from them. Of an event in the middle
    /// of which that ends, the rest is left.
    mutating func takeIdle(_ events: inout ArraySlice<Event>, at now: Instant) {
        while case .reports(let reports)? = events.first {
            var taken = 0
            for report in reports {
                // Asked for each, as a report may be so late that its lease has ended already.
                guard isIdle(at: now), case .observed(let resource) = report, takeIdle(resource)
                else { break }
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
