// The pivots of the dual simplex method.

extension Simplex {
    /// Minimises the cost for the present bounds, from the basis there is.
    mutating func solve(cutoff: Double) -> Result {
        var result = pivotUntilDone(cutoff: cutoff)
        if case .failed = result, work <= workLimit {
            useSlackBasis()
            result = pivotUntilDone(cutoff: cutoff)
        }
        return result
    }

    private mutating func pivotUntilDone(cutoff: Double) -> Result {
        if factors.count - factorsAtBase > 60 || factors.count == 0 { refactor() }
        refresh()
        var retries = 0
        for step in 1...max(500, 20 * rows) {
            if work > workLimit { return .failed }
            if factors.count - factorsAtBase > 80 {
                refactor()
                refresh()
            }
            if step % 16 == 0, cutoff < Self.infinity, isBeyond(cutoff) { return .beyondCutoff }
            guard let leavingRow = mostViolatedRow() else {
                if retries < 4, !isConsistent() {
                    retries += 1
                    if retries == 1 { refactor() } else { useSlackBasis() }
                    refresh()
                    continue
                }
                computeDuals()
                if retries < 4, hasWrongDual() {
                    retries += 1
                    useSlackBasis()
                    refresh()
                    continue
                }
                return provenBound() > cutoff ? .beyondCutoff : .optimal
            }
            pivots += 1
            work += 3 * rows + 2 * columns + 3 * factors.length
            computeTableauRow(leavingRow)
            let isLow = value[head[leavingRow]] < lower[head[leavingRow]]
            guard let enteringColumn = chooseEntering(leavingRow, isLow: isLow) else {
                if hasRay() { return .infeasible }
                guard factors.count > factorsAtBase, retries < 5 else { return .failed }
                retries += 1
                refactor()
                refresh()
                continue
            }
            loadColumn(enteringColumn)
            let pivot = entering[leavingRow]
            if abs(pivot) < 1e-9 || abs(pivot - alpha[enteringColumn]) > 1e-6 * (1 + abs(pivot)) {
                if factors.count > factorsAtBase {
                    refactor()
                    refresh()
                    continue
                }
                if abs(pivot) < 1e-9 { return .failed }
            }
            exchange(enteringColumn, leavingRow, isLow: isLow)
        }
        return .failed
    }

    private mutating func isBeyond(_ cutoff: Double) -> Bool {
        var sum = 0.0
        for column in 0..<columns { sum += cost[column] * value[column] }
        guard sum > cutoff else { return false }
        computeDuals()
        return provenBound() > cutoff
    }

    /// True when the values satisfy the rows' equations as far as rounding lets them.
    private func isConsistent() -> Bool {
        for row in 0..<rows {
            var sum = value[columns + row]
            for entry in Int(rowStart[row])..<Int(rowStart[row + 1]) {
                sum += rowValue[entry] * value[rowColumn[entry]]
            }
            if !(abs(sum) <= 1e-5 * (1 + abs(demand[row]))) { return false }
        }
        return true
    }

    private func mostViolatedRow() -> Int? {
        var chosen: Int?
        var best = 0.0
        for row in 0..<rows {
            let column = head[row]
            let value = value[column]
            var violation = lower[column] - value
            if violation <= 1e-7 {
                violation = value - upper[column]
                if violation <= 1e-7 { continue }
            }
            let score = violation * violation / weight[row]
            if score > best {
                best = score
                chosen = row
            }
        }
        return chosen
    }

    private mutating func computeTableauRow(_ leavingRow: Int) {
        rho.reset(to: 0, count: rows)
        rho[leavingRow] = 1
        factors.solveTransposed(&rho)
        alpha.reset(to: 0, count: columns + rows)
        for row in 0..<rows {
            let factor = rho[row]
            guard abs(factor) > 1e-12 else { continue }
            let first = Int(rowStart[row])
            let last = Int(rowStart[row + 1])
            work += last - first
            for entry in first..<last { alpha[rowColumn[entry]] += factor * rowValue[entry] }
            alpha[columns + row] = factor
        }
    }

