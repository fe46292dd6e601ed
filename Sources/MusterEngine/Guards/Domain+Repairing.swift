// While a large plan is held, small things go on failing. Waiting for an answer would leave them
// broken, and deciding anew would begin what is held. So what held before is made to hold again by
// the fewest changes, and nothing else is touched.

import MusterModel
import MusterPolicy
import MusterSolver

extension Domain {
    /// Repairs policies that have ceased to hold since a plan was held, where that takes no more
    /// changes than guards allow. Called with the choice of a decision that is to be held.
    ///
    /// - Returns: the slots that are changed; none where nothing can be repaired so.
    /// - Complexity: one solve of each part with such a policy.
    mutating func repair(_ decision: Decision, _ changes: Changes, _ turn: Turn) -> Changes {
        let held = restraints.withheld.filter { $0.status != .skipped }
        guard !held.isEmpty, !restraints.isFrozen else { return [:] }
        let helped = Set(held.flatMap(\.policies))
        takeBack(changes)
        defer { for (slot, isOnline) in changes { situation.setOnline(slot, isOnline) } }
        let managed = situation.isManaged.count { $0 }
        var left = limits.mostChanges(of: managed) ?? managed
        var repaired: Changes = [:]
        for part in decision.parts {
            let broken = part.policies.filter { index in
                !situation.policies[index].isSatisfied && !turn.policies.contains(index)
                    && !helped.contains(situation.policies[index].policy.name)
            }
            guard !broken.isEmpty else { continue }
            let fixed = repair(broken, in: part, most: left)
            left -= fixed.count
            repaired.merge(fixed) { known, _ in known }
        }
        for (slot, isOnline) in repaired { situation.setOnline(slot, !isOnline) }
        return repaired
    }

    private mutating func repair(_ broken: [Int], in part: Part, most: Int) -> Changes {
        let before = part.policies.filter { situation.policies[$0].isSatisfied }
        var lowering = Lowering(situation, part)
        lowering.repair(before + broken, most: most)
        guard
            case .solved(let solution) = Solver(budget: Budget(work: options.solveWork))
                .solve(lowering.problem)
        else { return [:] }
        var changes: Changes = [:]
        for (slot, isOnline) in lowering.states(in: solution)
        where isOnline != situation.isOnline[slot] {
            changes[slot] = isOnline
            situation.setOnline(slot, isOnline)
        }
        // Rules that are held, such as a drain, count as obeyed in the problem; what is decides.
        let isBetter =
            before.allSatisfy { situation.policies[$0].isSatisfied }
            && broken.contains { situation.policies[$0].isSatisfied }
        guard isBetter, changes.count <= most else {
            for (slot, isOnline) in changes { situation.setOnline(slot, !isOnline) }
            return [:]
        }
        return changes
    }
}

extension Lowering {
    /// Asks for as few of these policies unsatisfied as possible, from the highest priority down,
    /// then for the fewest changes of what is implemented, and for no more than `most`.
    mutating func repair(_ policies: [Int], most: Int) {
        var unsatisfied: [Int: LinearSum] = [:]
        for index in policies {
            let ground = situation.policies[index]
            guard let require = ground.require else { continue }
            var level = unsatisfied[ground.policy.priority] ?? LinearSum()
            level.add(1, negation(truth(require, of: ground)))
            unsatisfied[ground.policy.priority] = level
        }
        var changes = LinearSum()
        var room = LinearSum(most)
        for slot in part.slots {
            let change = changed(slot)
            changes.add(max(1, situation.changeCost[slot]), change)
            room.add(-1, change)
        }
        problem.require(room)
        for (priority, sum) in unsatisfied.sorted(by: { $0.key > $1.key }) {
            add(sum, as: .unsatisfied(priority: priority))
        }
        add(changes, as: .cost)
    }

    /// 1 where a slot gets another state than is implemented.
    private func changed(_ slot: Int) -> LinearSum {
        var sum = LinearSum(situation.isOnline[slot] ? 1 : 0)
        sum.add(situation.isOnline[slot] ? -1 : 1, online(slot))
        return sum
    }
}
