// `muster verify`: checks the proof of a plan, by code that shares nothing with the solver.

import ArgumentParser
import Foundation
import MusterProof

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks a proof that `muster plan --proof` has written.",
        discussion: "Exit status: 0 the proof shows what it claims; 1 it does not."
    )

    @Argument(help: "The proof.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "Also write each problem (OPB) and proof (VeriPB 2.0) to a folder, for other checkers.",
            valueName: "folder"
        )
    )
    var extract: String?

    func run() throws {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.bytes(at: file)
        } catch {
            Terminal.error.write("error: \(error)")
            throw ExitCode.invalidInput
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            Terminal.error.write("error: `\(file)` is no proof: it is not text in UTF-8")
            throw ExitCode.invalidInput
        }
        var isWritten = true
        do throws(ProofRejection) {
            let proof = try ProofFile(text)
            if let extract { isWritten = write(proof.files, to: extract) }
            for verdict in try proof.verify() { write(verdict) }
        } catch {
            let place = error.line == 0 ? file : "\(file):\(error.line)"
            Terminal.error.write("error: \(place): \(error.reason)")
            throw ExitCode.invalidInput
        }
        if !isWritten { throw ExitCode.invalidInput }
    }

    private func write(_ verdict: DecisionVerdict) {
        let terminal = Terminal.output
        terminal.write(
            terminal.styled("domain \(verdict.domain)", .bold)
                + ": \(counted(verdict.steps, "step")) checked in \(counted(verdict.parts, "part"))"
        )
        for level in verdict.levels {
            let settled =
                level.settled == 0 ? "" : ", \(level.settled) of it settled without choice"
            terminal.write("  \(level.objective): \(level.value), proven least\(settled)")
        }
    }

    /// Writes files, or says why it cannot.
    private func write(_ files: [(name: String, text: String)], to folder: String) -> Bool {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            for (name, text) in files {
                let url = URL(fileURLWithPath: folder).appendingPathComponent(name)
                try Data(text.utf8).write(to: url)
            }
            return true
        } catch {
            let failure = FileFailure(folder, cannotBe: .written, error)
            Terminal.error.write("error: \(failure)")
            return false
        }
    }
}
