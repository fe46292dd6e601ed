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
    let implications: [Problem.Implication]
    /// The objectives with each variable once.
    let objectives: [LinearSum]
    private(set) var lower: [Int]
    private(set) var upper: [Int]
    /// The least value of each objective in any solution. The bounds above go further: they may
    /// leave out solutions that are no better in the order of the objectives.
    private(set) var leastObjectives: [Int] = []
    /// The start within the problem's bounds; defined variables are as their definitions say.
    let start: [Int]
    /// What each row is needed for; empty for rows that no longer matter.
    private(set) var roles: [Roles] = []
    private(set) var isInfeasible = false

    private let occurrences: Occurrences
    private var queue: [Int32] = []
    private var isQueued: [Bool]
    private var visits = 0
    private let patience: Int

    init(_ problem: Problem) {
        var rows = SparseRows()
        var nodes: [Int32] = []
        var definers = [Int32](repeating: -1, count: problem.variables.count)
        for definition in problem.definitions {
            definers[Int(definition.variable.index)] = Int32(rows.count)
            rows.append(definition.sum)
            nodes.append(definition.variable.index)
        }
        for constraint in problem.constraints {
            rows.append(constraint)
            nodes.append(-1)
        }
        var extra: [(row: Int32, variable: Int32)] = []
        for (row, node) in nodes.enumerated() where node >= 0 { extra.append((Int32(row), node)) }
        for (offset, implication) in problem.implications.enumerated() {
            let row = Int32(rows.count + offset)
            extra.append((row, implication.variable.index))
            extra.append((row, implication.condition.variable.index))
        }
        self.rows = rows
        self.nodes = nodes
        self.definers = definers
        implications = problem.implications
        objectives = problem.objectives.map(\.normalised)
        lower = problem.variables.map(\.lower)
        upper = problem.variables.map(\.upper)
        start = problem.completed(problem.variables.map { min(max($0.start, $0.lower), $0.upper) })
        occurrences = Occurrences(rows, variables: lower.count, extra: extra)
        patience = 40 * (rows.variables.count + extra.count) + 100_000
        isQueued = Array(repeating: true, count: rows.count + implications.count)
        queue = (0..<Int32(isQueued.count)).map { $0 }
    }

    /// Settles what can be settled.
    mutating func run() {
        isInfeasible = zip(lower, upper).contains { $0 > $1 }
        for _ in 0..<4 where !isInfeasible {
            propagate()
            if isInfeasible { return }
            if leastObjectives.isEmpty { leastObjectives = objectives.map(leastByBounds) }
            assignRoles()
            if !fixUnopposed() { return }
        }
        if !isInfeasible { propagate() }
        if !isInfeasible { assignRoles() }
    }

    private func leastByBounds(_ objective: LinearSum) -> Int {
        objective.terms.reduce(objective.constant) {
            let variable = Int($1.variable.index)
            return $0 + $1.coefficient * ($1.coefficient > 0 ? lower[variable] : upper[variable])
        }
    }

    /// True when the variable has one value left.
    func isFixed(_ variable: Int32) -> Bool { lower[Int(variable)] == upper[Int(variable)] }

    /// The least and the greatest value of a row's sum.
    func range(_ row: Int) -> (least: Int128, greatest: Int128) {
        var least = Int128(rows.constants[row])
        var greatest = least
        for term in rows.terms(row) {
            let coefficient = Int128(rows.coefficients[term])
            let variable = Int(rows.variables[term])
            let low = coefficient * Int128(lower[variable])
            let high = coefficient * Int128(upper[variable])
            least += min(low, high)
            greatest += max(low, high)
        }
        return (least, greatest)
    }
}

// MARK: Bounds

extension Presolve {
    /// Follows bounds through the rows until nothing moves.
    private mutating func propagate() {
        var next = 0
        while next < queue.count, !isInfeasible {
            let row = Int(queue[next])
            next += 1
            isQueued[row] = false
            if row < rows.count { visit(row) } else { visit(implications[row - rows.count]) }
        }
        queue.removeAll(keepingCapacity: true)
    }

