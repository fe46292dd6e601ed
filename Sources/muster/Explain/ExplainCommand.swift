// `muster explain`: why a policy does or does not hold, what would help, and why one resource was
// chosen and not another.

import ArgumentParser
import Foundation
import MusterEngine
import MusterModel
import MusterPolicy

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows why a policy does or does not hold, and what would help.",
        discussion: """
            Exit status 3 means that an enforced policy that was asked about does not hold.

            --why RESOURCE says what speaks against the other state of a resource, --why-not \
            RESOURCE why it is not online, and both together why the one is chosen and not the \
            other.
            """
    )

    @Option(help: "Policy files, or folders of them; may be given several times.")
    var policies: [String]

    @Option(help: "A file of resource-availability events, one a line; - is standard input.")
    var resources: String

    @Argument(help: "The policies to explain; all that do not hold by default.")
    var policy: [String] = []

    @Option(help: "The domain; needed where several have a policy of that name.")
    var domain: String?

    @Option(help: "Why is this resource as it is?")
    var why: String?

    @Option(help: "Why is this resource not online?")
    var whyNot: String?

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    @Option(
        help: ArgumentHelp(
            "The time to decide for, as in 2026-11-23T12:00:00Z; now by default.",
            valueName: "time"
        )
    )
    var at: String?

    func validate() throws {
        guard !policies.isEmpty else { throw ValidationError("name policies with --policies") }
        if let at, Instant(rfc3339: at) == nil {
            throw ValidationError("`\(at)` is not a time such as 2026-11-23T12:00:00Z")
        }
    }

    func run() throws {
        let files = PolicyFiles(policies)
        try files.requireValid()
        let now = at.flatMap { Instant(rfc3339: $0) } ?? .now
        let resourceFile = ResourceFile(path: resources, timestamp: now)
        try resourceFile.requireValid()
        resourceFile.warnOfStrangers(to: files.baseline.documents)
        let planning = Planning(
            reports: resourceFile.reports,
            baseline: files.baseline,
            now: now,
            isTimeGiven: at != nil,
            options: Options()
        )
        let asked = try domains(planning).map { planning.decide($0).domain }
        let answers = try answers(asked)
        switch output {
        case .json: try ExplainDocument(answers).write()
        case .text: ExplainText(terminal: .output).write(answers)
        }
        let isUnsatisfied = answers.contains { answer in
            answer.policies.contains { $0.isEnforced && !$0.isSatisfied }
        }
        if isUnsatisfied { throw ExitCode.unsatisfied }
    }

    // MARK: What is asked about

    private func domains(_ planning: Planning) throws -> [DomainID] {
        let all = planning.domains
        guard let domain else { return all }
        guard all.contains(DomainID(domain)) else {
            throw refused("domain", domain, known: all.map(\.name))
        }
        return [DomainID(domain)]
    }

    private func answers(_ domains: [Domain]) throws -> [DomainAnswer] {
        let isAboutResources = why != nil || whyNot != nil
        var answers: [DomainAnswer] = []
        for domain in domains {
            let summary = domain.summary
            let names: [String]
            if policy.isEmpty {
                names =
                    isAboutResources
                    ? [] : summary.policies.filter { !$0.isSatisfied }.map(\.name)
            } else {
                names = policy.filter { domain.policyNames.contains($0) }
            }
            let contrast =
                isAboutResources
                ? domain.contrast(why.map { ResourceID($0) }, with: whyNot.map { ResourceID($0) })
                : nil
            answers.append(
                DomainAnswer(
                    id: domain.id,
                    policies: names.compactMap { domain.explanation(of: $0) },
                    contrast: contrast,
                    changes: summary.changes.count,
                    hasPolicies: !summary.policies.isEmpty
                )
            )
        }
        try requireKnown(answers, domains)
        // Domains that have nothing of what was asked for by name are left out.
        let isByName = !policy.isEmpty || isAboutResources
        return isByName ? answers.filter { !$0.policies.isEmpty || $0.contrast != nil } : answers
    }

    private func requireKnown(_ answers: [DomainAnswer], _ domains: [Domain]) throws {
        for name in policy {
            let holders = answers.filter { $0.policies.contains { $0.name == name } }
            if holders.isEmpty {
                let isResource = domains.contains { $0.resourceNames.contains(name) }
                throw refused(
                    "policy",
                    name,
                    known: domains.flatMap(\.policyNames),
                    help: isResource ? "`\(name)` is a resource: ask with --why \(name)" : nil
                )
            }
            guard holders.count == 1 || domain != nil else {
                Terminal.error.write(
                    "error: policy `\(name)` is in force in several domains: "
                        + holders.map(\.id.name).joined(separator: ", ")
                )
                Terminal.error.write("  help: choose one with --domain")
                throw ExitCode.invalidInput
            }
        }
        for name in [why, whyNot].compactMap(\.self)
        where !answers.contains(where: { $0.contrast != nil }) {
            let known = domains.flatMap { domain in domain.resourceNames }
            if !known.contains(name) { throw refused("resource", name, known: known) }
        }
        let isUnanswered = (why != nil || whyNot != nil) && !answers.contains { $0.contrast != nil }
        if isUnanswered {
            Terminal.error.write("error: the two resources are not in one domain")
            throw ExitCode.invalidInput
        }
    }

    /// Says that a name is not known, and which may have been meant.
    private func refused(
        _ what: String,
        _ name: String,
        known: [String],
        help: String? = nil
    ) -> ExitCode {
        Terminal.error.write("error: there is no \(what) `\(name)`")
        let all = Set(known).sorted()
        if let help {
            Terminal.error.write("  help: \(help)")
        } else if let nearest = Spelling.nearest(to: name, among: all) {
            Terminal.error.write("  help: did you mean `\(nearest)`?")
        } else if !all.isEmpty {
            let more = all.count > 10 ? " and \(all.count - 10) more" : ""
            Terminal.error.write(
                "  help: there is \(all.prefix(10).joined(separator: ", "))\(more)"
            )
        }
        return ExitCode.invalidInput
    }
}

/// What is said of one domain.
struct DomainAnswer {
    let id: DomainID
    let policies: [Domain.PolicyExplanation]
    let contrast: Domain.Contrast?
    /// How many changes have yet to be made until the machines are as decided.
    let changes: Int
    /// Whether any policy is in force there, asked about or not.
    let hasPolicies: Bool
}
