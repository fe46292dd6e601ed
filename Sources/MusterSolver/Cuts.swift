// Mixed-integer rounding cuts from rows of the simplex tableau (Gomory; Marchand and Wolsey). A row
// whose factors are fractions with a small common denominator is an identity between integers; from
// there on everything is exact, so a cut can be as wrong as the simplex likes: it is still valid.

/// Rows that cut off fractional points.
struct Cuts: ~Copyable {
    var rows = SparseRows()
    var isTainted: [Bool] = []
    /// Which constraint of the proof each is, where there is a proof.
    var proofIDs: [Int] = []
}

/// A cut with how far the relaxation's point is beyond it.
struct CutCandidate {
    var row: Row
    var distance: Double
    var isTainted: Bool
    /// How it is derived, where there is a proof.
    var recipe: RoundedCut?
}

extension Search {
    /// Tightens the relaxation at the root by rounds of cuts; `roundsLeft` is 0 when more would not
    /// pay.
    ///
    /// - Returns: a violated reason, or `none`. Bounds are propagated.
    mutating func cutAtRoot() -> Int32 {
        let isFirst = roundsLeft > 0
        let rounds = isFirst ? min(tactics.firstRounds, roundsLeft) : tactics.laterRounds
        let isAtBegin = isFirst && roundsLeft == tactics.firstRoundsInAll
        roundsLeft -= isFirst ? rounds : 0
        var boundBefore = -Simplex.infinity
        for round in 0..<rounds {
            if work > workLimit { return Reason.none }
            switch consultRelaxation() {
            case .conflict(let reason): return reason
            case .progress:
                let conflict = propagateAtRoot()
                if conflict != Reason.none { return conflict }
                continue
            case .nothing:
                roundsLeft = 0
                return Reason.none
            case .integral:
                roundsLeft = 0
                return offerRelaxedPoint() ? propagate() : Reason.none
            case .branch: break
            }
            if round == 0, roundRelaxedPoint() {
                let conflict = propagateAtRoot()
                if conflict != Reason.none { return conflict }
                continue
            }
            // Cuts that hardly move the bound do not pay for the rows that they add.
            let before = boundBefore
            boundBefore = relaxation.simplex.bound
            if !isAtBegin && round == 1 || round == 3, !isWorthCutting(since: before) {
                roundsLeft = 0
                return Reason.none
            }
            guard addCuts(mayNeedCovers: !isAtBegin) else {
                roundsLeft = 0
                return Reason.none
            }
        }
        return Reason.none
    }

    /// Finds cuts and adds them to the relaxation; false when there are none.
    private mutating func addCuts(mayNeedCovers: Bool) -> Bool {
        let found = findCuts(mayNeedCovers: mayNeedCovers)
        for cut in found {
            if !witnesses.isEmpty { checkCut(cut.row, isTainted: cut.isTainted) }
            for term in cut.row.terms { relaxation.rows.add(term.coefficient, term.variable) }
            relaxation.rows.close(cut.row.demand)
            relaxation.isTainted.append(cut.isTainted)
            if let proof, let recipe = cut.recipe {
                relaxation.proofIDs.append(proof.cut(recipe, ids: relaxation.proofIDs))
            }
            relaxation.appendToSimplex(relaxation.rows.count - 1)
        }
        relaxation.simplex.layOut()
        return !found.isEmpty
    }

    /// True when the bound has moved by a fair share of what separates it from the limit.
    @inline(__always)
    private func isWorthCutting(since before: Double) -> Bool {
        let bound = relaxation.simplex.bound
        let limit = rowLimit[firstObjective + goal]
        let gap = limit < idleLimit[goal] ? Double(limit + 1) - before : abs(before) + 1
        return bound - before > 0.005 * gap
    }

    /// The cuts of the relaxation that are tight at its basis and, if asked, untainted.
    func tightCuts(untaintedOnly: Bool) -> Cuts {
        var cuts = Cuts()
        for row in relaxation.baseCount..<max(relaxation.baseCount, relaxation.rows.count) {
            if untaintedOnly, relaxation.isTainted[row] { continue }
            // A slack in the basis means that the row is not tight.
            if relaxation.simplex.position[count + row] >= 0 { continue }
            for term in relaxation.rows.terms(row) {
                cuts.rows.add(relaxation.rows.coefficients[term], relaxation.rows.variables[term])
            }
            cuts.rows.close(relaxation.rows.constants[row])
            cuts.isTainted.append(relaxation.isTainted[row])
            if proof != nil { cuts.proofIDs.append(relaxation.proofIDs[row]) }
        }
        return cuts
    }

