// Policy files from paths: what `plan`, `check`, `run` and `demo` have in common.

import ArgumentParser
import Foundation
import MusterEngine
import MusterModel
import MusterPolicy
import MusterWorker
import MusterYAML

/// The documents of some paths, and what was found in them.
struct PolicyFiles {
    /// The documents, in order of path.
    private(set) var baseline = Baseline()
    private(set) var diagnostics: [Diagnostic] = []
    /// The text of each file, for showing the lines.
    private(set) var texts: [String: [UInt8]] = [:]
    /// How many files were read.
    var fileCount: Int { texts.count }
    /// How many of them are files of settings, which are checked and otherwise passed over.
    var settingsFileCount: Int { settingsFiles.count }
    private var settingsFiles: [String] = []
    private let paths: [String]
    /// Whether what was found forbids using the documents.
    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// Reads files, and folders with everything below them that ends in `.yaml`, `.yml` or
    /// `.json`; a name with `.test.` in it is a policy's test, not a policy.
    init(_ paths: [String]) {
        self.paths = paths
        var documents: [DocumentText] = []
        // A file may be named itself and lie in a folder that is named too.
        var known: Set<String> = []
        for path in paths {
            for file in files(at: path) {
                let url = URL(fileURLWithPath: file).resolvingSymlinksInPath()
                if known.insert(url.path).inserted { documents += read(file) }
            }
        }
        let read = DocumentText.read(
            documents,
            from: .file,
            zones: .system,
            limits: .file
        )
        diagnostics += read.diagnostics
        guard !hasErrors else { return }
        for case .set(let document, let source) in read.changes {
            baseline.entries.append(.init(document, source: source))
        }
    }

    /// Adds what was found out about documents together, unless it was found in the texts alone.
    mutating func add(_ findings: [Diagnostic]) {
        for finding in findings {
            let places = Set([finding.span] + finding.related.map(\.span))
            let isKnown = diagnostics.contains { known in
                known.code == finding.code
                    && ([known.span] + known.related.map(\.span)).allSatisfy { span in
                        places.contains { Self.covers($0, span) }
                    }
            }
            if !isKnown { diagnostics.append(finding) }
        }
    }

    /// Whether one place lies within another.
    private static func covers(_ place: SourceSpan, _ inner: SourceSpan) -> Bool {
        place.source == inner.source && place.start <= inner.start && inner.end <= place.end
    }

    private mutating func files(at path: String) -> [String] {
        guard let found = FileTree.files(at: path, .documents) else {
            report(
                "no-such-file",
                path,
                "there is no file or folder `\(path)`",
                help: FileTree.nearest(to: path).map { "did you mean `\($0)`?" }
            )
            return []
        }
        if found.isEmpty {
            report(
                "no-policies",
                path,
                "there is no policy file in `\(path)`",
                help: "policy files end in .yaml, .yml or .json"
            )
        }
        return found
    }

    private mutating func read(_ file: String) -> [DocumentText] {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.bytes(at: file)
        } catch {
            report("unreadable-file", file, "\(error)")
            return []
        }
        texts[file] = bytes
        let text = DocumentText(file: file, bytes: bytes)
        let (nodes, findings) = text.nodes()
        if Self.holdsTests(nodes) || FileTree.Kind.tests.includes(file) {
            report(
                "policy-test",
                file,
                "this file holds tests of policies and is passed over",
                severity: .warning,
                help: "`muster test \(file)` runs them"
            )
            return []
        }
        if let first = nodes.first, first["resource"] != nil, first["apiVersion"] == nil {
            report(
                "resource-reports",
                file,
                "`\(file)` holds reports of resources, not policies",
                help: "give it with --resources"
            )
            return []
        }
        if nodes.allSatisfy(\.isNull), !findings.hasErrors {
            report("no-documents", file, "`\(file)` holds no document", severity: .warning)
        }
        guard !findings.hasErrors, let settings = Self.settings(in: nodes) else { return [text] }
        settingsFiles.append(file)
        do throws(SettingsError) {
            _ = try Settings.resolve(file: settings)
        } catch {
            diagnostics += error.problems.compactMap(\.diagnostic)
        }
        return []
    }

    /// The document of a file of settings: unlike every policy it names neither version nor kind.
    private static func settings(in nodes: [Node]) -> Node? {
        guard nodes.count == 1, case .mapping(let entries) = nodes[0].content,
            !entries.isEmpty,
            !entries.contains(where: { ["apiVersion", "kind", "name"].contains($0.key) })
        else { return nil }
        return nodes[0]
    }

    /// Whether documents are those of a file for `muster test`, whatever its name.
    private static func holdsTests(_ nodes: [Node]) -> Bool {
        nodes.contains { node in
            guard case .mapping(let entries) = node.content else { return false }
            return entries.contains { $0.key == "tests" }
                && !entries.contains { ["apiVersion", "kind"].contains($0.key) }
        }
    }

    private mutating func report(
        _ code: String,
        _ path: String,
        _ message: String,
        severity: Diagnostic.Severity = .error,
        help: String? = nil
    ) {
        let start = Mark(line: 0, column: 0)
        diagnostics.append(
            Diagnostic(
                code,
                message,
                at: SourceSpan(source: path, start: start, end: start),
                severity: severity,
                help: help
            )
        )
    }

    /// Shows what was found on standard error, and which files are no help to those who want
    /// policies.
    ///
    /// - Throws: the exit status for invalid input when a finding is an error.
    func requireValid() throws {
        show(on: .error)
        // Those of a folder are among what people keep together.
        for file in settingsFiles where paths.contains(file) {
            Terminal.error.write(
                "warning: `\(file)` holds settings, not policies, and is passed over; "
                    + "`muster run --config` takes settings"
            )
        }
        if hasErrors { throw ExitCode.invalidInput }
    }

    /// Shows what was found.
    func show(on terminal: Terminal) {
        let renderer = DiagnosticRenderer(sources: texts, isColored: terminal.hasColour)
        for diagnostic in diagnostics { terminal.write(renderer.text(diagnostic)) }
    }
}
