// The solver against an answer that was got by trying everything.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct ReferenceTests {
    @Test("small problems are solved as trying everything solves them")
    func optimum() { compare(0..<2000, Tactics()) }

    @Test("so are they when every conflict restarts and asks the relaxation")
    func eagerRelaxation() { compare(3000..<5000, Tactics(restartInterval: 1)) }

    @Test("so are they without the relaxation")
    func noRelaxation() {
        compare(6000..<7000, Tactics(restartInterval: 1, usesRelaxation: false))
    }

    private func compare(_ seeds: Range<UInt64>, _ tactics: Tactics) {
        var solver = Solver()
        solver.tactics = tactics
        var solved = 0
        for seed in seeds {
            let problem = SolverSmallProblems.problem(seed: seed)
            let expected = SolverReference.bestObjectives(of: problem)
            switch solver.solve(problem) {
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
        #expect(solved > seeds.count / 2)
    }
}