    /// Passes the bounds of columns while that still leaves the row violated; gives the column at
    /// which it would no longer, or nil if there is none. `flips` has the columns passed.
    private mutating func chooseEntering(_ leavingRow: Int, isLow: Bool) -> Int? {
        let leaving = head[leavingRow]
        candidates.removeAll(keepingCapacity: true)
        flips.removeAll(keepingCapacity: true)
        for column in 0..<columns + rows {
            let slope = isLow ? -alpha[column] : alpha[column]
            guard abs(slope) > 1e-8, position[column] < 0, lower[column] != upper[column] else {
                continue
            }
            if isAtUpper[column] ? slope < 0 : slope > 0 {
                candidates.append(
                    Candidate(ratio: max(0, reducedCost[column] / slope), column: column)
                )
            }
        }
        candidates.sort { ($0.ratio, $0.column) < ($1.ratio, $1.column) }
        var violation =
            isLow ? lower[leaving] - value[leaving] : value[leaving] - upper[leaving]
        for (index, candidate) in candidates.enumerated() {
            let column = candidate.column
            let reach =
                lower[column] <= -Self.infinity
                ? Self.infinity : abs(alpha[column]) * (upper[column] - lower[column])
            // A remainder of exactly 0 is the end as well: beyond it the slope turns.
            guard violation - reach <= 1e-7 else {
                violation -= reach
                flips.append(column)
                continue
            }
            var chosen = column
            for other in candidates[(index + 1)...] {
                if other.ratio > candidate.ratio + 1e-9 { break }
                if abs(alpha[other.column]) > 2 * abs(alpha[chosen]) { chosen = other.column }
            }
            return chosen
        }
        return nil
    }

    /// True when the tableau row shows that the rows contradict each other; sets `multipliers`.
    private mutating func hasRay() -> Bool {
        for sign in [1.0, -1.0] {
            var needed = 0.0
            for row in 0..<rows {
                let factor = sign * rho[row]
                multipliers[row] = factor > 1e-10 ? factor : 0
                needed += multipliers[row] * demand[row]
            }
            var greatest = 0.0
            for column in 0..<columns {
                var sum = 0.0
                for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                    sum += columnValue[entry] * multipliers[columnRow[entry]]
                }
                greatest += sum > 0 ? sum * upper[column] : sum * lower[column]
            }
            if greatest < needed - 1e-6 { return true }
        }
        return false
    }

    private mutating func loadColumn(_ column: Int) {
        entering.reset(to: 0, count: rows)
        if column >= columns {
            entering[column - columns] = 1
        } else {
            for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                entering[columnRow[entry]] += columnValue[entry]
            }
        }
        factors.solve(&entering)
    }

    private mutating func exchange(_ column: Int, _ row: Int, isLow: Bool) {
        let leaving = Int(head[row])
        let step = reducedCost[column] / alpha[column]
        if step != 0 {
            for other in 0..<columns + rows where alpha[other] != 0 && position[other] < 0 {
                reducedCost[other] -= step * alpha[other]
            }
        }
        reducedCost[column] = 0
        reducedCost[leaving] = -step
        applyFlips()
        let bound = isLow ? lower[leaving] : upper[leaving]
        let pivot = entering[row]
        let move = (value[leaving] - bound) / pivot
        let rowWeight = weight[row]
        var largest = rowWeight
        for other in 0..<rows where entering[other] != 0 {
            value[head[other]] -= move * entering[other]
            if other != row {
                let ratio = entering[other] / pivot
                let raised = max(weight[other], ratio * ratio * rowWeight)
                weight[other] = raised
                largest = max(largest, raised)
            }
        }
        value[column] += move
        value[leaving] = bound
        isAtUpper[leaving] = !isLow
        weight[row] = max(rowWeight / (pivot * pivot), 1)
        // Left alone the weights overflow, and violated rows look satisfied.
        if max(largest, weight[row]) > 1e8 { for other in 0..<rows { weight[other] = 1 } }
        position[leaving] = -1
        head[row] = Int32(column)
        position[column] = Int32(row)
        factors.append(entering, row: row)
    }

    private mutating func applyFlips() {
        guard !flips.isEmpty else { return }
        scratch.reset(to: 0, count: rows)
        for column in flips {
            let old = value[column]
            isAtUpper[column].toggle()
            value[column] = isAtUpper[column] ? upper[column] : lower[column]
            let change = old - value[column]
            if column >= columns {
                scratch[column - columns] += change
            } else {
                for entry in Int(columnStart[column])..<Int(columnStart[column + 1]) {
                    scratch[columnRow[entry]] += change * columnValue[entry]
                }
            }
        }
        factors.solve(&scratch)
        work += factors.length
        for row in 0..<rows where scratch[row] != 0 { value[head[row]] += scratch[row] }
    }
}
