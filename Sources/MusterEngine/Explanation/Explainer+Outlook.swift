// Whether a policy could hold later.

import MusterModel
import MusterPolicy
import MusterSolver

extension Explainer {
    /// Whether the policy could hold with every registered resource usable, and which smallest set
    /// of recoveries would do.
    ///
    /// - Returns: `nil` where that was not found out.
    mutating func outlook(including rivals: [Int]) -> Notice.Outlook? {
        let ground = ground
        if ground.demands.contains(where: {
            situation.isHopeless($0, of: ground, isHopeful: true)
        }) {
            return .never
        }
        var question = Question(situation, usability: .recoverable)
        let own = question.includeConjuncts(of: policy)
        for rival in rivals { question.include(rival) }
        switch recoveries(&question, own) {
        case .impossible: return .never
        case .unknown: return nil
        case .possible(let solution, let imagined):
            let recovered = question.recovered(in: solution)
            guard !recovered.isEmpty else { return nil }
            let candidates = question.recoveries.map(\.slot)
            for slots in [recovered, candidates]
            where suffices(slots, slots == recovered ? imagined : nil) {
                return .recovery(slots.map { situation.inventory[$0].id }.sorted())
            }
            return nil
        }
    }

    /// Asks with as few recoveries as possible.
    private mutating func recoveries(_ question: inout Question, _ own: [Element]) -> Verdict {
        // Which resources matter may grow with the question, and the aim with them.
        while true {
            let count = question.recoveries.count
            var aim = LinearSum()
            for recovery in question.recoveries { aim.add(1, recovery.recovers) }
            let verdict = settle(&question, own, minimising: [aim])
            guard case .possible = verdict, question.recoveries.count > count else {
                return verdict
            }
        }
    }

    private mutating func suffices(_ slots: [Int], _ imagined: Imagined?) -> Bool {
        // A valid choice in which all that counts as much or more holds is one that every best
        // choice matches. Resources that are not managed come back as they like, so they are tried.
        if let imagined, !hasCompetitor, slots.allSatisfy({ situation.isManaged[$0] }),
            imagined.situation.policies[policy].isSatisfied
        {
            return true
        }
        var left = work
        defer { spend(work - left) }
        return situation.holds(ground.policy.name, recovered: slots, work: &left)
    }
}
