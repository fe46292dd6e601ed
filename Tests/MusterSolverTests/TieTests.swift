// Of choices that are equally good, the one that moves least.

import MusterSolver
import Testing

@Suite struct TieTests {
    @Test("Variables that differ only in where they start are not exchanged for nothing")
    func exchange() throws {
        var problem = Problem()
        let variables = (0..<20).map { problem.addVariable(0...1, start: $0 < 10 ? 1 : 0) }
        var sum = LinearSum(-11)
        var cost = LinearSum()
        for variable in variables {
            sum.add(1, variable)
            cost.add(5, variable)
        }
        problem.require(sum)
        problem.objectives = [cost]
        guard case .solved(let solution) = Solver().solve(problem) else {
            Issue.record("not solved")
            return
        }
        #expect(solution.objectives == [55])
        #expect(solution.values == (0..<20).map { $0 < 11 ? 1 : 0 })
    }
}
