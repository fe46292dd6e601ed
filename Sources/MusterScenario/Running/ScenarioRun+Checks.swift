// Each thing that can be expected, held against the domain as it is.

import MusterEngine
import MusterModel
import MusterPolicy

extension ScenarioRun {
    mutating func check(_ demand: Expectation.Demand, _ entry: Node.Entry) {
        let summary = domain.summary
        switch demand {
        case .isSatisfied(let expected):
            guard summary.isSatisfied != expected else { return }
            let words = { (value: Bool) in value ? "satisfied" : "unsatisfied" }
            fail(
                "wrong-status",
                "expected \(words(expected)), found \(words(summary.isSatisfied))",
                at: entry.value.span,
                help: complaints(summary)
            )
        case .isOptimal(let expected):
            guard summary.isOptimal != expected else { return }
            fail(
                "wrong-status",
                "the choice is \(summary.isOptimal ? "" : "not ")proven best",
                at: entry.value.span
            )
        case .satisfied(let names): checkSatisfied(names, summary)
        case .unsatisfied(let names): checkUnsatisfied(names, entry, summary)
        case .desired(let entries): checkDesired(entries, summary)
        case .online:
            let online = summary.desired.filter { $0.placement == .online }.map(\.resource.name)
            checkList(
                entry,
                online.map(Samples.text),
                Words(verb: "is online", denial: "is not to be online", all: "to be online")
            )
        case .that(let conditions): checkConditions(conditions)
        case .objective: break
        case .commands:
            checkList(
                entry,
                commands.map(Samples.tree),
                Words(verb: "was sent", denial: "was not sent", all: "sent"),
                brief: ["action", "resource", "stage"]
            )
        case .plan:
            checkList(
                entry,
                summary.changes.map(Samples.tree),
                Words(verb: "is planned", denial: "is not planned", all: "planned"),
                brief: ["action", "resource", "stage"]
            )
        case .notices:
            checkList(
                entry,
                notices.map(Samples.tree),
                Words(verb: "was published", denial: "was not published", all: "published"),
                brief: ["type", "status", "policy", "summary"]
            )
        }
    }

    // MARK: Policies

    /// Why policies do not hold, as people are told.
    private func complaints(_ summary: Domain.Summary) -> String? {
        let names = summary.policies.filter { !$0.isSatisfied && $0.isEnforced }.map(\.name)
        return names.isEmpty ? nil : "not satisfied: " + some(names)
    }

    private mutating func checkSatisfied(_ names: [Node], _ summary: Domain.Summary) {
        for node in names {
            let name = node.inOneLine
            guard let policy = policy(name, node, summary), !policy.isSatisfied else { continue }
            fail(
                "not-satisfied",
                "policy \(name.quoted) does not hold",
                at: node.span,
                help: reason(name)
            )
        }
    }

    private mutating func checkUnsatisfied(
        _ names: [Node],
        _ entry: Node.Entry,
        _ summary: Domain.Summary
    ) {
        for node in names {
            let name = node.inOneLine
            guard let policy = policy(name, node, summary), policy.isSatisfied else { continue }
            fail("satisfied", "policy \(name.quoted) holds", at: node.span)
        }
        let expected = Set(names.map(\.inOneLine))
        for policy in summary.policies where !policy.isSatisfied && !expected.contains(policy.name)
        {
            fail(
                "not-satisfied",
                "policy \(policy.name.quoted) does not hold either",
                at: entry.keySpan,
                help: reason(policy.name)
            )
        }
    }

    private mutating func policy(
        _ name: String,
        _ node: Node,
        _ summary: Domain.Summary
    ) -> Domain.Summary.PolicyState? {
        if let policy = summary.policies.first(where: { $0.name == name }) { return policy }
        let known = summary.policies.map(\.name)
        fail(
            "no-such-policy",
            "no policy \(name.quoted) is in force",
            at: node.span,
            help: elsewhere[name].map {
                "it is for the domain `\($0)`, and this test for `\(domain.id)`"
            }
                ?? Spelling.nearest(to: name, among: known).map { "did you mean `\($0)`?" }
                ?? "in force: " + (known.isEmpty ? "none" : some(known))
        )
        return nil
    }

    /// What the alert about a policy said, where it was fired in this step.
    private func reason(_ policy: String) -> String? {
        notices.last { $0.policy == policy && $0.status == .firing }?.summary
    }

    // MARK: Resources

