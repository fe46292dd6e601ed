// Rebuilding the inverse of the basis: columns with a single entry in the rows that are left first,
// which needs no arithmetic, then the rest by the largest pivot.

extension Simplex {
    /// Rebuilds the product of factors. Columns that depend on others give way to slacks.
    mutating func refactor() {
        var structural: [Int] = []
        var isTaken = [Bool](repeating: false, count: rows)
        var newHead = [Int32](repeating: -1, count: rows)
        var oldWeights: [(column: Int32, weight: Double)] = []
        for row in 0..<rows {
            let column = Int(head[row])
            oldWeights.append((head[row], weight[row]))
            if column >= columns {
                isTaken[column - columns] = true
                newHead[column - columns] = head[row]
            } else {
                structural.append(column)
            }
        }
        factors.removeAll()
        structural.sort { (length(of: $0), $0) < (length(of: $1), $1) }
        let order = singletonsFirst(structural, isTaken: isTaken)
        for (column, preferred) in order {
            entering.reset(to: 0, count: rows)
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                entering[columnRow[entry]] += columnValue[entry]
            }
            factors.solve(&entering)
            work += rows + factors.length
            var pivot = preferred
            if pivot < 0 || isTaken[pivot] || abs(entering[pivot]) < 1e-7 {
                pivot = -1
                var largest = 1e-7
                for row in 0..<rows where !isTaken[row] && abs(entering[row]) > largest {
                    largest = abs(entering[row])
                    pivot = row
                }
            }
            guard pivot >= 0 else { continue }
            isTaken[pivot] = true
            newHead[pivot] = Int32(column)
            factors.append(entering, row: pivot)
        }
        for index in 0..<columns + rows { position[index] = -1 }
        for row in 0..<rows {
            let isKept = newHead[row] >= 0
            head[row] = isKept ? newHead[row] : Int32(columns + row)
            position[head[row]] = Int32(row)
        }
        var weights = [Double](repeating: 1, count: columns + rows)
        for (column, old) in oldWeights { weights[Int(column)] = old }
        for row in 0..<rows { weight[row] = weights[Int(head[row])] }
        factorsAtBase = factors.count
    }

    private func length(of column: Int) -> Int {
        Int(columnStart[column + 1] - columnStart[column])
    }

    /// Orders the columns so that each of the first ones has one entry in the rows then left, and
    /// names that row; -1 for the others.
    private func singletonsFirst(
        _ structural: [Int],
        isTaken: [Bool]
    ) -> [(column: Int, row: Int)] {
        var isTaken = isTaken
        var counts = [Int](repeating: 0, count: structural.count)
        var columnsOfRow = [[Int32]](repeating: [], count: rows)
        for (index, column) in structural.enumerated() {
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                let row = Int(columnRow[entry])
                if isTaken[row] { continue }
                columnsOfRow[row].append(Int32(index))
                counts[index] += 1
            }
        }
        var isDone = [Bool](repeating: false, count: structural.count)
        var order: [(column: Int, row: Int)] = []
        var stack = structural.indices.filter { counts[$0] == 1 }
        while let index = stack.popLast() {
            guard !isDone[index], counts[index] == 1 else { continue }
            let column = structural[index]
            var pivot = -1
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1])
            where !isTaken[Int(columnRow[entry])] && abs(columnValue[entry]) >= 1e-9 {
                pivot = Int(columnRow[entry])
            }
            guard pivot >= 0 else { continue }
            isDone[index] = true
            order.append((column, pivot))
            isTaken[pivot] = true
            for other in columnsOfRow[pivot] where !isDone[Int(other)] {
                counts[Int(other)] -= 1
                if counts[Int(other)] == 1 { stack.append(Int(other)) }
            }
        }
        for (index, column) in structural.enumerated() where !isDone[index] {
            order.append((column, -1))
        }
        return order
    }
}
