// Ordering by looking at every state that a few changes can pass through: finds an order that
// keeps every promise wherever there is one, and else one in which as few give way as can be, and
// these as little.

import MusterModel
import MusterSolver

/// Orders one small part of a transition.
struct Exhaustive {
    /// A set of changes that have come about, bit by bit.
    private typealias Mask = Int

    private let transition: Transition
    private let part: [Int]
    /// The promises that the part touches, the most important first.
    private let promises: [Int]
    /// By state: whether order allows it.
    private var isAllowed: [Bool]
    /// By state: by how much each promise falls short of its cap, one state after the other.
    private var excess: [Int]

    private var full: Mask { (1 << part.count) - 1 }

    /// `state` is one in which all of the part has come about, and is so again afterwards.
    init(_ transition: Transition, _ part: [Int], _ state: inout Transition.State) {
        precondition(part.count <= Staging.exhaustiveLimit, "the part has too many orders")
        self.transition = transition
        self.part = part
        promises = Set(part.flatMap { transition.touching[$0] }).sorted { a, b in
            let (first, second) = (transition.promises[a], transition.promises[b])
            if first.rank != second.rank { return first.rank.rawValue < second.rank.rawValue }
            return first.priority == second.priority ? a < b : first.priority > second.priority
        }
        isAllowed = Array(repeating: true, count: 1 << part.count)
        excess = Array(repeating: 0, count: promises.count << part.count)
        measure(&state)
    }

    /// By how much every promise falls short, state by state: each differs from the one before in
    /// one change (Gray's code).
    private mutating func measure(_ state: inout Transition.State) {
        var numbers: [Int: Int] = [:]
        for (number, promise) in promises.enumerated() { numbers[promise] = number }
        let touching = part.map { change in
            transition.touching[change].compactMap { numbers[$0] }
        }
        let count = promises.count
        var current = promises.map { excess(transition.promises[$0], state) }
        for number in 0..<count { excess[full * count + number] = current[number] }
        var mask = full
        for step in 1...full {
            let bit = step.trailingZeroBitCount
            mask ^= 1 << bit
            if mask & (1 << bit) != 0 {
                transition.apply(part[bit], to: &state)
            } else {
                transition.undo(part[bit], in: &state)
            }
            for number in touching[bit] {
                current[number] = excess(transition.promises[promises[number]], state)
            }
            for number in 0..<count { excess[mask * count + number] = current[number] }
        }
        // All but one are done in the last state.
        for index in part.indices where mask & (1 << index) == 0 {
            transition.apply(part[index], to: &state)
        }
    }

    private func excess(_ promise: Transition.Promise, _ state: Transition.State) -> Int {
        max(0, transition.shortfall(promise, state) - promise.cap)
    }

    /// The stages; `nil` where the part depends on itself in a ring.
    func stages() -> [[Int]]? {
        var search = self
        guard search.order() else { return nil }
        let kept = search.kept()
        search.isAllowed = search.keeping(kept[...])
        // What has to give way gives way as little as can be.
        for rank in Transition.Promise.Rank.allCases {
            let given = promises.indices.filter {
                transition.promises[promises[$0]].rank == rank && !kept.contains($0)
            }
            search.soften(given)
        }
        return search.path()
    }

    private func excess(of promise: Int, in state: Mask) -> Int {
        excess[state * promises.count + promise]
    }

    /// The states that are allowed and in which these promises are kept.
    private func keeping(_ numbers: ArraySlice<Int>) -> [Bool] {
        isAllowed.indices.map { state in
            isAllowed[state] && !numbers.contains { excess(of: $0, in: state) > 0 }
        }
    }

    // MARK: What is kept

    /// Allows only states that hosts and groups allow.
    ///
    /// - Returns: whether any order is left.
    private mutating func order() -> Bool {
        let before = part.indices.map { index in
            part.indices.reduce(0) { mask, other in
                isBefore(part[other], part[index]) ? mask | (1 << other) : mask
            }
        }
        isAllowed = isAllowed.indices.map { state in
            !before.indices.contains { state & (1 << $0) != 0 && before[$0] & ~state != 0 }
        }
        return reaches(isAllowed)
    }

