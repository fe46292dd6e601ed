// The part of a basis that singletons leave, eliminated in the order that makes little fill: the
// next pivot has few entries beside it in its row and its column (Markowitz) and is not small in
// its column.

/// A sparse square matrix that is being eliminated.
struct MarkowitzCore {
    /// A pivot: the row, the column by its place in `columns`, and the entry.
    struct Pivot {
        let row: Int
        let column: Int
        let value: Double
    }

    struct Entry {
        var column: Int32
        var value: Double
    }

    /// The columns of the simplex.
    let columns: [Int32]
    /// How many entries were touched.
    private(set) var steps = 0
    private let isOuterRow: [Bool]
    /// The entries of each row in columns that are left.
    private var entries: [[Entry]]
    /// The rows that are left of each column.
    private var rowsOf: [[Int32]]
    /// The entries of each column in rows that are gone.
    private var upperOf: [[(row: Int32, value: Double)]]
    private var isColumnDone: [Bool]
    private var isRowDone: [Bool]
    private var openColumns: [Int32]
    private var openRows: [Int32] = []
    /// Where a column is in the row at hand, plus one.
    private var place: [Int32]

    /// Takes the entries of columns in rows that are not taken yet.
    init(_ columns: [Int32], _ simplex: borrowing Simplex, isTaken: [Bool]) {
        self.columns = columns
        isOuterRow = isTaken
        entries = Array(repeating: [], count: isTaken.count)
        rowsOf = Array(repeating: [], count: columns.count)
        upperOf = Array(repeating: [], count: columns.count)
        isColumnDone = Array(repeating: false, count: columns.count)
        isRowDone = isTaken
        place = Array(repeating: 0, count: columns.count)
        openColumns = (0..<Int32(columns.count)).map { $0 }
        for (index, column) in columns.enumerated() {
            for entry in simplex.entries(of: Int(column)) {
                let row = simplex.columnRow[entry]
                if isTaken[Int(row)] { continue }
                entries[Int(row)].append(
                    Entry(column: Int32(index), value: simplex.columnValue[entry])
                )
                rowsOf[index].append(row)
            }
        }
        for row in isTaken.indices where !entries[row].isEmpty { openRows.append(Int32(row)) }
    }

    /// True for rows that were taken before.
    func isOutside(_ row: Int) -> Bool { isOuterRow[row] }

    /// The entries of a column in rows that this has eliminated.
    func upper(_ column: Int) -> [(row: Int32, value: Double)] { upperOf[column] }

    /// The next pivot, or nil when what is left has none.
    mutating func next() -> Pivot? {
        while true {
            openColumns.removeAll { isColumnDone[Int($0)] }
            guard let column = shortestColumn() else { return nil }
            if let pivot = bestPivot(inColumn: column) {
                let others = (rowsOf[column].count - 1) * (entries[pivot.row].count - 1)
                if others > 0, let row = shortestRow(),
                    let other = bestPivot(inRow: row),
                    (entries[row].count - 1) * (rowsOf[other.column].count - 1) < others
                {
                    return other
                }
                return pivot
            }
            // Nothing of it is left: the column depends on others.
            isColumnDone[column] = true
            for row in rowsOf[column] {
                entries[Int(row)].removeAll { $0.column == Int32(column) }
            }
            rowsOf[column] = []
        }
    }

    private mutating func shortestColumn() -> Int? {
        var chosen: Int?
        var least = Int.max
        for column in openColumns where rowsOf[Int(column)].count < least {
            least = rowsOf[Int(column)].count
            chosen = Int(column)
            if least <= 1 { break }
        }
        steps += openColumns.count / 8
        return chosen
    }

    private mutating func shortestRow() -> Int? {
        openRows.removeAll { isRowDone[Int($0)] }
        var chosen: Int?
        var least = Int.max
        for row in openRows {
            let size = entries[Int(row)].count
            if size > 0, size < least {
                least = size
                chosen = Int(row)
                if least == 1 { break }
            }
        }
        steps += openRows.count / 8
        return chosen
    }

    private func value(_ row: Int, _ column: Int) -> Double {
        for entry in entries[row] where entry.column == Int32(column) { return entry.value }
        return 0
    }

    private func largest(inColumn column: Int) -> Double {
        rowsOf[column].reduce(0) { max($0, abs(value(Int($1), column))) }
    }

    private func bestPivot(inColumn column: Int) -> Pivot? {
        let values = rowsOf[column].map { value(Int($0), column) }
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard largest > 1e-7 else { return nil }
        var best: Pivot?
        for (row, value) in zip(rowsOf[column], values) where abs(value) >= 0.1 * largest {
            if let best, entries[best.row].count <= entries[Int(row)].count { continue }
            best = Pivot(row: Int(row), column: column, value: value)
        }
        return best
    }

    private func bestPivot(inRow row: Int) -> Pivot? {
        var best: Pivot?
        for entry in entries[row] {
            let column = Int(entry.column)
            if let best, rowsOf[best.column].count <= rowsOf[column].count { continue }
            guard abs(entry.value) > 1e-7, abs(entry.value) >= 0.1 * largest(inColumn: column)
            else { continue }
            best = Pivot(row: row, column: column, value: entry.value)
        }
        return best
    }

    /// Takes the pivot's row off the others; `lower` is told how many times.
    mutating func eliminate(_ pivot: Pivot, lower: (Int32, Double) -> Void) {
        isColumnDone[pivot.column] = true
        isRowDone[pivot.row] = true
        let pivotRow = entries[pivot.row].filter { $0.column != Int32(pivot.column) }
        entries[pivot.row] = []
        for entry in pivotRow {
            let column = Int(entry.column)
            upperOf[column].append((Int32(pivot.row), entry.value))
            if let place = rowsOf[column].firstIndex(of: Int32(pivot.row)) {
                rowsOf[column].swapAt(place, rowsOf[column].count - 1)
                rowsOf[column].removeLast()
            }
        }
        for row in rowsOf[pivot.column] where Int(row) != pivot.row {
            eliminate(Int(row), pivot, pivotRow, lower: lower)
        }
        rowsOf[pivot.column] = []
    }

    private mutating func eliminate(
        _ row: Int,
        _ pivot: Pivot,
        _ pivotRow: [Entry],
        lower: (Int32, Double) -> Void
    ) {
        steps += entries[row].count + pivotRow.count
        guard let own = entries[row].firstIndex(where: { $0.column == Int32(pivot.column) })
        else { return }
        let share = entries[row][own].value / pivot.value
        entries[row].swapAt(own, entries[row].count - 1)
        entries[row].removeLast()
        lower(Int32(row), share)
        for (index, entry) in entries[row].enumerated() {
            place[Int(entry.column)] = Int32(index + 1)
        }
        for entry in pivotRow {
            let index = Int(place[Int(entry.column)])
            if index > 0 {
                entries[row][index - 1].value -= share * entry.value
            } else {
                entries[row].append(Entry(column: entry.column, value: -share * entry.value))
                rowsOf[Int(entry.column)].append(Int32(row))
            }
        }
        for entry in entries[row] { place[Int(entry.column)] = 0 }
    }
}
