// The work of presolving: bounds follow from rows until nothing moves. What is found of directions
// and of variables that nothing opposes is beside this, as an extension.

/// Bounds of a problem's variables while they are made tighter.
struct Tightening: ~Copyable {
    /// All of one variable side by side: of a hundred thousand, each is looked at in no order, and
    /// to get one from memory takes longer than what is done with it.
    struct Bounded: BitwiseCopyable {
        var lower: Int
        var upper: Int
        /// How many live rows and implications hold it up, and down. Of a node, these and
        /// objectives are what needs its definition in one direction and the other.
        var ups: Int32 = 0
        var downs: Int32 = 0
        /// The row that defines it, or -1.
        let definer: Int32
        // Where in `occurrence` are the rows that it stands in or is defined by.
        fileprivate var firstOccurrence: Int32 = 0
        fileprivate var occurrences: Int32 = 0
        /// The sign of the first objective that it matters to.
        var pull: Int8 = 0
        /// Whether it waits to be looked at, as it may be unopposed by now.
        var isConsidered = false
    }

    /// A variable that needs a literal, which is twice a variable, plus 1 if negated.
    struct Need: BitwiseCopyable {
        let needing: Int32
        let needed: Int32
    }

    let sums: SparseRows
    /// The defined variable of each row, or -1.
    let nodes: [Int32]
    /// Whether all sums of a row surely fit a machine integer.
    private(set) var isNarrow = Column<Bool>()
    let rows: Int

    var variables: Column<Bounded>
    var implications: Column<Need>
    /// Rows by the variables that they concern; implications are numbered behind the rows.
    private var occurrence = Column<Int32>()

    var isInfeasible = false
    /// The least value of each objective in any solution.
    private(set) var leastObjectives: [Int] = []

    // What is to be looked at again.
    private var queue = Column<Int32>()
    private var isQueued: Column<Bool>
    private var visits = 0
    private let patience: Int

    /// Whether each row's sum may be below 0, and whether it may be at least 0.
    private(set) var mayFail: Column<Bool>
    private(set) var mayHold: Column<Bool>

    // Directions, once they are assigned.
    var areRolesAssigned = false
    var roles: Column<Presolve.Roles>
    var isLive: Column<Bool>
    let objectives: [LinearSum]
    let start: [Int]
    /// Variables that may be unopposed by now.
    var considered = Column<Int32>()

    /// Takes a problem's bounds and rows; every sum must fit 128 bits.
    init(
        _ problem: Problem,
        rows: SparseRows,
        nodes: [Int32],
        definers: [Int32],
        objectives: [LinearSum],
        start: [Int]
    ) {
        let entries = rows.count + problem.implications.count
        self.rows = rows.count
        self.objectives = objectives
        self.start = start
        sums = rows
        self.nodes = nodes
        isQueued = Column(repeating: false, count: entries)
        mayFail = Column(repeating: true, count: rows.count)
        mayHold = Column(repeating: true, count: rows.count)
        roles = Column(repeating: [], count: rows.count)
        isLive = Column(repeating: false, count: problem.implications.count)
        patience = 40 * (rows.variables.count + 2 * entries) + 100_000
        variables = Column(capacity: problem.variables.count)
        for (domain, definer) in zip(problem.variables, definers) {
            variables.append(Bounded(lower: domain.lower, upper: domain.upper, definer: definer))
        }
        implications = Column(capacity: problem.implications.count)
        for implication in problem.implications {
            implications.append(
                Need(
                    needing: implication.variable.index,
                    needed: 2 * implication.condition.variable.index
                        + (implication.condition.isNegated ? 1 : 0)
                )
            )
        }
        for row in 0..<rows.count { isNarrow.append(isSmall(row)) }
        findOccurrences()
        for row in 0..<rows.count { enqueue(Int32(row)) }
        for index in 0..<implications.count {
            let need = implications[index]
            if variables[need.needing].lower > 0 || isFalse(need.needed) {
                enqueue(Int32(rows.count + index))
            }
        }
    }

    /// Whether a row's sums surely fit, with much to spare.
    private func isSmall(_ row: Int) -> Bool {
        var size = Double(sums.constants[row].magnitude)
        for term in terms(row) {
            let variable = sums.variables[term]
            let own = variables[variable]
            let reach = max(1, own.lower.magnitude, own.upper.magnitude)
            size += Double(sums.coefficients[term].magnitude) * Double(reach)
        }
        return size < 0x1p58
    }

    private mutating func findOccurrences() {
        for variable in sums.variables { variables[variable].occurrences += 1 }
        for node in nodes where node >= 0 { variables[node].occurrences += 1 }
        for index in 0..<implications.count {
            variables[implications[index].needing].occurrences += 1
            variables[implications[index].needed >> 1].occurrences += 1
        }
        // Each begins at its end and comes to its beginning as it is filled from behind.
        var end: Int32 = 0
        for variable in 0..<variables.count {
            end += variables[variable].occurrences
            variables[variable].firstOccurrence = end
        }
        occurrence.reset(to: 0, count: Int(end))
        for index in (0..<implications.count).reversed() {
            note(rows + index, of: implications[index].needed >> 1)
            note(rows + index, of: implications[index].needing)
        }
        for row in (0..<rows).reversed() {
            if nodes[row] >= 0 { note(row, of: nodes[row]) }
            for term in terms(row).reversed() { note(row, of: sums.variables[term]) }
        }
    }

