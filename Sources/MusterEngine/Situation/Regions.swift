// Which slots and policies may hang together, whatever happens until the next grounding. Parts are
// exact and have to be searched for; regions are unions of parts, and are looked up.

import MusterPolicy
import MusterSolver

/// Disjoint sets of slots and policies, each the union of parts.
///
/// Sets only grow: they are united where a tie may have come up, and begin anew with a grounding.
/// Tarjan's union by size with halved paths.
struct Regions: Sendable {
    /// Slots first, policies behind them.
    private var parents: [Int32] = []
    private var sizes: [Int32] = []
    /// By root: the most that flipping settled slots of the region could save, all together.
    private var savings: [Int] = []
    private var slotCount = 0

    /// Whether they have been made since the last grounding.
    var isMade: Bool { !parents.isEmpty }

    /// Begins with each slot and each policy for itself.
    init(savings: [Int] = [], policies: Int = 0) {
        slotCount = savings.count
        parents = (0..<Int32(slotCount + policies)).map { $0 }
        sizes = Array(repeating: 1, count: parents.count)
        self.savings = savings + Array(repeating: 0, count: policies)
    }

    mutating func region(ofSlot slot: Int) -> Int { root(slot) }

    mutating func region(ofPolicy policy: Int) -> Int { root(slotCount + policy) }

    /// The most that flipping settled slots of a region could save.
    func savings(of region: Int) -> Int { savings[region] }

    mutating func unite(_ slot: Int, policy: Int) { unite(slot, slotCount + policy) }

    mutating func unite(_ a: Int, _ b: Int) {
        var (a, b) = (root(a), root(b))
        guard a != b else { return }
        if sizes[a] < sizes[b] { swap(&a, &b) }
        parents[b] = Int32(a)
        sizes[a] += sizes[b]
        savings[a] = savings[a].saturatingAdd(savings[b])
    }

    private mutating func root(_ element: Int) -> Int {
        var element = element
        while Int(parents[element]) != element {
            parents[element] = parents[Int(parents[element])]
            element = Int(parents[element])
        }
        return element
    }
}

extension Situation {
    /// How a policy stood when it was last looked at.
    struct Standing: Equatable, Sendable {
        var isSatisfied = true
        var shortfall = 0
        /// What unmet preferences cost.
        var preferences = 0

        init(_ policy: GroundPolicy) {
            isSatisfied = policy.isSatisfied
            shortfall = isSatisfied ? 0 : policy.shortfall
            preferences = policy.prefer.isEmpty ? 0 : policy.preferenceCost
        }

        /// Whether nothing of it could be better.
        var isPerfect: Bool { isSatisfied && preferences == 0 }
    }

    /// Finds the regions, if the last grounding has made them void.
    ///
    /// - Complexity: O(slots + slots that enforced policies read).
    mutating func makeRegions() {
        guard !regions.isMade else { return }
        var regions = Regions(
            savings: isManaged.indices.map { slot in
                isManaged[slot] ? max(0, onlineCost[slot].magnitudeOrMax - changeCost[slot]) : 0
            },
            policies: policies.count
        )
        for index in policies.indices where isEnforced[index] {
            for slot in policies[index].coupled where isManaged[slot] {
                regions.unite(slot, policy: index)
            }
        }
        for dependency in dependencies {
            guard let first = dependency.dependents.first else { continue }
            for slot in dependency.dependents + dependency.providers { regions.unite(slot, first) }
        }
        self.regions = regions
        for host in inventory.registered where !inventory.hostsNobody(host) {
            if fixing(host) == .open { uniteGuests(of: host) }
        }
    }

    /// Notes that a host may tie what it carries from now on.
    mutating func uniteGuests(of host: Int) {
        guard regions.isMade, isManaged.indices.contains(host), isManaged[host] else { return }
        for guest in inventory.guests(of: host) where isManaged.indices.contains(guest) {
            if isManaged[guest] { regions.unite(host, guest) }
        }
    }

    /// Whether no choice that has this slot online can be better than what is implemented, now
    /// that the slot, which is off, can be used. A bound: `false` says nothing. See
    /// <doc:IncrementalRules>, rule R3.
    ///
    /// `unsettled` are the slots whose current state is not what is implemented.
    ///
    /// - Complexity: O(policies that do not stand perfectly + unsettled slots + occurrences).
    mutating func isBeyondImprovement(_ slot: Int, unsettled: Set<Int>) -> Bool {
        guard serves[slot].isEmpty else { return false }
        makeRegions()
        let region = regions.region(ofSlot: slot)
        var reach = Int.min
        for occurrence in occurrences[slot] where isEnforced[occurrence.policy] {
            let policy = policies[occurrence.policy].policy
            if policy.require != nil { reach = max(reach, policy.priority) }
        }
        var savings = regions.savings(of: region)
        for index in imperfect where regions.region(ofPolicy: index) == region {
            let standing = standings[index]
            savings = savings.saturatingAdd(standing.preferences)
            guard !standing.isSatisfied, reach > .min else { continue }
            let policy = policies[index].policy
            if policy.priority <= reach || policy.whenUnsatisfiable == .bestEffort { return false }
        }
        for other in unsettled where regions.region(ofSlot: other) == region {
            savings = savings.saturatingAdd(changeCost[other])
                .saturatingAdd(onlineCost[other].magnitudeOrMax)
        }
        return onlineCost[slot].saturatingAdd(changeCost[slot]) >= savings
    }
}

extension Int {
    /// How far from 0 it is, or the greatest number where that does not fit.
    fileprivate var magnitudeOrMax: Int { Int(clamping: magnitude) }
}
