// Ordering by doing as much as may be done: fast for thousands of changes, and it finds an order
// that keeps every promise nearly always where there is one.

import MusterModel

/// Orders the parts of a transition, one after the other.
struct Greedy {
    /// What everything that was ordered so far leads to.
    var reached: Transition.State

    private let transition: Transition
    /// What the stage that is being filled leads to; without one, the same as ``reached``.
    private var ahead: Transition.State
    /// What is left of the part at hand.
    private var left: [Int] = []
    private var hasBroken = false
    /// By change.
    private var isDone: [Bool]
    /// How many starts, and how many stops, are left in each service group.
    private var startsLeft: [Int]
    private var stopsLeft: [Int]
    /// Upper bounds and dependencies that keep something from happening in the state reached.
    private var obstacles: Set<Int> = []

    init(_ transition: Transition) {
        self.transition = transition
        reached = transition.start
        ahead = reached
        isDone = Array(repeating: false, count: transition.steps.count)
        startsLeft = Array(repeating: 0, count: transition.startsAfter.count)
        stopsLeft = startsLeft
        for change in transition.steps.indices { tally(change, by: 1) }
    }

    /// The stages of a part, each in order of number, and whether a promise has to give way.
    mutating func stages(of part: [Int]) -> (stages: [[Int]], hasBroken: Bool) {
        left = part
        hasBroken = false
        var stages: [[Int]] = []
        while !left.isEmpty {
            let stage = nextStage()
            for change in stage {
                isDone[change] = true
                transition.apply(change, to: &reached)
                transition.apply(change, to: &ahead)
                tally(change, by: -1)
            }
            left.removeAll { isDone[$0] }
            stages.append(stage)
        }
        return (stages, hasBroken)
    }

    private mutating func tally(_ change: Int, by step: Int) {
        guard let group = transition.group[change] else { return }
        if transition.isStart(change) {
            startsLeft[group] += step
        } else {
            stopsLeft[group] += step
        }
    }

    private mutating func nextStage() -> [Int] {
        let ready = left.filter(isReady)
        let starts = ready.filter(transition.isStart)
        let stops = ready.filter { !transition.isStart($0) }
        obstacles = []
        for candidates in [starts, stops] {
            let stage = harmless(candidates, keeping: .lowerBound)
            if !stage.isEmpty { return stage }
        }
        // No order from here keeps every promise: break before make, a quarter at a time, so that
        // what gives way does not give way altogether.
        hasBroken = true
        for rank in [Transition.Promise.Rank.dependency, .upperBound] {
            for candidates in [useful(stops), stops, starts] {
                let stage = harmless(candidates, keeping: rank)
                if !stage.isEmpty { return quarter(of: stage) }
            }
        }
        if !ready.isEmpty { return quarter(of: starts.isEmpty ? stops : starts) }
        return ring()
    }

    private func quarter(of changes: [Int]) -> [Int] {
        Array(changes.prefix((changes.count + 3) / 4))
    }

    /// Of the stops those that take something out of the way, if any do.
    private func useful(_ stops: [Int]) -> [Int] {
        stops.filter { transition.touching[$0].contains(where: obstacles.contains) }
    }

    /// What is left depends on itself in a ring: then the order of groups gives way, and that of
    /// hosts only where hosts are the ring.
    private func ring() -> [Int] {
        let hosted = left.filter(hasHosts)
        let changes = hosted.isEmpty ? left : hosted
        let starts = changes.filter(transition.isStart)
        return starts.isEmpty ? changes : starts
    }

    // MARK: Order

    private func isReady(_ change: Int) -> Bool {
        guard hasHosts(change) else { return false }
        guard let group = transition.group[change] else { return true }
        return transition.isStart(change)
            ? transition.startsAfter[group].allSatisfy { startsLeft[$0] == 0 }
            : transition.stopsAfter[group].allSatisfy { stopsLeft[$0] == 0 }
    }

    private func hasHosts(_ change: Int) -> Bool {
        transition.hosting[change].allSatisfy { isDone[$0] }
    }

    // MARK: Promises

    /// As many of the changes, all of one direction, as keep every promise down to a rank, however
    /// many of them have come about; taken in order.
    ///
    /// - Complexity: O(changes × promises that each touches).
    private mutating func harmless(
        _ changes: [Int],
        keeping rank: Transition.Promise.Rank
    ) -> [Int] {
        guard !changes.isEmpty else { return [] }
        if areHarmless(changes, keeping: rank) { return changes }
        var chosen: [Int] = []
        for change in changes {
            transition.apply(change, to: &ahead)
            let broken = transition.touching[change].filter { index in
                transition.promises[index].rank.rawValue <= rank.rawValue
                    && isBroken(index, isAlone: chosen.isEmpty)
            }
            if broken.isEmpty {
                chosen.append(change)
            } else {
                transition.undo(change, in: &ahead)
                obstacles.formUnion(
                    broken.filter { transition.promises[$0].rank != .lowerBound }
                )
            }
        }
        for change in chosen { transition.undo(change, in: &ahead) }
        return chosen
    }

    private mutating func areHarmless(
        _ changes: [Int],
        keeping rank: Transition.Promise.Rank
    ) -> Bool {
        for change in changes { transition.apply(change, to: &ahead) }
        defer {
            for change in changes { transition.undo(change, in: &ahead) }
        }
        var seen: Set<Int> = []
        return changes.allSatisfy { change in
            transition.touching[change].allSatisfy { index in
                guard transition.promises[index].rank.rawValue <= rank.rawValue,
                    seen.insert(index).inserted
                else { return true }
                return !isBroken(index, isAlone: changes.count == 1)
            }
        }
    }

    /// Whether a promise may fall further short than it does in the state reached, or did at the
    /// beginning. One change alone has no states between.
    private func isBroken(_ index: Int, isAlone: Bool) -> Bool {
        let promise = transition.promises[index]
        let worst =
            isAlone
            ? transition.shortfall(promise, ahead) : transition.worst(promise, reached, ahead)
        guard worst > promise.cap else { return false }
        return worst > transition.shortfall(promise, reached)
    }
}
