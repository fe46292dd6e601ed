// Soundness rests on integers. What the search learns is held against every solution of small
// components, and the relaxation's answers are replaced by noise, which may cost time only.

import MusterTestKit
import Testing

@testable import MusterSolver

@Suite struct SoundnessTests {
    @Test("no clause, no summed row, no cut and no bound of the root cuts off a solution")
    func inferences() {
        var conflicts = 0
        for seed in UInt64(40_000)..<40_600 {
            let tactics = [
                Tactics(restartInterval: 2, conflictsBeforeRelaxation: 0), Tactics(),
                Tactics(restartInterval: 3, conflictsBeforeRelaxation: 1, distortion: seed),
            ]
            let problem = SolverSmallProblems.problem(seed: seed)
            conflicts += search(problem, tactics, "seed \(seed)")
        }
        #expect(conflicts > 300)
    }

    @Test("no cut and nothing learned of a packing cuts off a solution")
    func packings() {
        let tactics = [Tactics(restartInterval: 2, conflictsBeforeRelaxation: 0)]
        for seed in UInt64(0)..<200 {
            _ = search(packing(seed: seed), tactics, "seed \(seed)")
        }
    }

    /// Searches a problem's components, and traps when an inference cuts off a solution.
    ///
    /// - Returns: the conflicts met.
    private func search(_ problem: Problem, _ tactics: [Tactics], _ label: String) -> Int {
        let presolve = Presolve(problem)
        if presolve.isInfeasible { return 0 }
        var conflicts = 0
        for component in Decomposition(presolve).components {
            let points = solutions(of: component)
            for tactics in tactics {
                var search = Search(component, workLimit: 1_000_000, tactics: tactics)
                search.witnesses = points
                let result = search.minimise()
                #expect(result.isInfeasible == points.isEmpty, "\(label)")
                conflicts += result.statistics.conflicts
            }
        }
        return conflicts
    }

    @Test("the optimum of a packing is what trying all of them finds")
    func packingOptima() {
        for seed in UInt64(1000)..<1200 {
            let problem = packing(seed: seed)
            var solver = Solver()
            solver.tactics = Tactics(restartInterval: 2, conflictsBeforeRelaxation: 0)
            let best = SolverReference.bestObjectives(of: problem)
            if case .solved(let solution) = solver.solve(problem) {
                #expect(solution.objectives == best && solution.isOptimal, "seed \(seed)")
            } else {
                #expect(best == nil, "seed \(seed)")
            }
        }
    }

    /// Items of few sizes that do not all fit, with up to three objectives.
    private func packing(seed: UInt64) -> Problem {
        var random = SolverRandomness(seed: seed)
        var problem = Problem()
        let items = (0..<10).map { _ in problem.addBool(start: random.chance(50)) }
        var objectives = [LinearSum](repeating: LinearSum(), count: random.pick(1...3))
        for index in objectives.indices {
            for item in items where random.chance(80) {
                objectives[index].add(random.pick(1...9), random.chance(80) ? !item : item)
            }
        }
        for _ in 0..<3 {
            var room = LinearSum(random.pick(30...60))
            for item in items where random.chance(70) {
                room.add(-random.pick([8, 12, 16, 24]), random.chance(80) ? item : !item)
            }
            if random.chance(30) {
                objectives[0].add(20, !problem.isNonNegative(room))
            } else {
                problem.require(room)
            }
        }
        problem.objectives = objectives
        return problem
    }

    /// Every solution of a component, by trying all values of its classes.
    private func solutions(of component: Component) -> [[Int]] {
        var points: [[Int]] = []
        var point = component.lower
        while true {
            let completed = component.completed(point)
            if component.isFeasible(completed) { points.append(completed) }
            var variable = 0
            while variable < component.classCount, point[variable] == component.upper[variable] {
                point[variable] = component.lower[variable]
                variable += 1
            }
            if variable == component.classCount { return points }
            point[variable] += 1
        }
    }

    @Test("a relaxation that talks nonsense makes no answer wrong")
    func nonsense() {
        for seed in UInt64(50_000)..<51_000 {
            let problem = SolverSmallProblems.problem(seed: seed)
            var solver = Solver()
            solver.tactics = Tactics(
                restartInterval: 1,
                conflictsBeforeRelaxation: 0,
                distortion: seed
            )
            switch solver.solve(problem) {
            case .solved(let solution):
                #expect(SolverReference.violation(of: problem, at: solution.values) == nil)
                #expect(
                    !solution.isOptimal
                        || solution.objectives == SolverReference.bestObjectives(of: problem),
                    "seed \(seed)"
                )
            case .infeasible:
                #expect(SolverReference.bestObjectives(of: problem) == nil, "seed \(seed)")
            case .unknown: Issue.record("seed \(seed) has no answer")
            }
        }
    }
}
