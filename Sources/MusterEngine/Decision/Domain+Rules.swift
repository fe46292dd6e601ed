// Losses and gains of which nothing follows. The rules, and why they hold, are in the article
// "IncrementalRules"; what they do not settle is decided by solving.

import MusterModel
import MusterSolver

extension Domain {
    /// Finds which resources that have become usable may make a better choice possible (rule R3).
    mutating func settleGains(_ turn: inout Turn) {
        guard !turn.gained.isEmpty else { return }
        // A host that can be used again may tie what it carries.
        for slot in turn.gained { situation.uniteGuests(of: slot) }
        for slot in turn.gained where !isBeyondImprovement(slot) { turn.slots.insert(slot) }
    }

    /// Whether no choice with a slot that can be used again is better than what is implemented.
    mutating func isBeyondImprovement(_ slot: Int) -> Bool {
        // Only of a choice that is best something follows; what is held back is none.
        unproven.isEmpty && restraints.withheld.isEmpty
            && situation.isBeyondImprovement(slot, unsettled: unsettled)
    }

    /// Finds which resources that were in use and can no longer be leave a choice that may not be
    /// the best (rule R4).
    mutating func settleLosses(_ turn: inout Turn) {
        guard !turn.lost.isEmpty else { return }
        let lost = Set(turn.lost)
        let isBest = unproven.isEmpty && restraints.withheld.isEmpty
        for slot in turn.lost where !isBest || !isHarmless(loss: slot, among: lost) {
            turn.slots.insert(slot)
        }
    }

    /// Whether the implemented configuration without a slot is the best without it. Hosts that
    /// carry each other in a ring, or in a very long chain, are left to the solver.
    private func isHarmless(loss slot: Int, among lost: Set<Int>) -> Bool {
        var slot = slot
        for _ in 0..<Situation.depthLimit {
            guard isMissedByNoPolicy(slot) else { return false }
            guard let host = situation.inventory.host(of: slot) else { return true }
            guard lost.contains(host) else { return situation.fixing(host) == .fixed(true) }
            slot = host
        }
        return false
    }

    /// Whether more of what a lost slot is is never worse, and all that read it stand as before.
    private func isMissedByNoPolicy(_ slot: Int) -> Bool {
        situation.traits[slot].isDisjoint(with: [.ruled, .mayHurt])
            && situation.enforcedReaders(of: slot).allSatisfy {
                situation.standings[$0] == Situation.Standing(situation.policies[$0])
            }
    }
}
