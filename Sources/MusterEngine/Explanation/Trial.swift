// Suggestions are tried before they are made: the domain is decided as if they had been followed.

import MusterModel
import MusterPolicy
import MusterSolver

/// Changes of a domain to be tried.
struct Trial {
    /// The policies that would be in force, in order of name.
    var policies: [Policy]
    /// The groups and maintenance entries that would be in force.
    var rules: Rules
    /// Resources that would be registered besides.
    var additions: [Resource] = []

    /// A trial of what is in force.
    init(_ situation: Situation) {
        policies = situation.policies.map(\.policy)
        rules = situation.rules
    }
}

extension Situation {
    /// Whether a policy would hold if everything that changes is decided anew.
    ///
    /// - Parameters:
    ///   - name: The policy's name.
    ///   - trial: What would be in force and registered.
    ///   - work: What is left to be spent; what was spent is taken off.
    /// - Returns: false also where the budget does not suffice.
    func holds(_ name: String, after trial: Trial, work: inout Int) -> Bool {
        work -= slotsAndMatches
        guard work > 0 else { return false }
        var copy = self
        for resource in trial.additions { _ = copy.inventory.apply(resource) }
        let isRead = { (policy: Policy) in trial.additions.contains { policy.reads($0) } }
        copy.reground(trial.policies, rules: trial.rules) { !isRead($0.policy) }
        let known = Dictionary(
            policies.map { ($0.policy.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let remaining = Dictionary(
            trial.policies.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var slots = copy.rearranged
        slots.formUnion(trial.additions.compactMap { copy.inventory.slots[$0.id] })
        for ground in policies where remaining[ground.policy.name] != ground.policy {
            slots.formUnion(ground.matched)
        }
        let seeds = copy.policies.indices.filter { index in
            let policy = copy.policies[index].policy
            return policy.isEnforced
                && (known[policy.name]?.policy != policy || isRead(policy))
        }
        return copy.holds(name, deciding: slots, seeds, work: &work) == true
    }

    /// Whether a policy would hold if these resources recovered; `nil` where the budget does not
    /// suffice to tell.
    func holds(_ name: String, recovered slots: [Int], work: inout Int) -> Bool? {
        guard let index = policies.firstIndex(where: { $0.policy.name == name }) else { return nil }
        var copy = supposing(recovered: slots)
        var touched = Set(slots)
        for slot in slots { touched.formUnion(copy.inventory.guests(of: slot)) }
        return copy.holds(
            name,
            deciding: touched.intersection(copy.mattering(to: index)),
            [],
            work: &work
        )
    }

    /// The slots that are decided with a policy or read by what is, and all that they need: how
    /// other slots fare changes nothing for it.
    private func mattering(to policy: Int) -> Set<Int> {
        let parts = parts(touching: [], policies: [policy])
        var pending = parts.flatMap(\.slots)
        for index in Set(parts.flatMap(\.policies) + [policy]) {
            pending += policies[index].coupled
        }
        var found: Set<Int> = []
        while let slot = pending.popLast() {
            guard found.insert(slot).inserted else { continue }
            if let host = inventory.host(of: slot) { pending.append(host) }
            for index in needs[slot] { pending += dependencies[index].providers }
        }
        return found
    }

    private mutating func holds(
        _ name: String,
        deciding slots: Set<Int>,
        _ seeds: [Int],
        work: inout Int
    ) -> Bool? {
        guard work > 0 else { return nil }
        let index = policies.firstIndex { $0.policy.name == name }
        let decision = decide(
            slots: slots.sorted(),
            policies: seeds + (index.map { [$0] } ?? []),
            budget: Budget(work: work)
        )
        work -= decision.statistics.work
        guard let index, !decision.unproven.contains(index) else { return nil }
        return policies[index].isSatisfied
    }

    /// About how much work it is to ground everything anew.
    private var slotsAndMatches: Int {
        10 * (inventory.slotCount + policies.reduce(0) { $0 + 10 + $1.matched.count })
    }
}
