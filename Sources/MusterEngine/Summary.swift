// The state of a domain's decision in one value, for whoever shows it.

public import MusterModel
import MusterPolicy

extension Domain {
    /// What is decided and what is left to do.
    public struct Summary: Sendable {
        /// One policy and whether it holds in the implemented configuration.
        public struct PolicyState: Sendable {
            /// Its name.
            public let name: String
            /// Whether it holds.
            public let isSatisfied: Bool
            /// Whether it may command.
            public let isEnforced: Bool
        }

        /// One change of the plan that is not confirmed.
        public struct PlannedChange: Sendable {
            /// The stage, from 1.
            public let stage: Int
            /// Who changes.
            public let resource: ResourceID
            /// The state it shall have.
            public let target: Placement
            /// The policies for whose sake, in order of name.
            public let policies: [String]
        }

        /// Changes that guards do not allow for now.
        public struct WithheldPlan: Sendable {
            /// The number of the plan that people may answer; `nil` for an improvement.
            public let plan: Int?
            /// Why it is not carried out.
            public let reason: String
            /// What it would change, in order of name.
            public let changes: [(resource: ResourceID, target: Placement)]
        }

        /// Whether every enforced policy holds.
        public var isSatisfied: Bool { objective.unsatisfied.isEmpty }
        /// Whether the choice is proven best.
        public let isOptimal: Bool
        /// How good the choice is.
        public let objective: Objective
        /// What no choice is better than, as far as that is known; `nil` where it is proven best.
        public let bound: Objective.Bound?
        /// The implemented configuration: every managed resource, in order of name.
        public let desired: [(resource: ResourceID, placement: Placement)]
        /// Every policy, in order of name.
        public let policies: [PolicyState]
        /// What is left of the plan, in order.
        public let changes: [PlannedChange]
        /// What guards hold back or skip, the plan that waits for an answer among it.
        public let withheld: [WithheldPlan]
        /// The number of registered resources.
        public let registered: Int
        /// The number of usable resources.
        public let usable: Int
    }

    /// The number of registered resources.
    public var resourceCount: Int { situation.inventory.slots.count }

    /// What is decided and what is left to do.
    ///
    /// - Complexity: O(resources + leaves of all policies).
    public var summary: Summary {
        let inventory = situation.inventory
        let objective = situation.objective
        let slots = inventory.slots.sorted { $0.key < $1.key }
        return Summary(
            isOptimal: unproven.isEmpty,
            objective: objective,
            bound: bound(of: objective),
            desired: slots.filter { _, slot in
                slot < situation.isManaged.count && situation.isManaged[slot]
            }.map { id, slot in
                (id, situation.isOnline[slot] ? .online : .offline)
            },
            policies: situation.policies.map {
                .init(
                    name: $0.policy.name,
                    isSatisfied: $0.isSatisfied,
                    isEnforced: $0.isEnforced
                )
            },
            changes: execution.openStages.flatMap { number, items in
                items.map {
                    .init(
                        stage: number,
                        resource: $0.resource,
                        target: $0.target,
                        policies: $0.policies
                    )
                }
            },
            withheld: restraints.withheld.filter { $0.status != .dropped }.map { entry in
                .init(
                    plan: entry.plan > 0 ? entry.plan : nil,
                    reason: entry.reason,
                    changes: entry.changes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
                )
            },
            registered: slots.count,
            usable: slots.count { inventory.isUsable[$0.value] }
        )
    }
}
