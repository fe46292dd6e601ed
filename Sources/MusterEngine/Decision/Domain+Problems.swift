// What a domain would have the solver decide, for measurements and for comparisons with others.

package import MusterModel
package import MusterSolver

extension Domain {
    /// The problems that a decision on everything would solve at this instant, one for each part.
    ///
    /// - Complexity: O(size of the domain).
    package func problems(at now: Instant) -> [Problem] { lowerings(at: now).map(\.problem) }

    /// The parts of a decision on everything at this instant, each with its problem.
    ///
    /// - Complexity: O(size of the domain).
    func lowerings(at now: Instant) -> [Lowering] {
        var copy = self
        var turn = Turn(now: now)
        turn.isWhole = true
        turn.isStructural = true
        copy.settle(&turn)
        copy.situation.refreshBlocked()
        let slots = copy.situation.isManaged.indices.filter { copy.situation.isManaged[$0] }
        let policies = copy.situation.policies.indices.filter {
            copy.situation.policies[$0].isEnforced
        }
        return copy.situation.parts(touching: slots, policies: policies).map { part in
            var lowering = Lowering(copy.situation, part)
            lowering.decide()
            return lowering
        }
    }
}