    private func isBefore(_ other: Int, _ change: Int) -> Bool {
        if transition.hosting[change].contains(other) { return true }
        guard transition.isStart(other) == transition.isStart(change),
            let first = transition.group[other], let second = transition.group[change]
        else { return false }
        let earlier = transition.isStart(change) ? transition.startsAfter : transition.stopsAfter
        return earlier[second].contains(first)
    }

    /// As many promises as an order can keep, a more important one before any less important.
    private func kept() -> [Int] {
        // What does not hold in the end is no order's fault.
        let candidates = promises.indices.filter { excess(of: $0, in: full) == 0 }
        var kept: [Int] = []
        var search = self
        var pending = [candidates[...]]
        while let next = pending.popLast() {
            guard !next.isEmpty else { continue }
            let narrowed = search.keeping(next)
            if reaches(narrowed) {
                search.isAllowed = narrowed
                kept += next
            } else if next.count > 1 {
                let middle = next.startIndex + next.count / 2
                pending.append(next[middle...])
                pending.append(next[..<middle])
            }
        }
        return kept
    }

    /// Whether an order leads to the end through good states only.
    private func reaches(_ isGood: [Bool]) -> Bool {
        var isReached = Array(repeating: false, count: full + 1)
        isReached[0] = isGood[0]
        for state in stride(from: 1, through: full, by: 1) where isGood[state] {
            isReached[state] = part.indices.contains {
                state & (1 << $0) != 0 && isReached[state ^ (1 << $0)]
            }
        }
        return isReached[full]
    }

    /// Forbids states in which these promises together fall shorter than they have to at some
    /// point of every order.
    private mutating func soften(_ given: [Int]) {
        guard !given.isEmpty else { return }
        let cost = isAllowed.indices.map { state in
            given.reduce(0) { $0.saturatingAdd(excess(of: $1, in: state)) }
        }
        var least = Array(repeating: Int.max, count: full + 1)
        least[0] = cost[0]
        for state in stride(from: 1, through: full, by: 1) where isAllowed[state] {
            let before = part.indices.filter { state & (1 << $0) != 0 }
                .map { least[state ^ (1 << $0)] }.min()
            if let before, before < .max { least[state] = max(before, cost[state]) }
        }
        let most = least[full]
        for state in isAllowed.indices where cost[state] > most { isAllowed[state] = false }
    }

    // MARK: The order

    /// A way through the states that are allowed, with as much in each stage as may be.
    private func path() -> [[Int]]? {
        var leads = Array(repeating: false, count: full + 1)
        leads[full] = isAllowed[full]
        for state in stride(from: full - 1, through: 0, by: -1) where isAllowed[state] {
            leads[state] = part.indices.contains {
                state & (1 << $0) == 0 && leads[state | (1 << $0)]
            }
        }
        guard leads[0] else { return nil }
        var stages: [[Int]] = []
        var state: Mask = 0
        while state != full {
            let stage = [true, false].lazy.map { fill(state, leads, isStart: $0) }
                .first { $0 != 0 }
            guard let stage else { return nil }
            stages.append(part.indices.filter { stage & (1 << $0) != 0 }.map { part[$0] })
            state |= stage
        }
        return stages
    }

    /// A stage of one direction of which every part may have come about.
    private func fill(_ state: Mask, _ leads: [Bool], isStart: Bool) -> Mask {
        var stage: Mask = 0
        var subsets: [Mask] = [0]
        for index in part.indices {
            let bit = 1 << index
            guard state & bit == 0, transition.isStart(part[index]) == isStart,
                leads[state | stage | bit],
                subsets.allSatisfy({ isAllowed[state | $0 | bit] })
            else { continue }
            stage |= bit
            subsets += subsets.map { $0 | bit }
        }
        return stage
    }
}
