// Problems that are small to state and that one of the solver's parts alone would not finish.

import MusterSolver
import MusterTestKit
import Testing

@Suite struct HardProblemTests {
    /// The solution, which must be proven optimal and right.
    private func solve(
        _ problem: Problem,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Solution {
        guard case .solved(let solution) = Solver().solve(problem) else {
            throw Unsolved()
        }
        let violation = SolverReference.violation(of: problem, at: solution.values)
        #expect(violation == nil, sourceLocation: sourceLocation)
        #expect(solution.isOptimal, sourceLocation: sourceLocation)
        return solution
    }

    private struct Unsolved: Error {}

    @Test("of n services with n - 1 places one goes without, which takes counting to see")
    func pigeonholes() throws {
        for services in [6, 10] {
            var problem = Problem()
            let cells = (0..<services).map { _ in (1..<services).map { _ in problem.addBool() } }
            var missing = LinearSum()
            for row in cells {
                var placed = LinearSum(-1)
                for cell in row { placed.add(1, cell) }
                missing.add(1, !problem.isNonNegative(placed))
            }
            for place in 0..<services - 1 {
                var room = LinearSum(1)
                for row in cells { room.add(-1, row[place]) }
                problem.require(room)
            }
            problem.objectives = [missing]
            #expect(try solve(problem).objectives == [1])
        }
    }

    @Test("a chain of parities that cannot all hold breaks at one place")
    func parities() throws {
        var random = SolverRandomness(seed: 8)
        for count in [8, 16] {
            var problem = Problem()
            let bits = (0..<count).map { _ in problem.addBool() }
            let hidden = (0..<count).map { _ in random.chance(50) }
            var broken = LinearSum()
            for index in 0...count + 1 {
                let chosen = (0..<3).map { _ in random.pick(0...count - 1) }
                var parity = chosen.reduce(false) { $0 != hidden[$1] }
                if index == count + 1 { parity.toggle() }
                let isOdd = odd(chosen.map { bits[$0] }, in: &problem)
                broken.add(1, parity ? !isOdd : isOdd)
            }
            problem.objectives = [broken]
            #expect(try solve(problem).objectives[0] <= 1)
        }
    }

    private func odd(_ literals: [Literal], in problem: inout Problem) -> Literal {
        var result = literals[0]
        for literal in literals.dropFirst() {
            var some = LinearSum(-1)
            var both = LinearSum(-2)
            for part in [result, literal] {
                some.add(1, part)
                both.add(1, part)
            }
            var one = LinearSum(-1)
            one.add(1, problem.isNonNegative(some))
            one.add(-1, problem.isNonNegative(both))
            result = problem.isNonNegative(one)
        }
        return result
    }

    @Test("knapsacks with a narrow window agree with dynamic programming")
    func knapsacks() throws {
        for seed in UInt64(1)...8 {
            var random = SolverRandomness(seed: seed)
            var problem = Problem()
            let sizes = (0..<12).map { _ in random.pick(20...60) }
            let prices = (0..<12).map { _ in random.pick(0...9) }
            let target = sizes.reduce(0, +) / 2
            var sum = LinearSum(-target)
            var cost = LinearSum()
            for (size, price) in zip(sizes, prices) {
                let choice = problem.addBool(start: random.chance(50))
                sum.add(size, choice)
                cost.add(price, choice)
            }
            var room = LinearSum(1)
            room.add(-1, sum)
            problem.require(sum)
            problem.require(room)
            problem.objectives = [cost]
            var cheapest: [Int: Int] = [0: 0]
            for (size, price) in zip(sizes, prices) {
                cheapest.merge(
                    cheapest.map { ($0.key + size, $0.value + price) },
                    uniquingKeysWith: min
                )
            }
            let expected = [cheapest[target], cheapest[target + 1]].compactMap(\.self).min()
            if let expected {
                #expect(try solve(problem).objectives == [expected], "seed \(seed)")
            } else {
                #expect(Solver().solve(problem) == .infeasible, "seed \(seed)")
            }
        }
    }

    @Test("what fits only in parts is told from what fits without trying every placement")
    func packings() throws {
        // Without cover cuts these take 26,000 conflicts, with them 6,000.
        var conflicts = 0
        for seed in [UInt64(7), 8, 11] {
            let outcome = Solver().solve(Adversary.pack.problem(size: 30, seed: seed))
            guard case .solved(let solution) = outcome else {
                Issue.record("seed \(seed) has no answer")
                continue
            }
            #expect(solution.isOptimal)
            conflicts += solution.statistics.conflicts
        }
        #expect(conflicts < 12_000)
    }

    @Test("capacities of 2^40 are summed without harm")
    func largeCapacities() throws {
        let unit = 1 << 40
        var problem = Problem()
        var sum = LinearSum(-750 * unit - 1)
        var cost = LinearSum()
        for index in 0..<1500 {
            let choice = problem.addBool(start: index % 2 == 0)
            sum.add(unit + index % 3, choice)
            cost.add(1, choice)
        }
        let shortfall = problem.addVariable(0...(1 << 50), start: 0)
        sum.add(1, shortfall)
        problem.require(sum)
        var missing = LinearSum()
        missing.add(1, shortfall)
        problem.objectives = [missing, cost]
        let solution = try solve(problem)
        #expect(solution.objectives == [0, 750])
    }

    @Test("sums that no machine integer holds end without a trap and without a false claim")
    func tooLarge() {
        var problem = Problem()
        var sum = LinearSum(Int.min / 2)
        for _ in 0..<40 { sum.add(Int.max / 4, problem.addVariable(0...(1 << 40), start: 0)) }
        problem.require(sum)
        let few = problem.addBool()
        var objective = LinearSum()
        objective.add(1, few)
        problem.objectives = [objective]
        if case .solved(let solution) = Solver().solve(problem) {
            #expect(!solution.isOptimal || solution.objectives == [0])
        }
    }

    @Test("without objectives any solution is optimal, and without one there is none")
    func feasibility() throws {
        var problem = Problem()
        #expect(try solve(problem).values == [])
        let choice = problem.addBool()
        problem.require(choice)
        #expect(try solve(problem).values == [1])
        problem.require(!choice)
        #expect(Solver().solve(problem) == .infeasible)
    }
}
