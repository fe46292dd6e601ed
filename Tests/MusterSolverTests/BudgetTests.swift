// What is said when the work runs out is less, but never wrong.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct BudgetTests {
    @Test("with little work the bounds stay below the optimum and nothing false is proven")
    func honesty() {
        var unproven = 0
        for seed in UInt64(20_000)..<20_700 {
            let problem = SolverSmallProblems.problem(seed: seed)
            let expected = SolverReference.bestObjectives(of: problem)
            for work in [0, 20, 60, 200] {
                switch Solver(budget: Budget(work: work)).solve(problem) {
                case .solved(let solution):
                    guard let expected else {
                        Issue.record("seed \(seed): a solution where there is none")
                        continue
                    }
                    if !solution.isOptimal { unproven += 1 }
                    expectHonest(solution, of: problem, best: expected, seed: seed)
                case .infeasible: #expect(expected == nil, "seed \(seed)")
                case .unknown: break
                }
            }
        }
        #expect(unproven > 50)
    }

    private func expectHonest(
        _ solution: Solution,
        of problem: Problem,
        best: [Int],
        seed: UInt64
    ) {
        let violation = SolverReference.violation(of: problem, at: solution.values)
        #expect(violation == nil, "seed \(seed)")
        #expect(!solution.isOptimal || solution.objectives == best, "seed \(seed)")
        // A bound speaks under the reported values of the objectives before it.
        var limited = problem
        for (index, objective) in problem.objectives.enumerated() {
            limited.objectives = [objective]
            let least = SolverReference.bestObjectives(of: limited)?.first
            #expect(solution.bounds[index] <= (least ?? Int.max), "seed \(seed) bound \(index)")
            #expect(solution.bounds[index] <= solution.objectives[index], "seed \(seed)")
            var equal = LinearSum(-solution.objectives[index])
            equal.add(1, objective)
            limited.require(equal)
            var opposite = LinearSum()
            opposite.add(-1, equal)
            limited.require(opposite)
        }
    }

    @Test("the same problem and budget give the same answer")
    func determinism() {
        for seed in UInt64(30_000)..<30_300 {
            let problem = SolverSmallProblems.problem(seed: seed)
            for work in [50, 1_000_000] {
                let solver = Solver(budget: Budget(work: work))
                #expect(solver.solve(problem) == solver.solve(problem), "seed \(seed)")
            }
        }
    }
}
