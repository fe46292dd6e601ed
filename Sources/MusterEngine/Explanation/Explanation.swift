// Why a policy does not hold: a minimal set of conditions that cannot hold together, found by
// leaving out one after the other as long as the rest stays impossible (a deletion filter; Chinneck
// and Dravnieks, "Locating Minimal Infeasible Constraint Sets in Linear Programs", 1991).

import MusterModel
import MusterPolicy
import MusterSolver

/// Why a policy does not hold, and what would help.
struct Explanation: Sendable {
    /// In a few words.
    var summary: String
    /// Conditions that cannot hold together.
    var reasons: [Notice.Reason] = []
    /// Whether it could hold later; `nil` when that was not found out.
    var outlook: Notice.Outlook?
    /// Changes that would help, each verified by solving.
    var suggestions: [String] = []
}

/// A condition of one policy, and which of its conjuncts.
struct Demand: Sendable {
    let policy: Int
    let condition: GroundCondition
}

extension Situation {
    /// Says what a policy is short of, without asking what contradicts it.
    func describe(_ policy: Int) -> Explanation {
        guard let require = policies[policy].require else { return Explanation(summary: "") }
        let short = require.explainable.map { Demand(policy: policy, condition: $0) }
            .filter { !$0.condition.holds(policies[policy].quantities) }
        return Explanation(
            summary: summary(of: Array(short.prefix(2)), policy: policy),
            reasons: short.prefix(10).flatMap { reasons(for: $0) }
        )
    }

    /// Explains why a policy does not hold.
    ///
    /// - Complexity: a bounded number of solves of the policy's part, each with a small budget.
    func explain(_ policy: Int) -> Explanation {
        guard let require = policies[policy].require else { return Explanation(summary: "") }
        let wanted = require.explainable.map { Demand(policy: policy, condition: $0) }
        var probe = Probe(self, policy: policy)
        let core: [Demand]
        switch probe.check(wanted) {
        case .impossible:
            core = probe.shrink(wanted, keeping: [])
        case .possible:
            let rivals = rivals(of: policy, in: probe.part)
            guard probe.check(wanted + rivals) == .impossible else {
                return describe(policy)
            }
            let others = probe.shrink(rivals, keeping: wanted)
            core = probe.shrink(wanted, keeping: others) + others
        case .unknown:
            return describe(policy)
        }
        var explanation = Explanation(summary: "", reasons: core.flatMap { reasons(for: $0) })
        explanation.outlook = probe.outlook(of: core)
        explanation.suggestions =
            probe.suggestions(for: core, policy: policy)
            + recoveryAdvice(explanation.outlook)
        explanation.summary = summary(of: core, policy: policy)
        return explanation
    }

    /// The enforced policies of the part that hold and may not be given up for this one: the
    /// highest priority first, so that shrinking gives up the lowest first.
    private func rivals(of policy: Int, in part: Part) -> [Demand] {
        let priority = policies[policy].policy.priority
        return part.policies
            .filter { index in
                index != policy && policies[index].isEnforced && policies[index].isSatisfied
                    && policies[index].policy.priority >= priority
            }
            .sorted { policies[$0].policy.priority > policies[$1].policy.priority }
            .compactMap { index in
                policies[index].require.map { Demand(policy: index, condition: $0) }
            }
    }

    private func recoveryAdvice(_ outlook: Notice.Outlook?) -> [String] {
        guard case .recovery(let resources) = outlook, !resources.isEmpty else { return [] }
        return ["recover \(resources.map(\.name).joined(separator: ", "))"]
    }

    private func summary(of core: [Demand], policy: Int) -> String {
        let own = core.filter { $0.policy == policy }.flatMap { reasons(for: $0) }
        let others = Set(core.map(\.policy)).subtracting([policy]).sorted()
        let named = own.prefix(2).map { "\($0.condition) (\($0.has))" }
        var text = named.isEmpty ? "its conditions" : named.joined(separator: ", or ")
        if own.count > 2 { text += ", or \(own.count - 2) more" }
        guard !others.isEmpty else { return text }
        let names = others.map { policies[$0].policy.name }.joined(separator: ", ")
        return "\(text) contradicts \(names)"
    }

