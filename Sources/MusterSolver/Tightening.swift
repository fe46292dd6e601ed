// The work of presolving: bounds follow from rows until nothing moves. What is found of directions
// and of variables that nothing opposes is beside this, as an extension.

/// Bounds of a problem's variables while they are made tighter.
struct Tightening: ~Copyable {
    // Rows, by terms.
    var rowStart = Column<Int32>()
    var termVariable: Column<Int32>
    var termCoefficient: Column<Int>
    var constant: Column<Int>
    /// The defined variable of each row, or -1.
    var node: Column<Int32>
    /// Whether all sums of a row surely fit a machine integer.
    private(set) var isNarrow = Column<Bool>()
    let rows: Int

    // Implications: a variable that needs a literal, which is twice a variable, plus 1 if negated.
    var needing = Column<Int32>()
    var needed = Column<Int32>()

    /// The row that defines a variable, or -1.
    var definer: Column<Int32>
    // For each variable, the rows that it stands in or is defined by; implications are numbered
    // behind the rows.
    private var occurrenceStart = Column<Int32>()
    private var occurrence = Column<Int32>()

    var lower = Column<Int>()
    var upper = Column<Int>()
    var isInfeasible = false
    /// The least value of each objective in any solution.
    private(set) var leastObjectives: [Int] = []

    // What is to be looked at again.
    private var queue = Column<Int32>()
    private var isQueued: Column<Bool>
    private var visits = 0
    private let patience: Int

    // Directions, once they are assigned.
    var areRolesAssigned = false
    var roles: Column<Presolve.Roles>
    /// How many live rows and implications hold a variable up, and down. Of a node, these and
    /// objectives are what needs its definition in one direction and the other.
    var ups: Column<Int32>
    var downs: Column<Int32>
    var isLive: Column<Bool>
    let objectives: [LinearSum]
    /// The sign of the first objective that a variable matters to.
    var pull: Column<Int8>
    var start: Column<Int>
    /// Variables that may be unopposed by now.
    var considered = Column<Int32>()
    var isConsidered: Column<Bool>

    /// Takes a problem's bounds and rows; every sum must fit 128 bits.
    init(
        _ problem: Problem,
        rows: SparseRows,
        nodes: [Int32],
        definers: [Int32],
        objectives: [LinearSum],
        start: [Int]
    ) {
        let count = problem.variables.count
        let entries = rows.count + problem.implications.count
        self.rows = rows.count
        self.objectives = objectives
        self.start = Column(start)
        termVariable = Column(rows.variables)
        termCoefficient = Column(rows.coefficients)
        constant = Column(rows.constants)
        node = Column(nodes)
        definer = Column(definers)
        isQueued = Column(repeating: false, count: entries)
        roles = Column(repeating: [], count: rows.count)
        ups = Column(repeating: 0, count: count)
        downs = Column(repeating: 0, count: count)
        isLive = Column(repeating: false, count: problem.implications.count)
        pull = Column(repeating: 0, count: count)
        isConsidered = Column(repeating: false, count: count)
        patience = 40 * (termVariable.count + 2 * entries) + 100_000
        for start in rows.starts { rowStart.append(Int32(start)) }
        for domain in problem.variables {
            lower.append(domain.lower)
            upper.append(domain.upper)
        }
        for implication in problem.implications {
            needing.append(implication.variable.index)
            let condition = implication.condition
            needed.append(2 * condition.variable.index + (condition.isNegated ? 1 : 0))
        }
        for row in 0..<rows.count { isNarrow.append(isSmall(row)) }
        findOccurrences()
        for row in 0..<rows.count { enqueue(Int32(row)) }
        for index in 0..<needing.count where lower[needing[index]] > 0 || isFalse(needed[index]) {
            enqueue(Int32(rows.count + index))
        }
    }

