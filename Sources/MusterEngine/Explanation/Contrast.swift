// Why this one and not that one: the other choice is forced, everything else is decided as well as
// that allows, and what comes out is compared with what was decided.

public import MusterModel
import MusterPolicy
import MusterSolver

extension Domain {
    /// What another choice for one or two resources would lead to.
    public struct Contrast: Sendable {
        /// What speaks against the other choice.
        public enum Verdict: String, Sendable {
            /// It is the one that was made.
            case chosen
            /// Rules leave no other: usability, maintenance, hosts, dependencies, management.
            case forbidden
            /// More policies would not hold.
            case policies
            /// Policies that do not hold would be further from it.
            case shortfall
            /// It would cost more.
            case cost
            /// It would be as good; the fixed order decides among equals.
            case tie
            /// It would be better: the decision is not proven best.
            case better
            /// The budget did not tell.
            case unknown
        }

        /// What speaks against it.
        public var verdict: Verdict
        /// The answer in one sentence.
        public var summary: String
        /// How good what was decided is.
        public var objective: Objective?
        /// How good the other choice would be at best.
        public var alternative: Objective?
        /// Policies that would no longer hold, in order of name.
        public var lost: [String] = []
        /// Policies that would hold instead, in order of name.
        public var gained: [String] = []
        /// What else would be decided otherwise, in order of name.
        public var consequences: [(resource: ResourceID, placement: Placement)] = []
    }

    /// Says why a resource is not in the other state, or why one is chosen in place of another.
    ///
    /// - Parameters:
    ///   - resource: The resource whose state is asked about; `nil` where only `other` is.
    ///   - other: The resource that might have been online, or offline, in its place.
    /// - Returns: `nil` where one of them is not registered.
    public func contrast(_ resource: ResourceID?, with other: ResourceID?) -> Contrast? {
        var slots: [Int] = []
        for id in [resource, other].compactMap(\.self) {
            guard let slot = situation.inventory.slots[id] else { return nil }
            slots.append(slot)
        }
        return situation.contrast(
            slots,
            asksWhyOffline: resource == nil,
            budget: Budget(work: options.solveWork)
        )
    }
}

extension Situation {
    fileprivate typealias Contrast = Domain.Contrast

    fileprivate func contrast(
        _ slots: [Int],
        asksWhyOffline: Bool,
        budget: Budget
    ) -> Contrast? {
        guard let first = slots.first else { return nil }
        if asksWhyOffline, isOnline[first] {
            return Contrast(verdict: .chosen, summary: "\(inventory[first].id) is online")
        }
        var forced: [(slot: Int, isOnline: Bool)] = [(first, !isOnline[first])]
        if slots.count > 1 {
            guard isOnline[slots[1]] != isOnline[first] else {
                let state = isOnline[first] ? "online" : "offline"
                return Contrast(
                    verdict: .chosen,
                    summary:
                        "\(inventory[first].id) and \(inventory[slots[1]].id) are both \(state)"
                )
            }
            forced.append((slots[1], isOnline[first]))
        }
        for (slot, isOnline) in forced {
            if let reason = obstacle(to: slot, being: isOnline) {
                return Contrast(verdict: .forbidden, summary: reason)
            }
        }
        guard let other = deciding(forced, budget: budget) else {
            return Contrast(verdict: .unknown, summary: "the budget of the search did not tell")
        }
        return compare(other, forced)
    }

    /// Why rules leave a slot no such state; `nil` where it is open.
    private func obstacle(to slot: Int, being isOnline: Bool) -> String? {
        let id = inventory[slot].id
        if let reason = inventory.reasonUnusable(slot) {
            return "\(id) cannot be online: \(reason)"
        }
        let current = isCurrentlyOnline(slot) ? "online" : "offline"
        guard isManaged[slot] else {
            let entry = rules.maintenance.first {
                $0.effect == .ignore && $0.selector.matches(inventory[slot])
            }
            return entry.map {
                "\(id) stays \(current): maintenance \($0.name) takes it out of management"
            }
                ?? "\(id) stays \(current): no enforced policy speaks of it, so it is not managed"
        }
        guard case .fixed(let value) = fixing(slot), value != isOnline else { return nil }
        if value {
            return isProtected(slot)
                ? "\(id) must stay online: it carries what is not managed"
                : "\(id) stays online: it is so now, costs nothing, and nothing asks otherwise"
        }
        return "\(id) cannot be online: \(obstacle(belowOrAt: slot, depth: 0))"
    }

    /// Why a usable managed slot must be off, in a few words.
    private func obstacle(belowOrAt slot: Int, depth: Int) -> String {
        if isDrained[slot] || isCordoned[slot] && !isCurrentlyOnline(slot) {
            let entry = rules.maintenance.first { entry in
                (entry.effect == .drain || entry.effect == .cordon && !isCurrentlyOnline(slot))
                    && entry.selector.matches(inventory[slot])
            }
            if let entry {
                let what = entry.effect == .drain ? "drains" : "cordons"
                return "maintenance \(entry.name) \(what) \(inventory[slot].id)"
            }
        }
        for index in needs[slot] {
            let dependency = dependencies[index]
            let possible = dependency.providers.count {
                inventory.isUsable[$0] && fixing($0) != .fixed(false)
            }
            if possible < dependency.need.atLeast {
                return "service group \(dependency.group) needs at least "
                    + "\(dependency.need.atLeast) online of group \(dependency.need.group), and "
                    + "\(possible) can be"
            }
        }
        if let host = inventory.host(of: slot), depth < 32, fixing(host) == .fixed(false) {
            if !isManaged[host] {
                return "its host \(inventory[host].id) is offline and not managed"
            }
            let reason = obstacle(belowOrAt: host, depth: depth + 1)
            return "its host \(inventory[host].id) must be off: \(reason)"
        }
        return "what it depends on cannot be online"
    }

