// Problems that use everything the policy language can say, as the engine lowers them.

import MusterEngine
import MusterModel
import MusterPolicy
public import MusterSolver

/// Domains of random resources under random documents.
public enum LanguageProblems {
    /// The problem of the largest part of a random domain.
    public static func problem(resources count: Int, policies: Int, seed: Int) -> Problem {
        var source = RandomDocuments(seed: seed)
        let now = Instant(milliseconds: 1_700_000_000_000)
        let reports = source.resources(count).map { resource in
            var copy = resource
            copy.observedAt = now
            return Report.observed(copy)
        }
        let baseline = Baseline(
            source.documents(policies: policies).map {
                .init($0, source: Node(.mapping([]), at: .none))
            }
        )
        var domain = Domain(DomainID("random"), baseline: baseline)
        _ = domain.absorb([.reports(reports)], at: now)
        let problems = domain.problems(at: now)
        return problems.max { $0.variables.count < $1.variables.count } ?? Problem()
    }
}
