// The linear relaxation by the dual simplex method for bounded variables, with the bound flipping
// ratio test (Maros; Koberstein) and dual steepest edge weights (Forrest and Goldfarb). Nothing it
// says is trusted: its multipliers propose integer rows, and those are checked exactly elsewhere.

/// "Minimise cost over rows of at least their demand, variables within bounds."
///
/// Row i gets a slack variable n+i: sum + slack = 0, slack <= -demand.
struct Simplex: ~Copyable {
    /// How a solve ended.
    enum Result {
        case optimal
        /// `multipliers` may show that the rows contradict each other.
        case infeasible
        /// `multipliers` may show that the cost exceeds the cutoff.
        case beyondCutoff
        /// The arithmetic broke down.
        case failed
    }

    let columns: Int
    var rows: Int
    var cost: Column<Double>
    /// The costs the pivots go by: a little off, so that ties do not lead in circles.
    var perturbedCost: Column<Double>
    var lower: Column<Double>
    var upper: Column<Double>
    var demand = Column<Double>()

    // The matrix by rows and by columns.
    var rowStart = Column<Int32>()
    var rowColumn = Column<Int32>()
    var rowValue = Column<Double>()
    var columnStart = Column<Int32>()
    var columnRow = Column<Int32>()
    var columnValue = Column<Double>()

    // The basis and the point.
    var head = Column<Int32>()
    var position: Column<Int32>
    var isAtUpper: Column<Bool>
    /// The values of columns; those of basic ones are true only after a solve.
    var value: Column<Double>
    var reducedCost: Column<Double>
    /// The squared length of each row of the basis's inverse, about.
    var weight = Column<Double>()
    var dual = Column<Double>()
    var factors = BasisFactors()
    // What is in the basis, by row.
    var basicValue = Column<Double>()
    var basicLower = Column<Double>()
    var basicUpper = Column<Double>()
    /// Whether reduced costs and values belong to the basis and the costs there are.
    var isFresh = false

    // Working vectors.
    var rho = Column<Double>()
    var alpha = Column<Double>()
    var entering = Column<Double>()
    var scratch = Column<Double>()
    /// The columns with an entry in `alpha`.
    var touched = Column<Int32>()
    var candidates = Column<Candidate>()
    var flips = Column<Int32>()

    /// Non-negative factors of the rows, after a solve.
    var multipliers = Column<Double>()
    /// What they leave of the true costs, and the bound that they prove.
    var trueReducedCost = Column<Double>()
    var bound = 0.0
    var pivots = 0
    var work = 0
    /// When `work` is beyond this, a solve ends as failed.
    var workLimit = Int.max

    struct Candidate: BitwiseCopyable {
        let ratio: Double
        let column: Int32
    }

    static let infinity = 1e30

    init(columns: Int) {
        self.columns = columns
        rows = 0
        cost = Column(repeating: 0, count: columns)
        perturbedCost = Column(repeating: 0, count: columns)
        lower = Column(repeating: 0, count: columns)
        upper = Column(repeating: 0, count: columns)
        position = Column(repeating: -1, count: columns)
        isAtUpper = Column(repeating: false, count: columns)
        value = Column(repeating: 0, count: columns)
        reducedCost = Column(repeating: 0, count: columns)
        rowStart.append(0)
    }

    /// Adds a term to the row that ``closeRow(demand:)`` will end.
    mutating func add(_ coefficient: Double, _ column: Int) {
        rowColumn.append(Int32(column))
        rowValue.append(coefficient)
    }

    /// Ends a row; its slack enters the basis.
    mutating func closeRow(demand: Double) {
        rowStart.append(Int32(rowColumn.count))
        self.demand.append(demand)
        lower.append(-Self.infinity)
        upper.append(-demand)
        position.append(Int32(rows))
        head.append(Int32(columns + rows))
        isAtUpper.append(false)
        value.append(0)
        reducedCost.append(0)
        weight.append(1)
        dual.append(0)
        rows += 1
    }

    /// Makes the matrix ready after rows were added.
    mutating func layOut() {
        var counts = [Int32](repeating: 0, count: columns + 1)
        for entry in 0..<rowColumn.count { counts[Int(rowColumn[entry]) + 1] += 1 }
        for column in 0..<columns { counts[column + 1] += counts[column] }
        columnStart = Column(counts)
        columnRow.reset(to: 0, count: rowColumn.count)
        columnValue.reset(to: 0, count: rowColumn.count)
        for row in 0..<rows {
            for entry in Int(rowStart[row])..<Int(rowStart[row + 1]) {
                let column = Int(rowColumn[entry])
                columnRow[counts[column]] = Int32(row)
                columnValue[counts[column]] = rowValue[entry]
                counts[column] += 1
            }
        }
        rho.reset(to: 0, count: rows)
        alpha.reset(to: 0, count: columns + rows)
        entering.reset(to: 0, count: rows)
        scratch.reset(to: 0, count: rows)
        multipliers.reset(to: 0, count: rows)
        basicValue.reset(to: 0, count: rows)
        basicLower.reset(to: 0, count: rows)
        basicUpper.reset(to: 0, count: rows)
        trueReducedCost.reset(to: 0, count: columns)
        touched.removeAll()
        refactor()
        isFresh = false
    }

    /// Where the entries of a column are.
    @inline(__always)
    func entries(of column: Int) -> Range<Int> {
        Int(columnStart[column])..<Int(columnStart[column + 1])
    }

