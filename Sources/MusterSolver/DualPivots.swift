// The pivots of the dual simplex method.

extension Simplex {
    /// Minimises the cost for the present bounds, from the basis there is.
    mutating func solve(cutoff: Double) -> Result {
        var result = pivotUntilDone(cutoff: cutoff)
        if case .failed = result, work <= workLimit {
            useSlackBasis()
            result = pivotUntilDone(cutoff: cutoff)
        }
        for row in 0..<rows { value[head[row]] = basicValue[row] }
        return result
    }

    private mutating func pivotUntilDone(cutoff: Double) -> Result {
        if factors.exchanges > 50 {
            refactor()
            isFresh = false
        }
        if isFresh { takeInBounds() } else { refresh() }
        var retries = 0
        var pivotsSinceRefresh = 0
        for step in 1...max(500, 20 * rows) {
            if work > workLimit { return .failed }
            if factors.exchanges > 70 {
                begin(factorise: true)
                pivotsSinceRefresh = 0
            }
            if step % 16 == 0, cutoff < Self.infinity, costOfPoint() > cutoff,
                provenBound() > cutoff
            {
                return .beyondCutoff
            }
            guard let leavingRow = mostViolatedRow() else {
                if retries < 4, pivotsSinceRefresh > 0, !isConsistent() {
                    retries += 1
                    if retries == 1 { begin(factorise: true) } else { useSlackBasis() }
                    if !isFresh { refresh() }
                    pivotsSinceRefresh = 0
                    continue
                }
                let bound = provenBound()
                if retries < 4, pivotsSinceRefresh > 0, isMuchBelowPoint(bound) {
                    retries += 1
                    begin(factorise: true)
                    pivotsSinceRefresh = 0
                    continue
                }
                return bound > cutoff ? .beyondCutoff : .optimal
            }
            pivots += 1
            pivotsSinceRefresh += 1
            work += rows + 3 * factors.length
            computeTableauRow(leavingRow)
            let isLow = basicValue[leavingRow] < basicLower[leavingRow]
            guard let enteringColumn = chooseEntering(leavingRow, isLow: isLow) else {
                if hasRay() { return .infeasible }
                guard factors.exchanges > 0, retries < 5 else { return .failed }
                retries += 1
                begin(factorise: true)
                continue
            }
            loadColumn(enteringColumn)
            let pivot = entering[leavingRow]
            if abs(pivot) < 1e-9 || abs(pivot - alpha[enteringColumn]) > 1e-6 * (1 + abs(pivot)) {
                if factors.exchanges > 0 {
                    begin(factorise: true)
                    continue
                }
                if abs(pivot) < 1e-9 { return .failed }
            }
            exchange(enteringColumn, leavingRow, isLow: isLow)
        }
        return .failed
    }

    private mutating func begin(factorise: Bool) {
        if factorise { refactor() }
        refresh()
    }

    /// A basis that is not optimal after all shows by its bound: it falls behind its point.
    private mutating func isMuchBelowPoint(_ bound: Double) -> Bool {
        let cost = costOfPoint()
        return cost - bound > 1e-4 * (1 + abs(cost))
    }

    /// True when the values satisfy the rows' equations as far as rounding lets them.
    private mutating func isConsistent() -> Bool {
        for row in 0..<rows {
            var sum = valueNow(columns + row)
            for entry in Int(rowStart[row])..<Int(rowStart[row + 1]) {
                sum += rowValue[entry] * valueNow(Int(rowColumn[entry]))
            }
            if !(abs(sum) <= 1e-5 * (1 + abs(demand[row]))) { return false }
        }
        return true
    }

    @inline(__always)
    private func valueNow(_ column: Int) -> Double {
        let row = position[column]
        return row >= 0 ? basicValue[row] : value[column]
    }

    private mutating func mostViolatedRow() -> Int? {
        var chosen = -1
        var best = 0.0
        for row in 0..<rows {
            let value = basicValue[row]
            var violation = basicLower[row] - value
            if violation <= 1e-7 {
                violation = value - basicUpper[row]
                if violation <= 1e-7 { continue }
            }
            let score = violation * violation
            if score > best * weight[row] {
                best = score / weight[row]
                chosen = row
            }
        }
        return chosen < 0 ? nil : chosen
    }

