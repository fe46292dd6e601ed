// Conflict analysis: which earlier bounds made the conflict, back to the first point through which
// every path from the last decision leads. What is learned excludes that point for good.

/// The working memory of conflict analysis.
struct Analysis: ~Copyable {
    /// By trail position: true when the change is part of the conflict.
    var isMarked = Column<Bool>()
    /// The marked positions below the conflict's level.
    var below = Column<Int32>()
    /// What a reason needs: trail positions.
    var needs = Column<Int32>()
    /// By key: the highest position among the marked ones.
    var strongest: Column<Int32>
    // The learned clause; the asserting literal first.
    var keys = Column<Int32>()
    var values = Column<Int>()
    /// The terms of a row that may be weakened.
    var candidates: [Candidate] = []
    var isTainted = false
    var seenLevels = Column<Int32>()

    /// A term whose bound had moved from its root value.
    struct Candidate {
        let key: Int32
        let weight: Int
        let bound: Int
        let gain: Int
    }

    init(variables: Int) { strongest = Column(repeating: -1, count: 2 * variables) }
}

extension Search {
    /// Learns from a conflict and goes back to where the learned clause says something new.
    ///
    /// - Returns: false when the conflict holds at the root, so that nothing is left.
    mutating func resolve(_ conflict: Int32) -> Bool {
        statistics.conflicts += 1
        analysis.isTainted = isRootTainted || isTainted(conflict)
        analysis.isMarked.extend(with: false, count: trailKey.count)
        analysis.below.removeAll()
        gatherNeeds(conflict, position: trailKey.count, key: -1, value: 0)
        var top = -1
        for index in 0..<analysis.needs.count { top = max(top, Int(analysis.needs[index])) }
        guard top >= 0 else { return false }
        let conflictLevel = trailLevel[top]
        guard conflictLevel > 0 else { return false }
        var pending = 0
        markNeeds(level: conflictLevel, pending: &pending)
        var position = top
        while true {
            while !analysis.isMarked[position] { position -= 1 }
            analysis.isMarked[position] = false
            branching.bump(Int(trailKey[position] >> 1))
            if pending == 1 || trailReason[position] == Reason.decision { break }
            pending -= 1
            let reason = trailReason[position]
            if isTainted(reason) { analysis.isTainted = true }
            gatherNeeds(
                reason,
                position: position,
                key: trailKey[position],
                value: trailNew[position]
            )
            markNeeds(level: conflictLevel, pending: &pending)
            position -= 1
        }
        let target = assembleClause(asserting: position)
        let span = countLevels()
        for index in 0..<analysis.below.count { analysis.isMarked[analysis.below[index]] = false }
        branching.decay()
        if !witnesses.isEmpty { checkLearnedClause() }
        proof?.clause(analysis.keys.array())
        cancel(to: target)
        let clause = clauses.add(
            keys: analysis.keys,
            values: analysis.values,
            span: span,
            isTainted: analysis.isTainted
        )
        raise(analysis.keys[0], to: analysis.values[0], because: Reason.clause(clause))
        return true
    }

    private mutating func markNeeds(level: Int32, pending: inout Int) {
        for index in 0..<analysis.needs.count {
            let position = analysis.needs[index]
            if analysis.isMarked[position] { continue }
            analysis.isMarked[position] = true
            if trailLevel[position] == level {
                pending += 1
            } else {
                analysis.below.append(position)
            }
        }
    }

    /// Writes the learned clause; gives the level to go back to.
    private mutating func assembleClause(asserting position: Int) -> Int {
        analysis.keys.removeAll()
        analysis.values.removeAll()
        analysis.keys.append(trailKey[position] ^ 1)
        analysis.values.append(1 - trailNew[position])
        for index in 0..<analysis.below.count {
            let marked = analysis.below[index]
            let key = trailKey[marked]
            if analysis.strongest[key] < marked { analysis.strongest[key] = marked }
        }
        // A weaker bound of the asserting literal's own variable adds nothing.
        analysis.strongest[trailKey[position]] = Int32(position)
        var target = 0
        for index in 0..<analysis.below.count {
            let marked = analysis.below[index]
            let key = trailKey[marked]
            guard analysis.strongest[key] == marked, !isImplied(Int(marked)) else { continue }
            analysis.keys.append(key ^ 1)
            analysis.values.append(1 - trailNew[marked])
            branching.bump(Int(key >> 1))
            if Int(trailLevel[marked]) > target {
                target = Int(trailLevel[marked])
                let last = analysis.keys.count - 1
                let (otherKey, otherValue) = (analysis.keys[1], analysis.values[1])
                analysis.keys[1] = analysis.keys[last]
                analysis.values[1] = analysis.values[last]
                analysis.keys[last] = otherKey
                analysis.values[last] = otherValue
            }
        }
        analysis.strongest[trailKey[position]] = -1
        for index in 0..<analysis.below.count {
            analysis.strongest[trailKey[analysis.below[index]]] = -1
        }
        return target
    }

