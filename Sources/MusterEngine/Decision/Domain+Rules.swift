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

    /// Whether the implemented configuration without a slot is the best without it.
    private func isHarmless(loss slot: Int, among lost: Set<Int>) -> Bool {
        guard situation.traits[slot].isDisjoint(with: [.ruled, .mayHurt]) else { return false }
        if let host = situation.inventory.host(of: slot) {
            if lost.contains(host) {
                guard isHarmless(loss: host, among: lost) else { return false }
            } else {
                guard situation.fixing(host) == .fixed(true) else { return false }
            }
        }
        return situation.enforcedReaders(of: slot).allSatisfy {
            situation.standings[$0] == Situation.Standing(situation.policies[$0])
        }
    }
}
