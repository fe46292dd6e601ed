// What can be settled before any search: bounds that follow from others, the directions in which
// definitions matter, and variables that nothing pulls away from one end.

/// A problem's rows with the bounds that follow from them.
///
/// Rows are the definitions, then the constraints. Implications are apart because joined variables
/// scale them.
struct Presolve {
    /// How a row takes part.
    struct Roles: OptionSet {
        let rawValue: UInt8
        /// When the node is 1, the sum is at least 0.
        static let whenTrue = Roles(rawValue: 1)
        /// When the node is 0, the sum is below 0.
        static let whenFalse = Roles(rawValue: 2)
        /// The sum is at least 0, whatever else holds.
        static let nonNegative = Roles(rawValue: 4)
        /// The sum is below 0, whatever else holds.
        static let negative = Roles(rawValue: 8)
    }

    /// Definitions, then constraints.
    let rows: SparseRows
    /// The defined variable of each row, or -1.
    let nodes: [Int32]
    /// The row that defines a variable, or -1.
    let definers: [Int32]
    /// Those that still ask for something, between free variables.
    let implications: [Problem.Implication]
    /// What is left of the objectives: each free variable once.
    let objectives: SparseRows
    /// Bounds that a best solution keeps to, if there is a solution.
    let lower: [Int]
    let upper: [Int]
    /// The least value of each objective in any solution. The bounds above go further: they may
    /// leave out solutions that are no better in the order of the objectives.
    let leastObjectives: [Int]
    /// The start within the problem's bounds; defined variables are as their definitions say.
    let start: [Int]
    /// What each row is needed for; empty for rows that no longer matter.
    let roles: [Roles]
    let isInfeasible: Bool

    /// Settles what can be settled.
    init(_ problem: Problem) {
        let rows = SparseRows(problem.definitions, problem.constraints)
        var nodes = problem.definitions.map(\.variable.index)
        nodes += Array(repeating: -1, count: problem.constraints.count)
        var definers = [Int32](repeating: -1, count: problem.variables.count)
        for (row, definition) in problem.definitions.enumerated() {
            definers[Int(definition.variable.index)] = Int32(row)
        }
        self.rows = rows
        self.nodes = nodes
        self.definers = definers
        let objectives = problem.objectives.map(\.normalised)
        start = problem.completed(problem.variables.map { min(max($0.start, $0.lower), $0.upper) })
        var tightening = Tightening(
            problem,
            rows: rows,
            nodes: nodes,
            definers: definers,
            objectives: objectives,
            start: start
        )
        tightening.run()
        (lower, upper) = tightening.bounds
        roles = tightening.roles.array()
        leastObjectives = tightening.leastObjectives
        isInfeasible = tightening.isInfeasible
        implications = problem.implications.indices.filter { tightening.isLive[$0] }
            .map { problem.implications[$0] }
        var free = SparseRows()
        free.reserve(terms: objectives.reduce(0) { $0 + $1.terms.count })
        for objective in objectives {
            for term in objective.terms where !tightening.isFixed(term.variable.index) {
                free.add(term.coefficient, term.variable.index)
            }
            free.close(0)
        }
        self.objectives = free
    }

    /// True when the variable has one value left.
    func isFixed(_ variable: Int32) -> Bool { lower[Int(variable)] == upper[Int(variable)] }
}

extension Problem {
    /// `values` with each defined variable set to what its definition says.
    ///
    /// Every product must fit, which ``Magnitude`` makes sure of.
    func completed(_ values: [Int]) -> [Int] {
        var values = values
        for definition in definitions {
            values[Int(definition.variable.index)] = definition.sum.value(at: values) >= 0 ? 1 : 0
        }
        return values
    }
}

extension LinearSum {
    /// The value of a sum that fits 64 bits, as objectives do.
    func narrowValue(at values: [Int]) -> Int {
        var sum = constant
        for term in terms { sum += term.coefficient * values[Int(term.variable.index)] }
        return sum
    }

    /// The value of the sum, wide enough for any sum of products of machine integers.
    func value(at values: [Int]) -> Int128 {
        var sum = Int128(constant)
        for term in terms {
            sum += Int128(term.coefficient) * Int128(values[Int(term.variable.index)])
        }
        return sum
    }
}
