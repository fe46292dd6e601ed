// How far what is implemented may be from the best, where a solve ran out of work.

import MusterSolver

/// What a solve has left open of a part.
struct Gap: Sendable {
    /// The first part of the objective that is not proven; those before it are.
    let level: Objective.Level
    /// By how much it may be better, at most.
    let amount: Int
}

/// Policies that were decided together and not proven best, and what is left open.
struct OpenPart: Sendable {
    let policies: Set<String>
    let gap: Gap
}

extension Lowering {
    /// What a solution that is not proven best leaves open; `nil` where it does not say.
    func gap(of solution: Solution) -> Gap? {
        for (index, level) in levels.enumerated() {
            let amount = solution.objectives[index] - solution.bounds[index]
            if amount > 0 { return Gap(level: level, amount: amount) }
        }
        return nil
    }
}

extension Objective {
    /// What no choice is better than.
    public struct Bound: Hashable, Sendable {
        /// The first part of the objective that is not proven; those before it are.
        public let level: Level
        /// The least value that it could have.
        public let value: Int
    }
}

extension Domain {
    /// What no choice is better than, as far as that is known; `nil` where the choice is proven
    /// best, and where nothing is known.
    ///
    /// - Complexity: O(unproven policies).
    func bound(of objective: Objective) -> Objective.Bound? {
        let known = openParts.reduce(into: Set<String>()) { $0.formUnion($1.policies) }
        guard let level = openParts.map(\.gap.level).min(), known.isSuperset(of: unproven)
        else { return nil }
        let gaps = openParts.filter { $0.gap.level == level }
        return .init(
            level: level,
            value: gaps.reduce(objective[level]) { $0.saturatingAdd(-$1.gap.amount) }
        )
    }

    /// Forgets the bounds of parts that are decided anew, or differently.
    mutating func forgetBounds(touching policies: some Sequence<String>) {
        guard !openParts.isEmpty else { return }
        openParts.removeAll { !$0.policies.isDisjoint(with: policies) }
    }
}