    /// False when wide ranges have been nibbled at for long enough: what is left of that is the
    /// search's. Variables with two values move once, so they are always followed.
    private func isWorthwhile(_ variable: Int32) -> Bool {
        visits < patience || upper[Int(variable)] - lower[Int(variable)] <= 1
    }

    private mutating func visit(_ row: Int) {
        visits += rows.terms(row).count + 1
        let (least, greatest) = range(row)
        let node = nodes[row]
        guard node >= 0 else {
            if least < 0 { keepNonNegative(row, slack: greatest, sign: 1) }
            return
        }
        if least >= 0 { tighten(node, lower: 1) }
        if greatest < 0 { tighten(node, upper: 0) }
        guard !isInfeasible else { return }
        if lower[Int(node)] == 1, least < 0 {
            keepNonNegative(row, slack: greatest, sign: 1)
        } else if upper[Int(node)] == 0, greatest >= 0 {
            keepNonNegative(row, slack: -1 - least, sign: -1)
        }
    }

    /// Tightens the terms of `sign * row` (one lower for the negated) whose greatest value is
    /// `slack` so that it can stay at least 0.
    private mutating func keepNonNegative(_ row: Int, slack: Int128, sign: Int128) {
        if slack < 0 {
            isInfeasible = true
            return
        }
        for term in rows.terms(row) {
            let variable = rows.variables[term]
            let low = lower[Int(variable)]
            let high = upper[Int(variable)]
            let coefficient = sign * Int128(rows.coefficients[term])
            let size = coefficient < 0 ? -coefficient : coefficient
            guard size * (Int128(high) - Int128(low)) > slack, isWorthwhile(variable) else {
                continue
            }
            let room = slack / size
            if coefficient > 0 {
                tighten(variable, lower: Int(Int128(high) - room))
            } else {
                tighten(variable, upper: Int(Int128(low) + room))
            }
        }
    }

    private mutating func visit(_ implication: Problem.Implication) {
        visits += 1
        let condition = implication.condition
        let variable = implication.variable.index
        if lower[Int(variable)] > 0 {
            if condition.isNegated {
                tighten(condition.variable.index, upper: 0)
            } else {
                tighten(condition.variable.index, lower: 1)
            }
        } else if isFalse(condition) {
            tighten(variable, upper: 0)
        }
    }

    private func isFalse(_ literal: Literal) -> Bool {
        let variable = Int(literal.variable.index)
        return literal.isNegated ? lower[variable] >= 1 : upper[variable] <= 0
    }

    /// True when the literal can no longer be false.
    func isTrue(_ literal: Literal) -> Bool { isFalse(!literal) }

    private mutating func tighten(_ variable: Int32, lower bound: Int) {
        guard bound > lower[Int(variable)] else { return }
        lower[Int(variable)] = bound
        wake(variable)
    }

    private mutating func tighten(_ variable: Int32, upper bound: Int) {
        guard bound < upper[Int(variable)] else { return }
        upper[Int(variable)] = bound
        wake(variable)
    }

    private mutating func wake(_ variable: Int32) {
        if lower[Int(variable)] > upper[Int(variable)] { isInfeasible = true }
        for row in occurrences[Int(variable)] where !isQueued[Int(row)] {
            isQueued[Int(row)] = true
            queue.append(row)
        }
    }
}

// MARK: Directions