    private mutating func computeTableauRow(_ leavingRow: Int) {
        rho.reset(to: 0, count: rows)
        rho[leavingRow] = 1
        factors.solveTransposed(&rho)
        for index in 0..<touched.count { alpha[touched[index]] = 0 }
        touched.removeAll()
        var length = 0.0
        for row in 0..<rows {
            let factor = rho[row]
            guard abs(factor) > 1e-12 else {
                rho[row] = 0
                continue
            }
            length += factor * factor
            let first = Int(rowStart[row])
            let last = Int(rowStart[row + 1])
            work += last - first
            for entry in first..<last {
                let column = rowColumn[entry]
                let old = alpha[column]
                if old == 0 { touched.append(column) }
                // A sum that vanishes stays on the list, as something too small to matter.
                let new = old + factor * rowValue[entry]
                alpha[column] = new == 0 ? 1e-300 : new
            }
            let slack = Int32(columns + row)
            alpha[slack] = factor
            touched.append(slack)
        }
        // The true length is known for this row alone; the others' are kept up by updates.
        weight[leavingRow] = max(length, 1e-4)
    }

    /// Passes the bounds of columns while that still leaves the row violated; gives the column at
    /// which it would no longer, or nil if there is none. `flips` has the columns passed.
    private mutating func chooseEntering(_ leavingRow: Int, isLow: Bool) -> Int? {
        candidates.removeAll()
        flips.removeAll()
        for index in 0..<touched.count {
            let column = touched[index]
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
        work += touched.count
        var violation =
            isLow
            ? basicLower[leavingRow] - basicValue[leavingRow]
            : basicValue[leavingRow] - basicUpper[leavingRow]
        var first = 0
        while first < candidates.count {
            // The end of a long list is brought in order once, the first few are picked.
            if first == 6 { sortCandidates(from: first) }
            if first < 6 { bringLeastCandidate(to: first) }
            let candidate = candidates[first]
            let column = candidate.column
            let reach =
                lower[column] <= -Self.infinity
                ? Self.infinity : abs(alpha[column]) * (upper[column] - lower[column])
            // A remainder of exactly 0 is the end as well: beyond it the slope turns.
            guard violation - reach <= 1e-7 else {
                violation -= reach
                flips.append(column)
                first += 1
                continue
            }
            var chosen = column
            for index in first + 1..<max(first + 1, candidates.count)
            where candidates[index].ratio <= candidate.ratio + 1e-9 {
                let other = candidates[index].column
                if abs(alpha[other]) > 2 * abs(alpha[chosen]) { chosen = other }
            }
            return Int(chosen)
        }
        return nil
    }

    @inline(__always)
    private func isBefore(_ a: Candidate, _ b: Candidate) -> Bool {
        a.ratio < b.ratio || a.ratio == b.ratio && a.column < b.column
    }

    private mutating func bringLeastCandidate(to first: Int) {
        var least = first
        for index in first + 1..<max(first + 1, candidates.count)
        where isBefore(candidates[index], candidates[least]) {
            least = index
        }
        let candidate = candidates[first]
        candidates[first] = candidates[least]
        candidates[least] = candidate
    }

    private mutating func sortCandidates(from first: Int) {
        var rest = (first..<candidates.count).map { candidates[$0] }
        rest.sort { isBefore($0, $1) }
        for (offset, candidate) in rest.enumerated() { candidates[first + offset] = candidate }
        work += 8 * rest.count
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
            for index in 0..<touched.count {
                let other = touched[index]
                if position[other] < 0 { reducedCost[other] -= step * alpha[other] }
            }
        }
        reducedCost[column] = 0
        reducedCost[leaving] = -step
        applyFlips()
        let bound = isLow ? basicLower[row] : basicUpper[row]
        let pivot = entering[row]
        let move = (basicValue[row] - bound) / pivot
        let rowWeight = weight[row]
        // The steepest edge update needs the basis's answer to its own row.
        factors.solve(&rho)
        for other in 0..<rows where entering[other] != 0 {
            basicValue[other] -= move * entering[other]
            let ratio = entering[other] / pivot
            weight[other] = max(
                weight[other] + ratio * (ratio * rowWeight - 2 * rho[other]),
                1e-4
            )
        }
        weight[row] = max(rowWeight / (pivot * pivot), 1e-4)
        factors.exchange(entering, row: row)
        value[leaving] = bound
        isAtUpper[leaving] = !isLow
        position[leaving] = -1
        head[row] = Int32(column)
        position[column] = Int32(row)
        basicValue[row] = value[column] + move
        basicLower[row] = lower[column]
        basicUpper[row] = upper[column]
    }

    private mutating func applyFlips() {
        guard !flips.isEmpty else { return }
        scratch.reset(to: 0, count: rows)
        for index in 0..<flips.count {
            let column = Int(flips[index])
            let old = value[column]
            isAtUpper[column].toggle()
            value[column] = isAtUpper[column] ? upper[column] : lower[column]
            addToScratch(column, times: old - value[column])
        }
        factors.solve(&scratch)
        work += factors.length
        for row in 0..<rows { basicValue[row] += scratch[row] }
    }
}
