// `muster plan`: what would be decided and commanded, without a broker.

import ArgumentParser
import Foundation
import MusterEngine
import MusterModel
import MusterPolicy
import MusterSolver
import MusterWorker

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what would be decided and commanded, without a broker.",
        discussion: "Exit status 3 means that an enforced policy cannot be satisfied."
    )

    @Option(help: "Policy files, or folders of them; may be given several times.")
    var policies: [String]

    @Option(help: "A file of resource-availability events, one a line; - is standard input.")
    var resources: String

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    @Option(
        help: ArgumentHelp(
            "The time to plan for, as in 2026-11-23T12:00:00Z; now by default.",
            valueName: "time"
        )
    )
    var at: String?

    @Option(
        help: ArgumentHelp(
            "Write a proof that nothing is better to a file; muster verify checks it.",
            valueName: "file"
        )
    )
    var proof: String?

    @Option(help: "The work that each solve may take, in the solver's units.")
    var solveWork: Int?

    func validate() throws {
        guard !policies.isEmpty else { throw ValidationError("name policies with --policies") }
        if let at, Instant(rfc3339: at) == nil {
            throw ValidationError("`\(at)` is not a time such as 2026-11-23T12:00:00Z")
        }
        if let solveWork, solveWork < 1 {
            throw ValidationError("--solve-work takes a number from 1 on")
        }
        if proof == "-" {
            throw ValidationError("--proof takes a file, which muster verify then reads")
        }
    }

    func run() throws {
        let files = PolicyFiles(policies)
        try files.requireValid()
        let now = at.flatMap { Instant(rfc3339: $0) } ?? .now
        let resourceFile = ResourceFile(path: resources, timestamp: now)
        try resourceFile.requireValid()
        resourceFile.warnOfStrangers(to: files.baseline.documents)
        // Nobody likes to hear of it after all the work.
        if let proof { try requireFolder(of: proof) }
        let plans = plans(for: resourceFile, files.baseline, now)
        switch output {
        case .json: try PlanDocument(plans).write()
        case .text: PlanText(terminal: .output).write(plans)
        }
        if let proof { try write(proofOf: plans, at: now, to: proof) }
        if plans.contains(where: { !$0.summary.isSatisfied }) { throw ExitCode.unsatisfied }
    }

    /// Makes sure that a file can be made where it is to be.
    private func requireFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            let isFolder = try folder.resourceValues(forKeys: [.isDirectoryKey]).isDirectory
            let isWritable = FileManager.default.isWritableFile(atPath: folder.path)
            if isFolder != true { throw CocoaError(.fileNoSuchFile) }
            if !isWritable { throw CocoaError(.fileWriteNoPermission) }
        } catch {
            Terminal.error.write("error: \(FileFailure(path, cannotBe: .written, error))")
            throw ExitCode.invalidInput
        }
    }

    /// Writes the proof of all plans, or says why there is none.
    private func write(proofOf plans: [DomainPlan], at now: Instant, to path: String) throws {
        var text = ProofText()
        for plan in plans {
            do throws(DecisionProofFailure) {
                let budget = Budget(work: solveWork ?? Options().solveWork)
                text.add(try plan.domain.proof(at: now, budget: budget), of: plan.id)
            } catch {
                Terminal.error.write("error: no proof for domain \(plan.id): \(error)")
                throw ExitCode.invalidInput
            }
        }
        do {
            try Data(text.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            Terminal.error.write("error: \(FileFailure(path, cannotBe: .written, error))")
            throw ExitCode.invalidInput
        }
    }

    /// Plans every domain that has resources or that a document names, in order of name.
    private func plans(
        for file: ResourceFile,
        _ baseline: Baseline,
        _ now: Instant
    ) -> [DomainPlan] {
        var options = Options()
        if let solveWork { options.solveWork = solveWork }
        let planning = Planning(
            reports: file.reports,
            baseline: baseline,
            now: now,
            isTimeGiven: at != nil,
            options: options
        )
        return planning.domains.map { id in
            let (domain, directives) = planning.decide(id)
            return DomainPlan(
                id: id,
                summary: domain.summary,
                directives: directives,
                domain: domain
            )
        }
    }
}

/// What was planned for one domain.
struct DomainPlan {
    let id: DomainID
    let summary: Domain.Summary
    let directives: [Directive]
    /// The domain after planning.
    let domain: Domain

    /// The notices about policies that cannot be satisfied, in order of policy.
    var complaints: [Notice] { notices(.configurationUnsatisfied) }

    /// The notices about policies that can never hold together, in order of policy.
    var conflicts: [Notice] { notices(.policiesConflict) }

    private func notices(_ kind: Notice.Kind) -> [Notice] {
        directives.compactMap { directive in
            guard case .notify(let notice) = directive, notice.kind == kind else { return nil }
            return notice
        }
    }
}

extension Instant {
    /// The wall clock's time.
    static var now: Instant {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
