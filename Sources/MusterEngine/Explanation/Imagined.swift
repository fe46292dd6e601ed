// A domain as it would be with other states: what the answer to a question about some policies
// means for all the others.

import MusterPolicy

/// A situation in which some slots have other states than those implemented.
struct Imagined {
    private let base: Situation
    /// The situation with those states.
    private(set) var situation: Situation
    /// Slots that went off because what they need went off.
    private var fallen: [Int] = []

    /// Begins with what is implemented.
    init(_ situation: Situation) {
        base = situation
        self.situation = situation
    }

    /// Gives slots these states in place of those given before. What runs on a host that is off,
    /// or lacks what it depends on, goes off as well, so that what comes out is a valid choice.
    ///
    /// - Complexity: O(slots × what they touch).
    mutating func take(_ states: [(slot: Int, isOnline: Bool)]) {
        for slot in fallen { situation.setOnline(slot, base.isOnline[slot]) }
        fallen = []
        for (slot, isOnline) in states { situation.setOnline(slot, isOnline) }
        var pending = states.filter { !$0.isOnline }.map(\.slot)
        while let slot = pending.popLast() {
            var dependents = situation.inventory.guests(of: slot)
            for index in situation.serves[slot] {
                let dependency = situation.dependencies[index]
                let online = dependency.providers.count { situation.isOnline[$0] }
                if online < dependency.need.atLeast { dependents += dependency.dependents }
            }
            for next in dependents where situation.isManaged[next] && situation.isOnline[next] {
                situation.setOnline(next, false)
                fallen.append(next)
                pending.append(next)
            }
        }
    }

    /// Whether a policy would hold; its grounding need not be that of a policy in force.
    ///
    /// - Complexity: O(terms of the policy).
    func holds(_ ground: GroundPolicy) -> Bool {
        var ground = ground
        for quantity in ground.quantities.indices {
            ground.quantities[quantity].reset()
            for (term, entry) in ground.quantities[quantity].terms.enumerated() {
                ground.quantities[quantity].update(
                    term: term,
                    usable: situation.inventory.isUsable[entry.slot] ? 1 : 0,
                    online: situation.isOnline[entry.slot] ? 1 : 0
                )
            }
        }
        return ground.isSatisfied
    }
}

extension Situation {
    /// The same situation if these resources recovered.
    func supposing(recovered slots: [Int]) -> Situation {
        var copy = self
        let changed = copy.inventory.suppose(recovered: slots)
        for slot in changed { copy.refresh(slot) }
        // What a dependency ruled out may be possible again.
        copy.refreshBlocked()
        return copy
    }
}
