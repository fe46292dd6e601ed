// The search proper: propagate, ask the relaxation, decide, learn, restart.

extension Search {
    /// How a search ended.
    enum Ending {
        /// There is nothing better than the incumbent, or nothing at all.
        case proven
        /// The work ran out.
        case exhausted
    }

    /// The goal's proven lower bound; better solutions than the incumbent are not below it.
    @inline(__always)
    var rootBoundOfGoal: Int {
        let row = firstObjective + goal
        var sum = 0
        for term in Int(rowStart[row])..<Int(rowStart[row + 1]) {
            sum += rowWeight[term] * rootBounds[rowKey[term]]
        }
        return sum
    }

    /// Searches for ever better values of the goal, until there are none or the work is beyond its
    /// limit; then it can be called again. `goalBound` rises as the bound gets better known.
    mutating func run() -> Ending {
        while true {
            if work > min(workLimit, stageLimit) { return .exhausted }
            var conflict = propagate()
            if conflict == Reason.none, levels.isEmpty {
                let isFirst = roundsLeft > 0
                conflict = settleRoot()
                if conflict == Reason.none, isReached { return .proven }
                if conflict == Reason.none, isRelaxing, isFirst {
                    // Between rounds of cuts the search without the relaxation has its turn.
                    restart()
                    continue
                }
            }
            if conflict == Reason.none {
                switch step() {
                case .decided: continue
                case .complete:
                    // Every row was propagated, so this is a solution within the goal's limit.
                    let isBetter = record()
                    precondition(isBetter)
                    // A search that finds one solution after the other, each a little better,
                    // needs the relaxation as much as one that runs into conflicts.
                    improvements += 6
                    if isReached { return .proven }
                    conflict = Reason.row(firstObjective + goal)
                case .conflict(let reason): conflict = reason
                }
            }
            guard resolve(conflict) else { return .proven }
            requeueGoal()
            if isRestartDue, !levels.isEmpty {
                restart()
            }
        }
    }

    @inline(__always)
    private var isRestartDue: Bool {
        if statistics.conflicts + improvements >= allowance { return true }
        return !isRelaxing && restarts > 0 && hasHadItsShare(plainWork + work - workAtRestart)
    }

    /// True when so much work without the relaxation is enough beside the work with it.
    @inline(__always)
    private func hasHadItsShare(_ work: Int) -> Bool {
        Double(work) >= tactics.shareWithoutRelaxation * Double(relaxedWork)
    }

    /// Begins again at the root, with or without the relaxation.
    private mutating func restart() {
        restarts += 1
        improvements = 0
        allowance = statistics.conflicts + restartInterval(restarts)
        cancel(to: 0)
        requeueGoal()
        let spent = work - workAtRestart
        if isRelaxing { relaxedWork += spent } else { plainWork += spent }
        workAtRestart = work
        isRelaxing = hasHadItsShare(plainWork)
    }

    /// What a step down the tree came to.
    private enum Step {
        case decided
        /// Every variable is fixed.
        case complete
        case conflict(Int32)
    }

    /// Asks the relaxation, if it is of use, and decides.
    private mutating func step() -> Step {
        if isRelaxing, relaxation.isReady, relaxation.isDue() {
            switch consultRelaxation() {
            case .conflict(let reason): return .conflict(reason)
            case .progress: return .decided
            case .integral: if offerRelaxedPoint() { return afterImprovement() }
            case .branch(let variable, let value):
                branch(variable, value)
                return .decided
            case .nothing: break
            }
        }
        guard let variable = nextVariable() else { return .complete }
        decideNearPhase(variable)
        return .decided
    }

    /// The goal's limit has moved, and that may be more than the present level can bear.
    @inline(__always)
    private func afterImprovement() -> Step {
        let row = firstObjective + goal
        return rowSlack[row] < 0 ? .conflict(Reason.row(row)) : .decided
    }

    private mutating func branch(_ variable: Int, _ value: Double) {
        let below = min(max(Int(value.floored), lower(variable)), upper(variable) - 1)
        if value - value.floored >= 0.5 {
            decide(Int32(2 * variable), below + 1)
        } else {
            decide(Int32(2 * variable + 1), -below)
        }
    }

    /// Takes in what holds at the root, and there, after a restart, has the relaxation cut.
    private mutating func settleRoot() -> Int32 {
        commitRoot()
        if !witnesses.isEmpty { checkRoot() }
        lazyRows.removeAll()
        goalBound = max(goalBound, rootBoundOfGoal)
        if isReached || restarts == 0 { return Reason.none }
        if clauses.count > 2000 + 200 * restarts, !forgetClauses(tainted: false) {
            return Reason.decisions
        }
        guard isRelaxing else { return Reason.none }
        guard tactics.usesRelaxation else {
            roundsLeft = 0
            return Reason.none
        }
        if !relaxation.isReady || relaxation.rows.count > relaxation.baseCount + 400 {
            if relaxation.isReady { cuts = tightCuts(untaintedOnly: false) }
            layOutRelaxation()
        }
        let conflict = cutAtRoot()
        guard conflict == Reason.none else { return conflict }
        let last = propagateAtRoot()
        guard last == Reason.none else { return last }
        lazyRows.removeAll()
        goalBound = max(goalBound, rootBoundOfGoal)
        return Reason.none
    }