    // MARK: Words

    /// A condition with what it needs and what there is; each alternative of an `or` for itself.
    private func reasons(for demand: Demand) -> [Notice.Reason] {
        guard case .or(let alternatives) = demand.condition else { return [reason(for: demand)] }
        return alternatives.flatMap { alternative -> [Notice.Reason] in
            let quantities = policies[demand.policy].quantities
            let missing = alternative.explainable.filter { !$0.holds(quantities) }
            return missing.prefix(3).flatMap {
                reasons(for: Demand(policy: demand.policy, condition: $0))
            }
        }
    }

    /// A condition with what it needs and what there is.
    private func reason(for demand: Demand) -> Notice.Reason {
        let ground = policies[demand.policy]
        let place = demand.condition.place ?? ground.policy.require?.span
        return Notice.Reason(
            source: "policy \(ground.policy.name)",
            condition: demand.condition.words ?? ground.policy.require?.summary ?? "",
            place: place.flatMap { $0.source.isEmpty ? nil : $0.description },
            needs: demand.condition.needs(ground.quantities),
            has: has(demand.condition, of: ground)
        )
    }

    private func has(_ condition: GroundCondition, of ground: GroundPolicy) -> String {
        guard let leaf = condition.firstLeaf else { return "" }
        let quantity = ground.quantities[leaf.quantity]
        let counts = quantity.counts
        var text = "\(counts.online) online, \(counts.usable) usable of \(counts.registered)"
        let idle = quantity.terms.map(\.slot).filter { slot in
            !inventory.isUsable[slot] || isDrained[slot] || isCordoned[slot] && !isOnline[slot]
        }
        let named = inventory.first(4, of: idle).map { slot in
            if let reason = inventory.reasonUnusable(slot) {
                return "\(inventory[slot].id) \(reason)"
            }
            return "\(inventory[slot].id) \(isDrained[slot] ? "drained" : "cordoned")"
        }
        if !named.isEmpty {
            text += "; \(named.prefix(3).joined(separator: ", "))"
            if named.count > 3 { text += " and more" }
        }
        return text
    }
}

extension GroundCondition {
    /// The conditions of which all must hold for this one to hold.
    fileprivate var explainable: [GroundCondition] {
        switch self {
        case .and(let conditions): conditions.flatMap(\.explainable)
        case .fits(let leaves): leaves.map { .leaf($0) }
        default: [self]
        }
    }

    /// The first bound on a quantity within.
    fileprivate var firstLeaf: Leaf? {
        switch self {
        case .leaf(let leaf): leaf
        case .fits(let leaves): leaves.first
        case .and(let all), .or(let all), .nor(let all), .nand(let all), .xor(let all),
            .threshold(_, let all):
            all.lazy.compactMap(\.firstLeaf).first
        case .not(let condition): condition.firstLeaf
        case .implication(_, let then, _): then.firstLeaf
        }
    }

    fileprivate var place: SourceSpan? { firstLeaf?.condition.span }

    /// The condition as it was written, in words, where it is a single bound.
    fileprivate var words: String? {
        guard case .leaf(let leaf) = self else { return nil }
        let scope = leaf.scope.isEmpty ? "" : " for \(leaf.scope)"
        return leaf.condition.summary + scope
    }

    /// What it needs, in numbers.
    fileprivate func needs(_ quantities: [GroundQuantity]) -> String {
        guard case .leaf(let leaf) = self else { return "" }
        return leaf.bounds.map { bound in
            let other =
                bound.other.map {
                    $0.factor.saturatingMultiply(quantities[$0.quantity].value)
                } ?? 0
            let limit = bound.constant.saturatingAdd(other)
            return bound.sign > 0
                ? "at least \(limit.saturatingNegation)" : "at most \(limit)"
        }.joined(separator: " and ")
    }
}
