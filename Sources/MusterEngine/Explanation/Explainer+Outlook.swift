// Whether a policy could hold later.

import MusterModel
import MusterPolicy
import MusterSolver

extension Explainer {
    /// The most broken resources whose recovery is tried where other policies stand in the way.
    private static var mostRecoveries: Int { 1_000 }

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
        case .impossible where question.policies.isEmpty: return .never
        case .impossible: return outlookByDeciding()
        case .unknown: return nil
        case .possible(let solution, let imagined):
            let recovered = question.recovered(in: solution)
            if !recovered.isEmpty, suffices(recovered, imagined) { return recovery(recovered) }
            return outlookByDeciding()
        }
    }

    /// Other policies stand in the way. They may give way once more has recovered, or may go on
    /// winning: what would be decided tells.
    private mutating func outlookByDeciding() -> Notice.Outlook? {
        let inventory = situation.inventory
        let broken = inventory.ordered(inventory.registered.filter(inventory.isBroken))
        guard broken.count <= Self.mostRecoveries, let holds = holds(recovered: broken)
        else { return nil }
        return holds ? recovery(least(of: broken)) : .never
    }

    private func recovery(_ slots: [Int]) -> Notice.Outlook {
        .recovery(slots.map { situation.inventory[$0].id }.sorted())
    }

    /// A part of the slots whose recovery does as well; as far as the budget reaches, none of it
    /// can be left out. Leaves out halves first, then less and less (as in Zeller, Hildebrandt,
    /// "Simplifying and Isolating Failure-Inducing Input", 2002).
    private mutating func least(of slots: [Int]) -> [Int] {
        var slots = slots
        var size = slots.count
        while size > 1 {
            size = (size + 1) / 2
            var start = 0
            while start < slots.count, slots.count > 1 {
                var fewer = slots
                fewer.removeSubrange(start..<min(start + size, slots.count))
                if !fewer.isEmpty, holds(recovered: fewer) == true {
                    slots = fewer
                } else {
                    start += size
                }
            }
        }
        return slots
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
        return holds(recovered: slots) == true
    }

    /// Whether the policy would hold if these slots recovered; `nil` where the budget does not
    /// tell.
    private mutating func holds(recovered slots: [Int]) -> Bool? {
        var left = work
        defer { spend(work - left) }
        return situation.holds(ground.policy.name, recovered: slots, work: &left)
    }
}
