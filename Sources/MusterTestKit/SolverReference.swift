// An independent answer to small problems: every assignment is tried, and everything is evaluated
// straight from the definition of a problem, with no line shared with the solver.

public import MusterSolver

/// Solves small problems by trying everything.
public enum SolverReference {
    /// The lexicographically least objectives of all solutions, or nil if there is no solution.
    public static func bestObjectives(of problem: Problem) -> [Int]? {
        var isDefined = [Bool](repeating: false, count: problem.variables.count)
        for definition in problem.definitions { isDefined[Int(definition.variable.index)] = true }
        let plain = problem.variables.indices.filter { !isDefined[$0] }
        var values = problem.variables.map(\.lower)
        var best: [Int]?
        func visit(_ depth: Int) {
            guard depth < plain.count else {
                for definition in problem.definitions {
                    values[Int(definition.variable.index)] =
                        value(of: definition.sum, at: values) >= 0 ? 1 : 0
                }
                guard violation(of: problem, at: values) == nil else { return }
                let reached = problem.objectives.map { value(of: $0, at: values) }
                if let known = best, !reached.lexicographicallyPrecedes(known) { return }
                best = reached
                return
            }
            let domain = problem.variables[plain[depth]]
            var next = domain.lower
            while next <= domain.upper {
                values[plain[depth]] = next
                visit(depth + 1)
                next += 1
            }
        }
        visit(0)
        return best
    }

    /// What is wrong with the values as a solution, or nil if nothing is.
    public static func violation(of problem: Problem, at values: [Int]) -> String? {
        guard values.count == problem.variables.count else { return "wrong number of values" }
        for (index, domain) in problem.variables.enumerated()
        where values[index] < domain.lower || values[index] > domain.upper {
            return "variable \(index) is out of range"
        }
        for (index, definition) in problem.definitions.enumerated() {
            let holds = value(of: definition.sum, at: values) >= 0
            if (values[Int(definition.variable.index)] == 1) != holds {
                return "definition \(index) is wrong"
            }
        }
        for (index, constraint) in problem.constraints.enumerated()
        where value(of: constraint, at: values) < 0 {
            return "constraint \(index) is violated"
        }
        for (index, implication) in problem.implications.enumerated() {
            let condition = values[Int(implication.condition.variable.index)] == 1
            let isMet = condition != implication.condition.isNegated
            if values[Int(implication.variable.index)] > 0, !isMet {
                return "implication \(index) is violated"
            }
        }
        return nil
    }

    /// The value of a sum; it must fit.
    public static func value(of sum: LinearSum, at values: [Int]) -> Int {
        sum.terms.reduce(sum.constant) { $0 + $1.coefficient * values[Int($1.variable.index)] }
    }
}
