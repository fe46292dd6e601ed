// Selectors (contract, section 4.2). Their requirements are put in a fixed order, so that two
// that ask for the same are equal however they were written.

import MusterModel

extension DocumentDecoder {
    var selectorKeys: [String] {
        Selector.Field.allCases.map(\.rawValue) + ["labels", "match", "not", "any"]
    }

    mutating func selector(_ node: Node) -> Selector? {
        guard enter(node) else { return nil }
        defer { nesting -= 1 }
        guard
            let fields = mapping(
                node,
                expected: "a selector, such as `{kind: vm}`",
                help: "`{}` is every resource"
            )
        else { return nil }
        checkKeys(
            fields,
            known: selectorKeys,
            of: "a selector",
            hints: [
                "state": "`state` stands beside the selector, not in it",
                "name": "did you mean `resource`?",
            ]
        )
        var requirements: [Selector.Requirement] = []
        for field in Selector.Field.allCases {
            guard let entry = fields[field.rawValue], let patterns = patterns(entry) else {
                continue
            }
            requirements.append(.field(field, patterns))
        }
        if let entry = fields["labels"] { requirements += labels(entry.value) }
        if let entry = fields["match"] { requirements += matches(entry.value) }
        if let entry = fields["not"], let inner = selector(entry.value) {
            requirements.append(.not(inner))
        }
        if let entry = fields["any"], let selectors = alternatives(entry) {
            requirements.append(.any(selectors))
        }
        return Selector(requirements, at: node.span)
    }

    /// A text or a list of them, each a pattern.
    private mutating func patterns(_ entry: Node.Entry) -> [Pattern]? {
        if case .sequence = entry.value.content {
            return texts(entry, expected: "a list of texts").map { $0.map { Pattern($0) } }
        }
        return text(entry.value, expected: "text or a list of texts").map { [Pattern($0)] }
    }

    private mutating func labels(_ node: Node) -> [Selector.Requirement] {
        guard let fields = mapping(node, expected: "labels, such as `{tier: gold}`") else {
            return []
        }
        return fields.entries.sorted { $0.key < $1.key }.compactMap { entry in
            guard checkLabelKey(entry.key, at: entry.keySpan) else { return nil }
            if case .sequence = entry.value.content {
                error(
                    "wrong-type",
                    "expected text, found a list",
                    at: entry.value.span,
                    help: "write `match: [{label: \(entry.key), in: […]}]` for several values"
                )
                return nil
            }
            return labelValue(entry.value).map { .label(entry.key, in: [$0]) }
        }
    }

    private mutating func checkLabelKey(_ key: String, at span: SourceSpan) -> Bool {
        guard !key.isEmpty, key.utf8.count <= 253 else {
            error("empty-text", "a label's name has 1 to 253 bytes", at: span)
            return false
        }
        return true
    }

    private mutating func matches(_ node: Node) -> [Selector.Requirement] {
        guard
            let nodes = list(
                node,
                expected: "a list, such as `[{label: tier, in: [gold]}]`",
                help: "start it with `- `, even when there is one only"
            )
        else { return [] }
        return nodes.compactMap { match($0) }
    }

    private mutating func match(_ node: Node) -> Selector.Requirement? {
        guard
            let fields = mapping(node, expected: "a match, such as `{label: tier, in: [gold]}`")
        else { return nil }
        let tests = ["in", "notIn", "exists"]
        checkKeys(fields, known: ["label"] + tests, of: "a match")
        let label = required("label", fields).flatMap { text($0) }
        let given = fields.entries.filter { tests.contains($0.key) }
        guard let entry = given.first else {
            error(
                "missing-key",
                "a match needs `in`, `notIn` or `exists`",
                at: fields.head,
                help: "such as `in: [gold, silver]`"
            )
            return nil
        }
        guard given.count == 1 else {
            error(
                "two-forms",
                "`\(given[1].key)` cannot stand beside `\(entry.key)`",
                at: given[1].keySpan,
                help: "write two entries, one for each"
            )
            return nil
        }
        if entry.key == "exists" {
            guard let exists = bool(entry.value), let label else { return nil }
            return .labelExists(label, exists)
        }
        guard let values = labelValues(entry), let label else { return nil }
        return entry.key == "in" ? .label(label, in: values) : .labelNotIn(label, values)
    }

    private mutating func labelValues(_ entry: Node.Entry) -> [String]? {
        guard
            let nodes = list(
                entry.value,
                expected: "a list of values",
                help: "write `\(entry.key): […]`"
            )
        else { return nil }
        guard !nodes.isEmpty else {
            error("empty-list", "`\(entry.key)` needs at least one value", at: entry.value.span)
            return nil
        }
        let values = nodes.map { labelValue($0) }
        let complete = values.compactMap { $0 }
        return complete.count == values.count ? complete : nil
    }

    private mutating func alternatives(_ entry: Node.Entry) -> [Selector]? {
        guard let nodes = list(entry.value, expected: "a list of selectors") else { return nil }
        guard !nodes.isEmpty else {
            error("empty-list", "`any` needs at least one selector", at: entry.value.span)
            return nil
        }
        let selectors = nodes.map { selector($0) }
        let complete = selectors.compactMap { $0 }
        return complete.count == selectors.count ? complete : nil
    }
}
