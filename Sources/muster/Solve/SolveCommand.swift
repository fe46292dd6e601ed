// `muster solve`: the same solver on a file of the pseudo-Boolean competition's format, so that
// anybody can hold it against public instances and other solvers.

import ArgumentParser
import Foundation
import MusterOPB
import MusterPolicy
import MusterSolver

struct SolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "solve",
        abstract:
            "Solves a pseudo-Boolean problem (OPB) with the solver that decides for policies.",
        discussion: """
            Prints the competition's lines: c comments, o the objective of each better solution, \
            s the verdict, v the values. Exit status: 30 an optimum, 10 a solution, 20 none \
            exists, 0 unknown; 1 the file is wrong.
            """
    )

    @Argument(help: "A file in OPB format; - is standard input.")
    var file: String

    @Option(help: "The work that solving may take, in the solver's units.")
    var solveWork = 8_000_000_000

    func validate() throws {
        guard solveWork > 0 else { throw ValidationError("--solve-work takes a number from 1 on") }
    }

    func run() throws {
        let name = file == "-" ? "standard input" : file
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.bytesOrInput(at: file)
        } catch {
            Terminal.error.write("error: \(error)")
            throw ExitCode.invalidInput
        }
        let (read, diagnostics) = OPBReader.read(bytes, source: name)
        guard let read else {
            let terminal = Terminal.error
            let renderer = DiagnosticRenderer(
                sources: [name: bytes],
                isColored: terminal.hasColour
            )
            for diagnostic in diagnostics { terminal.write(renderer.text(diagnostic)) }
            throw ExitCode.invalidInput
        }
        Terminal.output.write(
            "c \(read.names.count) variables, \(read.constraints.count) constraints"
        )
        throw solve(read)
    }

    private func solve(_ read: PseudoBooleanProblem) -> ExitCode {
        var best: Int128?
        let outcome = read.problem.solveInRounds(work: solveWork) { solution in
            precondition(read.isSatisfied(by: solution.values), "a solution breaks a constraint")
            guard let cost = read.cost(of: solution.values), best.map({ cost < $0 }) ?? true
            else { return }
            best = cost
            Terminal.output.write("o \(cost)")
        }
        switch outcome {
        case .infeasible:
            Terminal.output.write("s UNSATISFIABLE")
            return ExitCode(20)
        case .unknown:
            Terminal.output.write("s UNKNOWN")
            return ExitCode(0)
        case .solved(let solution):
            let counts = solution.statistics
            Terminal.output.write(
                "c \(counts.components) components, \(counts.decisions) decisions, "
                    + "\(counts.conflicts) conflicts, \(counts.pivots) pivots, \(counts.work) work"
            )
            let isOptimum = read.objective != nil && solution.isOptimal
            if read.objective != nil, !isOptimum {
                Terminal.output.write("c at least \(solution.bounds[0])")
            }
            Terminal.output.write(isOptimum ? "s OPTIMUM FOUND" : "s SATISFIABLE")
            write(read.names, solution.values)
            return ExitCode(isOptimum ? 30 : 10)
        }
    }

    /// Values in lines that editors can show.
    private func write(_ names: [String], _ values: [Int]) {
        var line = "v"
        for (index, name) in names.enumerated() {
            line += (values[index] > 0 ? " " : " -") + name
            if line.utf8.count > 4000 {
                Terminal.output.write(line)
                line = "v"
            }
        }
        if line != "v" || names.isEmpty { Terminal.output.write(line) }
    }
}
