// The contract's objective of an implemented configuration, evaluated from the counters.

import MusterModel
import MusterPolicy
import MusterSolver

/// How good a choice is, compared from the first part to the last.
public struct Objective: Hashable, Sendable {
    /// The enforced policies of one priority that do not hold.
    public struct Unsatisfied: Hashable, Sendable {
        /// Their priority.
        public let priority: Int
        /// Their names, in order.
        public let policies: [String]
    }

    /// How far the `bestEffort` policies of one priority fall short.
    public struct Shortfall: Hashable, Sendable {
        /// Their priority.
        public let priority: Int
        /// The sum of their shortfalls.
        public let amount: Int
    }

    /// One of the parts that are compared.
    public enum Level: Hashable, Sendable {
        /// How many policies of a priority do not hold.
        case unsatisfied(priority: Int)
        /// By how much `bestEffort` policies of a priority fall short.
        case shortfall(priority: Int)
        case cost
    }

    /// From the highest priority down; priorities where all hold are left out.
    public var unsatisfied: [Unsatisfied] = []
    /// From the highest priority down; priorities where nothing is short are left out.
    public var shortfall: [Shortfall] = []
    /// What changes of state cost.
    public var changes = 0
    /// What unmet preferences cost.
    public var preferences = 0
    /// What minimised quantities cost.
    public var running = 0
    /// The whole cost.
    public var cost: Int { changes.saturatingAdd(preferences).saturatingAdd(running) }

    /// The value of one part.
    public subscript(level: Level) -> Int {
        switch level {
        case .unsatisfied(let priority):
            unsatisfied.first { $0.priority == priority }?.policies.count ?? 0
        case .shortfall(let priority): shortfall.first { $0.priority == priority }?.amount ?? 0
        case .cost: cost
        }
    }
}

extension Objective.Level: Comparable {
    /// Whether it is compared before another.
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: (Int, Int) {
        switch self {
        case .unsatisfied(let priority): (0, -priority)
        case .shortfall(let priority): (1, -priority)
        case .cost: (2, 0)
        }
    }
}

extension Situation {
    /// The objective of the implemented configuration against the current states.
    ///
    /// - Complexity: O(slots + leaves of all policies).
    var objective: Objective {
        var objective = Objective()
        var unsatisfied: [Int: [String]] = [:]
        var shortfall: [Int: Int] = [:]
        for ground in policies where ground.isEnforced {
            objective.preferences = objective.preferences.saturatingAdd(ground.preferenceCost)
            guard !ground.isSatisfied else { continue }
            let priority = ground.policy.priority
            unsatisfied[priority, default: []].append(ground.policy.name)
            if ground.policy.whenUnsatisfiable == .bestEffort {
                shortfall[priority] = (shortfall[priority] ?? 0).saturatingAdd(ground.shortfall)
            }
        }
        // What was taken in without deciding has neither a place nor a price yet.
        let decided = isOnline.count
        for slot in inventory.registered where slot < decided && inventory.isUsable[slot] {
            if isOnline[slot] != isCurrentlyOnline(slot) { objective.changes += changeCost[slot] }
            if isOnline[slot] {
                objective.running = objective.running.saturatingAdd(onlineCost[slot])
            }
        }
        objective.unsatisfied = unsatisfied.sorted { $0.key > $1.key }
            .map { .init(priority: $0.key, policies: $0.value) }
        objective.shortfall = shortfall.sorted { $0.key > $1.key }
            .map { .init(priority: $0.key, amount: $0.value) }
        return objective
    }
}
