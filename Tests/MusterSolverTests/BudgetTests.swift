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

    @Test("where the search comes to nothing in time, what can be had at once still is")
    func withinLimits() throws {
        // Bins that hold about half of what is put into them, and half of all that is wanted: both
        // can be met, and neither the start nor any point between ends does.
        var problem = Problem()
        var random = SolverRandomness(seed: 5)
        var wanted = LinearSum()
        var missed = LinearSum()
        var cost = LinearSum()
        var count = 0
        for _ in 0..<60 {
            var room = LinearSum()
            var total = 0
            for _ in 0..<40 {
                let item = problem.addVariable(0...1, start: 0)
                let size = random.pick(2...9)
                room.add(-size, item)
                wanted.add(1, item)
                cost.add(random.pick(1...30), item)
                total += size
                count += 1
            }
            room.constant = total / 2
            missed.add(1, !problem.isNonNegative(room))
        }
        wanted.constant = -count * 2 / 5
        missed.add(1, !problem.isNonNegative(wanted))
        problem.objectives = [missed, cost]
        guard case .solved(let solution) = Solver(budget: Budget(work: 50_000)).solve(problem)
        else {
            Issue.record("no solution")
            return
        }
        #expect(!solution.isOptimal, "it has to be too large for this budget")
        #expect(solution.objectives[0] == 0)
        #expect(SolverReference.violation(of: problem, at: solution.values) == nil)
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
