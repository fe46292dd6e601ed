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
}

extension Search {
    /// Minimises the objectives in order.
    mutating func minimise() -> ComponentResult {
        var result = ComponentResult()
        result.bounds = component.trivialBounds
        descend(&result)
        statistics.work = work
        result.statistics = statistics
        result.values = incumbent
        result.objectives = incumbentObjectives
        return result
    }

    private mutating func descend(_ result: inout ComponentResult) {
        guard propagate() == Reason.none else {
            result.isInfeasible = true
            return
        }
        commitRoot()
        consider(component.start)
        dive(towards: component.start)
        dive(towards: component.lower)
        attemptAllAtLeast()
        for objective in 0..<component.objectives.count {
            guard minimise(objective, into: &result) else { return }
        }
    }

    /// Brings one objective down; gives whether that is proven.
    private mutating func minimise(_ objective: Int, into result: inout ComponentResult) -> Bool {
        var bound = max(result.bounds[objective], leastAtRoot(objective))
        var isProven = incumbent != nil && incumbentObjectives[objective] <= bound
        if !isProven {
            let hadIncumbent = incumbent != nil
            var ending = Ending.exhausted
            var hasContradiction = false
            withGoal(objective) { search in
                ending = search.run(bound: &bound)
                hasContradiction = search.incumbent == nil && ending == .proven
            }
            if hasContradiction, !hadIncumbent {
                result.isInfeasible = true
                return false
            }
            isProven = ending == .proven
        }
        if isProven, incumbent != nil { bound = incumbentObjectives[objective] }
        result.bounds[objective] = bound
        guard isProven else { return false }
        result.proven = objective + 1
        setLimit(incumbentObjectives[objective], ofObjective: objective)
        // The incumbent satisfies the new limit, so there is no conflict to be had.
        if propagate() == Reason.none { commitRoot() }
        return true
    }

    /// Runs a search for an objective and takes back what held only while it ran.
    private mutating func withGoal(_ objective: Int, _ body: (inout Search) -> Void) {
        goal = objective
        isRootTainted = false
        branching.aim(at: objective, of: component)
        var saved = Column<Int>(capacity: 2 * count)
        for key in 0..<2 * count { saved.append(rootBounds[key]) }
        let limit = idleLimit[objective]
        if incumbent != nil, isWithinEarlierLimits {
            setLimit(incumbentObjectives[objective] - 1, ofObjective: objective)
        }
        body(&self)
        cancel(to: 0)
        if relaxation.isReady { cuts = tightCuts(untaintedOnly: true) }
        relaxation.isReady = false
        goal = -1
        isRootTainted = false
        setLimit(limit, ofObjective: objective)
        restoreRoot(saved)
        lazyRows.removeAll()
        _ = forgetClauses(tainted: true)
    }

    /// With every objective but the last held at its least, the last is minimised: mostly all of
    /// that can be had, and one search does for all.
    private mutating func attemptAllAtLeast() {
        let last = component.objectives.count - 1
        let leasts = (0..<last).map { leastAtRoot($0) }
        guard last > 0,
            incumbent == nil || !zip(incumbentObjectives, leasts).allSatisfy({ $0 <= $1 })
        else { return }
        let limit = workLimit
        workLimit = work + (workLimit - work) / 4
        for (objective, least) in leasts.enumerated() { setLimit(least, ofObjective: objective) }
        withGoal(last) { search in
            var bound = search.leastAtRoot(last)
            // Everything learned here rests on the limits just set.
            search.isRootTainted = true
            _ = search.run(bound: &bound)
        }
        for objective in 0..<last { setLimit(idleLimit[objective], ofObjective: objective) }
        workLimit = limit
        _ = propagate()
        commitRoot()
    }

    /// The least an objective can be at the root's bounds.
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
        consider((0..<count).map { lower($0) })
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
    private func pull(on variable: Int) -> Int {
        for term in component.objectives.variables.indices
        where component.objectives.variables[term] == Int32(variable) {
            return component.objectives.coefficients[term]
        }
        return 0
    }
}