    /// The best decision in which these slots have these states; `nil` where the budget did not
    /// tell.
    private func deciding(
        _ forced: [(slot: Int, isOnline: Bool)],
        budget: Budget
    ) -> (situation: Situation, isPossible: Bool)? {
        var copy = self
        for part in parts(touching: forced.map(\.slot), policies: []) {
            guard !part.slots.isEmpty else { continue }
            var lowering = Lowering(self, part)
            lowering.decide()
            for (slot, isOnline) in forced { lowering.force(slot, isOnline) }
            switch Solver(budget: budget).solve(lowering.problem) {
            case .unknown: return nil
            case .infeasible: return (copy, false)
            case .solved(let solution):
                for (slot, isOnline) in lowering.states(in: solution) {
                    copy.setOnline(slot, isOnline)
                }
            }
        }
        return (copy, true)
    }

    private func compare(
        _ other: (situation: Situation, isPossible: Bool),
        _ forced: [(slot: Int, isOnline: Bool)]
    ) -> Contrast {
        let wish = forced.map {
            "\(inventory[$0.slot].id) \($0.isOnline ? "online" : "offline")"
        }.joined(separator: " and ")
        guard other.isPossible else {
            return Contrast(
                verdict: .forbidden,
                summary: "with \(wish), hosts and dependencies leave no choice"
            )
        }
        let (now, then) = (objective, other.situation.objective)
        var contrast = Contrast(verdict: .tie, summary: "", objective: now, alternative: then)
        for (before, after) in zip(policies, other.situation.policies) where before.isEnforced {
            if before.isSatisfied, !after.isSatisfied { contrast.lost.append(before.policy.name) }
            if !before.isSatisfied, after.isSatisfied { contrast.gained.append(after.policy.name) }
        }
        let settled = Set(forced.map(\.slot))
        contrast.consequences = inventory.ordered(
            inventory.registered.filter {
                !settled.contains($0) && isOnline[$0] != other.situation.isOnline[$0]
            }
        ).map { (inventory[$0].id, other.situation.isOnline[$0] ? .online : .offline) }
        (contrast.verdict, contrast.summary) = verdict(now, then, contrast, wish)
        return contrast
    }

    private func verdict(
        _ now: Objective,
        _ then: Objective,
        _ contrast: Contrast,
        _ wish: String
    ) -> (Contrast.Verdict, String) {
        let counts = { (objective: Objective) in
            Dictionary(
                uniqueKeysWithValues: objective.unsatisfied.map { ($0.priority, $0.policies.count) }
            )
        }
        if let (priority, isWorse) = difference(counts(now), counts(then)) {
            guard isWorse else { return (.better, "with \(wish), more policies would hold") }
            let lost = contrast.lost.isEmpty ? "more policies" : listed(contrast.lost, most: 4)
            return (
                .policies,
                "with \(wish), \(contrast.lost.count == 1 ? "policy" : "policies") \(lost) of "
                    + "priority \(priority) would not hold"
            )
        }
        let amounts = { (objective: Objective) in
            Dictionary(
                uniqueKeysWithValues: objective.shortfall.map { ($0.priority, $0.amount) }
            )
        }
        if let (priority, isWorse) = difference(amounts(now), amounts(then)) {
            let (before, after) = (
                amounts(now)[priority, default: 0], amounts(then)[priority, default: 0]
            )
            return (
                isWorse ? .shortfall : .better,
                "with \(wish), the shortfall of priority \(priority) would be \(after) "
                    + "instead of \(before)"
            )
        }
        guard now.cost != then.cost else {
            return (
                .tie,
                "with \(wish) it would be as good; of equals, what is so already stays, and then "
                    + "the first in order of name is taken"
            )
        }
        let parts = [
            ("changes", now.changes, then.changes),
            ("unmet preferences", now.preferences, then.preferences),
            ("running", now.running, then.running),
        ].filter { $0.1 != $0.2 }.map { name, before, after in
            "\(name) \(after > before ? "+" : "")\(after - before)"
        }
        return (
            then.cost > now.cost ? .cost : .better,
            "with \(wish), the cost would be \(then.cost) instead of \(now.cost) "
                + "(\(parts.joined(separator: ", ")))"
        )
    }

    /// The highest priority at which two levels differ, and whether the second is worse there.
    private func difference(
        _ now: [Int: Int],
        _ then: [Int: Int]
    ) -> (priority: Int, isWorse: Bool)? {
        for priority in Set(now.keys).union(then.keys).sorted(by: >) {
            let (before, after) = (now[priority, default: 0], then[priority, default: 0])
            if before != after { return (priority, after > before) }
        }
        return nil
    }
}
