// Whether one selector is within another, by what is written alone.

extension Selector {
    /// Whether everything that this one matches is certain to be matched by the other as well.
    ///
    /// - Returns: false also where it is so for reasons that the text does not show.
    /// - Complexity: O(size × size).
    func isWithin(_ other: Selector) -> Bool {
        other.requirements.allSatisfy { isBound(to: $0) }
    }

    /// Whether every match meets a requirement.
    private func isBound(to requirement: Requirement) -> Bool {
        if case .any(let choices) = requirement, choices.contains(where: { isWithin($0) }) {
            return true
        }
        return requirements.contains { own in
            guard case .any(let choices) = own else { return own.implies(requirement) }
            return !choices.isEmpty
                && choices.allSatisfy { $0.isBound(to: requirement) }
        }
    }
}

extension Selector.Requirement {
    fileprivate func implies(_ other: Selector.Requirement) -> Bool {
        switch (self, other) {
        case (.field(let field, let own), .field(let same, let patterns)) where field == same:
            own.allSatisfy { narrow in patterns.contains { narrow.isWithin($0) } }
        case (.label(let key, let own), .label(let same, let values)) where key == same:
            own.allSatisfy { values.contains($0) }
        case (.label(let key, let own), .labelNotIn(let same, let values)) where key == same:
            own.allSatisfy { !values.contains($0) }
        case (.label(let key, _), .labelExists(let same, let exists)): key == same && exists
        case (.labelNotIn(let key, let own), .labelNotIn(let same, let values)) where key == same:
            values.allSatisfy { own.contains($0) }
        case (.labelExists(let key, false), .labelNotIn(let same, _)): key == same
        case (.not(let own), .not(let selector)): selector.isWithin(own)
        default: self == other
        }
    }
}

extension Pattern {
    /// Whether every word that fits this pattern fits the other.
    fileprivate func isWithin(_ other: Pattern) -> Bool {
        text == other.text || other.text == "*" || isLiteral && other.matches(text)
    }
}
