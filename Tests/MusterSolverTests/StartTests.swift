// The solution that is there already stays unless something is strictly better.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct StartTests {
    @Test("an optimal start is returned as it is, whatever the starts of nodes say")
    func optimalStart() {
        var tried = 0
        for seed in UInt64(10_000)..<11_500 {
            var problem = SolverSmallProblems.problem(seed: seed)
            guard case .solved(let first) = Solver().solve(problem) else { continue }
            tried += 1
            for index in problem.variables.indices {
                problem.variables[index].start = first.values[index]
            }
            for definition in problem.definitions {
                problem.variables[Int(definition.variable.index)].start = Int(seed & 1)
            }
            guard case .solved(let second) = Solver().solve(problem) else {
                Issue.record("seed \(seed) lost its solution")
                continue
            }
            #expect(second.values == first.values, "seed \(seed)")
            #expect(second.isOptimal, "seed \(seed)")
        }
        #expect(tried > 500)
    }

    @Test("the start stays where everything else is just as good")
    func ties() {
        var problem = Problem()
        let choices = (0..<30).map { problem.addBool(start: $0 % 3 == 0) }
        var count = LinearSum(-10)
        for choice in choices { count.add(1, choice) }
        problem.require(count)
        problem.objectives = [count]
        guard case .solved(let solution) = Solver().solve(problem) else {
            Issue.record("no solution")
            return
        }
        #expect(solution.values == (0..<30).map { $0 % 3 == 0 ? 1 : 0 })
        #expect(solution.isOptimal)
    }

    @Test("an auxiliary variable with a bad start does not cost the start of the others")
    func epigraph() {
        var problem = Problem()
        let choices = (0..<20).map { problem.addBool(start: $0 < 5) }
        let shortfall = problem.addVariable(0...100, start: 77)
        var enough = LinearSum(-8)
        for choice in choices { enough.add(1, choice) }
        enough.add(1, shortfall)
        problem.require(enough)
        var capacity = LinearSum(5)
        for choice in choices { capacity.add(-1, choice) }
        problem.require(capacity)
        var objective = LinearSum()
        objective.add(1, shortfall)
        problem.objectives = [objective]
        guard case .solved(let solution) = Solver().solve(problem) else {
            Issue.record("no solution")
            return
        }
        #expect(solution.values == (0..<20).map { $0 < 5 ? 1 : 0 } + [3])
        #expect(solution.isOptimal)
    }
}
