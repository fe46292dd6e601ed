// Ordering by doing as much as may be done: fast for thousands of changes, and it finds an order
// that keeps every promise nearly always where there is one. Changes that count in the same places
// are alike: where one of them may not be done now, none of the others is asked.

import MusterModel

/// Orders the parts of a transition, one after the other.
struct Greedy {
    /// What everything that was ordered so far leads to.
    var reached: Transition.State

    private let transition: Transition
    /// What the stage that is being filled leads to; without one, the same as ``reached``.
    private var ahead: Transition.State
    /// What is left of the part at hand: changes that are alike, each in order of number, the next
    /// one last.
    private var classes: [[Int]] = []
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
        classes = transition.alike(part)
        hasBroken = false
        var stages: [[Int]] = []
        while !classes.isEmpty {
            let stage = nextStage()
            for change in stage {
                isDone[change] = true
                transition.apply(change, to: &reached)
                transition.apply(change, to: &ahead)
                tally(change, by: -1)
            }
            for index in classes.indices { dropDone(index) }
            classes.removeAll(where: \.isEmpty)
            stages.append(stage.sorted())
        }
        return (stages, hasBroken)
    }

    private mutating func dropDone(_ index: Int) {
        while let last = classes[index].last, isDone[last] { classes[index].removeLast() }
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
        let ready = classes.indices.filter { classes[$0].last.map(isReady) ?? false }
        let starts = ready.filter(isOfStarts)
        let stops = ready.filter { !isOfStarts($0) }
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
        if !ready.isEmpty { return quarter(of: members(of: starts.isEmpty ? stops : starts)) }
        return ring()
    }

    private func isOfStarts(_ index: Int) -> Bool {
        classes[index].last.map(transition.isStart) ?? false
    }

    private func members(of indices: [Int]) -> [Int] {
        indices.flatMap { classes[$0].filter { !isDone[$0] } }
    }

    private func quarter(of changes: [Int]) -> [Int] {
        Array(changes.sorted().prefix((changes.count + 3) / 4))
    }

    /// Of the stops those that take something out of the way, if any do.
    private func useful(_ stops: [Int]) -> [Int] {
        stops.filter { index in
            classes[index].last.map {
                transition.touching[$0].contains(where: obstacles.contains)
            } ?? false
        }
    }

    /// What is left depends on itself in a ring: then the order of groups gives way, and that of
    /// hosts only where hosts are the ring.
    private func ring() -> [Int] {
        let left = members(of: Array(classes.indices))
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

    /// As many changes of these classes, all of one direction, as keep every promise down to a
    /// rank, however many of them have come about; of each class those that come first.
    ///
    /// - Complexity: O((changes that do + classes) × promises that each touches).
    private mutating func harmless(
        _ indices: [Int],
        keeping rank: Transition.Promise.Rank
    ) -> [Int] {
        var chosen: [Int] = []
        for index in indices {
            for change in classes[index].reversed() where !isDone[change] {
                transition.apply(change, to: &ahead)
                let broken = transition.touching[change].filter { promise in
                    transition.promises[promise].rank.rawValue <= rank.rawValue
                        && isBroken(promise, isAlone: chosen.isEmpty)
                }
                guard !broken.isEmpty else {
                    chosen.append(change)
                    continue
                }
                transition.undo(change, in: &ahead)
                obstacles.formUnion(
                    broken.filter { transition.promises[$0].rank != .lowerBound }
                )
                break
            }
        }
        for change in chosen { transition.undo(change, in: &ahead) }
        return chosen
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

extension Transition {
    /// What decides on how a change fits in.
    private struct Likeness: Hashable {
        let isStart: Bool
        let group: Int?
        /// For each place where it counts: policy, quantity, amount and which value it has.
        var places: [Int]
        /// Its own number, where hosts or guests have to come before it or wait for it.
        let number: Int?
    }

    /// The changes of a part in classes, in order of their first ones; each class with its first
    /// change last.
    fileprivate func alike(_ part: [Int]) -> [[Int]] {
        var classes: [[Int]] = []
        var numbers: [Likeness: Int] = [:]
        for change in part {
            var places: [Int] = []
            for term in terms[change] {
                let entry = start.quantities[term.policy][term.quantity].terms[term.term]
                places += [term.policy, term.quantity, entry.amount, entry.group]
            }
            for share in shares[change] {
                places += [share.dependency, share.provides ? 1 : 0, share.depends ? 1 : 0]
            }
            let likeness = Likeness(
                isStart: isStart(change),
                group: group[change],
                places: places,
                number: hosting[change].isEmpty ? nil : change
            )
            if let number = numbers[likeness] {
                classes[number].append(change)
            } else {
                numbers[likeness] = classes.count
                classes.append([change])
            }
        }
        return classes.map { $0.reversed() }
    }
}
