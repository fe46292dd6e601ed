// What presolving keeps up as bounds change, held against what is found from nothing.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct PresolveTests {
    /// What holds variables up and down in a presolved problem.
    private struct Holds {
        var roles: [Presolve.Roles]
        var up: [Bool]
        var down: [Bool]

        init(_ presolve: Presolve, _ problem: Problem) {
            up = Array(repeating: false, count: presolve.lower.count)
            down = up
            roles = Array(repeating: [], count: presolve.rows.count)
            for term in problem.objectives.map(\.normalised).flatMap(\.terms)
            where presolve.definers[Int(term.variable.index)] >= 0 {
                want(term.variable.index, more: term.coefficient < 0)
            }
            for implication in presolve.implications {
                want(implication.variable.index, more: false)
                let condition = implication.condition
                want(condition.variable.index, more: !condition.isNegated)
            }
            for row in (0..<presolve.rows.count).reversed() { take(row, presolve) }
        }

        private mutating func want(_ variable: Int32, more: Bool) {
            if more { up[Int(variable)] = true } else { down[Int(variable)] = true }
        }

        private mutating func take(_ row: Int, _ presolve: Presolve) {
            var least = Int128(presolve.rows.constants[row])
            var greatest = least
            for term in presolve.rows.terms(row) {
                let variable = Int(presolve.rows.variables[term])
                let factor = Int128(presolve.rows.coefficients[term])
                let ends = [presolve.lower[variable], presolve.upper[variable]]
                    .map { factor * Int128($0) }
                least += min(ends[0], ends[1])
                greatest += max(ends[0], ends[1])
            }
            let node = Int(presolve.nodes[row])
            var role: Presolve.Roles = []
            if node < 0 || presolve.lower[node] == 1 {
                if least < 0 { role = .nonNegative }
            } else if presolve.upper[node] == 0 {
                if greatest >= 0 { role = .negative }
            } else {
                if up[node] { role.insert(.whenTrue) }
                if down[node] { role.insert(.whenFalse) }
            }
            roles[row] = role
            for term in presolve.rows.terms(row) {
                let isPositive = presolve.rows.coefficients[term] > 0
                let variable = presolve.rows.variables[term]
                if !role.isDisjoint(with: [.whenTrue, .nonNegative]) {
                    want(variable, more: isPositive)
                }
                if !role.isDisjoint(with: [.whenFalse, .negative]) {
                    want(variable, more: !isPositive)
                }
            }
        }
    }

    @Test("roles, live implications and unopposed variables are those found from nothing")
    func counts() {
        var fixed = 0
        for seed in UInt64(0)..<3000 {
            let problem = SolverSmallProblems.problem(seed: seed)
            let presolve = Presolve(problem)
            if presolve.isInfeasible { continue }
            let live = problem.implications.filter { implication in
                let condition = implication.condition
                let index = Int(condition.variable.index)
                let isTrue =
                    condition.isNegated ? presolve.upper[index] <= 0 : presolve.lower[index] >= 1
                return presolve.upper[Int(implication.variable.index)] > 0 && !isTrue
            }
            #expect(live == presolve.implications, "seed \(seed)")
            let holds = Holds(presolve, problem)
            #expect(holds.roles == presolve.roles, "seed \(seed)")
            let objectives = problem.objectives.map(\.normalised)
            for variable in presolve.lower.indices where presolve.definers[variable] < 0 {
                let isFixed = presolve.isFixed(Int32(variable))
                fixed += isFixed ? 1 : 0
                let pull =
                    objectives.lazy.flatMap(\.terms)
                    .first { $0.variable.index == Int32(variable) }?.coefficient ?? 0
                let mayFall = !holds.up[variable] && pull > 0
                let mayRise = !holds.down[variable] && pull < 0
                #expect(isFixed || !mayFall && !mayRise, "seed \(seed), variable \(variable)")
            }
        }
        #expect(fixed > 1000)
    }

    @Test("a factor whose size no integer has is turned away, not divided")
    func leastFactor() {
        var problem = Problem()
        let x = problem.addVariable(0...1, start: 0)
        let y = problem.addVariable(0...(1 << 40), start: 0)
        var sum = LinearSum()
        sum.add(Int.min, x)
        sum.add(1 << 40, y)
        problem.require(sum)
        var goal = LinearSum()
        goal.add(1, y)
        goal.add(-2, x)
        problem.objectives = [goal]
        guard case .solved(let solution) = Solver().solve(problem) else {
            Issue.record("no answer")
            return
        }
        #expect(SolverReference.violation(of: problem, at: solution.values) == nil)
    }
}
