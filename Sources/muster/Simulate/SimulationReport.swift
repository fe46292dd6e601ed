// What a simulation was and what came of it, for people and for programs.

import Foundation
import MusterSimulation

/// The result of `muster simulate`.
struct SimulationReport: Encodable {
    struct Failure: Encodable {
        let check: String
        let message: String
        let world: Int
        let actions: Int
        let trace: String
        let test: String
    }

    let seed: UInt64
    let steps: Int
    let worlds: Int
    let decisions: Int
    let commands: Int
    let notices: Int
    let commits: Int
    let restores: Int
    let comparisons: Int
    let passages: Int
    let heldBack: Int
    let convergences: Int
    let faults: [String: Int]
    let digest: String
    let failure: Failure?

    init(seed: UInt64, _ outcome: Simulation.Outcome, _ failure: Simulation.Failure?) {
        self.seed = seed
        let tally = outcome.tally
        steps = tally.steps
        worlds = outcome.worlds
        decisions = tally.decisions
        commands = tally.commands
        notices = tally.notices
        commits = tally.commits
        restores = tally.restores
        comparisons = tally.comparisons
        passages = tally.passages
        heldBack = tally.heldBack
        convergences = tally.convergences
        faults = tally.faults
        digest = outcome.digest
        self.failure = failure.map { failure in
            Failure(
                check: failure.violation.check.rawValue,
                message: failure.violation.message,
                world: failure.world,
                actions: failure.trace.count,
                trace: failure.trace.text,
                test: failure.trace.test(named: "seed \(seed), world \(failure.world)")
            )
        }
    }

    func writeJSON() throws { try Self.write(self) }

    /// Writes a value as one JSON document.
    static func write(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Terminal.output.write(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    func writeText() {
        let terminal = Terminal.output
        terminal.write(
            "seed \(seed): \(steps) steps in \(counted(worlds, "world")), "
                + "\(counted(decisions, "decision")), \(counted(commands, "command")), "
                + "\(counted(notices, "notice"))"
        )
        terminal.write(
            "\(counted(commits, "transaction")), \(counted(restores, "domain")) restored, "
                + "\(counted(comparisons, "choice")) compared with every other, "
                + "\(counted(convergences, "domain")) came to rest"
        )
        terminal.write(
            "\(counted(passages, "plan")) held against every state on the way, "
                + "\(counted(heldBack, "decision")) with something held back by guards"
        )
        let total = faults.values.reduce(0, +)
        terminal.write("\(counted(total, "fault")):")
        for (kind, count) in faults.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            terminal.write("  \(count) × \(kind)")
        }
        terminal.write("digest \(digest)")
        guard let failure else {
            terminal.write(terminal.styled("every promise is kept", .green))
            return
        }
        terminal.write("")
        terminal.write(
            terminal.styled("broken: \(failure.check)", .red) + ": \(failure.message)"
        )
        terminal.write("The shortest run that shows it; `muster simulate --trace FILE` repeats it:")
        terminal.write("\n\(failure.trace)")
        terminal.write("As a test:\n\n\(failure.test)")
    }
}