    /// True when the marked change follows from other marked ones alone. Only the strongest of a
    /// key counts: a weaker one is left out of the clause, so nothing may rest on it.
    private mutating func isImplied(_ position: Int) -> Bool {
        let reason = trailReason[position]
        guard reason >= 0 else { return false }
        gatherNeeds(reason, position: position, key: trailKey[position], value: trailNew[position])
        for index in 0..<analysis.needs.count {
            let needed = analysis.needs[index]
            guard analysis.isMarked[needed], analysis.strongest[trailKey[needed]] == needed
            else { return false }
        }
        if isTainted(reason) { analysis.isTainted = true }
        return true
    }

    private mutating func countLevels() -> Int {
        analysis.seenLevels.extend(with: 0, count: levels.count + 2)
        let stamp = Int32(truncatingIfNeeded: statistics.conflicts)
        var span = 1
        for index in 0..<analysis.below.count {
            let level = trailLevel[analysis.below[index]]
            if analysis.seenLevels[level] != stamp {
                analysis.seenLevels[level] = stamp
                span += 1
            }
        }
        return span
    }

    // MARK: Reasons

    /// Collects the trail positions before `position` from which "key reaches value" (or, with no
    /// key, a contradiction) follows by the reason.
    private mutating func gatherNeeds(_ reason: Int32, position: Int, key: Int32, value: Int) {
        analysis.needs.removeAll()
        if reason == Reason.decisions {
            for level in 0..<levels.count where levels[level] < trailKey.count {
                analysis.needs.append(Int32(levels[level]))
            }
            return
        }
        let index = Int(reason >> 2)
        switch reason & 3 {
        case 0:
            gatherNeedsOfRow(
                terms: Int(rowStart[index])..<Int(rowStart[index + 1]),
                limit: rowLimit[index],
                isLazy: false,
                position: position,
                key: key,
                value: value
            )
        case 1:
            let start = Int(clauses.start[index])
            work += Int(clauses.size[index])
            for literal in start..<start + Int(clauses.size[index]) {
                if clauses.keys[literal] == key { continue }
                need(clauses.keys[literal] ^ 1, 1 - clauses.values[literal], before: position)
            }
        default:
            gatherNeedsOfRow(
                terms: Int(lazyRows.start[index])..<Int(lazyRows.start[index + 1]),
                limit: lazyRows.limits[index],
                isLazy: true,
                position: position,
                key: key,
                value: value
            )
        }
    }

    /// Adds the earliest change that made "key reaches value" true, unless the root or level 0 had
    /// it; gives how far that change reached, which may be further than asked for.
    @inline(__always)
    @discardableResult
    private mutating func need(_ key: Int32, _ value: Int, before position: Int) -> Int {
        guard rootBounds[key] < value else { return rootBounds[key] }
        var change = latest[key]
        while change >= position { change = trailPrevious[change] }
        guard change >= 0 else { return rootBounds[key] }
        while trailOld[change] >= value { change = trailPrevious[change] }
        if trailLevel[change] > 0 { analysis.needs.append(change) }
        return trailNew[change]
    }

    /// The bound of a key before a position of the trail.
    @inline(__always)
    private func bound(of key: Int32, before position: Int) -> Int {
        var change = latest[key]
        while change >= position { change = trailPrevious[change] }
        return change >= 0 ? trailNew[change] : rootBounds[key]
    }

    /// The row needs its other terms' bounds, but only as far as they are needed: the excess over
    /// what makes the conclusion true is given back, to the terms that can then be left out first.
    private mutating func gatherNeedsOfRow(
        terms: Range<Int>,
        limit: Int,
        isLazy: Bool,
        position: Int,
        key: Int32,
        value: Int
    ) {
        work += 2 * terms.count
        analysis.candidates.removeAll(keepingCapacity: true)
        var excess = -limit - 1
        for term in terms {
            let termKey = isLazy ? lazyRows.keys[term] : rowKey[term]
            let weight = isLazy ? lazyRows.weights[term] : rowWeight[term]
            if termKey ^ 1 == key {
                excess += weight * (1 - value)
                continue
            }
            let bound = bound(of: termKey, before: position)
            excess += weight * bound
            let root = rootBounds[termKey]
            if bound > root {
                analysis.candidates.append(
                    Analysis.Candidate(
                        key: termKey,
                        weight: weight,
                        bound: bound,
                        gain: weight * (bound - root)
                    )
                )
            }
        }
        if excess > 0 { analysis.candidates.sort { ($0.gain, $0.key) < ($1.gain, $1.key) } }
        for candidate in analysis.candidates {
            if candidate.gain <= excess {
                excess -= candidate.gain
                continue
            }
            let relaxed = candidate.bound - excess / candidate.weight
            let reached = need(candidate.key, relaxed, before: position)
            excess -= candidate.weight * max(0, candidate.bound - reached)
        }
    }
}
