// Questions about a domain are put to the same conditions as decisions, over states that are only
// supposed: slots that may have other states than the rules leave them, and other numbers.

import MusterPolicy
import MusterSolver

/// What is asked about where it is not what holds.
struct Supposition: Sendable {
    /// A number that a user wrote: a bound of a condition of a policy.
    struct Number: Hashable, Sendable {
        let policy: String
        let condition: Condition
        let place: SourceSpan
        /// Which of the condition's comparisons.
        let comparison: Int
    }

    /// Whether a slot is online, as a sum that is 0 or 1.
    var online: [Int: LinearSum] = [:]
    /// Whether a slot is usable, as a sum that is 0 or 1.
    var usable: [Int: LinearSum] = [:]
    /// What is added to a number.
    var shifts: [Number: LinearSum] = [:]

    /// Whether everything is as it holds.
    var isEmpty: Bool { online.isEmpty && usable.isEmpty && shifts.isEmpty }

    /// What is added to the number that a bound of a leaf was written as; `nil` where nothing is.
    func shift(
        of leaf: GroundCondition.Leaf,
        bound: Int,
        in policy: GroundPolicy
    ) -> LinearSum? {
        guard !shifts.isEmpty, let comparison = leaf.comparison(ofBound: bound) else { return nil }
        return shifts[
            Number(
                policy: policy.policy.name,
                condition: leaf.condition,
                place: leaf.condition.span,
                comparison: comparison
            )
        ]
    }
}

extension GroundCondition.Leaf {
    /// The comparisons that its bounds were written as; none for what has no numbers of its own.
    var comparisons: [Comparison] {
        if case .comparison(_, let comparisons) = condition.form { comparisons } else { [] }
    }

    /// Which comparison a bound belongs to: `exactly` makes two bounds, every other one makes one.
    func comparison(ofBound bound: Int) -> Int? {
        var next = 0
        for (index, comparison) in comparisons.enumerated() {
            next += comparison.relation == .exactly ? 2 : 1
            if bound < next { return index }
        }
        return nil
    }
}