    /// Sets the costs and perturbs them for the pivots.
    mutating func setCosts(_ costs: [Int]) {
        var state: UInt64 = 88_172_645_463_325_252
        let largest = costs.reduce(0.0) { max($0, abs(Double($1))) }
        for column in 0..<columns {
            cost[column] = Double(costs[column])
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let share = 0.5 + Double(state % 1000) / 2000
            let size = share * 1e-6 * (1 + largest * 0.1)
            perturbedCost[column] = cost[column] + (costs[column] >= 0 ? size : -size)
        }
    }

    mutating func addToScratch(_ column: Int, times factor: Double) {
        if column >= columns {
            scratch[column - columns] += factor
            return
        }
        for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
            scratch[columnRow[entry]] += factor * columnValue[entry]
        }
    }

    /// Begins anew with the slacks as the basis.
    mutating func useSlackBasis() {
        for index in 0..<columns + rows { position[index] = -1 }
        for row in 0..<rows {
            head[row] = Int32(columns + row)
            position[columns + row] = Int32(row)
            weight[row] = 1
        }
        refactor()
        isFresh = false
    }

    // MARK: The point of a basis

    /// Computes reduced costs and values of the basis from nothing.
    mutating func refresh() {
        computeReducedCosts()
        if hasWrongDual() {
            useSlackBasis()
            computeReducedCosts()
        }
        for column in 0..<columns + rows where position[column] < 0 {
            value[column] = placement(of: column)
        }
        computeValues()
        isFresh = true
        work += 3 * (columns + rows) + 3 * rowColumn.count + 2 * factors.length
    }

    /// Takes in bounds that have changed, while the basis stays.
    mutating func takeInBounds() {
        var hasMoved = false
        for column in 0..<columns {
            let row = position[column]
            if row >= 0 {
                basicLower[row] = lower[column]
                basicUpper[row] = upper[column]
                continue
            }
            let old = value[column]
            let new = placement(of: column)
            if new == old { continue }
            if !hasMoved {
                hasMoved = true
                scratch.reset(to: 0, count: rows)
            }
            value[column] = new
            addToScratch(column, times: old - new)
        }
        work += columns
        guard hasMoved else { return }
        factors.solve(&scratch)
        for row in 0..<rows { basicValue[row] += scratch[row] }
        work += rows + factors.length
    }

    /// True when the dual of some row has the wrong sign.
    private mutating func hasWrongDual() -> Bool {
        for row in 0..<rows where position[columns + row] < 0 && reducedCost[columns + row] > 1e-6 {
            return true
        }
        return false
    }

    private mutating func computeReducedCosts() {
        for row in 0..<rows {
            dual[row] = Int(head[row]) < columns ? perturbedCost[head[row]] : 0
        }
        factors.solveTransposed(&dual)
        for column in 0..<columns {
            guard position[column] < 0 else {
                reducedCost[column] = 0
                continue
            }
            var sum = perturbedCost[column]
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                sum -= columnValue[entry] * dual[columnRow[entry]]
            }
            reducedCost[column] = sum
        }
        for row in 0..<rows {
            reducedCost[columns + row] = position[columns + row] >= 0 ? 0 : -dual[row]
        }
    }

    /// The bound at which a column outside the basis belongs; sets `isAtUpper`.
    @inline(__always)
    private mutating func placement(of column: Int) -> Double {
        if lower[column] <= -Self.infinity {
            isAtUpper[column] = true
        } else if lower[column] == upper[column] || reducedCost[column] > 1e-9 {
            isAtUpper[column] = false
        } else if reducedCost[column] < -1e-9 {
            isAtUpper[column] = true
        }
        return isAtUpper[column] ? upper[column] : lower[column]
    }

    private mutating func computeValues() {
        scratch.reset(to: 0, count: rows)
        for column in 0..<columns + rows where position[column] < 0 && value[column] != 0 {
            addToScratch(column, times: -value[column])
        }
        factors.solve(&scratch)
        for row in 0..<rows {
            basicValue[row] = scratch[row]
            basicLower[row] = lower[head[row]]
            basicUpper[row] = upper[head[row]]
        }
    }

    /// The cost of the present point.
    mutating func costOfPoint() -> Double {
        var sum = 0.0
        for column in 0..<columns where position[column] < 0 { sum += cost[column] * value[column] }
        for row in 0..<rows where Int(head[row]) < columns {
            sum += cost[head[row]] * basicValue[row]
        }
        return sum
    }

    /// The bound that the duals of the true costs prove, up to rounding; sets `multipliers`.
    mutating func provenBound() -> Double {
        for row in 0..<rows { dual[row] = Int(head[row]) < columns ? cost[head[row]] : 0 }
        factors.solveTransposed(&dual)
        var sum = 0.0
        for row in 0..<rows {
            multipliers[row] = dual[row] > 1e-11 ? dual[row] : 0
            sum += multipliers[row] * demand[row]
        }
        for column in 0..<columns {
            var reduced = cost[column]
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                reduced -= columnValue[entry] * multipliers[columnRow[entry]]
            }
            trueReducedCost[column] = reduced
            sum += reduced > 0 ? reduced * lower[column] : reduced * upper[column]
        }
        work += rowColumn.count + rows + columns + factors.length
        bound = sum
        return sum
    }
}
