// From the text of a test file to scenarios. What is wrong is told as for policies: file, line and
// column, what it is, and what would be right.

import MusterEngine
public import MusterModel
public import MusterPolicy
import MusterYAML

/// Reads test files.
public struct ScenarioReader {
    /// When a test begins that does not say: a Monday, 2001-01-01T00:00:00Z.
    public static let defaultStart = Instant(milliseconds: 978_307_200_000)

    let surroundings: ScenarioSurroundings
    let file: String
    var diagnostics: [Diagnostic] = []
    /// Every text that was read, for showing the lines.
    var texts: [String: [UInt8]] = [:]

    /// What a file came to.
    public struct Reading: Sendable {
        /// The tests, in the order written; those that are wrong are left out.
        public var scenarios: [Scenario] = []
        /// What was found.
        public var diagnostics: [Diagnostic] = []
        /// Every text that was read, by name.
        public var texts: [String: [UInt8]] = [:]
    }

    /// Reads one test file.
    ///
    /// - Parameters:
    ///   - file: Its path, which other paths in it are relative to.
    ///   - bytes: Its text.
    ///   - surroundings: Where other files come from.
    /// - Returns: the tests that can be run, and what is wrong with the others.
    public static func read(
        file: String,
        bytes: [UInt8],
        _ surroundings: ScenarioSurroundings
    ) -> Reading {
        var reader = ScenarioReader(surroundings: surroundings, file: file)
        reader.texts[file] = bytes
        let scenarios = reader.scenarios(in: DocumentText(file: file, bytes: bytes))
        return Reading(
            scenarios: scenarios,
            diagnostics: reader.diagnostics.inReadingOrder(),
            texts: reader.texts
        )
    }

    private init(surroundings: ScenarioSurroundings, file: String) {
        self.surroundings = surroundings
        self.file = file
    }

    /// What tests of one file have in common unless they say otherwise.
    private struct Defaults {
        var domain: Node.Entry?
        var start: Node.Entry?
        var documents: Node.Entry?
        var resources: Node.Entry?
        var settings: Node.Entry?
    }

    private static let sharedKeys = ["domain", "at", "documents", "resources", "settings"]

    private mutating func scenarios(in text: DocumentText) -> [Scenario] {
        let (nodes, findings) = text.nodes()
        diagnostics += findings
        guard !findings.hasErrors else { return [] }
        var names: [String: SourceSpan] = [:]
        var scenarios: [Scenario] = []
        let documents = nodes.filter { !$0.isNull }
        if documents.isEmpty {
            let start = Mark(line: 1, column: 1)
            error(
                "no-tests",
                "the file holds no test",
                at: SourceSpan(source: file, start: start, end: start),
                help: "write `tests:` with a list of tests"
            )
        }
        for node in documents {
            guard let entries = mapping(node, "a test file, such as `tests: […]`") else { continue }
            checkKeys(entries, known: Self.sharedKeys + ["tests"], of: "a test file")
            let defaults = defaults(entries, Defaults())
            guard let tests = entries.first(where: { $0.key == "tests" }) else {
                error("missing-key", "`tests` is missing", at: entries.first?.keySpan ?? node.span)
                continue
            }
            for test in list(tests.value, "a list of tests") ?? [] {
                guard let scenario = scenario(test, defaults) else { continue }
                if let other = names.updateValue(scenario.span, forKey: scenario.name) {
                    diagnostics.append(
                        Diagnostic(
                            "duplicate-name",
                            "there are two tests named \(scenario.name.quoted)",
                            at: scenario.span,
                            related: [.init("the other one", at: other)]
                        )
                    )
                }
                scenarios.append(scenario)
            }
        }
        return scenarios
    }

    private func defaults(_ entries: [Node.Entry], _ outer: Defaults) -> Defaults {
        func entry(_ key: String, _ outer: Node.Entry?) -> Node.Entry? {
            entries.first { $0.key == key } ?? outer
        }
        return Defaults(
            domain: entry("domain", outer.domain),
            start: entry("at", outer.start),
            documents: entry("documents", outer.documents),
            resources: entry("resources", outer.resources),
            settings: entry("settings", outer.settings)
        )
    }

    private mutating func scenario(_ node: Node, _ outer: Defaults) -> Scenario? {
        guard let entries = mapping(node, "a test, such as `{name: …, expect: {…}}`") else {
            return nil
        }
        let before = diagnostics.count
        checkKeys(
            entries,
            known: ["name"] + Self.sharedKeys + ["expect", "steps"],
            of: "a test",
            hints: ["policies": "policies are `documents` here", "events": "did you mean `steps`?"]
        )
        let shared = defaults(entries, outer)
        guard let nameEntry = entries.first(where: { $0.key == "name" }) else {
            error(
                "missing-key",
                "`name` is missing",
                at: entries.first?.keySpan ?? node.span,
                help: "write `name: …`, one sentence on what is tested"
            )
            return nil
        }
        let name = text(nameEntry.value)
        let start = shared.start.flatMap { instant($0.value) } ?? Self.defaultStart
        let settled = baseline(shared.documents)
        let given = domainReports(shared.resources, at: start)
        let domain = domain(shared.domain, settled, given, at: nameEntry.keySpan)
        var options = shared.settings.flatMap { self.options($0.value) } ?? Options()
        // A test says when a command is sent again, so nothing of that is left to chance.
        options.commandJitter = 0
        guard let name, let domain else { return nil }
        let steps = steps(entries, node, start, domain, reports: given)
        guard !diagnostics[before...].contains(where: { $0.severity == .error }) else {
            return nil
        }
        return Scenario(
            name: name,
            span: nameEntry.value.span,
            domain: domain,
            baseline: settled,
            options: options,
            zones: surroundings.zones,
            steps: steps
        )
    }

    private mutating func options(_ node: Node) -> Options? {
        switch surroundings.options(node) {
        case .success(let options): return options
        case .failure(let failure):
            diagnostics += failure.diagnostics
            return nil
        }
    }

    /// The domain that is named, else the only one that documents or resources name.
    private mutating func domain(
        _ entry: Node.Entry?,
        _ baseline: Baseline,
        _ reports: [DomainReports],
        at span: SourceSpan
    ) -> DomainID? {
        if let entry { return text(entry.value).map(DomainID.init) }
        let named = baseline.entries.compactMap(\.document.domain) + reports.compactMap(\.domain)
        let all = Set(named).sorted()
        if all.count == 1 { return all[0] }
        error(
            "missing-key",
            all.isEmpty
                ? "nothing says which domain the test is about"
                : "documents and resources name several domains: "
                    + all.map(\.name.quoted).joined(separator: ", "),
            at: span,
            help: "write `domain: …`"
        )
        return nil
    }
}
