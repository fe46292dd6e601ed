// A plan as one JSON document (contract, section 8).

import Foundation
import MusterEngine
import MusterModel

/// The document that `muster plan --output json` prints.
struct PlanDocument: Encodable {
    struct Objective: Encodable {
        struct Unsatisfied: Encodable {
            let priority: Int
            let policies: [String]
        }

        struct Shortfall: Encodable {
            let priority: Int
            let amount: Int
        }

        let unsatisfied: [Unsatisfied]
        let shortfall: [Shortfall]
        let cost: Int
    }

    /// What no choice is better than, where the choice is not proven best.
    struct Bound: Encodable {
        /// The first part of the objective that is not proven: `unsatisfied`, `shortfall`, `cost`.
        let of: String
        let priority: Int?
        let atLeast: Int

        init(_ bound: MusterEngine.Objective.Bound) {
            atLeast = bound.value
            switch bound.level {
            case .unsatisfied(let priority): (of, self.priority) = ("unsatisfied", priority)
            case .shortfall(let priority): (of, self.priority) = ("shortfall", priority)
            case .cost: (of, priority) = ("cost", nil)
            }
        }
    }

    struct CommandEntry: Encodable {
        let stage: Int
        let resource: String
        let action: String
        let policies: [String]
    }

    struct PolicyEntry: Encodable {
        let name: String
        let satisfied: Bool
        let mode: String
    }

    /// What guards hold back or skip.
    struct WithheldEntry: Encodable {
        struct Change: Encodable {
            let resource: String
            let action: String
        }

        let plan: Int?
        let reason: String
        let changes: [Change]
    }

    struct DomainEntry: Encodable {
        let domain: String
        let status: String
        let optimal: Bool
        let objective: Objective
        let bound: Bound?
        let desired: [String: String]
        let commands: [CommandEntry]
        let withheld: [WithheldEntry]
        let policies: [PolicyEntry]
        let unsatisfied: [Complaint]
        let conflicts: [Conflict]
    }

    /// Two enforced policies that can never hold together.
    struct Conflict: Encodable {
        let summary: String
        let explanation: [ReasonEntry]
    }

    /// Why a policy does not hold.
    struct Complaint: Encodable {
        let policy: String?
        let summary: String
        let outlook: String?
        let recovery: [String]?
        let explanation: [ReasonEntry]
        let suggestions: [String]
        let remedies: [RemedyEntry]
    }

    let domains: [DomainEntry]

    init(_ plans: [DomainPlan]) { domains = plans.map(Self.entry) }

    private static func entry(_ plan: DomainPlan) -> DomainEntry {
        let summary = plan.summary
        return DomainEntry(
            domain: plan.id.name,
            status: summary.isSatisfied ? "satisfied" : "unsatisfied",
            optimal: summary.isOptimal,
            objective: Objective(
                unsatisfied: summary.objective.unsatisfied.map {
                    .init(priority: $0.priority, policies: $0.policies)
                },
                shortfall: summary.objective.shortfall.map {
                    .init(priority: $0.priority, amount: $0.amount)
                },
                cost: summary.objective.cost
            ),
            bound: summary.bound.map(Bound.init),
            desired: Dictionary(
                summary.desired.map { ($0.resource.name, $0.placement.rawValue) },
                uniquingKeysWith: { first, _ in first }
            ),
            commands: summary.changes.map {
                .init(
                    stage: $0.stage,
                    resource: $0.resource.name,
                    action: $0.target == .online ? "start" : "stop",
                    policies: $0.policies
                )
            },
            withheld: summary.withheld.map { entry in
                .init(
                    plan: entry.plan,
                    reason: entry.reason,
                    changes: entry.changes.map {
                        .init(
                            resource: $0.resource.name,
                            action: $0.target == .online ? "start" : "stop"
                        )
                    }
                )
            },
            policies: summary.policies.map {
                .init(
                    name: $0.name,
                    satisfied: $0.isSatisfied,
                    mode: $0.isEnforced ? "enforce" : "observe"
                )
            },
            unsatisfied: plan.complaints.map(complaint),
            conflicts: plan.conflicts.map {
                .init(summary: $0.summary, explanation: $0.explanation.map(ReasonEntry.init))
            }
        )
    }

    private static func complaint(_ notice: Notice) -> Complaint {
        let outlook = OutlookEntry(notice.outlook)
        return Complaint(
            policy: notice.policy,
            summary: notice.summary,
            outlook: outlook.outlook,
            recovery: outlook.recovery,
            explanation: notice.explanation.map(ReasonEntry.init),
            suggestions: notice.suggestions.map(\.text),
            remedies: notice.suggestions.compactMap(\.remedy).map(RemedyEntry.init)
        )
    }

    /// Prints the document on standard output.
    func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Terminal.output.write(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
