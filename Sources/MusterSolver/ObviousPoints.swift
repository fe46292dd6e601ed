// The last resort where the search cannot be used or found nothing in time: the start, and
// everything at one end. What comes out is checked in full and claimed to be nothing but feasible.

extension Problem {
    /// The best of the obvious points that is a solution, without a claim that it is optimal.
    func triedAtObviousPoints() -> Outcome {
        let points = [
            variables.map { Swift.min(Swift.max($0.start, $0.lower), $0.upper) },
            variables.map(\.lower), variables.map(\.upper),
        ]
        var best: Solution?
        for point in points {
            guard let values = completedIfFitting(point), isFeasible(values) else { continue }
            let reached = objectives.compactMap { $0.fittingValue(at: values) }
            guard reached.count == objectives.count else { continue }
            if let best, !reached.lexicographicallyPrecedes(best.objectives) { continue }
            let bounds = zip(objectives, reached).map { objective, value in
                Swift.min(value, leastFittingValue(of: objective))
            }
            best = Solution(
                values: values,
                objectives: reached,
                bounds: bounds,
                isOptimal: bounds == reached,
                statistics: Solution.Statistics()
            )
        }
        return best.map(Outcome.solved) ?? .unknown
    }

    /// `values` with defined variables as their definitions say, or nil if a sum does not fit.
    private func completedIfFitting(_ values: [Int]) -> [Int]? {
        var values = values
        for definition in definitions {
            guard let sum = definition.sum.fittingValue(at: values) else { return nil }
            values[Int(definition.variable.index)] = sum >= 0 ? 1 : 0
        }
        return values
    }

    /// True when the values keep to the ranges, the constraints and the implications.
    private func isFeasible(_ values: [Int]) -> Bool {
        for (domain, value) in zip(variables, values)
        where value < domain.lower || value > domain.upper {
            return false
        }
        for constraint in constraints {
            guard let sum = constraint.fittingValue(at: values), sum >= 0 else { return false }
        }
        return implications.allSatisfy {
            let condition = values[Int($0.condition.variable.index)] == 1
            return values[Int($0.variable.index)] <= 0 || condition != $0.condition.isNegated
        }
    }

    /// A lower bound by the ranges alone, or the least number there is if it does not fit.
    private func leastFittingValue(of objective: LinearSum) -> Int {
        var sum = objective.constant
        for term in objective.terms {
            let domain = variables[Int(term.variable.index)]
            let end = term.coefficient > 0 ? domain.lower : domain.upper
            let (product, isTooLarge) = term.coefficient.multipliedReportingOverflow(by: end)
            let (next, isBeyond) = sum.addingReportingOverflow(product)
            if isTooLarge || isBeyond { return Int.min }
            sum = next
        }
        return sum
    }
}

extension LinearSum {
    /// The value of the sum, or nil if it or a part of it does not fit.
    fileprivate func fittingValue(at values: [Int]) -> Int? {
        var sum = constant
        for term in terms {
            let (product, isTooLarge) = term.coefficient.multipliedReportingOverflow(
                by: values[Int(term.variable.index)]
            )
            let (next, isBeyond) = sum.addingReportingOverflow(product)
            if isTooLarge || isBeyond { return nil }
            sum = next
        }
        return sum
    }
}
