// Between a decision and its plan stand the guards. What they hold back is taken back: what is
// implemented stays where resources are or are being led, so nothing is said to be that is not.

import MusterModel
import MusterPolicy
import MusterSolver

/// What a decision would change, by slot.
typealias Changes = [Int: Bool]

extension Domain {
    /// Whether decisions are looked at before they are carried out.
    var isRestrained: Bool { limits.restrainDecisions || !restraints.withheld.isEmpty }

    /// Whether guards want to see each change of a resource, even of one that is not in use.
    var watchesResources: Bool {
        !limits.flapping.isEmpty || !limits.maxUnusable.isEmpty || !restraints.withheld.isEmpty
    }

    /// Lets through, holds or skips what a decision changes. What was repaired for its sake counts
    /// as changed by it.
    ///
    /// - Complexity: O(size of the parts decided + what is withheld).
    mutating func restrain(_ decision: Decision, repaired: Changes? = nil, _ turn: inout Turn) {
        var decided = turn.slots.union(situation.flipped)
        for part in decision.parts { decided.formUnion(part.slots) }
        var fresh: Changes = [:]
        for slot in decided where isChange(slot) { fresh[slot] = situation.isOnline[slot] }
        if repaired == nil, let repaired = self.repaired(decision, decided, fresh, turn) {
            return decideBeside(repaired, decision, &turn)
        }
        skipImprovements(decision, decided, &fresh, &turn)
        var passed: Changes = [:]
        for entry in restraints.withheld
        where entry.status != .skipped && isAffected(entry, decided, turn) {
            let tied = tied(to: entry, decision, decided, fresh)
            let new = fresh.filter { tied.contains($0.key) }
                .merging(remainder(of: entry, decided)) { known, _ in known }
            for slot in new.keys { fresh[slot] = nil }
            review(entry, new, &fresh, &passed, &turn)
        }
        if let reason = reasonToHold(fresh, beside: repaired?.count ?? 0) {
            hold(fresh, because: reason, decision, &turn)
        } else {
            passed.merge(fresh) { known, _ in known }
        }
        carryOut(passed, turn)
    }

    // MARK: Repairs

    /// What is repaired by few changes beside a plan that will be held; `nil` for nothing.
    private mutating func repaired(
        _ decision: Decision,
        _ decided: Set<Int>,
        _ changes: Changes,
        _ turn: Turn
    ) -> Changes? {
        let entries = restraints.withheld.filter {
            $0.status != .skipped && isAffected($0, decided, turn)
        }
        guard !entries.isEmpty, !entries.contains(where: { $0.status == .approved }) else {
            return nil
        }
        var all = changes
        for entry in entries { all.merge(remainder(of: entry, decided)) { known, _ in known } }
        guard reasonToHold(all) != nil else { return nil }
        let repaired = repair(decision, changes, turn)
        return repaired.isEmpty ? nil : repaired
    }

    /// Makes a repair, and decides the rest anew as what it will be beside it.
    private mutating func decideBeside(
        _ repaired: Changes,
        _ decision: Decision,
        _ turn: inout Turn
    ) {
        carryOut(repaired, turn)
        let targets = situation.targets
        for (slot, isOnline) in repaired {
            situation.targets[slot] = isOnline ? .online : .offline
        }
        let again = situation.decide(
            slots: turn.slots.union(repaired.keys).sorted(),
            policies: decision.parts.flatMap(\.policies).sorted(),
            budget: Budget(work: options.solveWork)
        )
        take(again)
        restrain(again, repaired: repaired, &turn)
        situation.targets = targets
    }

    // MARK: Changes

    /// The state in which a slot is or to which it is being led.
    private func current(_ slot: Int) -> Bool {
        let id = situation.inventory[slot].id
        if let change = execution.remaining[id] { return change.item.target == .online }
        return situation.isCurrentlyOnline(slot)
    }

    /// Whether what is chosen for a slot asks for something that is not under way.
    private func isChange(_ slot: Int) -> Bool {
        situation.inventory.isTaken(slot) && situation.isManaged[slot]
            && situation.inventory.isUsable[slot] && situation.isOnline[slot] != current(slot)
    }

    /// Takes back what was chosen for these slots.
    mutating func takeBack(_ changes: Changes) {
        for slot in changes.keys { situation.setOnline(slot, current(slot)) }
    }

    private mutating func carryOut(_ changes: Changes, _ turn: Turn) {
        for (slot, isOnline) in changes { situation.setOnline(slot, isOnline) }
        guard limits.cooldown != nil else { return }
        for slot in changes.keys {
            restraints.remember(situation.inventory[slot].id) { $0.changedAt = turn.now }
        }
    }

    /// The slot of a change that is withheld and could be made now; `nil` where it could not.
    private func pendingSlot(_ id: ResourceID, _ target: Placement) -> Int? {
        guard let slot = situation.inventory.slots[id], situation.isManaged[slot],
            situation.inventory.isUsable[slot], current(slot) != (target == .online)
        else { return nil }
        return slot
    }

    /// Whether a change that is withheld could be made now, and rules do not ask for the opposite.
    private func isStillPossible(_ id: ResourceID, _ target: Placement) -> Bool {
        guard let slot = pendingSlot(id, target) else { return false }
        return situation.fixing(slot) != .fixed(target == .offline)
    }

    // MARK: What is withheld already

    /// Whether a decision concerns what is withheld.
    func isAffected(_ entry: Withheld, _ decided: Set<Int>, _ turn: Turn) -> Bool {
        turn.reconsidered.contains(entry.id)
            || entry.changes.contains { id, target in
                pendingSlot(id, target).map { decided.contains($0) } ?? true
            }
    }

