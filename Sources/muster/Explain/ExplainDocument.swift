// An explanation as one JSON document.

import Foundation
import MusterEngine
import MusterModel

/// The document that `muster explain --output json` prints.
struct ExplainDocument: Encodable {
    struct Tree: Encodable {
        let condition: String
        let place: String?
        let holds: Bool
        let needs: String?
        let has: String?
        let shortfall: Int
        let of: [Tree]?

        init(_ tree: ConditionTree) {
            condition = tree.text
            place = tree.place
            holds = tree.holds
            needs = tree.needs.isEmpty ? nil : tree.needs
            has = tree.has.isEmpty ? nil : tree.has
            shortfall = tree.shortfall
            of = tree.children.isEmpty ? nil : tree.children.map(Tree.init)
        }
    }

    struct Preference: Encodable {
        let weight: Int
        let that: Tree
    }

    struct PolicyEntry: Encodable {
        let name: String
        let priority: Int
        let mode: String
        let whenUnsatisfiable: String
        let satisfied: Bool
        let shortfall: Int
        let require: Tree?
        let prefer: [Preference]
        let summary: String?
        let outlook: String?
        let recovery: [String]?
        let explanation: [ReasonEntry]
        let suggestions: [String]
        let remedies: [RemedyEntry]
    }

    struct Cost: Encodable {
        let cost: Int
        let changes: Int
        let preferences: Int
        let running: Int

        init(_ objective: Objective) {
            cost = objective.cost
            changes = objective.changes
            preferences = objective.preferences
            running = objective.running
        }
    }

    struct Contrast: Encodable {
        let verdict: String
        let summary: String
        let lost: [String]
        let gained: [String]
        let consequences: [String: String]
        let decided: Cost?
        let alternative: Cost?
    }

    struct DomainEntry: Encodable {
        let domain: String
        let changes: Int
        let policies: [PolicyEntry]
        let contrast: Contrast?
    }

    let domains: [DomainEntry]

    init(_ answers: [DomainAnswer]) { domains = answers.map(Self.entry) }

    private static func entry(_ answer: DomainAnswer) -> DomainEntry {
        DomainEntry(
            domain: answer.id.name,
            changes: answer.changes,
            policies: answer.policies.map(entry),
            contrast: answer.contrast.map { contrast in
                Contrast(
                    verdict: contrast.verdict.rawValue,
                    summary: contrast.summary,
                    lost: contrast.lost,
                    gained: contrast.gained,
                    consequences: Dictionary(
                        contrast.consequences.map { ($0.resource.name, $0.placement.rawValue) },
                        uniquingKeysWith: { first, _ in first }
                    ),
                    decided: contrast.objective.map(Cost.init),
                    alternative: contrast.alternative.map(Cost.init)
                )
            }
        )
    }

    private static func entry(_ policy: Domain.PolicyExplanation) -> PolicyEntry {
        let outlook = OutlookEntry(policy.outlook)
        return PolicyEntry(
            name: policy.name,
            priority: policy.priority,
            mode: policy.isEnforced ? "enforce" : "observe",
            whenUnsatisfiable: policy.isBestEffort ? "bestEffort" : "hold",
            satisfied: policy.isSatisfied,
            shortfall: policy.shortfall,
            require: policy.tree.map(Tree.init),
            prefer: policy.preferences.map { Preference(weight: $0.weight, that: Tree($0.tree)) },
            summary: policy.summary.isEmpty ? nil : policy.summary,
            outlook: outlook.outlook,
            recovery: outlook.recovery,
            explanation: policy.reasons.map(ReasonEntry.init),
            suggestions: policy.suggestions.map(\.text),
            remedies: policy.suggestions.compactMap(\.remedy).map(RemedyEntry.init)
        )
    }

    /// Prints the document on standard output.
    func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Terminal.output.write(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