    /// Whether a row's sums surely fit, with much to spare.
    private func isSmall(_ row: Int) -> Bool {
        var size = Double(constant[row].magnitude)
        for term in terms(row) {
            let variable = termVariable[term]
            let reach = max(1, lower[variable].magnitude, upper[variable].magnitude)
            size += Double(termCoefficient[term].magnitude) * Double(reach)
        }
        return size < 0x1p58
    }

    private mutating func findOccurrences() {
        occurrenceStart.reset(to: 0, count: lower.count + 1)
        for term in 0..<termVariable.count { occurrenceStart[Int(termVariable[term]) + 1] += 1 }
        for row in 0..<rows where node[row] >= 0 { occurrenceStart[Int(node[row]) + 1] += 1 }
        for index in 0..<needing.count {
            occurrenceStart[Int(needing[index]) + 1] += 1
            occurrenceStart[Int(needed[index] >> 1) + 1] += 1
        }
        for variable in 0..<lower.count {
            occurrenceStart[variable + 1] += occurrenceStart[variable]
        }
        occurrence.reset(to: 0, count: Int(occurrenceStart.last))
        for row in 0..<rows {
            for term in terms(row) { note(row, of: termVariable[term]) }
            if node[row] >= 0 { note(row, of: node[row]) }
        }
        for index in 0..<needing.count {
            note(rows + index, of: needing[index])
            note(rows + index, of: needed[index] >> 1)
        }
        // Each start has moved to the next one's.
        for variable in (0..<lower.count).reversed() {
            occurrenceStart[variable + 1] = occurrenceStart[variable]
        }
        occurrenceStart[0] = 0
    }

    private mutating func note(_ entry: Int, of variable: Int32) {
        occurrence[occurrenceStart[variable]] = Int32(entry)
        occurrenceStart[variable] += 1
    }

    /// Settles what can be settled.
    mutating func run() {
        for variable in 0..<lower.count where lower[variable] > upper[variable] {
            isInfeasible = true
        }
        propagate()
        if isInfeasible { return }
        leastObjectives = objectives.map { leastByBounds($0) }
        assignRoles()
        while !considered.isEmpty {
            fixUnopposed()
            propagate()
            if isInfeasible { return }
        }
    }

    private func leastByBounds(_ objective: LinearSum) -> Int {
        var sum = objective.constant
        for term in objective.terms {
            let variable = term.variable.index
            sum += term.coefficient * (term.coefficient > 0 ? lower[variable] : upper[variable])
        }
        return sum
    }

    /// Where the terms of a row are.
    @inline(__always)
    func terms(_ row: Int) -> Range<Int> { Int(rowStart[row])..<Int(rowStart[row + 1]) }

    /// True when the variable has one value left.
    @inline(__always)
    func isFixed(_ variable: Int32) -> Bool { lower[variable] == upper[variable] }

    // MARK: Propagation

    /// Follows bounds through the rows until nothing moves.
    private mutating func propagate() {
        var next = 0
        while next < queue.count, !isInfeasible {
            let entry = Int(queue[next])
            next += 1
            isQueued[entry] = false
            if entry >= rows {
                visitImplication(entry - rows)
            } else if isNarrow[entry] {
                visit(entry, as: Int.self)
            } else {
                visit(entry, as: Int128.self)
            }
        }
        queue.removeAll()
    }

    /// Has a row or an implication looked at again.
    @inline(__always)
    mutating func enqueue(_ entry: Int32) {
        guard !isQueued[entry] else { return }
        isQueued[entry] = true
        queue.append(entry)
    }

    /// False when wide ranges have been nibbled at for long enough: what is left of that is the
    /// search's. Variables with two values move once, so they are always followed.
    private func isWorthwhile(_ variable: Int32) -> Bool {
        visits < patience || upper[variable] - lower[variable] <= 1
    }

