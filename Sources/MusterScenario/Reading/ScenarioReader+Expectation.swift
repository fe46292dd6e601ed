// What is expected, checked as far as it can be before anything runs: a slip in a word that nothing
// ever matches would otherwise make a test that cannot fail.

import MusterEngine
import MusterModel
import MusterPolicy

extension ScenarioReader {
    private static let expectationKeys = [
        "status", "optimal", "satisfied", "unsatisfied", "desired", "online", "that", "objective",
        "commands", "plan", "notices",
    ]

    mutating func expectation(_ node: Node, _ domain: DomainID) -> Expectation? {
        guard let entries = mapping(node, "expectations, such as `{status: satisfied}`") else {
            return nil
        }
        checkKeys(entries, known: Self.expectationKeys, of: "an expectation")
        if entries.isEmpty {
            error("missing-key", "nothing is expected", at: node.span)
        }
        let demands = entries.compactMap { entry in
            demand(entry, domain).map { (demand: $0, entry: entry) }
        }
        return Expectation(demands: demands)
    }

    private mutating func demand(_ entry: Node.Entry, _ domain: DomainID) -> Expectation.Demand? {
        switch entry.key {
        case "status":
            return word(entry.value, of: "status", among: ["satisfied", "unsatisfied"])
                .map { .isSatisfied($0 == "satisfied") }
        case "optimal": return bool(entry.value).map { .isOptimal($0) }
        case "satisfied": return names(entry.value).map { .satisfied($0) }
        case "unsatisfied": return names(entry.value).map { .unsatisfied($0) }
        case "desired": return desired(entry.value).map { .desired($0) }
        case "online":
            checkList(entry.value) { reader, node in _ = reader.text(node) }
            return .online
        case "that": return conditions(entry.value, domain).map { .that($0) }
        case "objective":
            checkObjective(entry.value)
            return .objective
        case "commands":
            checkList(entry.value) {
                $0.checkPattern($1, like: Samples.command, of: "a command")
            }
            return .commands
        case "plan":
            checkList(entry.value) { $0.checkPattern($1, like: Samples.change, of: "a change") }
            return .plan
        case "notices":
            checkList(entry.value) { $0.checkPattern($1, like: Samples.notice, of: "a notice") }
            return .notices
        default: return nil
        }
    }

    private mutating func names(_ node: Node) -> [Node]? {
        guard let nodes = list(node, "a list of policies") else { return nil }
        return nodes.filter { text($0) != nil }
    }

    private mutating func desired(_ node: Node) -> [Node.Entry]? {
        guard let entries = mapping(node, "states, such as `{vm-1: online}`") else { return nil }
        return entries.filter {
            word($0.value, of: "state", among: ["online", "offline", "unmanaged"]) != nil
        }
    }

    /// Each condition becomes a policy that only observes, so whatever a policy can require can be
    /// expected too.
    private mutating func conditions(
        _ node: Node,
        _ domain: DomainID
    ) -> [Expectation.Condition]? {
        let nodes: [Node]
        if case .sequence(let several) = node.content {
            nodes = several
        } else {
            nodes = [node]
        }
        var conditions: [Expectation.Condition] = []
        for (index, condition) in nodes.enumerated() {
            func entry(_ key: String, _ value: Node) -> Node.Entry {
                Node.Entry(key: key, keySpan: condition.span, value: value)
            }
            func text(_ text: String) -> Node {
                Node(.scalar(.string(text), text: text, isQuoted: false), at: condition.span)
            }
            let policy = Node(
                .mapping([
                    entry("apiVersion", text("muster/v1")), entry("kind", text("Policy")),
                    entry("name", text(Expectation.Condition.name(index))),
                    entry("mode", text("observe")), entry("require", condition),
                ]),
                at: condition.span
            )
            let (changes, findings) = DocumentReader.read(
                [policy],
                from: .bus,
                expectedDomain: domain
            )
            diagnostics += findings
            if let change = changes.first {
                conditions.append(.init(change: change, span: condition.span))
            }
        }
        return conditions.isEmpty ? nil : conditions
    }

    private mutating func checkObjective(_ node: Node) {
        guard let entries = mapping(node, "parts, such as `{cost: 3}`") else { return }
        let numbers = ["cost", "changes", "preferences", "running"]
        checkKeys(entries, known: ["unsatisfied", "shortfall"] + numbers, of: "an objective")
        for entry in entries {
            if numbers.contains(entry.key) {
                checkInteger(entry.value)
                continue
            }
            guard let priorities = mapping(entry.value, "priorities, such as `{100: …}`") else {
                continue
            }
            for priority in priorities {
                if Int(priority.key) == nil {
                    error(
                        "wrong-type",
                        "expected a priority, found \(priority.key.quoted)",
                        at: priority.keySpan
                    )
                }
                if entry.key == "shortfall" {
                    checkInteger(priority.value)
                } else {
                    _ = names(priority.value)
                }
            }
        }
    }

    private mutating func checkInteger(_ node: Node) {
        if case .scalar(.int, _, _) = node.content { return }
        mismatch(node, "a whole number")
    }

    /// A list of exactly what is expected, or what it contains, lacks, and how many there are.
    private mutating func checkList(
        _ node: Node,
        _ check: (inout ScenarioReader, Node) -> Void
    ) {
        if case .sequence(let nodes) = node.content {
            for node in nodes { check(&self, node) }
            return
        }
        guard let entries = mapping(node, "a list, or `{contains: […], absent: […], count: …}`")
        else { return }
        checkKeys(entries, known: ListPattern.keys, of: "what is expected of a list")
        if entries.isEmpty { error("missing-key", "nothing is expected", at: node.span) }
        for entry in entries {
            if entry.key == "count" {
                checkInteger(entry.value)
            } else if ListPattern.keys.contains(entry.key) {
                for node in list(entry.value, "a list") ?? [] { check(&self, node) }
            }
        }
    }

    /// Every key of a pattern must be one that its subject can have.
    private mutating func checkPattern(_ node: Node, like sample: Node, of what: String) {
        guard let entries = mapping(node, what) else { return }
        guard case .mapping(let known) = sample.content else { return }
        checkKeys(entries, known: known.map(\.key), of: what)
        if entries.isEmpty {
            error("missing-key", "this says nothing of \(what)", at: node.span)
        }
        for entry in entries {
            if let words = Samples.words[entry.key] {
                checkWord(entry.value, of: entry.key, among: words)
            }
        }
    }

    /// A word where one of a few is expected; with a star in it, it is a pattern.
    private mutating func checkWord(_ node: Node, of key: String, among words: [String]) {
        if case .scalar(.string(let text), _, _) = node.content, !Pattern(text).isLiteral { return }
        _ = word(node, of: key, among: words)
    }
}

extension Expectation.Condition {
    /// What the policy around a condition is called: a name that no policy of a user has.
    static func name(_ index: Int) -> String { "expected condition \(index + 1)" }
}
