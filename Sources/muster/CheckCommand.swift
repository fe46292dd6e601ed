// `muster check`: says what is wrong with policies before anybody relies on them.

import ArgumentParser
import MusterEngine
import MusterModel
import MusterPolicy

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks policies and says what is wrong, where, and how to mend it."
    )

    @Argument(help: "Policy files, or folders of them.")
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "Also look for policies that can never hold together with these resources: a file of "
                + "resource-availability events, one a line; - is standard input."
        )
    )
    var resources: String?

    @Option(help: "text, or json: one object with every finding on standard output.")
    var output: OutputFormat = .text

    @Flag(help: "Treat warnings as errors.")
    var strict = false

    func run() throws {
        var files = PolicyFiles(paths)
        if let resources, !files.hasErrors {
            let file = ResourceFile(path: resources, timestamp: .now)
            try file.requireValid()
            files.add(Self.conflicts(files.baseline, file))
        }
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

    /// Policies that can never hold together with the resources of a file, each pair once.
    private static func conflicts(_ baseline: Baseline, _ file: ResourceFile) -> [Diagnostic] {
        let planning = Planning(
            reports: file.reports,
            baseline: baseline,
            now: .now,
            isTimeGiven: false,
            options: Options()
        )
        var findings: [Diagnostic] = []
        for id in planning.domains {
            for conflict in planning.decide(id).domain.policyConflicts() {
                findings.append(
                    Diagnostic(
                        "policies-conflict",
                        "\(conflict.summary), in domain \(id)",
                        at: conflict.places[1],
                        severity: .warning,
                        help: "change one of the two, or let one only observe",
                        related: [
                            .init(
                                "the other demand, of `\(conflict.names[0])`",
                                at: conflict.places[0]
                            )
                        ]
                    )
                )
            }
        }
        return findings
    }
}

/// How a command prints its result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
