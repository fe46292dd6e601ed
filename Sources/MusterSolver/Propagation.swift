// Bounds that follow: from rows by their slack, from clauses by two watched literals.

extension Search {
    /// Raises a key's bound and notes why.
    @inline(__always)
    mutating func raise(_ key: Int32, to value: Int, because reason: Int32) {
        let old = bounds[key]
        guard value > old else { return }
        bounds[key] = value
        let position = Int32(trailKey.count)
        trailKey.append(key)
        trailOld.append(old)
        trailNew.append(value)
        trailReason.append(reason)
        trailPrevious.append(latest[key])
        trailLevel.append(Int32(levels.count))
        latest[key] = position
        let difference = value - old
        let first = Int(occurrenceStart[key])
        let last = Int(occurrenceStart[key + 1])
        work += 1 + (last - first)
        var occurrence = first
        while occurrence < last {
            let row = occurrenceRow[occurrence]
            let slack = rowSlack[row] - occurrenceWeight[occurrence] * difference
            rowSlack[row] = slack
            if slack < rowReach[row], !isQueued[row] {
                isQueued[row] = true
                queue.append(row)
            }
            occurrence += 1
        }
    }

    /// Opens a decision level with a literal.
    mutating func decide(_ key: Int32, _ value: Int) {
        statistics.decisions += 1
        levels.append(trailKey.count)
        raise(key, to: value, because: Reason.decision)
    }

    /// Follows rows and clauses until nothing moves; gives what is in conflict, or `none`.
    mutating func propagate() -> Int32 {
        while true {
            while clauseHead < trailKey.count {
                let key = trailKey[clauseHead]
                clauseHead += 1
                let conflict = visitWatchers(of: key)
                if conflict != Reason.none { return conflict }
            }
            guard queueHead < queue.count else {
                queue.removeAll()
                queueHead = 0
                return Reason.none
            }
            let row = queue[queueHead]
            queueHead += 1
            isQueued[row] = false
            let slack = rowSlack[row]
            if slack < 0 { return Reason.row(Int(row)) }
            let first = Int(rowStart[row])
            let last = Int(rowStart[row + 1])
            var term = first
            while term < last, termReach[term] > slack {
                let key = rowKey[term]
                let weight = rowWeight[term]
                let bound = bounds[key]
                if weight * (-bounds[key ^ 1] - bound) > slack {
                    raise(
                        key ^ 1,
                        to: -(bound + slack / weight),
                        because: Reason.row(Int(row))
                    )
                }
                term += 1
            }
            work += 1 + term - first
        }
    }

    /// Visits the clauses in which a literal of the opposite key may have become false.
    private mutating func visitWatchers(of key: Int32) -> Int32 {
        var reference = clauses.watchHeads[key]
        clauses.watchHeads[key] = -1
        while reference >= 0 {
            let clause = Int(reference >> 1)
            let slot = Int(reference & 1)
            let next = clauses.next[reference]
            work += 2
            let start = Int(clauses.start[clause])
            let watched = start + slot
            guard isFalse(clauses.keys[watched], clauses.values[watched]) else {
                clauses.watch(reference, on: key)
                reference = next
                continue
            }
            let size = Int(clauses.size[clause])
            let other = start + (1 - slot)
            if size > 1, isTrue(clauses.keys[other], clauses.values[other]) {
                clauses.watch(reference, on: key)
                reference = next
                continue
            }
            var candidate = start + 2
            let end = start + size
            while candidate < end, isFalse(clauses.keys[candidate], clauses.values[candidate]) {
                candidate += 1
            }
            work += candidate - start
            if candidate < end {
                clauses.exchange(watched, candidate)
                clauses.watch(reference, on: clauses.keys[watched] ^ 1)
                reference = next
                continue
            }
            clauses.watch(reference, on: key)
            if size == 1 || isFalse(clauses.keys[other], clauses.values[other]) {
                // The rest of the list goes back as it was.
                var rest = next
                while rest >= 0 {
                    let following = clauses.next[rest]
                    clauses.watch(rest, on: key)
                    rest = following
                }
                return Reason.clause(clause)
            }
            raise(
                clauses.keys[other],
                to: clauses.values[other],
                because: Reason.clause(clause)
            )
            reference = next
        }
        return Reason.none
    }

    /// True when the literal "key reaches value" holds.
    @inline(__always)
    func isTrue(_ key: Int32, _ value: Int) -> Bool { bounds[key] >= value }

    /// True when the literal "key reaches value" cannot hold any more.
    @inline(__always)
    func isFalse(_ key: Int32, _ value: Int) -> Bool { bounds[key ^ 1] >= 1 - value }

    /// Takes back every change above a level.
    mutating func cancel(to target: Int) {
        guard levels.count > target else { return }
        let length = levels[target]
        while trailKey.count > length {
            let key = trailKey.popLast()
            let old = trailOld.popLast()
            let difference = trailNew.popLast() - old
            bounds[key] = old
            latest[key] = trailPrevious.popLast()
            _ = trailReason.popLast()
            _ = trailLevel.popLast()
            let variable = Int(key >> 1)
            branching.restore(variable)
            var occurrence = Int(occurrenceStart[key])
            let last = Int(occurrenceStart[key + 1])
            work += last - occurrence
            while occurrence < last {
                rowSlack[occurrenceRow[occurrence]] += occurrenceWeight[occurrence] * difference
                occurrence += 1
            }
        }
        levels.truncate(to: target)
        while queueHead < queue.count {
            isQueued[queue[queueHead]] = false
            queueHead += 1
        }
        queue.removeAll()
        queueHead = 0
        clauseHead = trailKey.count
    }

    /// Makes the bounds at level 0 the root's and forgets how they came about.
    mutating func commitRoot() {
        precondition(levels.isEmpty)
        for position in 0..<trailKey.count {
            let key = trailKey[position]
            rootBounds[key] = bounds[key]
            latest[key] = -1
            if isTainted(trailReason[position]) { isRootTainted = true }
        }
        trailKey.removeAll()
        trailOld.removeAll()
        trailNew.removeAll()
        trailReason.removeAll()
        trailPrevious.removeAll()
        trailLevel.removeAll()
        clauseHead = 0
    }

    /// Propagates what has moved at the root and takes it in, so that what is drawn from
    /// these bounds is known to hold only below the incumbent where the bounds do.
    mutating func propagateAtRoot() -> Int32 {
        let conflict = propagate()
        if conflict == Reason.none { commitRoot() }
        return conflict
    }

    /// True when what this reason says holds only below the incumbent.
    @inline(__always)
    func isTainted(_ reason: Int32) -> Bool {
        guard reason >= 0 else { return false }
        let index = Int(reason >> 2)
        switch reason & 3 {
        case 0: return index == goal + firstObjective && goal >= 0
        case 1: return clauses.isTainted[index]
        default: return lazyRows.isTainted[index]
        }
    }
}
