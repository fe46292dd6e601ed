// The inverse of the simplex basis as a product of simple matrices, each of which replaces one
// column. Rebuilt now and then, because the product grows with every step.

/// A product of elementary matrices.
struct EtaFile: ~Copyable {
    private var pivotRow = Column<Int32>()
    private var pivotValue = Column<Double>()
    private var start = Column<Int32>()
    private var rows = Column<Int32>()
    private var values = Column<Double>()

    init() { start.append(0) }

    /// How many factors there are.
    var count: Int { pivotRow.count }

    /// How many numbers a pass through the product touches.
    var length: Int { rows.count + 2 * pivotRow.count }

    mutating func removeAll() {
        pivotRow.removeAll()
        pivotValue.removeAll()
        start.truncate(to: 1)
        rows.removeAll()
        values.removeAll()
    }

    /// Adds the factor that makes `column` the unit vector of `row`.
    mutating func append(_ column: borrowing Column<Double>, row: Int) {
        pivotRow.append(Int32(row))
        pivotValue.append(column[row])
        for index in 0..<column.count where index != row && abs(column[index]) > 1e-12 {
            rows.append(Int32(index))
            values.append(column[index])
        }
        start.append(Int32(rows.count))
    }

    /// Multiplies a column by the inverse from the left.
    func solve(_ vector: inout Column<Double>) {
        for factor in 0..<pivotRow.count {
            let row = pivotRow[factor]
            var pivot = vector[row]
            if pivot == 0 { continue }
            pivot /= pivotValue[factor]
            vector[row] = pivot
            for entry in Int(start[factor])..<Int(start[factor + 1]) {
                vector[rows[entry]] -= values[entry] * pivot
            }
        }
    }

    /// Multiplies a row by the inverse from the right.
    func solveTransposed(_ vector: inout Column<Double>) {
        for factor in (0..<pivotRow.count).reversed() {
            let row = pivotRow[factor]
            var sum = vector[row]
            for entry in Int(start[factor])..<Int(start[factor + 1]) {
                sum -= values[entry] * vector[rows[entry]]
            }
            vector[row] = sum / pivotValue[factor]
        }
    }
}