    /// True when the incumbent is as good as the bound.
    @inline(__always)
    private var isReached: Bool {
        incumbent != nil && isWithinEarlierLimits && incumbentObjectives[goal] <= goalBound
    }

    /// The goal's limit may have moved while deeper levels were open.
    mutating func requeueGoal() {
        let row = firstObjective + goal
        if !isQueued[row] {
            isQueued[row] = true
            queue.append(Int32(row))
        }
    }

    /// Conflicts until the next restart: Luby's sequence times a constant.
    private func restartInterval(_ index: Int) -> Int {
        var size = 1
        var exponent = 0
        var index = index
        while size < index + 1 {
            exponent += 1
            size = 2 * size + 1
        }
        while size - 1 != index {
            size = (size - 1) / 2
            exponent -= 1
            index %= size
        }
        return tactics.restartInterval << exponent
    }

    private mutating func nextVariable() -> Int? {
        while let variable = branching.popMostActive() {
            if !isFixed(variable) { return variable }
        }
        return nil
    }

    private mutating func decideNearPhase(_ variable: Int) {
        var value = min(max(branching.phase[variable], lower(variable)), upper(variable))
        // What the goal measures is asked for better than it was, by half of what there is to gain:
        // otherwise every solution is only a little better than the one before.
        if variable >= component.classCount || component.isWide[variable] {
            let pull = branching.pull[variable]
            if pull > 0 {
                value = lower(variable) + (value - lower(variable)) / 2
            } else if pull < 0 {
                value = upper(variable) - (upper(variable) - value) / 2
            }
        }
        if value > lower(variable) {
            decide(Int32(2 * variable), value)
        } else {
            decide(Int32(2 * variable + 1), -value)
        }
        if !isFixed(variable) { branching.restore(variable) }
    }

    /// Takes the present assignment, in which every variable is fixed, as a solution.
    private mutating func record() -> Bool {
        consider(lowerBounds)
    }

    /// Takes a point as the incumbent if it is feasible and better than the one there is.
    @discardableResult
    mutating func consider(_ values: [Int]) -> Bool {
        let values = component.completed(values)
        let objectives = component.evaluate(values)
        if incumbent != nil, !objectives.lexicographicallyPrecedes(incumbentObjectives) {
            return false
        }
        guard component.isFeasible(values) else { return false }
        incumbent = values
        incumbentObjectives = objectives
        proof?.improve(values, objective: objectives[0])
        for variable in 0..<count { branching.phase[variable] = values[variable] }
        if goal >= 0, isWithinEarlierLimits { setLimit(objectives[goal] - 1, ofObjective: goal) }
        return true
    }

    /// True when the incumbent satisfies the rows that hold the other objectives down.
    @inline(__always)
    var isWithinEarlierLimits: Bool {
        for (objective, value) in incumbentObjectives.enumerated() where objective != goal {
            if value > rowLimit[firstObjective + objective] { return false }
        }
        return true
    }

    /// Drops clauses at the root: the tainted ones or, otherwise, the less useful half.
    ///
    /// - Returns: false when a clause shows that nothing is left.
    mutating func forgetClauses(tainted: Bool) -> Bool {
        if tainted {
            clauses.filter { store, clause in !store.isTainted[clause] }
        } else {
            let spans = clauses.span.array().sorted()
            let middle = max(3, spans.isEmpty ? 0 : spans[spans.count / 2])
            let recent = clauses.count - clauses.count / 4
            clauses.filter { store, clause in
                store.span[clause] < middle || store.size[clause] <= 2 || clause >= recent
            }
        }
        return rewatchClauses()
    }

    /// Puts literals that can still hold in front, so that watching the first two is right.
    private mutating func rewatchClauses() -> Bool {
        for clause in 0..<clauses.count {
            let start = Int(clauses.start[clause])
            var open = 0
            for literal in start..<start + Int(clauses.size[clause])
            where !isFalse(clauses.keys[literal], clauses.values[literal]) {
                if literal != start + open { clauses.exchange(start + open, literal) }
                open += 1
                if open == 2 { break }
            }
            if open == 0 { return false }
            if open == 1 {
                raise(
                    clauses.keys[start],
                    to: clauses.values[start],
                    because: Reason.clause(clause)
                )
            }
        }
        clauses.filter { _, _ in true }
        return true
    }
}
