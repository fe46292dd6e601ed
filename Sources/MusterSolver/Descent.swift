// Several objectives, one after the other: each is brought down and then held, as a row, for the
// next. Points that cost nothing to try come first, because a good incumbent prunes most.

/// What the search found for one component.
struct ComponentResult: Sendable {
    /// A value for each variable, or nil if none were found.
    var values: [Int]?
    var objectives: [Int] = []
    /// A proven lower bound of each objective, the earlier ones being as reported.
    var bounds: [Int] = []
    /// How many of the objectives, from the first, are proven.
    var proven = 0
    var isInfeasible = false
    var statistics = Solution.Statistics()

    /// The same in terms of objectives that had been divided by these numbers.
    func multiplied(by scales: [Int]) -> ComponentResult {
        var result = self
        for (index, scale) in scales.enumerated() {
            if index < bounds.count { result.bounds[index] *= scale }
            if index < objectives.count { result.objectives[index] *= scale }
        }
        return result
    }
}

extension Search {
    /// How far the search has come.
    enum Stage {
        /// Moves to: attempt; finished if the root contradicts itself.
        case opening
        /// All objectives but the last are held at their least. Moves to: the first objective;
        /// finished if that is proven to be the best.
        case attempt
        /// Moves to: the next objective; finished after the last and when nothing is feasible.
        case objective(Int)
        case finished
    }

    /// Minimises the objectives in order until all is proven or the work is beyond its limit; may
    /// be called again with a higher limit.
    mutating func minimise() -> ComponentResult {
        while proceed() {}
        statistics.work = work
        result.statistics = statistics
        result.values = incumbent
        result.objectives = incumbentObjectives
        return result
    }

    /// Takes one stage further; false when there is nothing left to do, or no work to do it with.
    private mutating func proceed() -> Bool {
        switch stage {
        case .opening: open()
        case .attempt: return attempt()
        case .objective(let index): return minimise(index)
        case .finished: return false
        }
        return true
    }

    private mutating func open() {
        result.bounds = component.trivialBounds
        guard propagate() == Reason.none else {
            result.isInfeasible = true
            stage = .finished
            return
        }
        commitRoot()
        // A dive towards a solution comes to that, where it makes nothing else of wide variables.
        if !consider(component.start) || component.isWide.contains(true) {
            dive(towards: component.start)
        }
        dive(towards: component.lower)
        stage = isWithinLeasts ? .objective(0) : .attempt
    }

    /// True when there is an incumbent with all objectives but the last at their least.
    @inline(__always)
    private var isWithinLeasts: Bool {
        guard incumbent != nil else { return false }
        for objective in 0..<component.objectives.count - 1 {
            if incumbentObjectives[objective] > leastAtRoot(objective) { return false }
        }
        return true
    }

    /// With every objective but the last held at its least, the last is minimised: mostly all of
    /// that can be had, and one search does for all.
    private mutating func attempt() -> Bool {
        let last = component.objectives.count - 1
        if goal < 0 {
            guard last > 0 else {
                stage = .objective(0)
                return true
            }
            for objective in 0..<last { setLimit(leastAtRoot(objective), ofObjective: objective) }
            openGoal(last)
            // Everything learned here rests on the limits just set.
            isRootTainted = true
            stageLimit = work + max(1_000_000, (workLimit - work) / 4)
        }
        let ending = run()
        let mayGoOn = ending == .exhausted && work <= stageLimit
        if ending == .exhausted, !isWithinLeasts { diveWithinLimits() }
        if mayGoOn { return false }
        let isProven = ending == .proven
        // The bounds of the root say nothing here: they hold below the incumbent only.
        if isProven, incumbent != nil, isWithinEarlierLimits { return end() }
        let bound = goalBound
        closeGoal()
        for objective in 0..<last { setLimit(idleLimit[objective], ofObjective: objective) }
        stageLimit = Int.max
        _ = propagate()
        commitRoot()
        stage = .objective(0)
        // What is proven of an incumbent beyond the limits says nothing of one within them.
        guard !isProven, isWithinLeasts else { return true }
        for objective in 0..<last { settle(objective) }
        result.bounds[last] = max(result.bounds[last], bound)
        stage = .objective(last)
        return true
    }

    /// Ends with the incumbent, which nothing can be better than. What held only for the goal
    /// stays: there is nothing left to search.
    private mutating func end() -> Bool {
        result.bounds = incumbentObjectives
        result.proven = incumbentObjectives.count
        stage = .finished
        return true
    }

    /// Looks for a point within the limits that are set by propagation alone, where a component is
    /// so large that the search came to none.
    private mutating func diveWithinLimits() {
        // Going back forgets what was yet to be propagated, and the search may be resumed.
        defer { enqueueAllRows() }
        cancel(to: 0)
        enqueueAllRows()
        for target in [component.start, component.upper, component.lower] {
            guard propagate() == Reason.none else { return }
            dive(towards: target)
            enqueueAllRows()
            if isWithinLeasts { return }
        }
    }

