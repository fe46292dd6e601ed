// The linear relaxation inside the search. Its multipliers become integer rows that are summed
// exactly; a row that is violated is a conflict like any other, one that moves bounds is a reason.

/// The rows of the relaxation as integers, beside the simplex that has them as fractions.
struct Relaxation: ~Copyable {
    var simplex = Simplex(columns: 0)
    /// "Sum >= demand"; first those of the component, then cuts.
    var rows = SparseRows()
    /// What each row was multiplied by on its way into the simplex.
    var scales: [Double] = []
    /// True for cuts that hold only below the incumbent.
    var isTainted: [Bool] = []
    /// Which constraint of the proof each row is, where there is a proof.
    var proofIDs: [Int] = []
    /// What ``sums`` was summed from, where there is a proof.
    var shares: [(id: Int, factor: Int)] = []
    /// How many rows are no cuts.
    var baseCount = 0
    var isReady = false
    // Whether it is of use below the root: where few answers prune or fix anything, it is asked
    // at ever fewer nodes.
    private var calls = 0
    private var hits = 0
    private var pause = 0
    private var pauseLeft = 0

    /// The exact sum of rows.
    var sums = Column<Int128>()
    var demand = Int128(0)
    var isSumTainted = false
    /// What the goal was multiplied by in it.
    var goalFactor = 0

    /// Begins to judge its use anew.
    mutating func forgetUse() {
        calls = 0
        hits = 0
        pause = 0
        pauseLeft = 0
    }

    /// Whether to ask it at this node.
    mutating func isDue() -> Bool {
        if pauseLeft > 0 {
            pauseLeft -= 1
            return false
        }
        pauseLeft = pause
        return true
    }

    /// Notes whether an answer was of use.
    mutating func note(isHit: Bool) {
        calls += 1
        if isHit { hits += 1 }
        guard calls >= 40 else { return }
        if hits <= 2 {
            pause = min(1000, 2 * pause + 4)
        } else {
            pause = hits >= 6 ? 0 : pause / 2
        }
        calls = 0
        hits = 0
    }

    /// Adds a row to the simplex, its factors at most about 2^10.
    mutating func appendToSimplex(_ row: Int) {
        var largest = 1
        for term in rows.terms(row) { largest = max(largest, abs(rows.coefficients[term])) }
        var scale = 1.0
        while Double(largest) * scale > 1024 { scale /= 2 }
        scales.append(scale)
        for term in rows.terms(row) {
            simplex.add(Double(rows.coefficients[term]) * scale, Int(rows.variables[term]))
        }
        simplex.closeRow(demand: Double(rows.constants[row]) * scale)
    }
}

extension Search {
    /// What the relaxation had to say.
    enum Advice {
        /// A reason that is violated.
        case conflict(Int32)
        /// Bounds moved.
        case progress
        /// A variable that wants to be between two integers.
        case branch(variable: Int, value: Double)
        /// The relaxation's point is integral.
        case integral
        case nothing
    }

