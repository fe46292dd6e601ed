// Problems of the shape that domains give. Nothing can try every assignment of these, so the solver
// is held against itself: from another start, and by other means, the optimum is the same.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct EstateTests {
    @Test("the optimum depends neither on where the search begins nor on its means")
    func agreement() {
        var proven = 0
        for seed in UInt64(1)...30 {
            let scope = SolverEstate.Scope.allCases[Int(seed % 2)]
            let problem = SolverEstate.problem(
                machines: 30 + Int(seed % 20),
                policies: 5,
                scope: scope,
                seed: seed
            )
            var objectives: [[Int]] = []
            for tactics in [
                Tactics(), Tactics(restartInterval: 1), Tactics(restartInterval: 7),
                Tactics(usesRelaxation: false),
            ] {
                for shift in 0..<2 {
                    var moved = problem
                    for index in moved.variables.indices where shift > 0 && index % 3 == 0 {
                        let domain = moved.variables[index]
                        moved.variables[index].start = domain.lower + domain.upper - domain.start
                    }
                    var solver = Solver(budget: Budget(work: 1_000_000))
                    solver.tactics = tactics
                    guard case .solved(let solution) = solver.solve(moved) else {
                        Issue.record("seed \(seed) has no solution")
                        continue
                    }
                    let violation = SolverReference.violation(of: moved, at: solution.values)
                    #expect(violation == nil, "seed \(seed)")
                    if solution.isOptimal { objectives.append(solution.objectives) }
                }
            }
            #expect(Set(objectives).count <= 1, "seed \(seed): \(objectives)")
            proven += objectives.count
        }
        #expect(proven > 200)
    }
}
