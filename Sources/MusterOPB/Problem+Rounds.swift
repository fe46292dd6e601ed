// Solving in rounds, each allowed more work than all before it, so that good solutions are told
// while better ones are looked for.

public import MusterSolver

extension Problem {
    /// Solves with ever larger parts of a budget, each round starting from the best solution known.
    ///
    /// - Parameters:
    ///   - work: The most work of the last round; all rounds together take at most a seventh more.
    ///   - report: Is given the solution of each round that has one.
    /// - Returns: the outcome of the last round that was needed.
    public func solveInRounds(work: Int, report: (Solution) -> Void) -> Outcome {
        var problem = self
        var share = max(1, work / 512)
        while true {
            let outcome = Solver(budget: Budget(work: share)).solve(problem)
            switch outcome {
            case .infeasible: return outcome
            case .unknown: if share >= work { return outcome }
            case .solved(let solution):
                report(solution)
                if solution.isOptimal || share >= work { return outcome }
                problem.start(from: solution.values)
            }
            share = share > work / 8 ? work : share * 8
        }
    }
}
