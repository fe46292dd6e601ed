// The proof of plans as one file, which `muster verify` checks.

import MusterEngine
import MusterModel
import MusterSolver

/// Writes proofs of decisions.
struct ProofText {
    private(set) var text = "muster-proof 1\n"

    /// Adds the proof of a domain's decision.
    mutating func add(_ proof: DecisionProof, of domain: DomainID) {
        text += "\ndomain \(domain)\n"
        for level in proof.levels {
            text += "claim \(Self.words(level.objective)) value \(level.value)"
            text += " settled \(level.settled)\n"
        }
        for (index, part) in proof.parts.enumerated() {
            let policies =
                part.policies.isEmpty ? "no policy" : part.policies.joined(separator: ", ")
            text += "\npart \(index + 1): \(counted(part.resources, "resource")), \(policies)\n"
            for (objective, certificate) in part.certificates {
                text += "level \(Self.words(objective)) constant \(certificate.constant)\n"
                text += "begin problem\n" + certificate.opb
                text += "begin proof\n" + certificate.proof + "end level\n"
            }
        }
    }

    private static func words(_ objective: Objective.Level) -> String {
        switch objective {
        case .unsatisfied(let priority): "unsatisfied policies of priority \(priority)"
        case .shortfall(let priority): "shortfall of priority \(priority)"
        case .cost: "cost"
        }
    }
}
