// What a condition promises: the bounds of which all must hold for it to hold, each an upper or a
// lower one, and how far one can fall short while quantities move between two states.

import MusterSolver

extension GroundCondition {
    /// The conditions of which all must hold for this one to hold, or not to hold where it is
    /// negated; bounds each for itself, so that a lower and an upper one are told apart.
    func conjuncts(isNegated: Bool = false) -> [GroundCondition] {
        func each(_ conditions: [GroundCondition], isNegated: Bool) -> [GroundCondition] {
            conditions.flatMap { $0.conjuncts(isNegated: isNegated) }
        }
        switch (self, isNegated) {
        case (.and(let all), false): return each(all, isNegated: false)
        case (.or(let all), true), (.nor(let all), false): return each(all, isNegated: true)
        case (.nand(let all), true): return each(all, isNegated: false)
        case (.not(let condition), _): return condition.conjuncts(isNegated: !isNegated)
        // Of a single condition, any connective is that condition or its negation.
        case (.or(let all), false) where all.count == 1: return each(all, isNegated: false)
        case (.nor(let all), true) where all.count == 1: return each(all, isNegated: false)
        case (.and(let all), true) where all.count == 1: return each(all, isNegated: true)
        case (.nand(let all), false) where all.count == 1: return each(all, isNegated: true)
        case (.implication(let premise, let then, let otherwise), false):
            let first = GroundCondition.or([.not(premise), then])
            return [first] + (otherwise.map { [.or([premise, $0])] } ?? [])
        case (.fits(let leaves), false): return leaves.map { .leaf($0) }
        case (.leaf(let leaf), false): return leaf.bounds.map { .leaf(leaf.with([$0])) }
        case (.leaf(let leaf), true) where leaf.bounds.count == 1:
            return [.leaf(leaf.with([leaf.bounds[0].opposite]))]
        case (_, false): return [self]
        case (_, true): return [.not(self)]
        }
    }

    /// Whether it is an upper bound, or made of nothing but upper bounds. All else counts as a
    /// lower bound: it may have to give way where an upper one must not.
    func isUpper(isNegated: Bool = false) -> Bool {
        func all(_ conditions: [GroundCondition], isNegated: Bool) -> Bool {
            conditions.allSatisfy { $0.isUpper(isNegated: isNegated) }
        }
        switch self {
        case .and(let conditions), .or(let conditions):
            return all(conditions, isNegated: isNegated)
        case .nor(let conditions), .nand(let conditions):
            return all(conditions, isNegated: !isNegated)
        case .not(let condition): return condition.isUpper(isNegated: !isNegated)
        case .implication(let premise, let then, let otherwise):
            return otherwise == nil && premise.isUpper(isNegated: !isNegated)
                && then.isUpper(isNegated: isNegated)
        case .threshold(let range, let conditions):
            // As long as only one end of the range matters, more that hold help, or fewer.
            if range.upperBound >= conditions.count {
                return all(conditions, isNegated: isNegated)
            }
            return range.lowerBound <= 0 && all(conditions, isNegated: !isNegated)
        case .xor: return false
        case .leaf(let leaf):
            return isNegated
                ? leaf.bounds.count == 1 && leaf.bounds[0].sign > 0
                : leaf.bounds.allSatisfy { $0.sign < 0 }
        case .fits: return !isNegated
        }
    }

    /// The most that it may fall short by while each quantity lies between its values in two
    /// states: at least what it is in any state between, exactly that for a single bound on one.
    ///
    /// - Complexity: O(leaves).
    func worst(_ low: [GroundQuantity], _ high: [GroundQuantity]) -> Int {
        switch self {
        case .and(let conditions):
            conditions.reduce(0) { $0.saturatingAdd($1.worst(low, high)) }
        case .or(let conditions): conditions.map { $0.worst(low, high) }.min() ?? 1
        case .leaf(let leaf): leaf.worst(low, high)
        case .fits(let leaves): leaves.reduce(0) { $0.saturatingAdd($1.worst(low, high)) }
        default: truth(low, high) == true ? 0 : 1
        }
    }

