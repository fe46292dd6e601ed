// Factorising the basis: first slacks, then columns with a single entry in the rows that are left,
// then rows with a single entry in the columns that are left, which all needs no arithmetic; the
// rest column by column with a pivot that is large enough and in a row with few entries (Markowitz;
// Suhl and Suhl).

extension Simplex {
    /// Factorises the basis anew. Columns that depend on others give way to slacks.
    mutating func refactor() {
        var weights = [Double](repeating: 1, count: columns + rows)
        for row in 0..<rows { weights[Int(head[row])] = weight[row] }
        var nucleus = Nucleus(rows: rows)
        factors.removeAll(rows: rows)
        var structural: [Int32] = []
        for row in 0..<rows {
            let column = Int(head[row])
            if column >= columns {
                nucleus.take(column - columns, by: column)
                factors.addSlack(column - columns)
            } else {
                structural.append(Int32(column))
            }
        }
        structural.sort()
        nucleus.count(structural, self)
        pivotColumnSingletons(structural, &nucleus)
        pivotRowSingletons(structural, &nucleus)
        pivotRest(structural, &nucleus)
        factors.finish(rows: rows)
        for index in 0..<columns + rows { position[index] = -1 }
        for row in 0..<rows {
            head[row] = nucleus.head[row]
            position[head[row]] = Int32(row)
            weight[row] = weights[Int(head[row])]
        }
        work += 2 * (columns + rows) + factors.length
    }

    /// Writes the entries of a column in rows that are taken as its upper part.
    private mutating func addUpperEntries(of column: Int, _ isTaken: (Int) -> Bool) {
        for entry in Int(columnStart[column])..<Int(columnStart[column + 1])
        where isTaken(Int(columnRow[entry])) {
            factors.addUpper(columnRow[entry], columnValue[entry])
        }
    }

    private mutating func pivotColumnSingletons(
        _ structural: [Int32],
        _ nucleus: inout Nucleus
    ) {
        var stack = structural.indices.filter { nucleus.columnCount[$0] == 1 }
        while let index = stack.popLast() {
            guard !nucleus.isDone[index], nucleus.columnCount[index] == 1 else { continue }
            let column = Int(structural[index])
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                let row = Int(columnRow[entry])
                let value = columnValue[entry]
                if nucleus.isTaken(row) || abs(value) < 1e-9 { continue }
                addUpperEntries(of: column) { nucleus.isTaken($0) }
                factors.closeColumn(pivot: row, value)
                nucleus.take(row, by: column)
                nucleus.isDone[index] = true
                for other in nucleus.columnsOf(row) where !nucleus.isDone[Int(other)] {
                    nucleus.columnCount[Int(other)] -= 1
                    if nucleus.columnCount[Int(other)] == 1 { stack.append(Int(other)) }
                }
                break
            }
        }
    }

    private mutating func pivotRowSingletons(_ structural: [Int32], _ nucleus: inout Nucleus) {
        nucleus.countRows(structural, self)
        var stack = (0..<rows).filter { !nucleus.isTaken($0) && nucleus.rowCount[$0] == 1 }
        while let row = stack.popLast() {
            guard !nucleus.isTaken(row), nucleus.rowCount[row] == 1,
                let index = nucleus.columnsOf(row).first(where: { !nucleus.isDone[Int($0)] })
            else { continue }
            let column = Int(structural[Int(index)])
            var pivot = 0.0
            var largest = 0.0
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1])
            where !nucleus.isTaken(Int(columnRow[entry])) {
                largest = max(largest, abs(columnValue[entry]))
                if Int(columnRow[entry]) == row { pivot = columnValue[entry] }
            }
            guard abs(pivot) > 1e-3 * largest else { continue }
            addUpperEntries(of: column) { nucleus.isTaken($0) }
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                let other = columnRow[entry]
                if nucleus.isTaken(Int(other)) || Int(other) == row { continue }
                factors.addLower(other, columnValue[entry] / pivot)
                nucleus.rowCount[Int(other)] -= 1
                if nucleus.rowCount[Int(other)] == 1 { stack.append(Int(other)) }
            }
            factors.closeColumn(pivot: row, pivot)
            nucleus.take(row, by: column)
            nucleus.isDone[Int(index)] = true
        }
    }

    private mutating func pivotRest(_ structural: [Int32], _ nucleus: inout Nucleus) {
        let rest = structural.indices.filter { !nucleus.isDone[$0] }
        if !rest.isEmpty {
            var core = MarkowitzCore(
                rest.map { structural[$0] },
                self,
                isTaken: (0..<rows).map { nucleus.isTaken($0) }
            )
            while let pivot = core.next() {
                let column = Int(core.columns[pivot.column])
                addUpperEntries(of: column) { core.isOutside($0) }
                for entry in core.upper(pivot.column) {
                    factors.addUpper(entry.row, entry.value)
                }
                core.eliminate(pivot) { row, share in factors.addLower(row, share) }
                factors.closeColumn(pivot: pivot.row, pivot.value)
                nucleus.take(pivot.row, by: column)
            }
            work += 20 * core.steps
        }
        for row in 0..<rows where !nucleus.isTaken(row) {
            factors.closeColumn(pivot: row, 1)
            nucleus.take(row, by: columns + row)
        }
    }
}

/// What is left while a basis is factorised.
private struct Nucleus {
    /// The column pivoted in each row, or -1.
    var head: [Int32]
    var columnCount: [Int32] = []
    var isDone: [Bool] = []
    var rowCount: [Int32]
    private var rowStart: [Int32]
    private var rowColumn: [Int32] = []

    init(rows: Int) {
        head = Array(repeating: -1, count: rows)
        rowCount = Array(repeating: 0, count: rows)
        rowStart = Array(repeating: 0, count: rows + 1)
    }

    func isTaken(_ row: Int) -> Bool { head[row] >= 0 }

    mutating func take(_ row: Int, by column: Int) { head[row] = Int32(column) }

    /// The columns, by their place in the list, that had an entry in the row after the slacks.
    func columnsOf(_ row: Int) -> ArraySlice<Int32> {
        rowColumn[Int(rowStart[row])..<Int(rowStart[row + 1])]
    }

    /// Counts the entries of the columns in rows that are not taken.
    mutating func count(_ structural: [Int32], _ simplex: borrowing Simplex) {
        columnCount = Array(repeating: 0, count: structural.count)
        isDone = Array(repeating: false, count: structural.count)
        for (index, column) in structural.enumerated() {
            for entry in simplex.entries(of: Int(column)) {
                let row = Int(simplex.columnRow[entry])
                if isTaken(row) { continue }
                rowStart[row + 1] += 1
                columnCount[index] += 1
            }
        }
        for row in 0..<head.count { rowStart[row + 1] += rowStart[row] }
        rowColumn = Array(repeating: 0, count: Int(rowStart[head.count]))
        var next = rowStart
        for (index, column) in structural.enumerated() {
            for entry in simplex.entries(of: Int(column)) {
                let row = Int(simplex.columnRow[entry])
                if isTaken(row) { continue }
                rowColumn[Int(next[row])] = Int32(index)
                next[row] += 1
            }
        }
    }

    /// Counts the entries of rows in columns that are not done.
    mutating func countRows(_ structural: [Int32], _ simplex: borrowing Simplex) {
        for (index, column) in structural.enumerated() where !isDone[index] {
            for entry in simplex.entries(of: Int(column)) {
                let row = Int(simplex.columnRow[entry])
                if !isTaken(row) { rowCount[row] += 1 }
            }
        }
    }
}
