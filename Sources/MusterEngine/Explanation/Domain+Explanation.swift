// Answers for people who ask: why a policy does or does not hold, and why one resource was chosen
// and not another.

public import MusterModel
import MusterPolicy
import MusterSolver

extension Domain {
    /// A policy, what holds of it, and where it does not hold, why and what would help.
    public struct PolicyExplanation: Sendable {
        /// Its name.
        public let name: String
        /// Its priority.
        public let priority: Int
        /// Whether it may command.
        public let isEnforced: Bool
        /// Whether its resources come as close as possible where it cannot hold.
        public let isBestEffort: Bool
        /// Whether it holds in the implemented configuration.
        public let isSatisfied: Bool
        /// How far it is from holding (contract, section 5).
        public let shortfall: Int
        /// What it requires, condition by condition; `nil` where it only prefers.
        public let tree: ConditionTree?
        /// Why it does not hold, in a few words; empty where it does.
        public let summary: String
        /// Conditions that cannot hold together; empty where it holds.
        public let reasons: [Notice.Reason]
        /// Whether it could hold later; `nil` where it holds, or where that was not found out.
        public let outlook: Notice.Outlook?
        /// Changes that would help, each verified.
        public let suggestions: [Notice.Suggestion]
        /// What it prefers, each with its weight.
        public let preferences: [(tree: ConditionTree, weight: Int)]
    }

    /// The names of the policies in force, in order.
    public var policyNames: [String] { situation.policies.map(\.policy.name) }

    /// The names of the registered resources, in order.
    public var resourceNames: [String] { situation.inventory.slots.keys.sorted().map(\.name) }

    /// Explains a policy as it stands after the last decision.
    ///
    /// - Parameters:
    ///   - policy: Its name.
    ///   - isBrief: Whether the reasons and the first suggestion suffice.
    ///   - work: The work that it may take, in the solver's units; the default is what a notice may
    ///     take.
    /// - Returns: `nil` where no policy of that name is in force.
    /// - Complexity: O(size of the policy × what it reads) where it holds, else bounded by `work`.
    public func explanation(
        of policy: String,
        isBrief: Bool = false,
        work: Int? = nil
    ) -> PolicyExplanation? {
        guard let index = situation.policies.firstIndex(where: { $0.policy.name == policy })
        else { return nil }
        let ground = situation.policies[index]
        var left = work ?? Situation.explanationWork
        let explanation: Explanation =
            if ground.isSatisfied {
                Explanation(summary: "")
            } else if ground.isEnforced {
                situation.explain(index, isBrief: isBrief, work: &left)
            } else {
                situation.describe(index)
            }
        return PolicyExplanation(
            name: policy,
            priority: ground.policy.priority,
            isEnforced: ground.isEnforced,
            isBestEffort: ground.policy.whenUnsatisfiable == .bestEffort,
            isSatisfied: ground.isSatisfied,
            shortfall: ground.shortfall,
            tree: situation.tree(of: ground),
            summary: explanation.summary,
            reasons: explanation.reasons,
            outlook: explanation.outlook,
            suggestions: explanation.suggestions,
            preferences: situation.preferences(of: ground)
        )
    }

    /// Decides the part of a policy anew from nothing: what explaining it is measured against.
    package mutating func decideAnew(_ policy: String) {
        guard let index = situation.policies.firstIndex(where: { $0.policy.name == policy })
        else { return }
        _ = situation.decide(
            slots: [],
            policies: [index],
            budget: Budget(work: options.solveWork)
        )
    }
}