extension Presolve {
    /// Finds the directions of each definition that anything depends on (Plaisted and Greenbaum).
    private mutating func assignRoles() {
        var wanted = [Roles](repeating: [], count: lower.count)
        for objective in objectives {
            for term in objective.terms {
                wanted[Int(term.variable.index)].insert(
                    term.coefficient > 0 ? .whenFalse : .whenTrue
                )
            }
        }
        for implication in implications where upper[Int(implication.variable.index)] > 0 {
            wanted[Int(implication.condition.variable.index)].insert(
                implication.condition.isNegated ? .whenFalse : .whenTrue
            )
            wanted[Int(implication.variable.index)].insert(.whenFalse)
        }
        roles = Array(repeating: [], count: rows.count)
        for row in (0..<rows.count).reversed() {
            let role = role(of: row, wanted: wanted)
            roles[row] = role
            let rising = !role.isDisjoint(with: [.whenTrue, .nonNegative])
            let falling = !role.isDisjoint(with: [.whenFalse, .negative])
            for term in rows.terms(row) {
                let isPositive = rows.coefficients[term] > 0
                if rising {
                    wanted[Int(rows.variables[term])].insert(isPositive ? .whenTrue : .whenFalse)
                }
                if falling {
                    wanted[Int(rows.variables[term])].insert(isPositive ? .whenFalse : .whenTrue)
                }
            }
        }
    }

    private func role(of row: Int, wanted: [Roles]) -> Roles {
        let (least, greatest) = range(row)
        let node = nodes[row]
        if node < 0 { return least < 0 ? .nonNegative : [] }
        if isFixed(node) {
            if lower[Int(node)] == 1 { return least < 0 ? .nonNegative : [] }
            return greatest >= 0 ? .negative : []
        }
        return wanted[Int(node)].intersection([.whenTrue, .whenFalse])
    }

    /// Fixes plain variables that no row and no objective keeps from one of their ends; gives
    /// whether it fixed any.
    private mutating func fixUnopposed() -> Bool {
        var holdsUp = [Bool](repeating: false, count: lower.count)
        var holdsDown = [Bool](repeating: false, count: lower.count)
        for row in 0..<rows.count {
            let role = roles[row]
            let rising = !role.isDisjoint(with: [.whenTrue, .nonNegative])
            let falling = !role.isDisjoint(with: [.whenFalse, .negative])
            for term in rows.terms(row) {
                let variable = Int(rows.variables[term])
                let isPositive = rows.coefficients[term] > 0
                if isPositive ? rising : falling { holdsUp[variable] = true }
                if isPositive ? falling : rising { holdsDown[variable] = true }
            }
        }
        for implication in implications
        where upper[Int(implication.variable.index)] > 0 && !isTrue(implication.condition) {
            holdsDown[Int(implication.variable.index)] = true
            let condition = Int(implication.condition.variable.index)
            if implication.condition.isNegated {
                holdsDown[condition] = true
            } else {
                holdsUp[condition] = true
            }
        }
        var pull = [Int](repeating: 0, count: lower.count)
        for objective in objectives {
            for term in objective.terms where pull[Int(term.variable.index)] == 0 {
                pull[Int(term.variable.index)] = term.coefficient.signum()
            }
        }
        var fixedAny = false
        for variable in 0..<lower.count
        where definers[variable] < 0 && lower[variable] < upper[variable] {
            // A variable that costs nothing is moved only if that leaves it where it is now.
            let begin = min(max(start[variable], lower[variable]), upper[variable])
            if !holdsUp[variable],
                pull[variable] > 0 || pull[variable] == 0 && begin == lower[variable]
            {
                tighten(Int32(variable), upper: lower[variable])
            } else if !holdsDown[variable],
                pull[variable] < 0 || pull[variable] == 0 && begin == upper[variable]
            {
                tighten(Int32(variable), lower: upper[variable])
            } else if !holdsUp[variable], !holdsDown[variable], pull[variable] == 0 {
                tighten(Int32(variable), lower: begin)
                tighten(Int32(variable), upper: begin)
            } else {
                continue
            }
            fixedAny = true
        }
        return fixedAny
    }
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
    /// The value of the sum, wide enough for any sum of products of machine integers.
    func value(at values: [Int]) -> Int128 {
        var sum = Int128(constant)
        for term in terms {
            sum += Int128(term.coefficient) * Int128(values[Int(term.variable.index)])
        }
        return sum
    }
}
