// The simplex basis as a product of a lower and an upper triangular matrix, followed by one simple
// matrix for each exchange since (the product form of the update). Zeros are skipped, since most of
// a basis are slacks and most right-hand sides have few entries.

/// A factorised square matrix whose columns are named by the row in which each was pivoted.
struct BasisFactors: ~Copyable {
    // The lower part, by pivots in order: the multiples of the pivot row taken off others.
    private var lowerPivot = Column<Int32>()
    private var lowerStart = Column<Int32>()
    private var lowerRow = Column<Int32>()
    private var lowerValue = Column<Double>()
    // The upper part, by pivots in order, slacks first: those are 1 and have empty columns.
    private var pivotRow = Column<Int32>()
    private var pivotValue = Column<Double>()
    private var upperStart = Column<Int32>()
    private var upperRow = Column<Int32>()
    private var upperValue = Column<Double>()
    // The same by rows: for each pivot, the rows that name the columns with an entry in its row.
    private var acrossStart = Column<Int32>()
    private var acrossRow = Column<Int32>()
    private var acrossValue = Column<Double>()
    private var slackCount = 0
    // Exchanges since.
    private var exchangeRow = Column<Int32>()
    private var exchangePivot = Column<Double>()
    private var exchangeStart = Column<Int32>()
    private var exchangeEntry = Column<Int32>()
    private var exchangeValue = Column<Double>()

    init() { removeAll(rows: 0) }

    /// How many exchanges there were since the factors were made.
    var exchanges: Int { exchangeRow.count }

    /// How many numbers a pass through the factors touches at most.
    var length: Int {
        lowerRow.count + upperRow.count + exchangeEntry.count + pivotRow.count + exchangeRow.count
    }

    /// Begins anew with nothing.
    mutating func removeAll(rows: Int) {
        lowerPivot.removeAll()
        lowerStart.reset(to: 0, count: 1)
        lowerRow.removeAll()
        lowerValue.removeAll()
        pivotRow.removeAll()
        pivotValue.removeAll()
        upperStart.reset(to: 0, count: 1)
        upperRow.removeAll()
        upperValue.removeAll()
        acrossStart.reset(to: 0, count: rows + 1)
        acrossRow.removeAll()
        acrossValue.removeAll()
        slackCount = 0
        exchangeRow.removeAll()
        exchangePivot.removeAll()
        exchangeStart.reset(to: 0, count: 1)
        exchangeEntry.removeAll()
        exchangeValue.removeAll()
    }

    // MARK: Making

    /// Adds the slack of a row. Before any other column.
    mutating func addSlack(_ row: Int) {
        slackCount += 1
        pivotRow.append(Int32(row))
        pivotValue.append(1)
        upperStart.append(0)
    }

    /// Adds an entry to the upper part of the column that ``closeColumn(pivot:_:)`` will end.
    @inline(__always)
    mutating func addUpper(_ row: Int32, _ value: Double) {
        upperRow.append(row)
        upperValue.append(value)
    }

    /// Adds an entry to the lower part of that column, already divided by the pivot.
    @inline(__always)
    mutating func addLower(_ row: Int32, _ value: Double) {
        lowerRow.append(row)
        lowerValue.append(value)
    }

    /// Ends a column with its pivot.
    mutating func closeColumn(pivot row: Int, _ value: Double) {
        pivotRow.append(Int32(row))
        pivotValue.append(value)
        upperStart.append(Int32(upperRow.count))
        if lowerRow.count > Int(lowerStart.last) {
            lowerPivot.append(Int32(row))
            lowerStart.append(Int32(lowerRow.count))
        }
    }

