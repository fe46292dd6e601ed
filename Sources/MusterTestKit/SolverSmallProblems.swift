// Small random problems that together use every feature, sized so that trying everything is quick.

public import MusterSolver

/// Random problems of a dozen variables.
public enum SolverSmallProblems {
    /// The problem of a seed.
    public static func problem(seed: UInt64) -> Problem {
        var random = SolverRandomness(seed: seed)
        var problem = Problem()
        var plain: [Variable] = []
        var isBool: [Bool] = []
        let count = random.pick(1...9)
        var states = 1
        for _ in 0..<count {
            if random.chance(75) || states > 1500 {
                plain.append(problem.addBool(start: random.chance(50)).variable)
                isBool.append(true)
                states *= 2
            } else {
                let low = random.pick(-2...2)
                let high = low + random.pick(0...4)
                plain.append(problem.addVariable(low...high, start: random.pick(-3...6)))
                isBool.append(low == 0 && high == 1)
                states *= high - low + 1
            }
        }
        let literals = zip(plain, isBool).filter(\.1).map { Literal($0.0) }
        addTwins(of: literals, to: &problem, &random)
        var nodes: [Literal] = literals
        for _ in 0..<random.pick(0...6) {
            nodes.append(problem.isNonNegative(sum(plain, nodes, &random)))
        }
        for _ in 0..<random.pick(0...3) {
            if random.chance(60) {
                var either = LinearSum(-1)
                for _ in 0..<random.pick(1...3) {
                    if !nodes.isEmpty { either.add(1, flip(random.pick(nodes), &random)) }
                }
                problem.require(either)
            } else {
                problem.require(sum(plain, nodes, &random))
            }
        }
        if literals.count > 1 {
            for _ in 0..<random.pick(0...3) {
                let needy = random.pick(literals).variable
                problem.require(needy, implies: flip(random.pick(nodes), &random))
            }
        }
        for _ in 0..<random.pick(0...3) {
            var objective = LinearSum(random.pick(-3...3))
            for variable in plain where random.chance(60) {
                objective.add(random.pick(-3...5), variable)
            }
            for _ in 0..<random.pick(0...3) where !nodes.isEmpty {
                objective.add(random.pick(-4...6), flip(random.pick(nodes), &random))
            }
            problem.objectives.append(objective)
        }
        return problem
    }

    /// Now and then a row over several variables with one factor, so that some are alike.
    private static func addTwins(
        of literals: [Literal],
        to problem: inout Problem,
        _ random: inout SolverRandomness
    ) {
        guard random.chance(40), literals.count > 2 else { return }
        var count = LinearSum(-random.pick(1...literals.count))
        for literal in literals { count.add(1, literal) }
        if random.chance(50) {
            problem.require(count)
        } else {
            _ = problem.isNonNegative(count)
        }
    }

    private static func flip(_ literal: Literal, _ random: inout SolverRandomness) -> Literal {
        random.chance(30) ? !literal : literal
    }

    private static func sum(
        _ plain: [Variable],
        _ nodes: [Literal],
        _ random: inout SolverRandomness
    ) -> LinearSum {
        var sum = LinearSum(random.pick(-6...4))
        let factors = random.chance(50) ? [1] : [1, 1, 2, 3, 5, -1, -2, -3, 7]
        for _ in 0..<random.pick(1...6) {
            if random.chance(50), !nodes.isEmpty {
                sum.add(random.pick(factors), flip(random.pick(nodes), &random))
            } else {
                sum.add(random.pick(factors), random.pick(plain))
            }
        }
        return sum
    }
}
