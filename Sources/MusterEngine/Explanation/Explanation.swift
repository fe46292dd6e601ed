// Why a policy does not hold: what cannot hold together, what there is of what is needed, whether
// that may change by itself, and what people could change.

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
    var suggestions: [Notice.Suggestion] = []
    /// What cannot hold together; empty where that was not found out.
    var core: [Element] = []
}

extension Situation {
    /// The work that the explanation of one policy may take, in the solver's units: some 30 ms.
    static var explanationWork: Int { 4_000_000 }

    /// Explains why a policy does not hold.
    ///
    /// - Parameters:
    ///   - policy: Its index.
    ///   - isBrief: Whether the reasons and the first suggestion suffice.
    ///   - work: What is left to be spent, in the solver's units; what was spent is taken off.
    ///     Where it does not suffice, less is said, and nothing that is not so.
    /// - Returns: what contradicts itself, what may change by itself, and what would help.
    func explain(_ policy: Int, isBrief: Bool = false, work: inout Int) -> Explanation {
        let allowance = min(work, Self.explanationWork)
        var explainer = Explainer(self, policy: policy, work: allowance)
        defer { work -= allowance - explainer.work }
        guard let core = explainer.contradiction() else { return describe(policy) }
        var explanation = Explanation(
            summary: summary(of: core, policy: policy),
            reasons: reasons(of: core),
            core: core
        )
        let rivals = explainer.opponents(in: core)
        if isBrief, let first = explainer.firstRelaxation(including: rivals) {
            explanation.suggestions = [first]
            return explanation
        }
        explanation.outlook = explainer.outlook(including: rivals)
        explanation.suggestions = explainer.suggestions(for: core, explanation.outlook)
        return explanation
    }

    /// Says what a policy is short of, without asking what contradicts it.
    func describe(_ policy: Int) -> Explanation {
        let short = policies[policy].demands.indices.filter {
            !policies[policy].demands[$0].holds(policies[policy].quantities)
        }.map { Element.condition(policy: policy, $0) }
        return Explanation(
            summary: summary(of: Array(short.prefix(2)), policy: policy),
            reasons: Array(reasons(of: short).prefix(10))
        )
    }
}

extension Explainer {
    /// A minimal set of elements that cannot hold together; `nil` where they can, or where the
    /// budget does not tell.
    fileprivate mutating func contradiction() -> [Element]? {
        let ground = ground
        spend(ground.quantities.reduce(0) { $0 + $1.terms.count })
        // One that fails by what is usable says most, and saves the search.
        if let index = ground.demands.firstIndex(where: {
            situation.isHopeless($0, of: ground)
        }) {
            return [.condition(policy: policy, index)]
        }
        var question = Question(situation)
        let own = question.includeConjuncts(of: policy)
        guard case .impossible = settle(&question, own) else { return nil }
        return core(&question, own: own)
    }
}
