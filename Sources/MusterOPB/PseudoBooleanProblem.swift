// A problem of the pseudo-Boolean competition's format, as it was written and as the solver takes
// it.

public import MusterSolver

/// Linear constraints over named 0/1 variables, with or without a sum to be made small.
public struct PseudoBooleanProblem: Sendable {
    /// A multiple of a literal.
    public struct Term: Hashable, Sendable {
        /// The factor.
        public var coefficient: Int
        /// The position of the variable's name.
        public var variable: Int
        /// Whether the literal is the complement.
        public var isNegated: Bool
    }

    /// How a sum compares with the number on the right.
    public enum Relation: Hashable, Sendable {
        case atLeast, atMost, equal
    }

    /// "Sum relation bound".
    public struct Constraint: Hashable, Sendable {
        /// The sum.
        public var terms: [Term]
        /// How it compares.
        public var relation: Relation
        /// With what.
        public var bound: Int
    }

    /// The variables' names, in the order in which they first occur.
    public internal(set) var names: [String] = []
    /// What is to be made small; `nil` where any solution will do.
    public internal(set) var objective: [Term]?
    /// What every solution satisfies.
    public internal(set) var constraints: [Constraint] = []

    /// The same for the solver: a variable for each name, in their order.
    public var problem: Problem {
        var problem = Problem()
        let variables = names.map { _ in problem.addVariable(0...1, start: 0) }
        func add(_ factor: Int, _ term: Term, to sum: inout LinearSum) {
            sum.add(
                factor * term.coefficient,
                Literal(variables[term.variable], isNegated: term.isNegated)
            )
        }
        for constraint in constraints {
            let signs =
                switch constraint.relation {
                case .atLeast: [1]
                case .atMost: [-1]
                case .equal: [1, -1]
                }
            for sign in signs {
                var sum = LinearSum(-sign * constraint.bound)
                for term in constraint.terms { add(sign, term, to: &sum) }
                problem.require(sum)
            }
        }
        if let objective {
            var sum = LinearSum()
            for term in objective { add(1, term, to: &sum) }
            problem.objectives = [sum]
        }
        return problem
    }

    /// Whether values of the variables satisfy every constraint, in exact arithmetic.
    ///
    /// - Complexity: O(terms).
    public func isSatisfied(by values: [Int]) -> Bool {
        constraints.allSatisfy { constraint in
            let sum = Self.value(of: constraint.terms, at: values)
            let bound = Int128(constraint.bound)
            return switch constraint.relation {
            case .atLeast: sum >= bound
            case .atMost: sum <= bound
            case .equal: sum == bound
            }
        }
    }

    /// What the objective comes to.
    public func cost(of values: [Int]) -> Int128? {
        objective.map { Self.value(of: $0, at: values) }
    }

    private static func value(of terms: [Term], at values: [Int]) -> Int128 {
        terms.reduce(0) { sum, term in
            let value = term.isNegated ? 1 - values[term.variable] : values[term.variable]
            return sum + Int128(term.coefficient) * Int128(value)
        }
    }
}
