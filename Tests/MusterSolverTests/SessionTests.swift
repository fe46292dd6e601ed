// A solve in slices comes to the same end as one without, and is honest on the way.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct SessionTests {
    @Test("slices of any size end with the optimum, and bounds only close in")
    func slices() {
        for seed in UInt64(0)..<300 {
            let problem = SolverSmallProblems.problem(seed: seed)
            let expected = SolverReference.bestObjectives(of: problem)
            let session = SolverSession(problem)
            var outcome = Outcome.unknown
            var slices = 0
            while !session.isFinished, slices < 20_000 {
                outcome = session.advance(by: Budget(work: 1 + Int(seed % 7) * 40))
                slices += 1
                guard case .solved(let solution) = outcome, let expected else { continue }
                #expect(SolverReference.violation(of: problem, at: solution.values) == nil)
                #expect(!solution.objectives.lexicographicallyPrecedes(expected), "seed \(seed)")
                #expect(!solution.isOptimal || solution.objectives == expected, "seed \(seed)")
            }
            outcome = session.advance(by: Budget(work: 1))
            #expect(session.isFinished, "seed \(seed)")
            switch outcome {
            case .solved(let solution):
                #expect(solution.isOptimal && solution.objectives == expected, "seed \(seed)")
            case .infeasible: #expect(expected == nil, "seed \(seed)")
            case .unknown: Issue.record("seed \(seed) ended without an answer")
            }
        }
    }

    @Test("a domain's problem in slices gives what one solve gives")
    func fleet() throws {
        for family in Fleet.Family.allCases {
            let problem = Fleet(family, resources: 120, policies: 12, seed: 3).problem
            guard case .solved(let whole) = Solver().solve(problem) else { throw Unsolved() }
            let session = SolverSession(problem)
            var last = Outcome.unknown
            repeat { last = session.advance(by: Budget(work: 2000)) } while !session.isFinished
            guard case .solved(let sliced) = last else { throw Unsolved() }
            #expect(whole.isOptimal && sliced.isOptimal)
            #expect(whole.objectives == sliced.objectives)
        }
    }

    private struct Unsolved: Error {}
}
