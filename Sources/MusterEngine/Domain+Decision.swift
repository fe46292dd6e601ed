// From what is new to what has to be decided (contract, section 6), and the decision itself.

import MusterModel
import MusterPolicy
import MusterSolver

extension Domain {
    /// Brings grounding and counters up to date and finds the slots and policies whose parts
    /// have to be decided anew.
    mutating func settle(_ turn: inout Turn) {
        confirm(&turn)
        if turn.isStructural {
            if !turn.isWhole { describeTouched(&turn) }
            reground(&turn)
            return
        }
        guard !turn.touched.isEmpty else { return }
        for slot in turn.touched where situation.inventory.isTaken(slot) {
            if situation.mattersToBlocked(slot) { situation.isBlockedStale = true }
            situation.uniteGuests(of: slot)
        }
        situation.refreshBlocked()
        for slot in situation.inventory.ordered(turn.touched) { settle(slot, &turn) }
        settleGains(&turn)
        settleLosses(&turn)
    }

    private mutating func settle(_ slot: Int, _ turn: inout Turn) {
        let wasUsable = situation.isCountedUsable(slot)
        let wasOnline = situation.isOnline[slot]
        situation.refresh(slot)
        let isUsable = situation.inventory.isUsable[slot]
        if wasUsable != isUsable { describe(slot, isUsable: isUsable, &turn) }
        guard situation.isManaged[slot] else {
            if wasOnline != situation.isOnline[slot]
                || (wasUsable != isUsable && readsUsability(of: slot))
            {
                turn.slots.insert(slot)
                if let host = situation.inventory.host(of: slot) {
                    turn.slots.insert(host)
                    situation.uniteGuests(of: host)
                }
            }
            return
        }
        switch (wasUsable, isUsable) {
        case (true, false):
            // Outside the implemented configuration nothing becomes better by its loss (rule R1).
            if readsUsability(of: slot) {
                turn.slots.insert(slot)
            } else if wasOnline {
                turn.lost.append(slot)
            }
        case (false, true):
            if situation.isCurrentlyOnline(slot) || readsUsability(of: slot) {
                turn.slots.insert(slot)
            } else {
                turn.gained.append(slot)
            }
        case (true, true):
            guard describeDrift(slot, &turn) else { return }
            turn.slots.insert(slot)
        case (false, false):
            break
        }
    }

    /// Tells what known resources report where grounding is renewed, which takes in their states
    /// without a word.
    private mutating func describeTouched(_ turn: inout Turn) {
        let known = turn.touched.filter { slot in
            slot < situation.isManaged.count && !turn.registered.contains(slot)
        }
        let inventory = situation.inventory
        let usable = inventory.ordered(known.filter { inventory.isUsable[$0] })
        // What has been lost says more of a decision than what is new.
        let others = turn.causes
        turn.causes = []
        for slot in inventory.ordered(known.filter { !inventory.isUsable[$0] })
        where situation.isCountedUsable(slot) {
            describe(slot, isUsable: false, &turn)
        }
        for slot in usable where situation.isCountedUsable(slot) && situation.isManaged[slot] {
            describeDrift(slot, &turn)
        }
        turn.causes += others
        for slot in usable where !situation.isCountedUsable(slot) {
            describe(slot, isUsable: true, &turn)
        }
    }

    /// Tells that a managed resource has left its state by itself; false where it has not.
    @discardableResult
    private mutating func describeDrift(_ slot: Int, _ turn: inout Turn) -> Bool {
        let isOnline = situation.isCurrentlyOnline(slot)
        // What has yet to be carried out has not left its state.
        guard isOnline != situation.isOnline[slot], !unsettled.contains(slot) else { return false }
        let name = situation.inventory[slot].id
        turn.changes.append(
            .init(
                subject: name.name,
                from: isOnline ? "offline" : "online",
                to: isOnline ? "online by itself" : "offline by itself"
            )
        )
        turn.causes.append("\(name) went \(isOnline ? "online" : "offline") by itself")
        return true
    }

    private mutating func describe(_ slot: Int, isUsable: Bool, _ turn: inout Turn) {
        guard situation.isManaged[slot] || !situation.occurrences[slot].isEmpty else { return }
        let change = usabilityChange(slot, isUsable: isUsable)
        turn.causes.append("\(change.subject) became \(change.to)")
        turn.changes.append(change)
    }

    /// Whether an enforced policy reads the slot's usability apart from its state.
    private func readsUsability(of slot: Int) -> Bool {
        situation.occurrences[slot].contains { occurrence in
            let policy = situation.policies[occurrence.policy]
            return policy.isEnforced && policy.quantities[occurrence.quantity].readsUsability
        }
    }

    private mutating func reground(_ turn: inout Turn) {
        let before = situation.policies.filter(\.isEnforced)
        let restructured = turn.restructured
        let isWhole = turn.isWhole
        situation.reground(
            configuration.policies(at: turn.now),
            rules: configuration.rules(at: turn.now),
            keeping: { known in
                !isWhole && !restructured.contains { known.policy.reads($0) }
            }
        )
        let known = Dictionary(
            before.map { ($0.policy.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var kept: Set<String> = []
        for (index, ground) in situation.policies.enumerated() where ground.isEnforced {
            let name = ground.policy.name
            if !isWhole, known[name]?.policy == ground.policy,
                !restructured.contains(where: { ground.policy.reads($0) })
            {
                kept.insert(name)
            } else {
                turn.policies.insert(index)
            }
        }
        for ground in before where !kept.contains(ground.policy.name) {
            turn.slots.formUnion(
                ground.matched.filter { situation.inventory.isTaken($0) }
            )
        }
        forgetBounds(touching: unproven.subtracting(kept))
        unproven.formIntersection(kept)
        slices = slices.filter { unproven.contains($0.key) }
        if isWhole { turn.slots.formUnion(situation.inventory.registered) }
        turn.slots.formUnion(turn.touched)
        turn.slots.formUnion(situation.rearranged)
    }

    /// Decides what is to be decided.
    mutating func decide(_ turn: inout Turn) {
        turn.slots = turn.slots.filter { situation.inventory.isTaken($0) }
        touchOutdated(&turn)
        // What a rule rules out or releases without touching anything else is settled at once,
        // so that nothing of it is left for a later turn, or for a restored domain, to settle.
        guard
            isRestrained || !turn.slots.isEmpty || !turn.policies.isEmpty
                || !situation.reblocked.isEmpty
        else { return }
        let decision = situation.decide(
            slots: turn.slots.sorted(),
            policies: turn.policies.sorted(),
            budget: Budget(work: options.solveWork)
        )
        take(decision)
        if isRestrained { restrain(decision, &turn) }
    }

    /// Counts what was solved, and notes what is proven best.
    mutating func take(_ decision: Decision) {
        solves += decision.solves
        for part in decision.parts {
            for policy in part.policies {
                let name = name(ofPolicy: policy)
                slices[name] = nil
                forgetBounds(touching: CollectionOfOne(name))
                if decision.unproven.contains(policy) {
                    unproven.insert(name)
                } else {
                    unproven.remove(name)
                }
            }
        }
        openParts += decision.gaps.map { policies, gap in
            OpenPart(policies: Set(policies.map(name(ofPolicy:))), gap: gap)
        }
    }

    private func name(ofPolicy index: Int) -> String { situation.policies[index].policy.name }
}
