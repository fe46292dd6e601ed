// Which policies a resource's attributes concern: those are grounded anew when they change.

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

    private var conditions: [Condition] { (require.map { [$0] } ?? []) + prefer.map(\.condition) }
}

extension Condition {
    fileprivate var readsHosts: Bool {
        var found = false
        walk { if case .fits = $0.form { found = true } }
        return found
    }
}
