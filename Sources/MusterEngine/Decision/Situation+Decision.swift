// Deciding: each touched part is solved and becomes the implemented configuration.

import MusterModel
import MusterPolicy
import MusterSolver

/// What deciding did.
struct Decision: Sendable {
    /// How often the solver was called.
    var solves = 0
    /// The parts that were decided.
    var parts: [Part] = []
    /// Enforced policies whose choice was not proven best.
    var unproven: Set<Int> = []
    /// What is left open of them, part by part, where that is known.
    var gaps: [(policies: [Int], gap: Gap)] = []
    /// What the solver counted, summed.
    var statistics = Solution.Statistics()
}

extension Situation {
    /// The work that every part may take, however much the others have taken; unless all may not.
    private var leastWork: Int { 1_000_000 }

    /// Decides the parts that contain one of these slots or policies; the rest keeps its state.
    mutating func decide(
        slots: some Sequence<Int>,
        policies seeds: some Sequence<Int>,
        budget: Budget
    ) -> Decision {
        var decision = Decision()
        refreshBlocked()
        // What a rule has settled or released far from the change touches its own readers.
        let ruled = reblocked.filter { inventory.isTaken($0) }
        blockings.formUnion(reblocked)
        reblocked = []
        let slots = ruled.union(slots)
        let settled = settle(slots.sorted())
        // Small parts first: what they leave over is for the large ones. Among equals the first
        // resource decides, not the slot, which says who reported first: people are told of parts
        // in this order too.
        decision.parts = parts(touching: slots.union(settled), policies: seeds)
            .sorted { isBefore($0, $1) }
        for (position, part) in decision.parts.enumerated() {
            settle(part.unsettled)
            guard !part.slots.isEmpty, !settleAlone(part) else { continue }
            decision.solves += 1
            let left = max(0, budget.work - decision.statistics.work)
            let least = min(leastWork, budget.work)
            let share = Budget(work: max(left / min(decision.parts.count - position, 4), least))
            solve(part, budget: share, &decision)
        }
        return decision
    }

    private func isBefore(_ a: Part, _ b: Part) -> Bool {
        guard a.slots.count == b.slots.count else { return a.slots.count < b.slots.count }
        guard let first = a.slots.first, let other = b.slots.first else {
            return a.policies.first ?? 0 < b.policies.first ?? 0
        }
        return inventory[first].id < inventory[other].id
    }

    /// Gives slots that the rules alone decide the state that follows, with everything above and
    /// below them, which may have become settled with it.
    ///
    /// - Returns: the slots whose state that changed.
    @discardableResult
    private mutating func settle(_ slots: [Int]) -> [Int] {
        var changed: [Int] = []
        var seen: Set<Int> = []
        var pending = slots
        while let slot = pending.popLast() {
            guard seen.insert(slot).inserted else { continue }
            if settle(slot) { changed.append(slot) }
            pending += inventory.guests(of: slot)
        }
        for slot in slots {
            var above = inventory.host(of: slot)
            while let host = above, seen.insert(host).inserted {
                if settle(host) { changed.append(host) }
                above = inventory.host(of: host)
            }
        }
        return changed
    }

    private mutating func settle(_ slot: Int) -> Bool {
        guard isManaged[slot], case .fixed(let value) = fixing(slot), isOnline[slot] != value
        else { return false }
        setOnline(slot, value)
        return true
    }

    /// Decides a part of one slot that nothing reads and nothing restrains: its cost says it all.
    ///
    /// - Returns: whether the part is such a one.
    private mutating func settleAlone(_ part: Part) -> Bool {
        guard part.policies.isEmpty, part.slots.count == 1, let slot = part.slots.first,
            needs[slot].isEmpty, serves[slot].isEmpty
        else { return false }
        let isThere = isCurrentlyOnline(slot)
        let on = onlineCost[slot].saturatingAdd(isThere ? 0 : changeCost[slot])
        let off = isThere ? changeCost[slot] : 0
        if on != off { setOnline(slot, on < off) }
        return true
    }

    /// Solves one part and implements the choice.
    private mutating func solve(_ part: Part, budget: Budget, _ decision: inout Decision) {
        var lowering = Lowering(self, part, others: .settled)
        lowering.decide()
        switch Solver(budget: budget).solve(lowering.problem) {
        case .solved(let solution):
            for (slot, isOnline) in lowering.states(in: solution) { setOnline(slot, isOnline) }
            checkClaims(of: lowering, solution)
            decision.statistics.add(solution.statistics)
            guard !solution.isOptimal else { return }
            decision.unproven.formUnion(part.policies)
            if let gap = lowering.gap(of: solution) { decision.gaps.append((part.policies, gap)) }
        case .infeasible:
            // All that is not blocked can be online together: see `refreshBlocked()`.
            assertionFailure("the structure of a part contradicts itself")
            fallBack(part)
            decision.unproven.formUnion(part.policies)
        case .unknown:
            fallBack(part)
            decision.unproven.formUnion(part.policies)
        }
    }

    /// The choice that is valid whatever else: what is online now and may stay so.
    private mutating func fallBack(_ part: Part) {
        for slot in part.slots { setOnline(slot, isCurrentlyOnline(slot)) }
        var isStable = false
        while !isStable {
            isStable = true
            for slot in part.slots where isOnline[slot] && !mayStayOnline(slot) {
                setOnline(slot, false)
                isStable = false
            }
        }
    }

    private func mayStayOnline(_ slot: Int) -> Bool {
        if let host = inventory.host(of: slot), !isOnline[host] { return false }
        return needs[slot].allSatisfy { index in
            let dependency = dependencies[index]
            let online = dependency.providers.count { isOnline[$0] }
            return online >= dependency.need.atLeast
        }
    }

    /// A solver that claims what the counters deny is a mistake of ours, and commands must not
    /// follow from it.
    func checkClaims(of lowering: Lowering, _ solution: Solution) {
        for (level, value) in zip(lowering.levels, solution.objectives) {
            guard case .unsatisfied(let priority) = level else { continue }
            let counted = lowering.part.policies.count {
                policies[$0].policy.priority == priority && !policies[$0].isSatisfied
            }
            precondition(
                counted == value,
                "the solver claims \(value) unsatisfied policies of priority \(priority), "
                    + "the counters find \(counted)"
            )
        }
    }
}

extension Solution.Statistics {
    mutating func add(_ other: Self) {
        components += other.components
        classes += other.classes
        decisions += other.decisions
        conflicts += other.conflicts
        pivots += other.pivots
        work += other.work
    }
}