    /// Whether it holds in every state between two, or in none; `nil` where that is not sure.
    private func truth(_ low: [GroundQuantity], _ high: [GroundQuantity]) -> Bool? {
        func all(_ conditions: [GroundCondition]) -> Bool? {
            let truths = conditions.map { $0.truth(low, high) }
            if truths.contains(false) { return false }
            return truths.allSatisfy { $0 == true } ? true : nil
        }
        func any(_ conditions: [GroundCondition]) -> Bool? {
            let truths = conditions.map { $0.truth(low, high) }
            if truths.contains(true) { return true }
            return truths.allSatisfy { $0 == false } ? false : nil
        }
        switch self {
        case .and(let conditions): return all(conditions)
        case .or(let conditions): return any(conditions)
        case .nor(let conditions): return any(conditions).map { !$0 }
        case .nand(let conditions): return all(conditions).map { !$0 }
        case .not(let condition): return condition.truth(low, high).map { !$0 }
        case .implication(let premise, let then, let otherwise):
            if let isOn = premise.truth(low, high) {
                return isOn ? then.truth(low, high) : otherwise.map { $0.truth(low, high) } ?? true
            }
            return all([then] + (otherwise.map { [$0] } ?? [])) == true ? true : nil
        case .xor(let conditions):
            let truths = conditions.map { $0.truth(low, high) }
            guard !truths.contains(nil) else { return nil }
            return truths.count { $0 == true } % 2 == 1
        case .threshold(let range, let conditions):
            let truths = conditions.map { $0.truth(low, high) }
            let least = truths.count { $0 == true }
            let most = truths.count - truths.count { $0 == false }
            if range.contains(least), range.contains(most) { return true }
            return most < range.lowerBound || least > range.upperBound ? false : nil
        case .leaf(let leaf):
            if leaf.worst(low, high) == 0 { return true }
            return leaf.best(low, high) > 0 ? false : nil
        case .fits(let leaves):
            if leaves.allSatisfy({ $0.worst(low, high) == 0 }) { return true }
            return leaves.contains { $0.best(low, high) > 0 } ? false : nil
        }
    }
}

extension GroundCondition.Leaf {
    fileprivate func with(_ bounds: [Bound]) -> Self {
        .init(quantity: quantity, bounds: bounds, condition: condition, scope: scope)
    }

    /// The most that it may fall short by between two states.
    fileprivate func worst(_ low: [GroundQuantity], _ high: [GroundQuantity]) -> Int {
        bounds.reduce(0) {
            max($0, slack($1, low, high, pick: { min($0, $1) }).saturatingNegation)
        }
    }

    /// The least that it must fall short by between two states.
    fileprivate func best(_ low: [GroundQuantity], _ high: [GroundQuantity]) -> Int {
        bounds.reduce(0) {
            max($0, slack($1, low, high, pick: { max($0, $1) }).saturatingNegation)
        }
    }

    private func slack(
        _ bound: Bound,
        _ low: [GroundQuantity],
        _ high: [GroundQuantity],
        pick: (Int, Int) -> Int
    ) -> Int {
        var slack = pick(bound.sign * low[quantity].value, bound.sign * high[quantity].value)
            .saturatingAdd(bound.constant)
        if let other = bound.other {
            slack = slack.saturatingAdd(
                pick(
                    other.factor.saturatingMultiply(low[other.quantity].value),
                    other.factor.saturatingMultiply(high[other.quantity].value)
                )
            )
        }
        return slack
    }
}

extension GroundCondition.Leaf.Bound {
    /// The bound that holds where this one does not: of whole numbers, -slack - 1 ≥ 0.
    fileprivate var opposite: Self {
        .init(
            sign: -sign,
            other: other.map { ($0.quantity, $0.factor.saturatingNegation) },
            constant: constant.saturatingNegation.saturatingAdd(-1)
        )
    }
}
