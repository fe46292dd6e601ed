// `muster simulate`: the worker's core against a simulated world with faults.

import ArgumentParser
import Foundation
import MusterSimulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs the worker's core against a simulated estate and log with faults.",
        discussion: """
            Machines lag, fail, lie and flap, networks split, clocks jump, workers crash, \
            partitions move and configuration changes, and after each step what Muster promises \
            is checked. The same seed gives the same run, and the same digest, anywhere. Where a \
            promise is broken, the run is shortened and printed, and the exit status is 70.
            """
    )

    @Option(help: "What the run follows from; by default a new one, which is printed.")
    var seed: UInt64?

    @Option(help: "How many steps to simulate: a report, a delivery, a fault, a tick of a clock.")
    var steps = 100_000

    @Option(
        help: ArgumentHelp("A file with a run that was printed, to carry out.", valueName: "file")
    )
    var trace: String?

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    @Option(
        help: ArgumentHelp("A mistake to plant.", visibility: .hidden),
        transform: SimulateCommand.mutation
    )
    var plant: Mutation?

    private static func mutation(named name: String) throws -> Mutation {
        guard let mutation = Mutation(rawValue: name) else {
            let known = Mutation.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("mistakes that can be planted are \(known)")
        }
        return mutation
    }

    func validate() throws {
        guard steps >= 1 else { throw ValidationError("--steps takes a number from 1 on") }
        guard trace == nil || seed == nil else {
            throw ValidationError("a run is made of a --seed or read from a --trace, not both")
        }
    }

    func run() throws {
        if let trace { return try replay(trace) }
        let seed = seed ?? UInt64.random(in: 0...999_999_999)
        var simulation = Simulation(seed: seed, steps: steps, mutation: plant)
        var progress = SimulationProgress(steps: steps)
        while !simulation.isOver {
            simulation.runWorld()
            progress.show(simulation.outcome.tally.steps)
        }
        progress.end()
        let failure = simulation.outcome.failure.map(shrink)
        let report = SimulationReport(seed: seed, simulation.outcome, failure)
        switch output {
        case .json: try report.writeJSON()
        case .text: report.writeText()
        }
        if failure != nil { throw ExitCode.promiseBroken }
    }

    private func shrink(_ failure: Simulation.Failure) -> Simulation.Failure {
        Terminal.error.write("\(failure.violation); shortening the run that shows it…")
        return failure.shrunk(mutation: plant)
    }

    private func replay(_ path: String) throws {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.bytes(at: path)
        } catch {
            Terminal.error.write("error: \(error)")
            throw ExitCode.invalidInput
        }
        let trace: Trace
        do throws(Trace.ReadingError) {
            trace = try Trace(String(decoding: bytes, as: UTF8.self))
        } catch {
            Terminal.error.write("error: \(path): \(error)")
            throw ExitCode.invalidInput
        }
        let violation = trace.run(mutation: plant)
        switch output {
        case .json:
            let found = violation.map {
                ["check": $0.check.rawValue, "message": $0.message]
            }
            try SimulationReport.write(["violation": found])
        case .text:
            Terminal.output.write(violation?.description ?? "every promise is kept")
        }
        if violation != nil { throw ExitCode.promiseBroken }
    }
}

/// How far a run has come, for those who watch.
private struct SimulationProgress {
    let steps: Int
    private var shown = -1
    private let isShown = Terminal.error.isInteractive

    init(steps: Int) { self.steps = steps }

    mutating func show(_ done: Int) {
        let percent = min(100, done * 100 / steps)
        guard isShown, percent != shown else { return }
        shown = percent
        FileHandle.standardError.write(Data("\r\(percent)% of \(steps) steps".utf8))
    }

    func end() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
