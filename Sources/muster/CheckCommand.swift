// `muster check`: says what is wrong with policies before anybody relies on them.

import ArgumentParser
import MusterEngine
import MusterPolicy

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks policies and says what is wrong, where, and how to mend it."
    )

    @Argument(help: "Policy files, or folders of them.")
    var paths: [String]

    @Option(help: "text, or json: one object with every finding on standard output.")
    var output: OutputFormat = .text

    @Flag(help: "Treat warnings as errors.")
    var strict = false

    func run() throws {
        let files = PolicyFiles(paths)
        let warnings = files.diagnostics.count { $0.severity == .warning }
        let errors = files.diagnostics.count - warnings
        switch output {
        case .json:
            let findings = files.diagnostics.map(\.json).joined(separator: ",")
            Terminal.output.write(
                "{\"files\":\(files.fileCount),\"errors\":\(errors),\"warnings\":\(warnings),"
                    + "\"diagnostics\":[\(findings)]}"
            )
        case .text:
            files.show(on: .error)
            let documents = files.baseline.entries.count
            let read = "\(counted(files.fileCount, "file")) read"
            let verdict =
                errors > 0
                ? DiagnosticRenderer.counts(files.diagnostics)
                : "\(counted(documents, "document")) valid, \(counted(warnings, "warning"))"
            Terminal.output.write("\(read): \(verdict)")
        }
        if errors > 0 || (strict && warnings > 0) { throw ExitCode.invalidInput }
    }
}

/// How a command prints its result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
