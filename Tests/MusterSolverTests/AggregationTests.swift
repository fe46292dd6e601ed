// What is joined is held against columns that are compared one by one.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct AggregationTests {
    /// All that decides whether variables are interchangeable.
    private struct Reading: Hashable {
        var lower: Int
        var upper: Int
        var factors: [Int: Int] = [:]
        var costs: [Int: Int] = [:]
        var needs: [Literal] = []
        /// Its own number, where others lean on it.
        var own: Int?
    }

    private static func readings(_ presolve: Presolve) -> [Reading] {
        var readings = presolve.lower.indices.map {
            Reading(lower: presolve.lower[$0], upper: presolve.upper[$0])
        }
        for row in 0..<presolve.rows.count where !presolve.roles[row].isEmpty {
            for term in presolve.rows.terms(row) {
                let variable = Int(presolve.rows.variables[term])
                readings[variable].factors[row] = presolve.rows.coefficients[term]
            }
        }
        for row in 0..<presolve.objectives.count {
            for term in presolve.objectives.terms(row) {
                let variable = Int(presolve.objectives.variables[term])
                readings[variable].costs[row] = presolve.objectives.coefficients[term]
            }
        }
        for implication in presolve.implications {
            readings[Int(implication.variable.index)].needs.append(implication.condition)
            let condition = Int(implication.condition.variable.index)
            readings[condition].own = condition
        }
        return readings
    }

    /// A problem of twelve variables of three kinds, of which some differ a little.
    private static func problem(seed: Int) -> Problem {
        var random = SolverRandomness(seed: UInt64(seed))
        var problem = Problem()
        let hosts = (0..<3).map { _ in problem.addVariable(0...1, start: 0) }
        let members = (0..<12).map { problem.addVariable(0...($0 % 3 + 1), start: 0) }
        var cost = LinearSum()
        for host in hosts { cost.add(5, host) }
        for (index, member) in members.enumerated() {
            cost.add(random.chance(90) ? index % 3 + 1 : 4, member)
            guard index % 3 == 0 else { continue }
            // Some need two, and some in another order.
            var needed = [Literal(hosts[0]), Literal(hosts[1], isNegated: true)]
            if random.chance(10) { needed.swapAt(0, 1) }
            if random.chance(20) { needed.removeLast() }
            for literal in needed { problem.require(member, implies: literal) }
        }
        var unmet = LinearSum()
        for _ in 0..<3 {
            let factors = (0..<3).map { _ in random.pick(0...2) }
            var sum = LinearSum(-random.pick(3...9))
            for (index, member) in members.enumerated() {
                sum.add(random.chance(95) ? factors[index % 3] : 3, member)
            }
            unmet.add(1, !problem.isNonNegative(sum))
        }
        var most = LinearSum(20)
        for (index, member) in members.enumerated() where index % 3 > 0 || random.chance(95) {
            most.add(-1, member)
        }
        problem.require(most)
        problem.objectives = [unmet, cost]
        return problem
    }

    @Test(
        "exactly what is equal is joined, and nothing that only looks alike",
        arguments: [UInt64.max, 7, 1, 0]
    )
    func joinsEquals(mask: UInt64) {
        var joined = 0
        for seed in 1...200 {
            let presolve = Presolve(Self.problem(seed: seed))
            if presolve.isInfeasible { continue }
            let readings = Self.readings(presolve)
            let aggregation = Aggregation(presolve, mask: mask)
            var known: [Reading: Int32] = [:]
            for variable in readings.indices {
                let isFree = !presolve.isFixed(Int32(variable)) && presolve.definers[variable] < 0
                let number = aggregation.classes[variable]
                #expect((number >= 0) == isFree, "seed \(seed), variable \(variable)")
                guard isFree else { continue }
                let leader = Int(aggregation.leader(Int(number)))
                if leader != variable { joined += 1 }
                #expect(readings[leader] == readings[variable], "seed \(seed)")
                #expect(aggregation.members[Int(number)].contains(Int32(variable)))
                if mask == .max {
                    #expect(known[readings[variable]] ?? number == number, "seed \(seed)")
                    known[readings[variable]] = number
                }
            }
        }
        // Of no bits nothing comes but by luck.
        if mask > 0 { #expect(joined > (mask == .max ? 200 : 0)) }
    }
}
