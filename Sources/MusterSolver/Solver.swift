// The way through: presolve, fall apart, search each part, put together.

/// Minimises the objectives of problems, exactly and within a budget.
///
/// The start is kept if nothing is strictly better. The same problem and budget always give the
/// same answer.
public struct Solver: Sendable {
    /// The most work to spend on one problem.
    public var budget: Budget

    var tactics = Tactics()

    /// Makes a solver that spends at most `budget` on each problem.
    public init(budget: Budget = .standard) { self.budget = budget }

    /// The best values for a problem that were found, and how far they are proven.
    public func solve(_ problem: Problem) -> Outcome {
        guard Magnitude.fits(problem) else { return problem.triedAtObviousPoints() }
        let presolve = Presolve(problem)
        if presolve.isInfeasible { return .infeasible }
        let decomposition = Decomposition(presolve)
        var results = [ComponentResult?](repeating: nil, count: decomposition.components.count)
        var remaining = budget.work
        // Small parts first: what they leave over is for the large ones.
        let order = decomposition.components.indices.sorted {
            (decomposition.components[$0].count, $0) < (decomposition.components[$1].count, $1)
        }
        for (position, index) in order.enumerated() {
            let left = order.count - position
            let result = solve(
                decomposition.components[index],
                work: max(0, remaining) / min(left, 4)
            )
            if result.isInfeasible { return .infeasible }
            remaining -= result.statistics.work
            results[index] = result
        }
        return Self.join(problem, presolve, decomposition, results.compactMap(\.self))
    }

    private func solve(_ component: Component, work: Int) -> ComponentResult {
        if component.isTooLarge {
            var result = ComponentResult()
            result.bounds = []
            return result
        }
        var search = Search(component, workLimit: work, tactics: tactics)
        return search.minimise().multiplied(by: component.objectiveScales)
    }

    static func join(
        _ problem: Problem,
        _ presolve: Presolve,
        _ decomposition: Decomposition,
        _ results: [ComponentResult]
    ) -> Outcome {
        var values = presolve.lower
        var statistics = Solution.Statistics()
        statistics.components = results.count
        statistics.classes = decomposition.aggregation.count
        var proven = problem.objectives.count
        for (index, result) in results.enumerated() {
            guard let found = result.values else { return problem.triedAtObviousPoints() }
            statistics.add(result.statistics)
            proven = min(proven, result.proven)
            for (position, number) in decomposition.classesOf[index].enumerated() {
                presolve.spread(
                    found[position],
                    over: decomposition.aggregation.members[Int(number)],
                    into: &values
                )
            }
        }
        values = problem.completed(values)
        let reached = problem.objectives.map { $0.narrowValue(at: values) }
        var bounds = reached
        for objective in proven..<problem.objectives.count {
            var bound = presolve.leastObjectives[objective]
            if objective == proven {
                let parts = results.map { $0.objectives[objective] - $0.bounds[objective] }
                bound = max(bound, reached[objective] - parts.reduce(0, +))
            }
            bounds[objective] = min(bound, reached[objective])
        }
        return .solved(
            Solution(
                values: values,
                objectives: reached,
                bounds: bounds,
                isOptimal: proven == problem.objectives.count,
                statistics: statistics
            )
        )
    }
}

extension Budget {
    /// Enough for a few seconds on one core.
    public static let standard = Budget(work: 400_000_000)
}

extension Solution.Statistics {
    mutating func add(_ other: Solution.Statistics) {
        decisions += other.decisions
        conflicts += other.conflicts
        pivots += other.pivots
        work += other.work
    }
}

extension Presolve {
    /// Shares a class's value out among its members.
    ///
    /// Each begins at its start; what is more goes to the first, what is less is taken from the
    /// last.
    func spread(_ value: Int, over members: ArraySlice<Int32>, into values: inout [Int]) {
        var rest = value
        for member in members {
            let index = Int(member)
            values[index] = min(max(start[index], lower[index]), upper[index])
            rest -= values[index]
        }
        for member in members where rest > 0 {
            let share = min(rest, upper[Int(member)] - values[Int(member)])
            values[Int(member)] += share
            rest -= share
        }
        for member in members.reversed() where rest < 0 {
            let share = min(-rest, values[Int(member)] - lower[Int(member)])
            values[Int(member)] -= share
            rest += share
        }
    }
}
