// One family of problems, solved by Muster's solver and by CP-SAT in the same run.

internal import Foundation
internal import MusterSolver
internal import MusterTestKit

/// How one problem went on both sides.
struct Duel {
    let name: String
    let ours: Double
    let theirs: Double
    let isOurProven: Bool
    let isTheirProven: Bool
    /// True unless both sides proved different optima.
    let agrees: Bool
    let note: String
}

/// A family and its problems.
struct Contest {
    /// A problem to solve, and how CP-SAT is to model it.
    struct Round {
        let name: String
        let problem: Problem
        var mode = PythonOracle.Mode.joined
        /// The part that is to be decided anew, if that is not all.
        var part: Problem?
        /// The objectives of the whole problem that a solution of the part comes to.
        var objectives: ((Solution) -> [Int])?
    }

    let name: String
    let rounds: () throws -> [Round]

    /// Solves each problem on both sides.
    func run(_ oracle: PythonOracle, runs: Int, budget: Budget) throws -> [Duel] {
        let rounds = try rounds()
        let theirs = try oracle.solve(rounds.map { ($0.problem, $0.mode) })
        return zip(rounds, theirs).map { round, answer in
            var times: [Double] = []
            var outcome = Outcome.unknown
            repeat {
                let begin = threadSeconds()
                outcome = Solver(budget: budget).solve(round.part ?? round.problem)
                times.append(threadSeconds() - begin)
            } while times.count < runs && times[0] < 1
            return duel(round, times.sorted()[times.count / 2], outcome, answer)
        }
    }

    private func duel(
        _ round: Round,
        _ seconds: Double,
        _ outcome: Outcome,
        _ answer: OracleAnswer
    ) -> Duel {
        var reached: [Int]?
        var isProven = true
        var note = ""
        switch outcome {
        case .solved(let solution):
            let objectives = round.objectives?(solution) ?? solution.objectives
            reached = objectives
            isProven = solution.isOptimal
            let facts = solution.statistics
            note = "\(objectives)"
            if !isProven { note += " bounds \(solution.bounds)" }
            note += " classes \(facts.classes) parts \(facts.components)"
            note += " conflicts \(facts.conflicts) pivots \(facts.pivots)"
        case .infeasible: note = "infeasible"
        case .unknown:
            isProven = false
            note = "unknown"
        }
        let agrees = !isProven || !answer.proven || reached == answer.objectives
        if !agrees || !isProven || !answer.proven {
            note += " CP-SAT \(answer.objectives.map { "\($0)" } ?? "none")"
        }
        return Duel(
            name: round.name,
            ours: seconds,
            theirs: answer.seconds,
            isOurProven: isProven,
            isTheirProven: answer.proven,
            agrees: agrees,
            note: note
        )
    }
}

/// The middle one of some numbers, or nil of none.
func median(_ numbers: [Double]) -> Double? {
    numbers.isEmpty ? nil : numbers.sorted()[numbers.count / 2]
}