    /// Makes the upper part ready by rows.
    mutating func finish(rows: Int) {
        acrossStart.reset(to: 0, count: rows + 1)
        for entry in 0..<upperRow.count { acrossStart[Int(upperRow[entry]) + 1] += 1 }
        for row in 0..<rows { acrossStart[row + 1] += acrossStart[row] }
        acrossRow.reset(to: 0, count: upperRow.count)
        acrossValue.reset(to: 0, count: upperRow.count)
        for pivot in 0..<pivotRow.count {
            for entry in Int(upperStart[pivot])..<Int(upperStart[pivot + 1]) {
                let row = upperRow[entry]
                let place = acrossStart[row]
                acrossRow[place] = pivotRow[pivot]
                acrossValue[place] = upperValue[entry]
                acrossStart[row] = place + 1
            }
        }
        for row in (0..<rows).reversed() { acrossStart[row + 1] = acrossStart[row] }
        acrossStart[0] = 0
    }

    /// Takes the effect of the lower part made so far off a column, from a pivot on.
    mutating func applyLower(_ vector: inout Column<Double>, from first: Int) {
        for pivot in first..<lowerPivot.count {
            let factor = vector[lowerPivot[pivot]]
            if factor == 0 { continue }
            for entry in Int(lowerStart[pivot])..<Int(lowerStart[pivot + 1]) {
                vector[lowerRow[entry]] -= lowerValue[entry] * factor
            }
        }
    }

    /// How many columns of the lower part there are.
    var lowerCount: Int { lowerPivot.count }

    /// Exchanges the column that is named by `row` for another, given as ``solve(_:)`` left it.
    mutating func exchange(_ column: borrowing Column<Double>, row: Int) {
        exchangeRow.append(Int32(row))
        exchangePivot.append(column[row])
        for index in 0..<column.count where abs(column[index]) > 1e-13 && index != row {
            exchangeEntry.append(Int32(index))
            exchangeValue.append(column[index])
        }
        exchangeStart.append(Int32(exchangeEntry.count))
    }

    // MARK: Solving

    /// Multiplies a column by the inverse from the left.
    mutating func solve(_ vector: inout Column<Double>) {
        applyLower(&vector, from: 0)
        var pivot = pivotRow.count - 1
        while pivot >= slackCount {
            let row = pivotRow[pivot]
            var factor = vector[row]
            if factor != 0 {
                factor /= pivotValue[pivot]
                vector[row] = factor
                for entry in Int(upperStart[pivot])..<Int(upperStart[pivot + 1]) {
                    vector[upperRow[entry]] -= upperValue[entry] * factor
                }
            }
            pivot -= 1
        }
        for exchange in 0..<exchangeRow.count {
            let row = exchangeRow[exchange]
            var factor = vector[row]
            if factor == 0 { continue }
            factor /= exchangePivot[exchange]
            vector[row] = factor
            for entry in Int(exchangeStart[exchange])..<Int(exchangeStart[exchange + 1]) {
                vector[exchangeEntry[entry]] -= exchangeValue[entry] * factor
            }
        }
    }

    /// Multiplies a row by the inverse from the right.
    mutating func solveTransposed(_ vector: inout Column<Double>) {
        for exchange in (0..<exchangeRow.count).reversed() {
            let row = exchangeRow[exchange]
            var sum = vector[row]
            for entry in Int(exchangeStart[exchange])..<Int(exchangeStart[exchange + 1]) {
                sum -= exchangeValue[entry] * vector[exchangeEntry[entry]]
            }
            vector[row] = sum / exchangePivot[exchange]
        }
        for pivot in 0..<pivotRow.count {
            let row = pivotRow[pivot]
            var factor = vector[row]
            if factor == 0 { continue }
            factor /= pivotValue[pivot]
            vector[row] = factor
            for entry in Int(acrossStart[row])..<Int(acrossStart[Int(row) + 1]) {
                vector[acrossRow[entry]] -= acrossValue[entry] * factor
            }
        }
        var pivot = lowerPivot.count - 1
        while pivot >= 0 {
            let row = lowerPivot[pivot]
            var sum = vector[row]
            for entry in Int(lowerStart[pivot])..<Int(lowerStart[pivot + 1]) {
                sum -= lowerValue[entry] * vector[lowerRow[entry]]
            }
            vector[row] = sum
            pivot -= 1
        }
    }
}
