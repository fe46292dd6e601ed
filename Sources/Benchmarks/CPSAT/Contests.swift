// The families of problems that are measured.

internal import MusterSolver
internal import MusterTestKit

extension Contest {
    /// Domains of a family decided from nothing, by so many seeds.
    static func cold(
        _ family: Fleet.Family,
        _ resources: Int,
        _ policies: Int,
        seeds: Int
    ) -> Contest {
        let name = "\(family.rawValue)-\(resources)-\(policies)"
        return Contest(name: name) {
            (1...seeds).map { seed in
                let fleet = Fleet(
                    family,
                    resources: resources,
                    policies: policies,
                    seed: UInt64(seed)
                )
                return Round(name: "\(name)-s\(seed)", problem: fleet.problem)
            }
        }
    }

    /// What follows changes in a domain that was decided best: the solver decides what a change
    /// touches, CP-SAT the whole domain with the present states as a hint.
    static func events(
        _ family: Fleet.Family,
        _ resources: Int,
        _ policies: Int,
        count: Int
    ) -> Contest {
        let name = "events-\(family.rawValue)-\(resources)-\(policies)"
        return Contest(name: name) {
            var fleet = Fleet(family, resources: resources, policies: policies, seed: 1)
            let ties = Fleet.Ties(fleet)
            if case .solved(let solution) = Solver().solve(fleet.problem) {
                fleet.settle { solution.values[$0] > 0 }
            }
            var random = SolverRandomness(seed: 7)
            var rounds: [Round] = []
            while rounds.count < count {
                let change = fleet.happen(&random)
                let part = fleet.part(touching: change, ties)
                guard !part.machines.isEmpty else { continue }
                let present = fleet
                let whole = fleet.problem
                func states(_ solution: Solution) -> [Bool] {
                    var states = present.machines.map(\.isOn)
                    for (position, number) in part.machines.enumerated() {
                        states[number] = solution.values[position] > 0
                    }
                    return states
                }
                let own = fleet.problem(of: part)
                rounds.append(
                    Round(
                        name: "\(name)-\(rounds.count + 1)",
                        problem: whole,
                        mode: .hint,
                        part: own,
                        objectives: { present.objectives(of: whole, at: states($0)) }
                    )
                )
                if case .solved(let solution) = Solver().solve(own) {
                    let next = states(solution)
                    fleet.settle { next[$0] }
                }
            }
            return rounds
        }
    }

    /// Adversarial problems of a size.
    static func adversarial(_ kind: Adversary, size: Int, seeds: Int) -> Contest {
        let name = "\(kind.rawValue)-\(size)"
        return Contest(name: name) {
            (1...seeds).map { seed in
                Round(
                    name: "\(name)-s\(seed)",
                    problem: kind.problem(size: size, seed: UInt64(seed))
                )
            }
        }
    }

    /// Random domains in the whole language; CP-SAT has a variable for each resource.
    static func language(_ resources: Int, _ policies: Int, seeds: Int) -> Contest {
        let name = "language-\(resources)-\(policies)"
        return Contest(name: name) {
            (1...seeds).map { seed in
                Round(
                    name: "\(name)-s\(seed)",
                    problem: LanguageProblems.problem(
                        resources: resources,
                        policies: policies,
                        seed: seed
                    ),
                    mode: .plain
                )
            }
        }
    }

    /// Every family, the small ones first.
    static func all(seeds: Int) -> [Contest] {
        var result: [Contest] = []
        for family in Fleet.Family.allCases {
            result.append(cold(family, 100, 10, seeds: seeds))
            result.append(cold(family, 1000, 60, seeds: seeds))
        }
        for family in [Fleet.Family.scoped, .mixed, .conflicting] {
            result.append(events(family, 1000, 60, count: 4 * seeds))
        }
        for kind in Adversary.allCases {
            let sizes =
                kind == .hall ? [6, 12, 20] : kind == .knapsack ? [4, 8, 15] : [8, 16, 30]
            for size in sizes { result.append(adversarial(kind, size: size, seeds: seeds)) }
        }
        for family in Fleet.Family.allCases {
            result.append(cold(family, 10_000, 300, seeds: seeds))
            result.append(cold(family, 1000, 200, seeds: seeds))
        }
        result.append(events(.scoped, 10_000, 300, count: 4 * seeds))
        result.append(events(.mixed, 10_000, 300, count: 2 * seeds))
        result.append(events(.scoped, 100_000, 1000, count: 2 * seeds))
        result.append(language(200, 15, seeds: seeds))
        result.append(language(500, 30, seeds: seeds))
        result.append(cold(.scoped, 100_000, 1000, seeds: seeds))
        result.append(cold(.mixed, 100_000, 1000, seeds: seeds))
        return result
    }
}
