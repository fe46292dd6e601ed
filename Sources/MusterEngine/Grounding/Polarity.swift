// In which direction quantities work. A resource that can only help is lost without a search when
// nothing that it helped with has become worse.

/// What quantities do to conditions by growing.
struct Polarity {
    /// For each quantity, whether a greater one can make a condition false, or its shortfall
    /// greater.
    private(set) var hurts: [Bool]
    /// For each quantity, whether a greater one can make a condition true, or its shortfall less.
    private(set) var helps: [Bool]

    /// What so many quantities do to conditions that are to hold.
    ///
    /// - Complexity: O(leaves).
    init(_ conditions: [GroundCondition], quantities: Int) {
        hurts = Array(repeating: false, count: quantities)
        helps = hurts
        for condition in conditions { walk(condition, wanted: true, unwanted: false) }
    }

    /// Walks a condition that is wanted to hold, wanted not to hold, or both.
    private mutating func walk(_ condition: GroundCondition, wanted: Bool, unwanted: Bool) {
        switch condition {
        case .and(let conditions), .or(let conditions):
            for condition in conditions { walk(condition, wanted: wanted, unwanted: unwanted) }
        case .nor(let conditions), .nand(let conditions):
            for condition in conditions { walk(condition, wanted: unwanted, unwanted: wanted) }
        case .not(let condition): walk(condition, wanted: unwanted, unwanted: wanted)
        case .xor(let conditions):
            for condition in conditions { walk(condition, wanted: true, unwanted: true) }
        case .implication(let premise, let then, let otherwise):
            let isBoth = otherwise != nil
            walk(premise, wanted: unwanted || isBoth, unwanted: wanted || isBoth)
            walk(then, wanted: wanted, unwanted: unwanted)
            if let otherwise { walk(otherwise, wanted: wanted, unwanted: unwanted) }
        case .threshold(let range, let conditions):
            let hasLower = range.lowerBound > 0
            let hasUpper = range.upperBound < conditions.count
            for condition in conditions {
                walk(
                    condition,
                    wanted: wanted && hasLower || unwanted && hasUpper,
                    unwanted: unwanted && hasLower || wanted && hasUpper
                )
            }
        case .leaf(let leaf): note(leaf, wanted: wanted, unwanted: unwanted)
        case .fits(let leaves):
            for leaf in leaves { note(leaf, wanted: wanted, unwanted: unwanted) }
        }
    }

    private mutating func note(_ leaf: GroundCondition.Leaf, wanted: Bool, unwanted: Bool) {
        for bound in leaf.bounds {
            note(leaf.quantity, factor: bound.sign, wanted: wanted, unwanted: unwanted)
            if let other = bound.other {
                note(other.quantity, factor: other.factor, wanted: wanted, unwanted: unwanted)
            }
        }
    }

    private mutating func note(_ quantity: Int, factor: Int, wanted: Bool, unwanted: Bool) {
        if factor < 0 && wanted || factor > 0 && unwanted { hurts[quantity] = true }
        if factor > 0 && wanted || factor < 0 && unwanted { helps[quantity] = true }
    }
}
