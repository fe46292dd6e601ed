// What a change touches. The parts of a domain that share no open resource are independent, so
// a decision concerns only the parts that contain something that changed.

import MusterModel

/// Open slots and enforced policies that cannot be decided apart.
struct Part: Sendable {
    /// Open slots, in order of resource id.
    var slots: [Int]
    /// Enforced policies, in order.
    var policies: [Int]
    /// Slots beside them whose state the rules alone decide, where another is implemented.
    var unsettled: [Int] = []
}

extension Situation {
    /// The parts that contain one of these slots or policies.
    ///
    /// Slots are tied by the policies whose `require` or `prefer` reads both, by hosting and by
    /// firm dependencies, through open slots only. What `minimize` sums is a cost of each slot
    /// alone and ties nothing.
    ///
    /// - Complexity: O(size of the parts found).
    func parts(touching slots: some Sequence<Int>, policies seeds: some Sequence<Int>) -> [Part] {
        var search = Search(situation: self)
        for policy in seeds.sorted() { search.part(fromPolicy: policy) }
        for slot in slots.sorted() {
            // A settled slot still touches what reads it, even though it ties nothing; and a host
            // may be there for nobody now.
            if search.isOpen(slot) {
                search.part(fromSlot: slot)
            } else {
                for policy in enforcedReaders(of: slot) { search.part(fromPolicy: policy) }
                for guest in inventory.guests(of: slot) where search.isOpen(guest) {
                    search.part(fromSlot: guest)
                }
                if let host = inventory.host(of: slot), search.isOpen(host) {
                    search.part(fromSlot: host)
                }
                for dependency in needs[slot] + serves[slot] {
                    search.part(fromDependency: dependency)
                }
            }
        }
        return search.found
    }
}

/// A search over slots, policies and dependencies, which are vertices in this order.
private struct Search {
    let situation: Situation
    var found: [Part] = []
    private var isSeen: [Bool]
    /// By slot, what ``Situation/fixing(_:)`` says, once it was asked.
    private var fixings: [Situation.Fixing?]
    private var pending: [Int] = []
    /// What ``Part/unsettled`` will be of the part that is being searched.
    private var unsettled: [Int] = []
    private let firstPolicy: Int
    private let firstDependency: Int

    init(situation: Situation) {
        self.situation = situation
        firstPolicy = situation.isManaged.count
        firstDependency = firstPolicy + situation.policies.count
        isSeen = Array(repeating: false, count: firstDependency + situation.dependencies.count)
        fixings = Array(repeating: nil, count: firstPolicy)
    }

    mutating func isOpen(_ slot: Int) -> Bool { fixing(slot, depth: 0) == .open }

    private mutating func fixing(_ slot: Int, depth: Int) -> Situation.Fixing {
        if let known = fixings[slot] { return known }
        var above: Situation.Fixing?
        if let host = situation.inventory.host(of: slot), depth < Situation.depthLimit {
            above = fixing(host, depth: depth + 1)
        }
        let result = situation.fixing(slot, under: above)
        fixings[slot] = result
        return result
    }

    mutating func part(fromSlot slot: Int) { part(from: slot) }

    mutating func part(fromPolicy policy: Int) { part(from: firstPolicy + policy) }

    mutating func part(fromDependency dependency: Int) { part(from: firstDependency + dependency) }

    private mutating func part(from start: Int) {
        guard !isSeen[start] else { return }
        visit(start)
        var part = Part(slots: [], policies: [])
        while let vertex = pending.popLast() {
            if vertex < firstPolicy {
                part.slots.append(vertex)
                visitNeighbours(ofSlot: vertex)
            } else if vertex < firstDependency {
                part.policies.append(vertex - firstPolicy)
                for slot in situation.policies[vertex - firstPolicy].coupled { visitSlot(slot) }
            } else {
                let dependency = situation.dependencies[vertex - firstDependency]
                for slot in dependency.dependents { visitSlot(slot) }
                for slot in dependency.providers { visitSlot(slot) }
            }
        }
        part.unsettled = unsettled
        unsettled = []
        guard !part.slots.isEmpty || !part.policies.isEmpty else { return }
        part.slots.sort { situation.inventory.isBefore($0, $1) }
        part.policies.sort()
        found.append(part)
    }

    private mutating func visitNeighbours(ofSlot slot: Int) {
        for occurrence in situation.occurrences[slot] where situation.isEnforced[occurrence.policy]
        {
            visit(firstPolicy + occurrence.policy)
        }
        if let host = situation.inventory.host(of: slot) { visitSlot(host) }
        for guest in situation.inventory.guests(of: slot) { visitSlot(guest) }
        for dependency in situation.needs[slot] { visit(firstDependency + dependency) }
        for dependency in situation.serves[slot] { visit(firstDependency + dependency) }
    }

    private mutating func visitSlot(_ slot: Int) {
        guard !isSeen[slot] else { return }
        switch fixing(slot, depth: 0) {
        case .open: visit(slot)
        case .fixed(let isOnline):
            isSeen[slot] = true
            if situation.isOnline[slot] != isOnline { unsettled.append(slot) }
        }
    }

    private mutating func visit(_ vertex: Int) {
        guard !isSeen[vertex] else { return }
        isSeen[vertex] = true
        pending.append(vertex)
    }
}
