// Which resources a condition or a policy speaks of: what decides on what is managed.

public import MusterModel

extension Condition {
    /// Every selector in it, those of operands too, in the order written.
    ///
    /// Selectors inside `forEach` are given as they are written, not narrowed to its values.
    ///
    /// - Complexity: O(size of the condition).
    public var selectors: [Selector] {
        var found: [Selector] = []
        walk { part in
            switch part.form {
            case .comparison(let quantity, let comparisons):
                found.append(quantity.selector)
                for case .quantity(let other, _, _) in comparisons.map(\.operand) {
                    found.append(other.selector)
                }
            case .forEach(_, let selector, _), .fits(_, let selector): found.append(selector)
            default: break
            }
        }
        return found
    }

    /// The resources that it names one by one, in the order written.
    ///
    /// - Complexity: O(size of the condition).
    public var resources: [ResourceID] {
        var found: [ResourceID] = []
        walk { part in
            if case .resource(let id, _) = part.form { found.append(id) }
        }
        return found
    }

    /// The conditions directly inside it, in the order written.
    public var parts: [Condition] {
        switch form {
        case .and(let parts), .or(let parts), .nor(let parts), .nand(let parts), .xor(let parts),
            .threshold(_, let parts):
            parts
        case .not(let part), .forEach(_, _, let part): [part]
        case .implication(let premise, let consequence, let alternative):
            [premise, consequence] + (alternative.map { [$0] } ?? [])
        case .comparison, .resource, .fits: []
        }
    }

    /// Visits it and every condition inside it, each before its parts.
    public func walk(_ visit: (Condition) -> Void) {
        visit(self)
        for part in parts { part.walk(visit) }
    }
}

extension Policy {
    /// Whether it is carried out, not only evaluated.
    public var isEnforced: Bool { mode == .enforce }

    /// Every selector in what it requires, prefers and minimizes, in that order. What makes
    /// changes costly is not among them: it does not decide on what is managed.
    public var selectors: [Selector] {
        (require?.selectors ?? []) + prefer.flatMap(\.condition.selectors)
            + minimize.map(\.quantity.selector)
    }

    /// The resources that it names one by one in what it requires and prefers.
    public var resources: [ResourceID] {
        (require?.resources ?? []) + prefer.flatMap(\.condition.resources)
    }
}
