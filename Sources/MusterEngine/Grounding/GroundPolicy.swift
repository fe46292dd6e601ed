// A policy over the slots of one inventory.

import MusterModel
import MusterPolicy
import MusterSolver

/// A grounded policy with counters for everything it reads.
struct GroundPolicy: Sendable {
    let policy: Policy
    /// What must hold; `nil` where the policy only has preferences.
    let require: GroundCondition?
    /// What is preferred, and the cost of each unit of shortfall.
    let prefer: [(condition: GroundCondition, weight: Int)]
    /// What it costs that a slot is online.
    let onlineCosts: [(slot: Int, cost: Int)]
    /// What it costs to change a slot.
    let changeCosts: [(slot: Int, cost: Int)]
    /// The slots that any selector of `require`, `prefer` or `minimize` matches, in order.
    let matched: [Int]
    /// The slots that `require` and `prefer` read, in order.
    let coupled: [Int]
    /// The quantities that the conditions read.
    var quantities: [GroundQuantity]
    /// What each quantity does to its conditions by growing.
    let polarity: Polarity

    /// Whether it may command.
    var isEnforced: Bool { policy.mode == .enforce }

    /// Whether the requirement holds in the implemented configuration.
    var isSatisfied: Bool { require?.holds(quantities) ?? true }

    /// How far the requirement is from holding.
    var shortfall: Int { require?.shortfall(quantities) ?? 0 }

    /// What unmet preferences cost.
    var preferenceCost: Int {
        prefer.reduce(0) {
            $0.saturatingAdd($1.weight.saturatingMultiply($1.condition.shortfall(quantities)))
        }
    }
}
