// The proof that a decision is the best: for each part and each objective a certificate, and how
// their values add up to the objective that people are told.

public import MusterModel
import MusterPolicy
public import MusterSolver

/// The proof of a domain's decision.
public struct DecisionProof: Sendable {
    /// An objective's value.
    public struct Level: Sendable {
        /// Which objective.
        public let objective: Objective.Level
        /// Its value, as people are told.
        public let value: Int
        /// How much of it no choice can change; the rest is the parts'.
        public let settled: Int
    }

    /// Resources and policies that cannot be decided apart.
    public struct Part: Sendable {
        /// The policies, in order of name.
        public let policies: [String]
        /// How many resources are open.
        public let resources: Int
        /// A certificate for each objective that the part has, in order.
        public let certificates: [(objective: Objective.Level, certificate: Certificate)]
    }

    /// The objectives from the one that is compared first.
    public let levels: [Level]
    /// The parts.
    public let parts: [Part]
}

/// Why a decision has no proof.
public struct DecisionProofFailure: Error, Sendable, CustomStringConvertible {
    /// In words.
    public let description: String
}

extension Domain {
    /// Proves that what is implemented is the best choice at this instant.
    ///
    /// - Parameters:
    ///   - now: The instant; the one that the decision was made at.
    ///   - budget: The most work for each objective of each part.
    /// - Returns: the certificates, and how they add up.
    /// - Throws: ``DecisionProofFailure`` where the choice is not proven best, or its proof cannot
    ///   be written.
    /// - Complexity: that of solving every part over single resources.
    public func proof(
        at now: Instant,
        budget: Budget
    ) throws(DecisionProofFailure) -> DecisionProof {
        guard unproven.isEmpty else {
            throw DecisionProofFailure(
                description: "the choice is not proven best within the work allowed"
            )
        }
        var sums: [Objective.Level: Int] = [:]
        var parts: [DecisionProof.Part] = []
        for lowering in lowerings(at: now) where !lowering.levels.isEmpty {
            let part = try part(lowering, budget)
            for (objective, certificate) in part.certificates {
                sums[objective, default: 0] += certificate.optimum + certificate.constant
            }
            parts.append(part)
        }
        let told = situation.objective
        var objectives = Set(sums.keys).union([.cost])
        objectives.formUnion(told.unsatisfied.map { .unsatisfied(priority: $0.priority) })
        objectives.formUnion(told.shortfall.map { .shortfall(priority: $0.priority) })
        let levels = objectives.sorted().map { objective in
            DecisionProof.Level(
                objective: objective,
                value: told[objective],
                settled: told[objective] - (sums[objective] ?? 0)
            )
        }
        return DecisionProof(levels: levels, parts: parts)
    }

    private func part(
        _ lowering: Lowering,
        _ budget: Budget
    ) throws(DecisionProofFailure) -> DecisionProof.Part {
        let policies = lowering.part.policies.map { situation.policies[$0].policy.name }
        let place = policies.isEmpty ? "" : " of " + policies.sorted().joined(separator: ", ")
        guard case .solved(let solution) = Solver(budget: budget).solve(lowering.problem),
            solution.isOptimal
        else {
            throw DecisionProofFailure(
                description: "the choice\(place) is not proven best within the work allowed"
            )
        }
        do throws(CertificationFailure) {
            let certificates = try Certifier(budget: budget).certify(
                lowering.problem,
                solution,
                names: lowering.names
            )
            return DecisionProof.Part(
                policies: policies.sorted(),
                resources: lowering.part.slots.count,
                certificates: zip(lowering.levels, certificates).map { level, certificate in
                    (objective: level, certificate: certificate)
                }
            )
        } catch {
            throw DecisionProofFailure(description: Self.words(for: error) + place)
        }
    }

    private static func words(for failure: CertificationFailure) -> String {
        switch failure {
        case .tooLarge: "numbers are too large for a proof of the choice"
        case .outOfWork: "the work allowed does not suffice for a proof of the choice"
        case .notLoggable: "a step of the search cannot be logged in the proof of the choice"
        case .contradiction: "the search for a proof contradicts the solver on the choice"
        }
    }
}

extension Lowering {
    /// What each variable of the problem is called: a resource for the open slots.
    fileprivate var names: [String?] {
        var names = [String?](repeating: nil, count: problem.variables.count)
        for (index, slot) in part.slots.enumerated() where index < names.count {
            names[index] = "\(situation.inventory[slot].id) online"
        }
        return names
    }
}