    /// Builds the relaxation of the rows at the root's bounds, with the cuts that were kept.
    mutating func layOutRelaxation() {
        relaxation.rows = SparseRows()
        relaxation.scales = []
        relaxation.isTainted = []
        relaxation.proofIDs = []
        relaxation.simplex = Simplex(columns: count)
        let (lower, upper) = (lowerBounds, upperBounds)
        var reduced = Row()
        for (set, rows) in [component.rows, component.strengthenings].enumerated() {
            for row in 0..<rows.count where !isIdleAtRoot(rows, row) {
                // What has been fixed by now leaves a row that may be divided or cut down further.
                reduced.terms.removeAll(keepingCapacity: true)
                reduced.demand = rows.constants[row]
                var fixed: [ProofLog.FixedTerm] = []
                for term in rows.terms(row) {
                    let variable = Int(rows.variables[term])
                    if lower[variable] == upper[variable] {
                        reduced.demand -= rows.coefficients[term] * lower[variable]
                        if proof != nil { fixed.append(fixedTerm(rows, term)) }
                    } else {
                        reduced.terms.append(
                            Row.Term(
                                variable: rows.variables[term],
                                coefficient: rows.coefficients[term]
                            )
                        )
                    }
                }
                let first = reduced.divide()
                reduced.saturate(lower: lower, upper: upper)
                let second = reduced.divide()
                if let proof {
                    let id = set == 0 ? row + 1 : proof.strengthenings[row]
                    relaxation.proofIDs.append(proof.reduced(id, fixed, first, second))
                }
                for term in reduced.terms { relaxation.rows.add(term.coefficient, term.variable) }
                relaxation.rows.close(reduced.demand)
                relaxation.isTainted.append(isRootTainted)
            }
        }
        addEarlierObjectives()
        relaxation.baseCount = relaxation.rows.count
        for cut in 0..<cuts.rows.count {
            for term in cuts.rows.terms(cut) {
                relaxation.rows.add(cuts.rows.coefficients[term], cuts.rows.variables[term])
            }
            relaxation.rows.close(cuts.rows.constants[cut])
            relaxation.isTainted.append(cuts.isTainted[cut])
            if proof != nil { relaxation.proofIDs.append(cuts.proofIDs[cut]) }
        }
        for row in 0..<relaxation.rows.count { relaxation.appendToSimplex(row) }
        var costs = [Int](repeating: 0, count: count)
        for term in component.objectives.terms(goal) {
            costs[Int(component.objectives.variables[term])] =
                component.objectives.coefficients[term]
        }
        relaxation.simplex.setCosts(costs)
        loadBounds()
        relaxation.simplex.layOut()
        relaxation.isReady = true
    }

    private func fixedTerm(_ rows: SparseRows, _ term: Int) -> ProofLog.FixedTerm {
        let isPositive = rows.coefficients[term] > 0
        let isOne = lower(Int(rows.variables[term])) == 1
        return ProofLog.FixedTerm(
            key: 2 * rows.variables[term] + (isPositive ? 0 : 1),
            weight: abs(rows.coefficients[term]),
            isTrue: isPositive == isOne
        )
    }

    /// The rows that hold other objectives down.
    private mutating func addEarlierObjectives() {
        for objective in 0..<component.objectives.count
        where objective != goal && rowLimit[firstObjective + objective] < idleLimit[objective] {
            for term in component.objectives.terms(objective) {
                relaxation.rows.add(
                    -component.objectives.coefficients[term],
                    component.objectives.variables[term]
                )
            }
            relaxation.rows.close(-rowLimit[firstObjective + objective])
            relaxation.isTainted.append(false)
        }
    }

    private mutating func isIdleAtRoot(_ rows: SparseRows, _ row: Int) -> Bool {
        var least = -rows.constants[row]
        for term in rows.terms(row) {
            let coefficient = rows.coefficients[term]
            let variable = Int(rows.variables[term])
            least += coefficient * (coefficient > 0 ? lower(variable) : upper(variable))
        }
        return least >= 0
    }

    private mutating func loadBounds() {
        for variable in 0..<count {
            relaxation.simplex.lower[variable] = Double(lower(variable))
            relaxation.simplex.upper[variable] = Double(upper(variable))
        }
    }

    /// Solves the relaxation at the present bounds and draws what can be drawn. At the root it
    /// raises the goal's bound.
    mutating func consultRelaxation() -> Advice {
        let advice = askRelaxation()
        if !levels.isEmpty {
            switch advice {
            case .conflict, .progress, .integral: relaxation.note(isHit: true)
            case .branch, .nothing: relaxation.note(isHit: false)
            }
        }
        return advice
    }

    private mutating func askRelaxation() -> Advice {
        loadBounds()
        let limit = rowLimit[firstObjective + goal]
        let isLimited = limit < idleLimit[goal]
        let worked = relaxation.simplex.work
        let pivoted = relaxation.simplex.pivots
        // One solve may not eat up everything: the search goes on without it.
        relaxation.simplex.workLimit = worked + max(0, workLimit - work) * 3 / 2
        var result = relaxation.simplex.solve(
            cutoff: isLimited ? Double(limit) + 1e-6 : Simplex.infinity
        )
        if tactics.distortion > 0 {
            result = relaxation.simplex.distort(seed: tactics.distortion &+ UInt64(work))
        }
        statistics.pivots += relaxation.simplex.pivots - pivoted
        work += (relaxation.simplex.work - worked) / 6 + count
        switch result {
        case .failed: return .nothing
        case .infeasible:
            guard let row = violatedRow(withGoal: false) else { return .nothing }
            return .conflict(Reason.lazyRow(row))
        case .beyondCutoff:
            if levels.isEmpty { goalBound = max(goalBound, exactBound()) }
            guard let row = violatedRow(withGoal: true) else { return .nothing }
            return .conflict(Reason.lazyRow(row))
        case .optimal:
            if levels.isEmpty { goalBound = max(goalBound, exactBound()) }
            return fixByReducedCosts() ? .progress : fractionalVariable()
        }
    }