    private mutating func note(_ entry: Int, of variable: Int32) {
        variables[variable].firstOccurrence -= 1
        occurrence[variables[variable].firstOccurrence] = Int32(entry)
    }

    /// Settles what can be settled.
    mutating func run() {
        for variable in 0..<variables.count {
            if variables[variable].lower > variables[variable].upper { isInfeasible = true }
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
            let own = variables[variable]
            sum += term.coefficient * (term.coefficient > 0 ? own.lower : own.upper)
        }
        return sum
    }

    /// The bounds of all variables.
    var bounds: (lower: [Int], upper: [Int]) {
        var (lower, upper): ([Int], [Int]) = ([], [])
        lower.reserveCapacity(variables.count)
        upper.reserveCapacity(variables.count)
        for variable in 0..<variables.count {
            lower.append(variables[variable].lower)
            upper.append(variables[variable].upper)
        }
        return (lower, upper)
    }

    /// Where the terms of a row are.
    @inline(__always)
    func terms(_ row: Int) -> Range<Int> { sums.terms(row) }

    /// True when the variable has one value left.
    @inline(__always)
    func isFixed(_ variable: Int32) -> Bool {
        variables[variable].lower == variables[variable].upper
    }

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
        visits < patience || variables[variable].upper - variables[variable].lower <= 1
    }

    private mutating func visit<Wide: FixedWidthInteger & SignedInteger>(
        _ row: Int,
        as type: Wide.Type
    ) {
        visits += terms(row).count + 1
        let (least, greatest) = range(of: row, as: type)
        (mayFail[row], mayHold[row]) = (least < 0, greatest >= 0)
        let node = nodes[row]
        if node < 0 {
            if least < 0 { keepNonNegative(row, slack: greatest, isNegated: false) }
        } else {
            if least >= 0 { tighten(node, lower: 1) }
            if greatest < 0 { tighten(node, upper: 0) }
            if isInfeasible { return }
            if variables[node].lower == 1, least < 0 {
                keepNonNegative(row, slack: greatest, isNegated: false)
            } else if variables[node].upper == 0, greatest >= 0 {
                keepNonNegative(row, slack: -1 - least, isNegated: true)
            }
        }
        // Where that has moved a term, the row comes again.
        if areRolesAssigned { updateRole(row, mayFail: least < 0, mayHold: greatest >= 0) }
    }

    /// The least and the greatest value of a row's sum.
    @inline(__always)
    private func range<Wide: FixedWidthInteger & SignedInteger>(
        of row: Int,
        as type: Wide.Type
    ) -> (least: Wide, greatest: Wide) {
        var least = Wide(sums.constants[row])
        var greatest = least
        for term in terms(row) {
            let coefficient = Wide(sums.coefficients[term])
            let low = coefficient * Wide(variables[sums.variables[term]].lower)
            let high = coefficient * Wide(variables[sums.variables[term]].upper)
            least += coefficient > 0 ? low : high
            greatest += coefficient > 0 ? high : low
        }
        return (least, greatest)
    }

    /// Whether what is remembered of a row is so.
    func isRemembered(_ row: Int) -> Bool {
        let (least, greatest) = range(of: row, as: Int128.self)
        return mayFail[row] == (least < 0) && mayHold[row] == (greatest >= 0)
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
            let variable = sums.variables[term]
            let low = Wide(variables[variable].lower)
            let high = Wide(variables[variable].upper)
            let size = Wide(sums.coefficients[term].magnitude)
            guard size * (high - low) > slack, isWorthwhile(variable) else { continue }
            let room = slack / size
            if (sums.coefficients[term] > 0) != isNegated {
                tighten(variable, lower: Int(high - room))
            } else {
                tighten(variable, upper: Int(low + room))
            }
        }
    }

    private mutating func visitImplication(_ index: Int) {
        visits += 1
        let variable = implications[index].needing
        let condition = implications[index].needed >> 1
        if variables[variable].lower > 0 {
            if implications[index].needed & 1 == 1 {
                tighten(condition, upper: 0)
            } else {
                tighten(condition, lower: 1)
            }
        } else if isFalse(implications[index].needed) {
            tighten(variable, upper: 0)
        }
    }

    /// Whether a literal, twice its variable plus 1 if negated, can no longer be true.
    @inline(__always)
    func isFalse(_ literal: Int32) -> Bool {
        literal & 1 == 1 ? variables[literal >> 1].lower >= 1 : variables[literal >> 1].upper <= 0
    }

    mutating func tighten(_ variable: Int32, lower bound: Int) {
        guard bound > variables[variable].lower else { return }
        variables[variable].lower = bound
        wake(variable)
    }

    mutating func tighten(_ variable: Int32, upper bound: Int) {
        guard bound < variables[variable].upper else { return }
        variables[variable].upper = bound
        wake(variable)
    }

    private mutating func wake(_ variable: Int32) {
        let own = variables[variable]
        if own.lower > own.upper { isInfeasible = true }
        let first = Int(own.firstOccurrence)
        let last = first + Int(own.occurrences)
        for place in first..<last {
            let entry = occurrence[place]
            guard entry >= rows else {
                enqueue(entry)
                continue
            }
            let index = Int(entry) - rows
            // One that has ceased to matter never matters again.
            if areRolesAssigned, !isLive[index] { continue }
            if matters(index) {
                enqueue(entry)
            } else if areRolesAssigned {
                endLife(index)
            }
        }
        // What costs nothing may be where it began by now.
        if areRolesAssigned { consider(variable) }
    }
}
