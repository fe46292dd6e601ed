// A fleet as a problem: one variable for each machine, as few broken policies as can be at each
// level, then the least cost.

public import MusterSolver

extension Fleet {
    /// The cost of changing a machine's state.
    private static let changeCost = 10

    /// The problem; the variable of machine i is the problem's variable i.
    public var problem: Problem {
        problem(machines: Array(machines.indices), policies: Array(policies.indices))
    }

    /// The problem of some machines and policies; all others keep their state or are unusable.
    func problem(machines chosen: [Int], policies: [Int]) -> Problem {
        var problem = Problem()
        var states = [Variable?](repeating: nil, count: machines.count)
        for number in chosen {
            let machine = machines[number]
            states[number] = problem.addVariable(
                0...(machine.isUsable ? 1 : 0),
                start: machine.isOn ? 1 : 0
            )
        }
        for number in chosen {
            guard let host = machines[number].host, let above = states[host],
                let state = states[number]
            else { continue }
            problem.require(state, implies: Literal(above))
        }
        var objectives = [LinearSum](repeating: LinearSum(), count: Self.levels)
        for policy in policies.map({ self.policies[$0] }) {
            objectives[policy.level].add(1, !truth(policy.formula, states, in: &problem))
        }
        var cost = LinearSum()
        for number in chosen {
            guard let state = states[number] else { continue }
            let machine = machines[number]
            cost.add(Self.changeCost, Literal(state, isNegated: machine.isOn))
            guard machine.host != nil else { continue }
            if machine.tier == 1 { cost.add(1, state) }
            if machine.tier == 2 { cost.add(3, state) }
            if machine.zone == 2 { cost.add(2, state) }
        }
        problem.objectives = objectives + [cost]
        return problem
    }

    private func truth(
        _ formula: FleetFormula,
        _ states: [Variable?],
        in problem: inout Problem
    ) -> Literal {
        switch formula {
        case .atLeast(let least, let measure, let selection):
            return reaches(least, measure, members(selection), states, in: &problem)
        case .atMost(let most, let measure, let selection):
            return !reaches(most + 1, measure, members(selection), states, in: &problem)
        case .atMostPerHost(let most, let selection):
            let parts = byHost(selection).map {
                !reaches(most + 1, .count, $0, states, in: &problem)
            }
            return Self.some(parts.count, of: parts, in: &problem)
        case .distinctHosts(let least, let selection):
            let parts = byHost(selection).map { reaches(1, .count, $0, states, in: &problem) }
            return Self.some(least, of: parts, in: &problem)
        case .some(let least, let formulas):
            let parts = formulas.map { truth($0, states, in: &problem) }
            return Self.some(least, of: parts, in: &problem)
        case .one(let formulas):
            let parts = formulas.map { truth($0, states, in: &problem) }
            return Self.one(of: parts, in: &problem)
        case .odd(let first, let second):
            let parts = [first, second].map { truth($0, states, in: &problem) }
            return Self.one(of: parts, in: &problem)
        case .not(let formula): return !truth(formula, states, in: &problem)
        }
    }

    private func byHost(_ selection: FleetSelection) -> [[Int]] {
        var parts: [Int: [Int]] = [:]
        for number in members(selection) {
            parts[machines[number].host ?? -1, default: []] += [number]
        }
        return parts.sorted { $0.key < $1.key }.map(\.value)
    }

    private func reaches(
        _ least: Int,
        _ measure: FleetFormula.Measure,
        _ members: [Int],
        _ states: [Variable?],
        in problem: inout Problem
    ) -> Literal {
        var sum = LinearSum(-least)
        for number in members {
            guard let state = states[number] else { continue }
            switch measure {
            case .count: sum.add(1, state)
            case .cores: sum.add(machines[number].cores, state)
            case .memory: sum.add(machines[number].memory, state)
            }
        }
        return problem.isNonNegative(sum)
    }

    static func some(_ least: Int, of parts: [Literal], in problem: inout Problem) -> Literal {
        var sum = LinearSum(-least)
        for part in parts { sum.add(1, part) }
        return problem.isNonNegative(sum)
    }

    static func one(of parts: [Literal], in problem: inout Problem) -> Literal {
        let any = some(1, of: parts, in: &problem)
        let several = some(2, of: parts, in: &problem)
        return some(2, of: [any, !several], in: &problem)
    }
}
