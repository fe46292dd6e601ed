// In which order a choice is carried out. A stage holds starts or stops, never both, and whatever
// part of a stage has happened, in whatever order, nothing is broken that need not be.
//
// The promise: no bound of a requirement that holds in the end falls further short than it does at
// the beginning. Where no order keeps that, lower bounds give way to firm dependencies, and both to
// upper bounds; hosts and the order of groups give way to nothing but rings of their own.

import MusterModel
import MusterPolicy

/// Orders the changes from a current state to the implemented configuration.
///
/// Changes that have nothing to do with each other are ordered apart. Each part is ordered by
/// always doing as much as may be done, see ``Greedy``; where that breaks a promise, and the part
/// is small enough, all orders are looked at, see ``Exhaustive``.
struct Staging {
    /// The most changes of which all orders are looked at.
    static var exhaustiveLimit: Int { 12 }

    private let transition: Transition

    /// Takes every slot whose current state differs from the implemented one.
    init(_ situation: Situation, steps: [Step]) {
        transition = Transition(situation, steps: steps)
    }

    /// The stages, each in order of resource id.
    func stages() -> [[Step]] {
        var greedy = Greedy(transition)
        let parts = transition.parts().map { part -> [[Int]] in
            let (stages, hasBroken) = greedy.stages(of: part)
            guard hasBroken, part.count <= Self.exhaustiveLimit else { return stages }
            return Exhaustive(transition, part, &greedy.reached).stages() ?? stages
        }
        return merged(parts).map { stage in stage.map { transition.steps[$0] } }
    }

    /// One sequence of stages for all parts, each with as much as is ready for it.
    private func merged(_ parts: [[[Int]]]) -> [[Int]] {
        var left = parts.map { $0[...] }
        var stages: [[Int]] = []
        while left.contains(where: { !$0.isEmpty }) {
            func isNext(_ isStart: Bool, _ part: ArraySlice<[Int]>) -> Bool {
                part.first.map { transition.isStart($0[0]) == isStart } ?? false
            }
            let isStart = left.contains { isNext(true, $0) }
            var stage: [Int] = []
            for index in left.indices where isNext(isStart, left[index]) {
                stage += left[index].removeFirst()
            }
            stages.append(stage.sorted())
        }
        return stages
    }
}

extension Transition {
    /// The changes in parts that no promise and no order ties together, each in order.
    ///
    /// - Complexity: about O(changes + promises that they touch).
    func parts() -> [[Int]] {
        var sets = DisjointSets(steps.count)
        var first: [Int?] = Array(repeating: nil, count: promises.count)
        for change in steps.indices {
            for promise in touching[change] {
                if let other = first[promise] {
                    sets.join(change, other)
                } else {
                    first[promise] = change
                }
            }
            for other in hosting[change] { sets.join(change, other) }
        }
        joinGroups(&sets)
        var parts: [[Int]] = []
        var numbers: [Int: Int] = [:]
        for change in steps.indices {
            let root = sets.root(of: change)
            if let number = numbers[root] {
                parts[number].append(change)
            } else {
                numbers[root] = parts.count
                parts.append([change])
            }
        }
        return parts
    }

    private func joinGroups(_ sets: inout DisjointSets) {
        var members: [Bool: [[Int]]] = [:]
        for isStart in [true, false] {
            var found: [[Int]] = Array(repeating: [], count: startsAfter.count)
            for change in steps.indices where self.isStart(change) == isStart {
                if let group = group[change] { found[group].append(change) }
            }
            members[isStart] = found
        }
        for (isStart, others) in [(true, startsAfter), (false, stopsAfter)] {
            guard let members = members[isStart] else { continue }
            for (group, earlier) in others.enumerated() {
                for other in earlier where !members[group].isEmpty && !members[other].isEmpty {
                    for change in members[group] + members[other] {
                        sets.join(change, members[group][0])
                    }
                }
            }
        }
    }
}

/// Numbers in sets that can be joined (Tarjan's union by size with path halving).
private struct DisjointSets {
    private var parent: [Int]
    private var size: [Int]

    init(_ count: Int) {
        parent = Array(0..<count)
        size = Array(repeating: 1, count: count)
    }

    mutating func root(of number: Int) -> Int {
        var current = number
        while parent[current] != current {
            parent[current] = parent[parent[current]]
            current = parent[current]
        }
        return current
    }

    mutating func join(_ a: Int, _ b: Int) {
        var (large, small) = (root(of: a), root(of: b))
        guard large != small else { return }
        if size[large] < size[small] { swap(&large, &small) }
        parent[small] = large
        size[large] += size[small]
    }
}
