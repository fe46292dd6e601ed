// What a change touches. The parts of a domain that share no open resource are independent, so
// a decision concerns only the parts that contain something that changed.

import MusterModel

/// Open slots and enforced policies that cannot be decided apart.
struct Part: Sendable {
    /// Open slots, in order of resource id.
    var slots: [Int]
    /// Enforced policies, in order.
    var policies: [Int]
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
        for policy in seeds.sorted() { search.part(from: .policy(policy)) }
        for slot in slots.sorted() {
            // A settled slot still touches what reads it, even though it ties nothing; and a host
            // may be there for nobody now.
            if search.isOpen(slot) {
                search.part(from: .slot(slot))
            } else {
                for policy in enforcedReaders(of: slot) { search.part(from: .policy(policy)) }
                for guest in inventory.guests(of: slot) where search.isOpen(guest) {
                    search.part(from: .slot(guest))
                }
                if let host = inventory.host(of: slot), search.isOpen(host) {
                    search.part(from: .slot(host))
                }
                for dependency in needs[slot] + serves[slot] {
                    search.part(from: .dependency(dependency))
                }
            }
        }
        return search.found
    }
}

/// A breadth-first search over slots, policies and dependencies.
private struct Search {
    enum Vertex: Hashable {
        case slot(Int)
        case policy(Int)
        case dependency(Int)
    }

    let situation: Situation
    var found: [Part] = []
    private var seen: Set<Vertex> = []
    private var openness: [Int: Bool] = [:]
    private var pending: [Vertex] = []

    init(situation: Situation) { self.situation = situation }

    mutating func isOpen(_ slot: Int) -> Bool {
        if let known = openness[slot] { return known }
        let open = situation.fixing(slot) == .open
        openness[slot] = open
        return open
    }

    mutating func part(from start: Vertex) {
        guard seen.insert(start).inserted else { return }
        pending = [start]
        var part = Part(slots: [], policies: [])
        while let vertex = pending.popLast() {
            switch vertex {
            case .slot(let slot):
                part.slots.append(slot)
                for policy in situation.enforcedReaders(of: slot) { visit(.policy(policy)) }
                if let host = situation.inventory.host(of: slot) { visitSlot(host) }
                for guest in situation.inventory.guests(of: slot) { visitSlot(guest) }
                for dependency in situation.needs[slot] { visit(.dependency(dependency)) }
                for dependency in situation.serves[slot] { visit(.dependency(dependency)) }
            case .policy(let policy):
                part.policies.append(policy)
                for slot in situation.policies[policy].coupled { visitSlot(slot) }
            case .dependency(let index):
                let dependency = situation.dependencies[index]
                for slot in dependency.dependents + dependency.providers { visitSlot(slot) }
            }
        }
        guard !part.slots.isEmpty || !part.policies.isEmpty else { return }
        part.slots.sort { situation.inventory[$0].id < situation.inventory[$1].id }
        part.policies.sort()
        found.append(part)
    }

    private mutating func visitSlot(_ slot: Int) {
        guard !seen.contains(.slot(slot)), isOpen(slot) else { return }
        visit(.slot(slot))
    }

    private mutating func visit(_ vertex: Vertex) {
        if seen.insert(vertex).inserted { pending.append(vertex) }
    }
}
