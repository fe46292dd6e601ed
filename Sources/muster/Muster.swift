// The command line (contract, section 8).

import ArgumentParser
import Foundation
import MusterPolicy

@main
struct Muster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "muster",
        abstract: "Keeps machines in the state that policies ask for.",
        discussion: """
            Exit status: 0 done and satisfied; 1 invalid input; 3 a policy cannot be satisfied; \
            64 wrong usage; 69 the broker cannot be reached; 70 a simulation found a promise \
            broken; 75 another process goes by this worker's name; 78 wrong configuration.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, DemoCommand.self, PlanCommand.self, ExplainCommand.self,
            CheckCommand.self, TestCommand.self, SimulateCommand.self, SolveCommand.self,
            VerifyCommand.self,
        ]
    )

    /// Runs what the arguments ask for; of a command that is nearly one, says which.
    static func main() async {
        if let first = CommandLine.arguments.dropFirst().first, !first.hasPrefix("-") {
            let known = configuration.subcommands.compactMap { $0.configuration.commandName }
            if first != "help", !known.contains(first) {
                Terminal.error.write("error: there is no command `\(first)`")
                let nearest = Spelling.nearest(to: first, among: known)
                let help = nearest.map { "did you mean `\($0)`?" } ?? "`muster --help` lists them"
                Terminal.error.write("  help: \(help)")
                Foundation.exit(ExitCode.validationFailure.rawValue)
            }
        }
        await main(nil)
    }
}
