// The solver beside CP-SAT, family by family, on the same machine in the same run.

internal import Foundation
internal import MusterSolver
internal import MusterTestKit

/// Solves generated domains with the solver and with CP-SAT and prints times, ratios and what was
/// not proven.
struct VersusBenchmark: Benchmark {
    static let name = "versus-cpsat"
    static let purpose = "the solver beside CP-SAT (one worker, linearization level 2)"

    static func run() throws {
        let flags = Flags(known: ["only", "seeds", "runs", "limit", "budget", "details"])
        let oracle = try PythonOracle(limit: Double(flags.number("limit", 60)))
        let budget = Budget(work: flags.number("budget", 4_000_000_000))
        let only = flags.text("only", "").split(separator: ",")
        let details = flags.text("details", "no") == "yes"
        say("medians in milliseconds of processor time; ratios are of pairs proven on both sides")
        say(row(["family", "Muster", "CP-SAT", "ratio", "least", "proven", "CP-SAT's"]))
        var disagreements = 0
        for contest in Contest.all(seeds: flags.number("seeds", 5)) {
            guard only.isEmpty || only.contains(where: { contest.name.hasPrefix($0) }) else {
                continue
            }
            let duels = try contest.run(oracle, runs: flags.number("runs", 5), budget: budget)
            say(line(contest.name, duels))
            for duel in duels {
                if !duel.agrees { disagreements += 1 }
                guard details || !duel.agrees || !duel.isOurProven || !duel.isTheirProven else {
                    continue
                }
                let verdict =
                    !duel.agrees
                    ? "DISAGREE" : !duel.isOurProven ? "unproven by Muster" : "proven"
                say(
                    "    \(duel.name): \(verdict)"
                        + (duel.isTheirProven ? "" : ", unproven by CP-SAT")
                        + " \(format(duel.ours * 1000)) vs \(format(duel.theirs * 1000)) ms"
                        + " \(duel.note)"
                )
            }
        }
        if disagreements > 0 {
            throw PythonOracle.Failure(description: "\(disagreements) proven optima differ")
        }
    }

    private static func line(_ name: String, _ duels: [Duel]) -> String {
        let both = duels.filter { $0.isOurProven && $0.isTheirProven }
        let ratios = both.map { $0.theirs / $0.ours }
        return row([
            name, format(median(duels.map { $0.ours * 1000 })),
            format(median(duels.map { $0.theirs * 1000 })), format(median(ratios)),
            format(ratios.min()), "\(duels.count(where: \.isOurProven))/\(duels.count)",
            "\(duels.count(where: \.isTheirProven))/\(duels.count)",
        ])
    }

    private static func format(_ number: Double?) -> String {
        number.map { String(format: $0 < 10 ? "%.2f" : "%.0f", $0) } ?? "-"
    }

    private static func row(_ cells: [String]) -> String {
        let first = cells[0].padding(toLength: 28, withPad: " ", startingAt: 0)
        return first
            + cells.dropFirst().map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }
            .joined()
    }
}
