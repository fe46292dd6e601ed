// A policy's requirement as a tree with what holds of it: what is needed and what there is, at
// every condition, in the user's own words.

import MusterModel
import MusterPolicy

/// A condition, whether it holds, and the conditions within it.
public struct ConditionTree: Hashable, Sendable {
    /// The condition in words; of one that joins others, only how it joins them.
    public var text: String
    /// Where it was written, `file:line:column`, when known.
    public var place: String?
    /// Whether it holds in the implemented configuration.
    public var holds: Bool
    /// What it needs, in numbers; empty where it joins others.
    public var needs: String
    /// What there is; empty where it joins others.
    public var has: String
    /// How far it is from holding (contract, section 5).
    public var shortfall: Int
    /// The conditions that it joins, in the order written.
    public var children: [ConditionTree]
}

extension Situation {
    /// What a policy requires, as a tree; `nil` where it requires nothing.
    ///
    /// - Complexity: O(size of the policy × what it reads).
    func tree(of ground: GroundPolicy) -> ConditionTree? {
        guard let written = ground.policy.require, let require = ground.require else { return nil }
        return tree(written, require, of: ground, label: "")
    }

    /// What a policy prefers, as trees.
    func preferences(of ground: GroundPolicy) -> [(tree: ConditionTree, weight: Int)] {
        zip(ground.policy.prefer, ground.prefer).map { written, preference in
            (
                tree(written.condition, preference.condition, of: ground, label: ""),
                preference.weight
            )
        }
    }

    private func tree(
        _ written: Condition,
        _ condition: GroundCondition,
        of policy: GroundPolicy,
        label: String
    ) -> ConditionTree {
        let children = children(written, condition, of: policy)
        let scope = scope(of: condition, in: written)
        var node = ConditionTree(
            text: label + written.joint + scope,
            place: written.span.source.isEmpty ? nil : written.span.description,
            holds: condition.holds(policy.quantities),
            needs: "",
            has: "",
            shortfall: condition.shortfall(policy.quantities),
            children: children
        )
        if case .leaf(let leaf) = condition {
            node.needs = leaf.needs(policy.quantities)
            node.has = has(leaf, of: policy)
        }
        return node
    }

    private func children(
        _ written: Condition,
        _ condition: GroundCondition,
        of policy: GroundPolicy
    ) -> [ConditionTree] {
        func each(_ ground: [GroundCondition]) -> [ConditionTree] {
            zip(written.parts, ground).map { tree($0, $1, of: policy, label: "") }
        }
        switch (written.form, condition) {
        case (.forEach(_, _, let part), .and(let ground)):
            return ground.map { tree(part, $0, of: policy, label: "") }
        case (_, .and(let ground)), (_, .or(let ground)), (_, .nor(let ground)),
            (_, .nand(let ground)), (_, .xor(let ground)), (_, .threshold(_, let ground)):
            return each(ground)
        case (_, .not(let ground)): return each([ground])
        case (_, .implication(let premise, let then, let otherwise)):
            let ground = [premise, then] + (otherwise.map { [$0] } ?? [])
            return zip(zip(written.parts, ground), ["if ", "then ", "else "]).map { pair, label in
                tree(pair.0, pair.1, of: policy, label: label)
            }
        case (_, .fits(let leaves)):
            return leaves.map { leaf in
                let value = policy.quantities[leaf.quantity].value
                let isKept = leaf.shortfall(policy.quantities) == 0
                return ConditionTree(
                    text: "\(leaf.scope): \(leaf.needs(policy.quantities))",
                    holds: isKept,
                    needs: leaf.needs(policy.quantities),
                    has: "\(value) used",
                    shortfall: leaf.shortfall(policy.quantities),
                    children: []
                )
            }
        case (_, .leaf): return []
        }
    }

    /// What `forEach` narrowed a condition to, in words.
    private func scope(of condition: GroundCondition, in written: Condition) -> String {
        switch condition {
        case .fits: return ""
        default: break
        }
        if case .forEach = written.form { return "" }
        guard let scope = condition.leaves.first?.scope, !scope.isEmpty else { return "" }
        return " for \(scope)"
    }
}

extension Condition {
    /// How it joins what is within it; the whole of it where it joins nothing.
    fileprivate var joint: String {
        switch form {
        case .and: "all of"
        case .or: "any of"
        case .nor: "none of"
        case .nand: "not all of"
        case .xor: "an odd number of"
        case .not: "not"
        case .implication(_, _, let otherwise):
            otherwise == nil ? "if, then" : "if, then, else"
        case .threshold(let comparisons, _):
            comparisons.map(\.summary).joined(separator: " and ") + " of"
        case .forEach(let attribute, let selector, _):
            "for each \(attribute) of \(selector.summary)"
        case .comparison, .resource, .fits: summary
        }
    }
}
