// How far conditions are from holding, as sums that an objective makes small.

import MusterSolver

extension Lowering {
    mutating func shortfall(
        _ condition: GroundCondition,
        of policy: GroundPolicy
    ) -> LinearSum {
        switch condition {
        case .and(let conditions):
            var sum = LinearSum()
            for condition in conditions { sum.add(1, shortfall(condition, of: policy)) }
            return sum
        case .fits(let leaves):
            var sum = LinearSum()
            for leaf in leaves { sum.add(1, shortfall(leaf, of: policy)) }
            return sum
        case .leaf(let leaf): return shortfall(leaf, of: policy)
        case .or(let conditions):
            return smallest(conditions.map { shortfall($0, of: policy) })
        default: return negation(truth(condition, of: policy))
        }
    }

    private mutating func shortfall(
        _ leaf: GroundCondition.Leaf,
        of policy: GroundPolicy
    ) -> LinearSum {
        let slacks = slacks(leaf, of: policy)
        let worst = slacks.map { problem.range(of: $0).lowerBound.saturatingNegation }.max() ?? 0
        guard worst > 0 else { return LinearSum(0) }
        let start = slacks.map { problem.startValue(of: $0).saturatingNegation }.max() ?? 0
        let variable = problem.addVariable(0...worst, start: max(0, start))
        for slack in slacks {
            var row = slack
            row.add(1, variable)
            problem.require(row)
        }
        var sum = LinearSum()
        sum.add(1, variable)
        return sum
    }

    /// The smallest of several shortfalls: one of them is chosen, and bounds the result.
    private mutating func smallest(_ sums: [LinearSum]) -> LinearSum {
        if sums.count == 1 { return sums[0] }
        let ranges = sums.map { problem.range(of: $0) }
        guard let worst = ranges.map(\.upperBound).min(), worst > 0 else { return LinearSum(0) }
        let starts = sums.map { problem.startValue(of: $0) }
        let least = starts.min() ?? 0
        let result = problem.addVariable(0...worst, start: min(least, worst))
        let chosen = starts.firstIndex(of: least) ?? 0
        var choice = LinearSum(-1)
        for (index, sum) in sums.enumerated() {
            let pick = problem.addBool(start: index == chosen)
            choice.add(1, pick)
            // result ≥ sum, unless this one is not picked.
            var row = LinearSum()
            row.add(1, result)
            row.add(-1, sum)
            row.add(max(0, ranges[index].upperBound), !pick)
            problem.require(row)
        }
        problem.require(choice)
        var sum = LinearSum()
        sum.add(1, result)
        return sum
    }
}