    /// The slots that are decided together with what is withheld. Rules may tie anything, so where
    /// they have changed slots outside of parts, all that was decided counts as one.
    private func tied(
        to entry: Withheld,
        _ decision: Decision,
        _ decided: Set<Int>,
        _ changes: Changes
    ) -> Set<Int> {
        let open = Set(decision.parts.flatMap(\.slots))
        if changes.keys.contains(where: { !open.contains($0) }) { return decided }
        let slots = Set(entry.changes.keys.compactMap { situation.inventory.slots[$0] })
        let parts = decision.parts.filter { !slots.isDisjoint(with: $0.slots) }
        return slots.union(parts.flatMap(\.slots))
    }

    /// What of it the decision has not looked at.
    private func remainder(of entry: Withheld, _ decided: Set<Int>) -> Changes {
        var result: Changes = [:]
        for (id, target) in entry.changes {
            guard let slot = pendingSlot(id, target), !decided.contains(slot) else { continue }
            result[slot] = target == .online
        }
        return result
    }

    /// Decides on what was withheld before, now that the same or something else has been decided.
    private mutating func review(
        _ entry: Withheld,
        _ new: Changes,
        _ fresh: inout Changes,
        _ passed: inout Changes,
        _ turn: inout Turn
    ) {
        let isSame =
            new.count == entry.changes.count
            && new.allSatisfy { slot, isOnline in
                entry.changes[situation.inventory[slot].id] == (isOnline ? .online : .offline)
            }
        guard isSame else {
            if entry.isAsking { resolveHeld(entry, "the situation has moved on", &turn) }
            restraints.release(entry.id)
            fresh.merge(new) { known, _ in known }
            return
        }
        switch entry.status {
        case .approved:
            pass(entry, new, "it was approved", &passed, &turn)
        case .asking where turn.reconsidered.contains(entry.id) && reasonToHold(new) == nil:
            pass(entry, new, "the limits allow it now", &passed, &turn)
        case .asking, .dropped, .skipped:
            takeBack(new)
        }
    }

    private mutating func pass(
        _ entry: Withheld,
        _ changes: Changes,
        _ reason: String,
        _ passed: inout Changes,
        _ turn: inout Turn
    ) {
        restraints.release(entry.id)
        passed.merge(changes) { known, _ in known }
        turn.planNumber = entry.plan
        turn.causes.insert("plan \(entry.plan) was held and \(reason)", at: 0)
        resolveHeld(entry, reason, &turn)
    }

    // MARK: Holding

    /// Why changes must not be made without asking, in words; `nil` when they may. So many others
    /// are made by the same decision.
    private func reasonToHold(_ changes: Changes, beside others: Int = 0) -> String? {
        guard !changes.isEmpty else { return nil }
        let managed = situation.isManaged.count { $0 }
        if restraints.isFrozen { return massFailureReason(managed: managed) }
        guard let most = limits.mostChanges(of: managed), changes.count + others > most
        else { return nil }
        let all = changes.count + others
        return "it changes \(all) of \(counted(managed, "managed resource")), and a guard allows "
            + "\(most)"
    }

    /// Holds changes as a plan that waits for an answer, together with one that waits already.
    private mutating func hold(
        _ changes: Changes,
        because reason: String,
        _ decision: Decision,
        _ turn: inout Turn
    ) {
        takeBack(changes)
        var held: [ResourceID: Placement] = [:]
        for (slot, isOnline) in changes {
            held[situation.inventory[slot].id] = isOnline ? .online : .offline
        }
        var policies = Set(decision.parts.flatMap(\.policies)).filter {
            situation.policies[$0].isEnforced && !situation.policies[$0].isSatisfied
        }.map { situation.policies[$0].policy.name }
        if let waiting = restraints.asking {
            held.merge(waiting.changes) { new, _ in new }
            policies += waiting.policies.filter { !policies.contains($0) }
            resolveHeld(waiting, "more has to be changed", &turn)
            restraints.release(waiting.id)
        }
        let number = execution.reserve()
        restraints.lastPlan = number
        let id = restraints.withhold(
            held,
            .asking,
            plan: number,
            reason: reason,
            policies: policies.sorted()
        )
        if let entry = restraints[id] { fireHeld(entry, &turn) }
    }

    /// Has decided anew where something that is withheld cannot be done any more, or has come
    /// about.
    mutating func touchOutdated(_ turn: inout Turn) {
        guard !restraints.withheld.isEmpty else { return }
        situation.refreshBlocked()
        for entry in restraints.withheld
        where turn.reconsidered.contains(entry.id)
            || entry.changes.contains(where: { !isStillPossible($0.key, $0.value) })
        {
            turn.slots.formUnion(entry.changes.keys.compactMap { situation.inventory.slots[$0] })
        }
    }

    /// Takes in that guards allow something else than before.
    mutating func adoptLimits(_ turn: inout Turn) {
        restraints.keep(limits)
        guard !turn.isCatchingUp else { return }
        turn.isRestrained = true
        reconsider(&turn)
        for entry in restraints.withheld where entry.status == .skipped {
            turn.slots.formUnion(entry.changes.keys.compactMap { situation.inventory.slots[$0] })
        }
    }

    /// Marks everything that waits for an answer to be looked at again.
    mutating func reconsider(_ turn: inout Turn) {
        for entry in restraints.withheld where entry.status != .skipped {
            turn.reconsidered.insert(entry.id)
        }
    }
}
