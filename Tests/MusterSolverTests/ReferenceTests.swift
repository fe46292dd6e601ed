// The solver against an answer that was got by trying everything.

import MusterSolver
import MusterTestKit
import Testing

@Suite struct ReferenceTests {
    @Test("small problems are solved as trying everything solves them")
    func optimum() {
        var solved = 0
        for seed in UInt64(0)..<4000 {
            let problem = SolverSmallProblems.problem(seed: seed)
            let expected = SolverReference.bestObjectives(of: problem)
            switch Solver().solve(problem) {
            case .solved(let solution):
                solved += 1
                let violation = SolverReference.violation(of: problem, at: solution.values)
                #expect(violation == nil, "seed \(seed)")
                let reached = problem.objectives.map {
                    SolverReference.value(of: $0, at: solution.values)
                }
                #expect(solution.objectives == reached, "seed \(seed)")
                #expect(solution.objectives == expected, "seed \(seed)")
                #expect(solution.isOptimal, "seed \(seed)")
                #expect(solution.bounds == reached, "seed \(seed)")
            case .infeasible: #expect(expected == nil, "seed \(seed)")
            case .unknown: Issue.record("seed \(seed) is unknown")
            }
        }
        #expect(solved > 2000)
    }
}