    /// Brings one objective down; gives whether there is more to do.
    private mutating func minimise(_ objective: Int) -> Bool {
        if goal < 0 {
            let bound = max(result.bounds[objective], leastAtRoot(objective))
            result.bounds[objective] = bound
            if incumbent != nil, incumbentObjectives[objective] <= bound {
                finish(objective)
                return true
            }
            openGoal(objective)
            goalBound = bound
        }
        let ending = run()
        result.bounds[objective] = max(result.bounds[objective], goalBound)
        if ending == .exhausted { return false }
        let isContradiction = incumbent == nil
        if !isContradiction, objective + 1 == component.objectives.count { return end() }
        closeGoal()
        if isContradiction {
            result.isInfeasible = true
            stage = .finished
        } else {
            finish(objective)
        }
        return true
    }

    /// Goes on after an objective that is proven.
    private mutating func finish(_ objective: Int) {
        settle(objective)
        stage = objective + 1 < component.objectives.count ? .objective(objective + 1) : .finished
    }

    /// Holds an objective, which is proven, at the incumbent's value.
    private mutating func settle(_ objective: Int) {
        result.bounds[objective] = incumbentObjectives[objective]
        result.proven = objective + 1
        setLimit(incumbentObjectives[objective], ofObjective: objective)
        // The incumbent satisfies the new limit, so there is no conflict to be had.
        if propagate() == Reason.none { commitRoot() }
    }

    /// Begins to search for better values of an objective.
    private mutating func openGoal(_ objective: Int) {
        goal = objective
        isRootTainted = false
        goalBound = leastAtRoot(objective)
        branching.aim(at: objective, of: component)
        rootBeforeGoal.removeAll()
        for key in 0..<2 * count { rootBeforeGoal.append(rootBounds[key]) }
        limitBeforeGoal = idleLimit[objective]
        if incumbent != nil, isWithinEarlierLimits {
            setLimit(incumbentObjectives[objective] - 1, ofObjective: objective)
        }
        restarts = 0
        improvements = 0
        isRelaxing = false
        roundsLeft = tactics.firstRoundsInAll
        workAtRestart = work
        plainWork = 0
        relaxedWork = 0
        allowance = statistics.conflicts + tactics.conflictsBeforeRelaxation
        relaxation.isReady = false
        relaxation.forgetUse()
    }

    /// Takes back what held only for the goal.
    private mutating func closeGoal() {
        let objective = goal
        cancel(to: 0)
        if relaxation.isReady { cuts = tightCuts(untaintedOnly: true) }
        relaxation.isReady = false
        goal = -1
        isRootTainted = false
        setLimit(limitBeforeGoal, ofObjective: objective)
        restoreRoot()
        lazyRows.removeAll()
        _ = forgetClauses(tainted: true)
    }

    /// The least an objective can be at the root's bounds.
    @inline(__always)
    func leastAtRoot(_ objective: Int) -> Int {
        let row = firstObjective + objective
        var sum = 0
        for term in Int(rowStart[row])..<Int(rowStart[row + 1]) {
            sum += rowWeight[term] * rootBounds[rowKey[term]]
        }
        return sum
    }

    /// Fixes one variable after the other near a target and offers what comes out.
    ///
    /// Wide integers come last, at the end that the objectives like: they mostly measure something,
    /// and what they measure is settled by then.
    mutating func dive(towards target: [Int]) {
        defer { cancel(to: 0) }
        for variable in 0..<component.classCount where !component.isWide[variable] {
            fix(variable, near: target[variable])
        }
        for variable in 0..<component.classCount where component.isWide[variable] {
            fix(variable, near: pull(on: variable) < 0 ? upper(variable) : lower(variable))
        }
        for variable in 0..<component.classCount where !isFixed(variable) { return }
        consider(lowerBounds)
    }

    /// Fixes a variable at the value nearest to `value`, unless that is a contradiction.
    private mutating func fix(_ variable: Int, near value: Int) {
        let value = min(max(value, lower(variable)), upper(variable))
        let before = levels.count
        if value > lower(variable) { decide(Int32(2 * variable), value) }
        if value < upper(variable) { decide(Int32(2 * variable + 1), -value) }
        if levels.count > before, propagate() != Reason.none { cancel(to: before) }
    }

    /// The sign of the first objective that a variable matters to.
    @inline(__always)
    private func pull(on variable: Int) -> Int {
        for term in component.objectives.variables.indices
        where component.objectives.variables[term] == Int32(variable) {
            return component.objectives.coefficients[term]
        }
        return 0
    }
}