    /// Cuts off the relaxation's point, the farthest beyond it first. Covers take longest to find,
    /// and mostly the problem is solved without them: they are left for the restarts after the
    /// first one, and for where there are no others.
    private mutating func findCuts(mayNeedCovers: Bool) -> [CutCandidate] {
        var fractional: [(distance: Double, row: Int)] = []
        for row in 0..<relaxation.simplex.rows {
            let column = Int(relaxation.simplex.head[row])
            guard column < count else { continue }
            let value = relaxation.simplex.value[column]
            let part = value - value.floored
            if part > 1e-3, part < 1 - 1e-3 { fractional.append((abs(part - 0.5), row)) }
        }
        fractional.sort { ($0.distance, $0.row) < ($1.distance, $1.row) }
        var found: [CutCandidate] = []
        for (_, row) in fractional.prefix(200) {
            relaxation.simplex.rho.reset(to: 0, count: relaxation.simplex.rows)
            relaxation.simplex.rho[row] = 1
            relaxation.simplex.factors.solveTransposed(&relaxation.simplex.rho)
            work += (relaxation.simplex.factors.length + relaxation.simplex.rows) / 6
            if let cut = roundedTableauRow() { found.append(cut) }
        }
        // How a cover follows is not logged yet.
        if proof == nil, mayNeedCovers || found.isEmpty { found += findCovers() }
        let distances = found.map(\.distance)
        let order = found.indices.sorted { a, b in
            distances[a] == distances[b] ? a < b : distances[a] > distances[b]
        }
        return order.prefix(60).map { found[$0] }
    }

    /// The integer factors that make the tableau row in `rho` an identity of integers.
    private mutating func integerFactors() -> (
        factors: [(row: Int, factor: Int)], denominator: Int
    )? {
        var entries: [(row: Int, share: Double)] = []
        for row in 0..<relaxation.simplex.rows where abs(relaxation.simplex.rho[row]) > 1e-9 {
            // Back from the simplex's scale to the integer row's.
            entries.append((row, relaxation.simplex.rho[row] * relaxation.scales[row]))
        }
        guard entries.allSatisfy({ abs($0.share) < 0x1p10 }) else { return nil }
        var denominator = 1
        while denominator <= 420 {
            let size = Double(denominator)
            let isWhole = entries.allSatisfy {
                let scaled = $0.share * size
                return abs(scaled - scaled.nearest) < 1e-6 * size
            }
            if isWhole {
                guard denominator > 1 else { return nil }
                let factors = entries.map { (row: $0.row, factor: Int(($0.share * size).nearest)) }
                return (factors.filter { $0.factor != 0 }, denominator)
            }
            denominator += denominator < 60 ? 1 : 60
        }
        return nil
    }

    private mutating func roundedTableauRow() -> CutCandidate? {
        guard let (factors, denominator) = integerFactors() else { return nil }
        var isTainted = isRootTainted
        for (row, _) in factors {
            guard isSmall(row) else { return nil }
            if relaxation.isTainted[row] { isTainted = true }
        }
        var best: CutCandidate?
        if proof == nil { sumForCut(factors) }
        for sign in [1, -1] {
            let row: Row
            var recipe: RoundedCut?
            if proof == nil {
                guard let cut = roundedSum(factors, sign: sign, denominator) else { continue }
                row = cut
            } else {
                let signed = factors.map { (row: $0.row, factor: sign * $0.factor) }
                guard let cut = loggableCut(signed, denominator) else { continue }
                (row, recipe) = cut
            }
            guard let distance = distance(to: row), distance > (best?.distance ?? 1e-6)
            else { continue }
            best = CutCandidate(
                row: row,
                distance: distance,
                isTainted: isTainted,
                recipe: recipe
            )
        }
        return best
    }

    /// True when sums of the row's multiples surely stay small.
    mutating func isSmall(_ row: Int) -> Bool {
        let limit = 1 << 20
        guard abs(relaxation.rows.constants[row]) < 1 << 30 else { return false }
        for term in relaxation.rows.terms(row) {
            let variable = Int(relaxation.rows.variables[term])
            let size = abs(relaxation.rows.coefficients[term])
            if size >= limit || max(abs(lower(variable)), abs(upper(variable))) >= limit {
                return false
            }
        }
        return true
    }

    /// The square of how far the relaxation's point is beyond a row, or nil if it isn't.
    mutating func distance(to row: Row) -> Double? {
        var sum = Double(row.demand)
        var square = 0.0
        for term in row.terms {
            let coefficient = Double(term.coefficient)
            sum -= coefficient * relaxation.simplex.value[Int(term.variable)]
            square += coefficient * coefficient
        }
        return square > 0 && sum > 0 ? sum * sum / square : nil
    }
}