    // MARK: Exact rows

    /// Sums the rows by rounded multipliers, less `goalFactor` times the goal, in exact arithmetic;
    /// gives false if a number gets too large.
    private mutating func sumRows(scale: Double, goalFactor: Int) -> Bool {
        relaxation.sums.reset(to: 0, count: count)
        relaxation.demand = 0
        relaxation.isSumTainted = isRootTainted || goalFactor > 0
        relaxation.shares.removeAll(keepingCapacity: true)
        relaxation.goalFactor = goalFactor
        for row in 0..<relaxation.rows.count {
            let share = relaxation.simplex.multipliers[row]
            guard share > 1e-10 else { continue }
            let scaled = (share * relaxation.scales[row] * scale).nearest
            guard scaled < 0x1p50 else { return false }
            let factor = Int128(Int(scaled))
            if factor == 0 { continue }
            if proof != nil { relaxation.shares.append((relaxation.proofIDs[row], Int(scaled))) }
            let terms = relaxation.rows.terms(row)
            work += terms.count
            for term in terms {
                relaxation.sums[relaxation.rows.variables[term]] +=
                    factor * Int128(relaxation.rows.coefficients[term])
            }
            relaxation.demand += factor * Int128(relaxation.rows.constants[row])
            if relaxation.isTainted[row] { relaxation.isSumTainted = true }
        }
        if goalFactor > 0 {
            for term in component.objectives.terms(goal) {
                relaxation.sums[component.objectives.variables[term]] -=
                    Int128(goalFactor) * Int128(component.objectives.coefficients[term])
            }
        }
        var size = relaxation.demand.magnitude
        for variable in 0..<count {
            let sum = relaxation.sums[variable].magnitude
            if sum == 0 { continue }
            guard sum < 1 << 60 else { return false }
            size += sum * UInt128(max(rootSize(variable), 1))
        }
        return size < 1 << 60
    }

    @inline(__always)
    private func rootSize(_ variable: Int) -> UInt {
        max(rootBounds[2 * variable].magnitude, rootBounds[2 * variable + 1].magnitude)
    }

    /// What the goal is multiplied by so that the multipliers of rows become integers: small ones
    /// keep rows readable, large ones lose less. Rows with large factors have tiny multipliers.
    @inline(__always)
    private var goalFactors: [Int] {
        let usual = [1, 60, 5040, 1 << 20]
        return relaxation.scales.contains { $0 < 0x1p-10 } ? usual + [1 << 40] : usual
    }

    /// How far the summed row is from being violated at the present bounds.
    private mutating func slackOfSum() -> Int {
        var slack = -Int(relaxation.demand)
        for variable in 0..<count {
            let sum = Int(relaxation.sums[variable])
            if sum != 0 { slack += sum * (sum > 0 ? upper(variable) : lower(variable)) }
        }
        return slack
    }

    /// The goal's bound that the multipliers prove at the present bounds.
    private mutating func exactBound() -> Int {
        for factor in goalFactors.reversed()
        where sumRows(scale: Double(factor), goalFactor: factor) {
            let bound = ceilingQuotient(-slackOfSum(), factor)
            proof?.noteBound(bound, relaxation.shares, goalFactor: factor)
            return bound
        }
        return Int.min
    }