    private mutating func visit<Wide: FixedWidthInteger & SignedInteger>(
        _ row: Int,
        as type: Wide.Type
    ) {
        visits += terms(row).count + 1
        let (least, greatest) = range(of: row, as: type)
        let node = node[row]
        if node < 0 {
            if least < 0 { keepNonNegative(row, slack: greatest, isNegated: false) }
        } else {
            if least >= 0 { tighten(node, lower: 1) }
            if greatest < 0 { tighten(node, upper: 0) }
            if isInfeasible { return }
            if lower[node] == 1, least < 0 {
                keepNonNegative(row, slack: greatest, isNegated: false)
            } else if upper[node] == 0, greatest >= 0 {
                keepNonNegative(row, slack: -1 - least, isNegated: true)
            }
        }
        // Where that has moved a term, the row comes again.
        if areRolesAssigned {
            updateRole(row, mayFail: least < 0, mayHold: greatest >= 0)
        }
    }

    /// The least and the greatest value of a row's sum.
    @inline(__always)
    func range<Wide: FixedWidthInteger & SignedInteger>(
        of row: Int,
        as type: Wide.Type
    ) -> (least: Wide, greatest: Wide) {
        var least = Wide(constant[row])
        var greatest = least
        for term in terms(row) {
            let coefficient = Wide(termCoefficient[term])
            let low = coefficient * Wide(lower[termVariable[term]])
            let high = coefficient * Wide(upper[termVariable[term]])
            least += coefficient > 0 ? low : high
            greatest += coefficient > 0 ? high : low
        }
        return (least, greatest)
    }

    /// Tightens the terms of a row (one lower for the negated) whose greatest value is `slack` so
    /// that it can stay at least 0.
    private mutating func keepNonNegative<Wide: FixedWidthInteger & SignedInteger>(
        _ row: Int,
        slack: Wide,
        isNegated: Bool
    ) {
        if slack < 0 {
            isInfeasible = true
            return
        }
        for term in terms(row) {
            let variable = termVariable[term]
            let low = Wide(lower[variable])
            let high = Wide(upper[variable])
            let size = Wide(termCoefficient[term].magnitude)
            guard size * (high - low) > slack, isWorthwhile(variable) else { continue }
            let room = slack / size
            if (termCoefficient[term] > 0) != isNegated {
                tighten(variable, lower: Int(high - room))
            } else {
                tighten(variable, upper: Int(low + room))
            }
        }
    }

    private mutating func visitImplication(_ index: Int) {
        visits += 1
        let variable = needing[index]
        let condition = needed[index] >> 1
        if lower[variable] > 0 {
            if needed[index] & 1 == 1 {
                tighten(condition, upper: 0)
            } else {
                tighten(condition, lower: 1)
            }
        } else if isFalse(needed[index]) {
            tighten(variable, upper: 0)
        }
    }

    /// Whether a literal, twice its variable plus 1 if negated, can no longer be true.
    @inline(__always)
    func isFalse(_ literal: Int32) -> Bool {
        literal & 1 == 1 ? lower[literal >> 1] >= 1 : upper[literal >> 1] <= 0
    }

    mutating func tighten(_ variable: Int32, lower bound: Int) {
        guard bound > lower[variable] else { return }
        lower[variable] = bound
        wake(variable)
    }

    mutating func tighten(_ variable: Int32, upper bound: Int) {
        guard bound < upper[variable] else { return }
        upper[variable] = bound
        wake(variable)
    }

    private mutating func wake(_ variable: Int32) {
        if lower[variable] > upper[variable] { isInfeasible = true }
        let first = Int(occurrenceStart[variable])
        let last = Int(occurrenceStart[Int(variable) + 1])
        for place in first..<last {
            let entry = occurrence[place]
            if entry < rows {
                enqueue(entry)
            } else if matters(Int(entry) - rows) {
                enqueue(entry)
            } else if areRolesAssigned {
                endLife(Int(entry) - rows)
            }
        }
        // What costs nothing may be where it began by now.
        if areRolesAssigned { consider(variable) }
    }
}
