// A problem rewritten over 0/1 variables and nothing but rows, as proofs and OPB files have it: no
// presolve, no classes, so that each row can be held against what was asked.

/// A problem over bits.
struct BinaryProblem {
    /// An integer as a constant and multiples of bits.
    private struct Expansion {
        var constant: Int
        var bits: [(factor: Int, index: Int)]
    }

    /// "Sum >= demand" over bits.
    struct BinaryRow {
        var terms: [(factor: Int, index: Int)]
        var demand: Int
    }

    private(set) var component = Component()
    /// What each bit says, for people.
    private(set) var comments: [String] = []
    private var expansions: [Expansion?]
    private let problem: Problem

    /// Rewrites a problem; `names` says what a variable of it is called, where it has a name.
    ///
    /// - Returns: `nil` when a number would get too large.
    init?(_ problem: Problem, values: [Int], names: [String?]) {
        guard Magnitude.fits(problem) else { return nil }
        self.problem = problem
        expansions = Array(repeating: nil, count: problem.variables.count)
        let defined = Set(problem.definitions.map { Int($0.variable.index) })
        for index in problem.variables.indices where !defined.contains(index) {
            expand(index, value: values[index], name: names[index])
        }
        component.classCount = component.count
        component.isWide = Array(repeating: false, count: component.count)
        for definition in problem.definitions {
            let index = Int(definition.variable.index)
            expand(index, value: values[index], name: names[index])
        }
        for definition in problem.definitions where !define(definition) { return nil }
        for sum in problem.constraints {
            guard let row = row(sum), store(row) else { return nil }
        }
        for implication in problem.implications {
            var sum = LinearSum()
            let reach = problem.variables[Int(implication.variable.index)].upper
            sum.add(reach, implication.condition)
            sum.add(-1, implication.variable)
            guard let row = row(sum), store(row) else { return nil }
        }
    }

    private mutating func expand(_ index: Int, value: Int, name: String?) {
        let domain = problem.variables[index]
        var expansion = Expansion(constant: domain.lower, bits: [])
        var rest = domain.upper - domain.lower
        var factor = 1
        var factors: [Int] = []
        // Powers of two, the last one cut down so that all bits together make the range exactly.
        while rest > 0 {
            factors.append(min(factor, rest))
            rest -= min(factor, rest)
            factor *= 2
        }
        var left = value - domain.lower
        for factor in factors.sorted(by: >) {
            let isSet = left >= factor
            if isSet { left -= factor }
            expansion.bits.append((factor, component.count))
            let label = name ?? "v\(index)"
            comments.append(factors.count == 1 ? label : "\(label), bit of \(factor)")
            component.lower.append(0)
            component.upper.append(1)
            component.start.append(isSet ? 1 : 0)
        }
        expansions[index] = expansion
    }

    /// "Sum >= 0" over bits; `nil` when a number gets too large.
    func row(_ sum: LinearSum) -> BinaryRow? {
        var factors: [Int: Int128] = [:]
        var constant = Int128(sum.constant)
        for term in sum.terms {
            guard let expansion = expansions[Int(term.variable.index)] else { return nil }
            let coefficient = Int128(term.coefficient)
            constant += coefficient * Int128(expansion.constant)
            for bit in expansion.bits {
                factors[bit.index, default: 0] += coefficient * Int128(bit.factor)
            }
        }
        let size = factors.values.reduce(constant.magnitude) { $0 + $1.magnitude }
        guard size <= Magnitude.limit.magnitude else { return nil }
        let terms = factors.filter { $0.value != 0 }.sorted { $0.key < $1.key }
        return BinaryRow(
            terms: terms.map { (Int($0.value), $0.key) },
            demand: Int(-constant)
        )
    }

    /// Adds a row to those that every solution satisfies.
    @discardableResult
    mutating func store(_ row: BinaryRow) -> Bool {
        for term in row.terms { component.rows.add(term.factor, Int32(term.index)) }
        component.rows.close(row.demand)
        return true
    }

    /// Both directions of a definition, and what they say of single terms.
    private mutating func define(_ definition: Problem.Definition) -> Bool {
        guard let row = row(definition.sum),
            let node = expansions[Int(definition.variable.index)]?.bits.first?.index
        else { return false }
        component.nodes.append(.init(variable: Int32(node), sum: component.sums.count))
        for term in row.terms { component.sums.add(term.factor, Int32(term.index)) }
        component.sums.close(-row.demand)
        let least = row.terms.reduce(-row.demand) { $0 + min(0, $1.factor) }
        let greatest = row.terms.reduce(-row.demand) { $0 + max(0, $1.factor) }
        let negated = row.terms.map { (factor: -$0.factor, index: $0.index) }
        // sum >= least * (1 - node), and -sum >= 1 - (greatest + 1) * node
        let isSmall = least > -Int(Magnitude.limit) / 4 && greatest < Int(Magnitude.limit) / 4
        guard isSmall else { return false }
        store(
            BinaryRow(
                terms: row.terms + [(min(0, least), node)],
                demand: row.demand + min(0, least)
            )
        )
        store(
            BinaryRow(
                terms: negated + [(max(0, greatest + 1), node)],
                demand: 1 - row.demand
            )
        )
        if row.terms.count > 1 {
            strengthen(row.terms, slack: greatest, node: node, isTrue: true)
            strengthen(negated, slack: -1 - least, node: node, isTrue: false)
        }
        return true
    }

    /// If the sum must be at least 0 and a term is worth more than the slack, the term must help.
    private mutating func strengthen(
        _ terms: [(factor: Int, index: Int)],
        slack: Int,
        node: Int,
        isTrue: Bool
    ) {
        guard slack >= 0 else { return }
        for term in terms where abs(term.factor) > slack {
            // sign * x >= (0 or -1) + (node or 1 - node)
            component.strengthenings.add(term.factor > 0 ? 1 : -1, Int32(term.index))
            component.strengthenings.add(isTrue ? -1 : 1, Int32(node))
            component.strengthenings.close((term.factor > 0 ? 0 : -1) + (isTrue ? 0 : 1))
        }
    }

    /// Gives the search its goal.
    mutating func aim(at row: BinaryRow) {
        for term in row.terms { component.objectives.add(term.factor, Int32(term.index)) }
        component.objectives.close(0)
    }

    // MARK: Text

    /// The problem as an OPB file, with what each variable says as comments.
    var opb: String {
        var text = "* #variable= \(component.count) #constraint= \(component.rows.count)\n"
        for (index, comment) in comments.enumerated() { text += "* x\(index + 1) = \(comment)\n" }
        text += "min:" + Self.terms(component.objectives, 0) + " ;\n"
        for row in 0..<component.rows.count {
            text += Self.terms(component.rows, row).dropFirst()
            text += " >= \(component.rows.constants[row]) ;\n"
        }
        return text
    }

    private static func terms(_ rows: SparseRows, _ row: Int) -> String {
        var text = ""
        for term in rows.terms(row) where rows.coefficients[term] != 0 {
            let factor = rows.coefficients[term]
            text += " \(factor > 0 ? "+" : "")\(factor) x\(rows.variables[term] + 1)"
        }
        return text
    }
}
