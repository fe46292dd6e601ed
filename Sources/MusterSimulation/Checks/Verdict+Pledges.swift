// What must not get worse on the way to a choice: the bounds of which a requirement is made.

import MusterPolicy

/// One of the conditions of which all must hold for a requirement to hold.
struct Pledge {
    let verdict: Verdict
    /// Whether it is an upper bound, or made of nothing else.
    let isUpper: Bool

    fileprivate init(_ verdict: Verdict) {
        self.verdict = verdict
        isUpper = verdict.isUpper(isNegated: false)
    }
}

extension Verdict {
    /// The bounds of which all must hold for it to hold, a lower and an upper one told apart.
    func pledges(isNegated: Bool = false) -> [Pledge] {
        func each(_ parts: [Verdict], isNegated: Bool) -> [Pledge] {
            parts.flatMap { $0.pledges(isNegated: isNegated) }
        }
        switch (self, isNegated) {
        // Of a single part, any connective is that part or its negation.
        case (.all(let parts), _) where !isNegated || parts.count == 1,
            (.forEach(let parts), _) where !isNegated || parts.count == 1,
            (.any(let parts), _) where isNegated || parts.count == 1:
            return each(parts, isNegated: isNegated)
        case (.none(let parts), _) where !isNegated || parts.count == 1,
            (.notAll(let parts), _) where isNegated || parts.count == 1:
            return each(parts, isNegated: !isNegated)
        case (.implication(let premise, let then, let otherwise), false):
            let first = Verdict.any([.none([premise]), then])
            let second = otherwise.map { Verdict.any([premise, $0]) }
            return [Pledge(first)] + (second.map { [Pledge($0)] } ?? [])
        case (.fits(let hosts), false): return hosts.map { Pledge(.fits([$0])) }
        case (.comparison(let amount, let bounds), false):
            return bounds.flatMap { relation, limit in
                let sides: [Comparison.Relation] =
                    relation == .exactly ? [.atLeast, .atMost] : [relation]
                return sides.map { Pledge(.comparison(amount, [($0, limit)])) }
            }
        case (.comparison(let amount, let bounds), true)
        where bounds.count == 1 && bounds[0].0 != .exactly:
            return [Pledge(.comparison(amount, [(bounds[0].0.opposite, bounds[0].1)]))]
        case (_, false): return [Pledge(self)]
        case (_, true): return [Pledge(.none([self]))]
        }
    }

    fileprivate func isUpper(isNegated: Bool) -> Bool {
        func all(_ parts: [Verdict], isNegated: Bool) -> Bool {
            parts.allSatisfy { $0.isUpper(isNegated: isNegated) }
        }
        switch self {
        case .all(let parts), .any(let parts), .forEach(let parts):
            return all(parts, isNegated: isNegated)
        case .none(let parts), .notAll(let parts): return all(parts, isNegated: !isNegated)
        case .implication(let premise, let then, let otherwise):
            return otherwise == nil && premise.isUpper(isNegated: !isNegated)
                && then.isUpper(isNegated: isNegated)
        case .odd: return false
        case .resource: return isNegated
        case .fits: return !isNegated
        case .threshold(let bounds, let parts):
            let nobody = State(online: 0, usable: 0)
            let counts = (0...parts.count).filter { count in
                bounds.allSatisfy { Self.miss($0, count, nobody) == 0 }
            }
            guard let least = counts.first, let most = counts.last else { return false }
            // Where only one end of the range matters, more that hold help, or fewer.
            if most == parts.count { return all(parts, isNegated: isNegated) }
            return least == 0 && all(parts, isNegated: !isNegated)
        case .comparison(_, let bounds):
            guard isNegated else {
                return bounds.allSatisfy { $0.0 == .atMost || $0.0 == .lessThan }
            }
            return bounds.count == 1
                && (bounds[0].0 == .atLeast || bounds[0].0 == .greaterThan)
        }
    }
}

extension Comparison.Relation {
    /// What holds where this does not; `exactly` has no such relation.
    fileprivate var opposite: Self {
        switch self {
        case .atLeast: .lessThan
        case .atMost: .greaterThan
        case .greaterThan: .atMost
        case .lessThan: .atLeast
        case .exactly: .exactly
        }
    }
}
