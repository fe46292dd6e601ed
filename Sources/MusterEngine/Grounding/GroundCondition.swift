// A condition over the slots of one inventory: selectors are resolved, `forEach` is unrolled,
// percentages are numbers. What is left are bounds on quantities, and logic.

import MusterModel
import MusterPolicy
import MusterSolver

/// A condition whose leaves are bounds on quantities, by index into ``GroundPolicy/quantities``.
indirect enum GroundCondition: Sendable {
    case and([GroundCondition])
    case or([GroundCondition])
    case nor([GroundCondition])
    case nand([GroundCondition])
    case xor([GroundCondition])
    case not(GroundCondition)
    case implication(if: GroundCondition, then: GroundCondition, else: GroundCondition?)
    /// The number of conditions that hold lies in the range.
    case threshold(ClosedRange<Int>, of: [GroundCondition])
    case leaf(Leaf)
    /// Every limit holds; the shortfall is the summed excess.
    case fits([Leaf])

    /// Bounds on one quantity, all of which hold.
    struct Leaf: Sendable {
        /// Each bound is a sum that must be at least 0.
        struct Bound: Sendable {
            /// 1 for a lower bound on the quantity, -1 for an upper one.
            let sign: Int
            /// The quantity that it is compared with, and how often it counts.
            let other: (quantity: Int, factor: Int)?
            let constant: Int
        }

        let quantity: Int
        let bounds: [Bound]
        /// The condition that it was written as.
        let condition: Condition
        /// What `forEach` or `fits` narrowed it to, in words; empty elsewhere.
        let scope: String
    }
}

extension GroundCondition.Leaf {
    /// By how much the worst bound is missed; 0 when all hold.
    func shortfall(_ quantities: [GroundQuantity]) -> Int {
        let value = quantities[quantity].value
        return bounds.reduce(0) { worst, bound in
            var slack = (bound.sign * value).saturatingAdd(bound.constant)
            if let other = bound.other {
                let value = quantities[other.quantity].value
                slack = slack.saturatingAdd(other.factor.saturatingMultiply(value))
            }
            return max(worst, slack.saturatingNegation)
        }
    }
}

extension GroundCondition {
    /// Whether it holds.
    ///
    /// - Complexity: O(leaves).
    func holds(_ quantities: [GroundQuantity]) -> Bool {
        func count(_ conditions: [GroundCondition]) -> Int {
            conditions.reduce(0) { $0 + ($1.holds(quantities) ? 1 : 0) }
        }
        switch self {
        case .and(let conditions): return conditions.allSatisfy { $0.holds(quantities) }
        case .or(let conditions): return conditions.contains { $0.holds(quantities) }
        case .nor(let conditions): return !conditions.contains { $0.holds(quantities) }
        case .nand(let conditions): return !conditions.allSatisfy { $0.holds(quantities) }
        case .xor(let conditions): return count(conditions) % 2 == 1
        case .not(let condition): return !condition.holds(quantities)
        case .implication(let premise, let then, let otherwise):
            if premise.holds(quantities) { return then.holds(quantities) }
            return otherwise?.holds(quantities) ?? true
        case .threshold(let range, let conditions): return range.contains(count(conditions))
        case .leaf(let leaf): return leaf.shortfall(quantities) == 0
        case .fits(let leaves): return leaves.allSatisfy { $0.shortfall(quantities) == 0 }
        }
    }

    /// How far it is from holding (contract, section 5); 0 exactly when it holds.
    ///
    /// - Complexity: O(leaves).
    func shortfall(_ quantities: [GroundQuantity]) -> Int {
        switch self {
        case .and(let conditions):
            conditions.reduce(0) { $0.saturatingAdd($1.shortfall(quantities)) }
        case .or(let conditions): conditions.map { $0.shortfall(quantities) }.min() ?? 1
        case .leaf(let leaf): leaf.shortfall(quantities)
        case .fits(let leaves): leaves.reduce(0) { $0.saturatingAdd($1.shortfall(quantities)) }
        default: holds(quantities) ? 0 : 1
        }
    }
}
