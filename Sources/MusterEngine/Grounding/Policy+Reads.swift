// What a grounded policy depends on besides its own meaning: the attributes of resources, and the
// places that explanations point at. When those change it is grounded anew.

import MusterModel
import MusterPolicy

extension Policy {
    /// Whether the grounding of the policy depends on this resource's attributes or existence.
    ///
    /// `fits` reads the capacity of hosts, which no selector names, so it concerns all resources.
    func reads(_ resource: Resource) -> Bool {
        selectors.contains { $0.matches(resource) }
            || changes.contains { $0.selector.matches(resource) }
            || resources.contains(resource.id)
            || conditions.contains(where: \.readsHosts)
    }

    /// Whether the conditions stand in the same places as those of an equal policy.
    func stands(as equal: Policy) -> Bool {
        zip(conditions, equal.conditions).allSatisfy { $0.stands(as: $1) }
    }

    private var conditions: [Condition] { (require.map { [$0] } ?? []) + prefer.map(\.condition) }
}

extension Condition {
    fileprivate func stands(as equal: Condition) -> Bool {
        span == equal.span && zip(parts, equal.parts).allSatisfy { $0.stands(as: $1) }
    }

    fileprivate var readsHosts: Bool {
        var found = false
        walk { if case .fits = $0.form { found = true } }
        return found
    }
}