    /// A row in exact numbers that the present bounds violate, if rounding leaves one.
    private mutating func violatedRow(withGoal: Bool) -> Int? {
        if withGoal {
            let limit = rowLimit[firstObjective + goal]
            for factor in goalFactors
            where sumRows(scale: Double(factor), goalFactor: factor) {
                let (product, isTooLarge) = factor.multipliedReportingOverflow(by: limit)
                guard !isTooLarge, product.magnitude < 1 << 60 else { continue }
                relaxation.demand -= Int128(product)
                if slackOfSum() < 0 { return storeSum() }
            }
            return nil
        }
        var largest = 0.0
        for row in 0..<relaxation.rows.count {
            largest = max(
                largest,
                relaxation.simplex.multipliers[row] * relaxation.scales[row]
            )
        }
        guard largest > 0 else { return nil }
        for factor in [1.0, 60, 5040, 0x1p20, 0x1p30]
        where sumRows(scale: factor / largest, goalFactor: 0) {
            if slackOfSum() < 0 { return storeSum() }
        }
        return nil
    }

    /// Keeps the summed row as a lazy row.
    private mutating func storeSum() -> Int {
        proof?.row(
            relaxation.shares,
            goalFactor: relaxation.goalFactor,
            limit: rowLimit[firstObjective + goal]
        )
        for variable in 0..<count {
            let sum = Int(relaxation.sums[variable])
            if sum == 0 { continue }
            lazyRows.keys.append(Int32(2 * variable + (sum > 0 ? 1 : 0)))
            lazyRows.weights.append(abs(sum))
        }
        let row = lazyRows.close(
            limit: -Int(relaxation.demand),
            isTainted: relaxation.isSumTainted
        )
        if !witnesses.isEmpty { checkLazyRow(row) }
        return row
    }

    /// Moves bounds that the goal's limit does not leave room for; gives whether any moved.
    private mutating func fixByReducedCosts() -> Bool {
        let limit = rowLimit[firstObjective + goal]
        guard limit < idleLimit[goal], mayFix(within: Double(limit)) else { return false }
        for factor in goalFactors.dropFirst().reversed()
        where sumRows(scale: Double(factor), goalFactor: factor) {
            let (product, isTooLarge) = factor.multipliedReportingOverflow(by: limit)
            guard !isTooLarge, product.magnitude < 1 << 60 else { continue }
            relaxation.demand -= Int128(product)
            let slack = slackOfSum()
            // A violated row would have been found as such; leave it to the search.
            guard slack >= 0 else { return false }
            guard canMove(within: slack) else { return false }
            let row = storeSum()
            let length = trailKey.count
            propagateLazyRow(row, slack: slack)
            return trailKey.count > length
        }
        return false
    }

    /// Whether the summed row leaves a variable less room than its bounds do.
    private mutating func canMove(within slack: Int) -> Bool {
        for variable in 0..<count {
            let sum = Int(relaxation.sums[variable].magnitude)
            if sum > 0, sum * (upper(variable) - lower(variable)) > slack { return true }
        }
        return false
    }

    /// Whether a reduced cost looks large enough to move a bound: only then it is worth summing up
    /// exactly.
    private mutating func mayFix(within limit: Double) -> Bool {
        let room = (limit - relaxation.simplex.bound) * (1 - 1e-7) - 1e-6
        for variable in 0..<count {
            let reach = Double(upper(variable) - lower(variable))
            if abs(relaxation.simplex.trueReducedCost[variable]) * reach > room, reach > 0 {
                return true
            }
        }
        return false
    }

    private mutating func propagateLazyRow(_ row: Int, slack: Int) {
        for term in Int(lazyRows.start[row])..<Int(lazyRows.start[row + 1]) {
            let key = lazyRows.keys[term]
            let weight = lazyRows.weights[term]
            let bound = bounds[key]
            if weight * (-bounds[key ^ 1] - bound) > slack {
                raise(key ^ 1, to: -(bound + slack / weight), because: Reason.lazyRow(row))
            }
        }
    }

    // MARK: Branching

    /// The fractional variable to branch on: nodes decide more, so they come first.
    private mutating func fractionalVariable() -> Advice {
        var best = -1.0
        var chosen = -1
        for variable in 0..<count where !isFixed(variable) {
            let value = relaxation.simplex.value[variable]
            let part = value - value.floored
            guard part > 1e-6, part < 1 - 1e-6 else { continue }
            let kind = variable >= component.classCount ? 1000.0 : 1
            let score = (min(part, 1 - part) + 1e-3) * (1 + branching.score(variable)) * kind
            if score > best {
                best = score
                chosen = variable
            }
        }
        guard chosen >= 0 else { return .integral }
        return .branch(variable: chosen, value: relaxation.simplex.value[chosen])
    }
}