    private mutating func checkDesired(_ entries: [Node.Entry], _ summary: Domain.Summary) {
        let desired = Dictionary(
            summary.desired.map { ($0.resource.name, $0.placement.rawValue) },
            uniquingKeysWith: { first, _ in first }
        )
        for entry in entries {
            let expected = entry.value.inOneLine
            let found = desired[entry.key] ?? "unmanaged"
            guard found != expected else { continue }
            let near =
                desired[entry.key] == nil
                ? Spelling.nearest(to: entry.key, among: desired.keys.sorted()) : nil
            fail(
                "wrong-state",
                "\(entry.key.quoted): expected \(expected), found \(found)",
                at: SourceSpan(
                    source: entry.keySpan.source,
                    start: entry.keySpan.start,
                    end: entry.value.span.end
                ),
                help: near.map { "did you mean `\($0)`?" }
            )
        }
    }

    /// The condition is asked of a copy of the domain, which observes it and is dropped.
    private mutating func checkConditions(_ conditions: [Expectation.Condition]) {
        var copy = domain
        let directives = copy.handle(
            [.configuration(conditions.map(\.change), record: 0)],
            at: now
        )
        let states = Dictionary(
            copy.summary.policies.map { ($0.name, $0.isSatisfied) },
            uniquingKeysWith: { first, _ in first }
        )
        for (index, condition) in conditions.enumerated() {
            let name = Expectation.Condition.name(index)
            guard states[name] != true else { continue }
            var found = ""
            for case .notify(let notice) in directives where notice.policy == name {
                found = notice.summary.replacingPrefix("policy \(name) does not hold: ")
            }
            fail(
                "does-not-hold",
                "expected " + (found.isEmpty ? "what does not hold" : found),
                at: condition.span
            )
        }
    }

    // MARK: Objective

    mutating func checkObjective(_ node: Node, _ objective: Objective) {
        guard case .mapping(let entries) = node.content else { return }
        for entry in entries {
            switch entry.key {
            case "cost": compare(entry, "cost", objective.cost)
            case "changes": compare(entry, "cost of changes", objective.changes)
            case "preferences": compare(entry, "cost of preferences", objective.preferences)
            case "running": compare(entry, "cost of what runs", objective.running)
            case "shortfall":
                guard case .mapping(let priorities) = entry.value.content else { continue }
                for priority in priorities {
                    let found = objective.shortfall.first { "\($0.priority)" == priority.key }
                    compare(priority, "shortfall of priority \(priority.key)", found?.amount ?? 0)
                }
            default:
                guard case .mapping(let priorities) = entry.value.content else { continue }
                for priority in priorities {
                    let found = objective.unsatisfied.first { "\($0.priority)" == priority.key }
                    let names = found?.policies ?? []
                    guard Set(priority.value.elements.map(\.inOneLine)) != Set(names) else {
                        continue
                    }
                    fail(
                        "wrong-objective",
                        "unsatisfied of priority \(priority.key): expected "
                            + "\(priority.value.inOneLine), found [\(some(names))]",
                        at: priority.value.span
                    )
                }
            }
        }
    }

    private mutating func compare(_ entry: Node.Entry, _ what: String, _ found: Int) {
        guard case .scalar(.int(let expected), _, _) = entry.value.content, expected != found
        else { return }
        fail(
            "wrong-objective",
            "\(what): expected \(expected), found \(found)",
            at: entry.value.span
        )
    }

    // MARK: Lists

    /// How failures speak of the elements of a list.
    private struct Words {
        let verb: String
        let denial: String
        let all: String
    }

    private mutating func checkList(
        _ entry: Node.Entry,
        _ elements: [Node],
        _ words: Words,
        brief keys: [String] = []
    ) {
        let difference = ListPattern(entry.value).difference(from: elements)
        guard !difference.isEmpty else { return }
        let texts = elements.map { $0.brief(keys) }
        let all = elements.isEmpty ? "none \(words.verb)" : "\(words.all): \(some(texts))"
        for node in difference.missing {
            fail(
                "missing",
                "expected \(node.inOneLine), which \(words.denial)",
                at: node.span,
                help: all
            )
        }
        for (node, position) in difference.forbidden {
            fail("unexpected", "\(texts[position]) \(words.verb)", at: node.span)
        }
        if !difference.unexpected.isEmpty {
            let unexpected = difference.unexpected.map { texts[$0] }
            fail(
                "unexpected",
                "\(some(unexpected)) \(words.verb) too",
                at: entry.keySpan,
                help: "a list says all there is; `{contains: […]}` says a part"
            )
        }
        if let (number, node) = difference.count {
            fail(
                "wrong-count",
                "expected \(number), found \(elements.count)",
                at: node.span,
                help: all
            )
        }
    }
}

extension Node {
    /// The tree on one line, with the named keys only where it has them.
    fileprivate func brief(_ keys: [String]) -> String {
        guard case .mapping(let entries) = content else { return inOneLine }
        let kept = keys.compactMap { key in entries.first { $0.key == key } }
        return Node(.mapping(kept), at: .none).inOneLine
    }
}

extension String {
    /// The text behind a prefix, or all of it where it does not begin so.
    fileprivate func replacingPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
