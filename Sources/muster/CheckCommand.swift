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
            "Also look for policies that can never hold with these resources, alone or together: a "
                + "file of resource-availability events, one a line; - is standard input."
        )
    )
    var resources: String?

    @Option(help: "text, or json: one object with every finding on standard output.")
    var output: OutputFormat = .text

    @Flag(help: "Treat warnings as errors.")
    var strict = false

    func run() throws {
        var files = PolicyFiles(paths)
        var inventoryWarnings = 0
        if let resources, !files.hasErrors {
            let file = ResourceFile(path: resources, timestamp: .now)
            try file.requireValid()
            inventoryWarnings =
                file.warnings.count + file.warnOfStrangers(to: files.baseline.documents)
            files.add(Self.conflicts(files.baseline, file))
        }
        let errors = files.diagnostics.count { $0.severity == .error }
        let warnings = files.diagnostics.count - errors + inventoryWarnings
        switch output {
        case .json:
            let findings = files.diagnostics.map(\.json).joined(separator: ",")
            Terminal.output.write(
                "{\"files\":\(files.fileCount),\"errors\":\(errors),\"warnings\":\(warnings),"
                    + "\"diagnostics\":[\(findings)]}"
            )
        case .text:
            files.show(on: .error)
            let read = "\(counted(files.fileCount, "file")) read"
            let verdict =
                errors > 0
                ? DiagnosticRenderer.counts(files.diagnostics)
                : "\(Self.validity(of: files)), \(counted(warnings, "warning"))"
            let refusal =
                errors == 0 && strict && warnings > 0 ? "; --strict refuses warnings" : ""
            Terminal.output.write("\(read): \(verdict)\(refusal)")
        }
        if errors > 0 || (strict && warnings > 0) { throw ExitCode.invalidInput }
    }

    /// What there is and is valid: documents, and files of settings, which hold none.
    private static func validity(of files: PolicyFiles) -> String {
        let documents = files.baseline.entries.count
        let settings = files.settingsFileCount
        let parts = [
            documents > 0 || settings == 0 ? counted(documents, "document") : nil,
            settings > 0 ? counted(settings, "settings file") : nil,
        ]
        return parts.compactMap(\.self).joined(separator: " and ") + " valid"
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
            let (domain, directives) = planning.decide(id)
            let conflicts = domain.policyConflicts()
            findings += impossible(directives, baseline, but: Set(conflicts.flatMap(\.names)))
            for conflict in conflicts {
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

    /// Policies that cannot hold even with every resource usable, for reasons of their own: often
    /// a misspelt name. Where maintenance is the reason it will pass, and nothing is amiss.
    private static func impossible(
        _ directives: [Directive],
        _ baseline: Baseline,
        but told: Set<String>
    ) -> [Diagnostic] {
        directives.compactMap { directive in
            guard case .notify(let notice) = directive, notice.status == .firing,
                notice.kind == .configurationUnsatisfied, notice.outlook == .never,
                !notice.explanation.namesMaintenance,
                let policy = notice.policy, !told.contains(policy),
                let entry = baseline.entries.first(where: { entry in
                    entry.document.kind == .policy && entry.document.name == policy
                        && [nil, notice.domain].contains(entry.document.domain)
                })
            else { return nil }
            return Diagnostic(
                "never-satisfied",
                "`\(policy)` can never hold with these resources: \(notice.summary), "
                    + "in domain \(notice.domain)",
                at: entry.source.span,
                severity: .warning,
                help: notice.suggestions.first.map(\.text)
                    ?? "`muster explain` shows what it needs and what there is"
            )
        }
    }
}

/// How a command prints its result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
