// What the structure leaves open. Most slots of a domain are not open at any one time: settling
// them before the search keeps the parts that are solved small.

import MusterModel
import MusterPolicy

extension Situation {
    /// Whether a slot's state follows from the rules alone.
    enum Fixing: Equatable {
        case fixed(Bool)
        case open
    }

    /// Hosts of hosts of hosts: deeper chains than this are taken as a ring.
    static var depthLimit: Int { 32 }

    /// What the rules say of a slot's state (contract, section 5), and what costs nothing to
    /// settle: see ``isDominated(_:)``. What dependencies and maintenance make impossible is
    /// taken from ``blocked``.
    ///
    /// - Complexity: O(depth of hosting × guests).
    func fixing(_ slot: Int) -> Fixing { fixing(slot, depth: 0) }

    private func fixing(_ slot: Int, depth: Int) -> Fixing {
        var above: Fixing?
        if let host = inventory.host(of: slot), depth < Self.depthLimit {
            above = fixing(host, depth: depth + 1)
        }
        return fixing(slot, under: above)
    }

    /// The same where it is known for the slot's host, which is `nil` without a host.
    func fixing(_ slot: Int, under above: Fixing?) -> Fixing {
        guard inventory.isUsable[slot] else { return .fixed(false) }
        guard isManaged[slot] else { return .fixed(isCurrentlyOnline(slot)) }
        if !blocked.isEmpty, blocked.contains(slot) { return .fixed(false) }
        if isProtected(slot) { return .fixed(true) }
        if isForbidden(slot) || above == .fixed(false) { return .fixed(false) }
        return above != .open && isDominated(slot) ? .fixed(true) : .open
    }

    /// Whether maintenance alone keeps the slot off.
    private func isForbidden(_ slot: Int) -> Bool {
        isDrained[slot] || (isCordoned[slot] && !isCurrentlyOnline(slot))
    }

    /// Whether the slot carries an online resource that is not managed, directly or through a
    /// managed one: such a host is never taken down, even where it shall be drained.
    func isProtected(_ slot: Int) -> Bool { isProtected(slot, depth: 0) }

    private func isProtected(_ slot: Int, depth: Int) -> Bool {
        // What cannot be online itself keeps nothing up.
        guard depth < Self.depthLimit, isManaged[slot], inventory.isUsable[slot],
            !blocked.contains(slot)
        else { return false }
        return inventory.guests(of: slot).contains { guest in
            guard inventory.isUsable[guest] else { return false }
            return isManaged[guest]
                ? isProtected(guest, depth: depth + 1)
                : isCurrentlyOnline(guest) && isCurrentlyOnline(slot)
        }
    }

    /// Finds the managed slots that no valid choice has online: the least set closed under
    /// maintenance, hosts that are off, and firm dependencies that too few can serve. All other
    /// managed slots can be online together, so protecting hosts never leaves without a choice.
    ///
    /// - Complexity: O(slots × rounds), and nothing where there are neither dependencies nor
    ///   maintenance, or nothing has changed that matters to it.
    mutating func refreshBlocked() {
        guard isBlockedStale else { return }
        isBlockedStale = false
        let before = blocked
        blocked = []
        defer {
            let changed = blocked.symmetricDifference(before)
            reblocked.formUnion(changed)
            blockings.formUnion(changed)
        }
        guard !dependencies.isEmpty || !rules.maintenance.isEmpty else { return }
        let managed = inventory.registered.filter { isManaged[$0] && inventory.isUsable[$0] }
        var isStable = false
        while !isStable {
            isStable = true
            for slot in managed
            where !blocked.contains(slot) && (isRuledOut(slot) || isCutOff(slot)) {
                blocked.insert(slot)
                isStable = false
            }
        }
    }

    /// Whether another usability or reported state of a slot may change what is blocked.
    @inline(__always)
    func mattersToBlocked(_ slot: Int) -> Bool {
        guard !dependencies.isEmpty || !rules.maintenance.isEmpty || !blocked.isEmpty else {
            return false
        }
        if traits[slot].contains(.ruled) || blocked.contains(slot) { return true }
        guard inventory.hostsNobody(slot) else { return true }
        guard let host = inventory.host(of: slot) else { return false }
        return traits[host].contains(.ruled) || !canBeOnline(host)
    }

    /// Whether maintenance keeps the slot off. A cordoned host cannot be started, even for the
    /// sake of what it carries.
    private func isRuledOut(_ slot: Int) -> Bool {
        isForbidden(slot) && (!isProtected(slot) || !isCurrentlyOnline(slot))
    }

    /// Whether a slot's host, or one of its dependencies, rules it out.
    private func isCutOff(_ slot: Int) -> Bool {
        if let host = inventory.host(of: slot), !canBeOnline(host) { return true }
        return needs[slot].contains { index in
            let dependency = dependencies[index]
            return dependency.providers.count { canBeOnline($0) } < dependency.need.atLeast
        }
    }

    private func canBeOnline(_ slot: Int) -> Bool {
        guard inventory.isUsable[slot] else { return false }
        return isManaged[slot] ? !blocked.contains(slot) : isCurrentlyOnline(slot)
    }

    /// Whether being online is at least as good in every choice: it is so now, costs nothing, no
    /// enforced policy reads it and no dependency restrains it. Whatever the rest of a choice
    /// is, turning such a resource on keeps it valid and does not raise its cost. Without this,
    /// every running host would tie all of its guests into one part.
    private func isDominated(_ slot: Int) -> Bool {
        isCurrentlyOnline(slot) && onlineCost[slot] <= 0 && needs[slot].isEmpty
            && !occurrences[slot].contains { isEnforced[$0.policy] }
    }
}
