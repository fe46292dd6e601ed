// Conditions (contract, section 4.1).

import MusterModel

/// The forms of a condition, by the key that tells which one it is.
enum ConditionForm: String, CaseIterable {
    case and, or, nor, nand, xor, not
    case implication = "if"
    case count, sum, distinct, forEach, resource, fits
    /// `of` with `atLeast`, `atMost` or `exactly`, where no other key tells.
    case threshold = "of"

    /// Every key that a condition of this form may have.
    var keys: [String] {
        switch self {
        case .and, .or, .nor, .nand, .xor, .not: [rawValue]
        case .implication: ["if", "then", "else"]
        case .count: ["count", "state"] + Self.comparisonKeys
        case .sum, .distinct: [rawValue, "of", "state"] + Self.comparisonKeys
        case .forEach: ["forEach", "of", "require"]
        case .resource: ["resource", "is"]
        case .fits: ["fits", "of"]
        case .threshold: ["of", "atLeast", "atMost", "exactly"]
        }
    }

    static let comparisonKeys = Comparison.Relation.allCases.map(\.rawValue) + ["between"]
    static let allKeys =
        [
            "and", "or", "nor", "nand", "xor", "not", "if", "then", "else",
            "count", "sum", "distinct", "forEach", "resource", "fits", "of", "state", "require",
            "is",
        ] + comparisonKeys

    /// Whether a condition of any form has such a key.
    static func isKey(_ key: String) -> Bool { allKeys.contains(key) }
}

extension DocumentDecoder {
    mutating func condition(_ node: Node) -> Condition? {
        guard enter(node) else { return nil }
        defer { nesting -= 1 }
        guard
            let fields = mapping(
                node,
                expected: "a condition, such as `{count: {kind: vm}, atLeast: 1}`",
                help: node.isSequence ? "write `and: […]` to ask for all of them" : nil
            ),
            let form = form(of: fields)
        else { return nil }
        let content: Condition.Form?
        switch form {
        case .and: content = conditions(form, fields).map { .and($0) }
        case .or: content = conditions(form, fields).map { .or($0) }
        case .nor: content = conditions(form, fields).map { .nor($0) }
        case .nand: content = conditions(form, fields).map { .nand($0) }
        case .xor: content = conditions(form, fields).map { .xor($0) }
        case .not: content = part("not", fields).map { .not($0) }
        case .implication: content = implication(fields)
        case .count, .sum, .distinct: content = comparison(form, fields)
        case .forEach: content = forEach(fields)
        case .resource: content = resource(fields)
        case .fits: content = fits(fields)
        case .threshold: content = threshold(fields)
        }
        return content.map { Condition($0, at: node.span) }
    }

    /// Counts one more level; the texts' own limit holds for trees that code made, too.
    mutating func enter(_ node: Node) -> Bool {
        guard nesting < limits.depth else {
            error("too-deep", "nested deeper than \(limits.depth) levels", at: node.span)
            return false
        }
        nesting += 1
        return true
    }

    /// Which form it is, with every key checked that does not belong to it.
    private mutating func form(of fields: Fields) -> ConditionForm? {
        guard !fields.entries.isEmpty else {
            error(
                "empty-condition",
                "an empty condition",
                at: fields.span,
                help: "say what must hold: `{count: {kind: vm}, atLeast: 1}`"
            )
            return nil
        }
        let told = fields.entries.filter {
            $0.key != ConditionForm.threshold.rawValue && ConditionForm(rawValue: $0.key) != nil
        }
        if told.count > 1 {
            error(
                "two-forms",
                "`\(told[1].key)` cannot stand beside `\(told[0].key)`: a condition has one form",
                at: told[1].keySpan,
                help: "put each into a list of its own: `and: [{…}, {…}]`",
                related: [.init("the first form", at: told[0].keySpan)]
            )
            return nil
        }
        if let form = told.first.flatMap({ ConditionForm(rawValue: $0.key) }) {
            let hints = hints(for: form)
            checkKeys(fields, known: form.keys, of: "`\(form.rawValue)`", hints: hints)
            return form
        }
        let unknown = fields.entries.filter { !ConditionForm.isKey($0.key) }
        guard unknown.isEmpty else {
            for entry in unknown { unknownConditionKey(entry) }
            return nil
        }
        return thresholdForm(fields)
    }

    private func hints(for form: ConditionForm) -> [String: String] {
        switch form {
        case .count: ["of": "`count` takes the selector itself: `count: {kind: vm}`"]
        case .and, .or, .nor, .nand, .xor, .not:
            Dictionary(
                uniqueKeysWithValues: ConditionForm.comparisonKeys.map {
                    (
                        $0,
                        "`\(form.rawValue)` takes conditions only; to count conditions write "
                            + "`\($0): 2, of: [{…}, {…}]`"
                    )
                }
            )
        default: [:]
        }
    }

    private mutating func unknownConditionKey(_ entry: Node.Entry) {
        let help: String? =
            selectorKeys.contains(entry.key)
            ? "to count resources write `{count: {\(entry.key): …}, atLeast: 1}`" : nil
        unknownKey(
            entry,
            known: ConditionForm.allKeys,
            of: "a condition",
            hints: help.map { [entry.key: $0] } ?? [:]
        )
    }

    private mutating func thresholdForm(_ fields: Fields) -> ConditionForm? {
        let comparison = fields.entries.first { ConditionForm.comparisonKeys.contains($0.key) }
        if let of = fields["of"] {
            if let comparison {
                checkKeys(
                    fields,
                    known: ConditionForm.threshold.keys,
                    of: "a number of conditions that hold",
                    hints: Dictionary(
                        uniqueKeysWithValues: ["greaterThan", "lessThan", "between"].map {
                            ($0, "conditions are counted by atLeast, atMost or exactly")
                        }
                    )
                )
                guard ConditionForm.threshold.keys.contains(comparison.key) else { return nil }
                return .threshold
            }
            error(
                "missing-comparison",
                "`of` needs to know how many must hold",
                at: of.keySpan,
                help: "add a comparison, such as `atLeast: 1`"
            )
            return nil
        }
        if let comparison {
            error(
                "missing-quantity",
                "`\(comparison.key)` has nothing to compare",
                at: comparison.keySpan,
                help: "add `count: {…}`, `sum: …`, `distinct: …`, or `of: [{…}, {…}]`"
            )
            return nil
        }
        let first = fields.entries[0]
        let partner = ["then": "if", "else": "if", "is": "resource", "require": "forEach"]
        let other = partner[first.key] ?? "count"
        error(
            "missing-key",
            "`\(first.key)` does not make a condition without `\(other)`",
            at: first.keySpan
        )
        return nil
    }
}

extension DocumentDecoder {
    private mutating func conditions(_ form: ConditionForm, _ fields: Fields) -> [Condition]? {
        guard let entry = fields[form.rawValue] else { return nil }
        return conditions(entry)
    }

    /// A list of at least one condition; `nil` when one of them has an error.
    private mutating func conditions(_ entry: Node.Entry) -> [Condition]? {
        var help: String?
        if entry.key == "of", case .mapping(let entries) = entry.value.content,
            entries.allSatisfy({ selectorKeys.contains($0.key) })
        {
            help = "to count resources write `count: {…}` in place of `of`"
        } else if case .mapping = entry.value.content {
            help = "start each condition with `- `"
        }
        guard let nodes = list(entry.value, expected: "a list of conditions", help: help) else {
            return nil
        }
        guard !nodes.isEmpty else {
            error(
                "empty-list",
                "`\(entry.key)` needs at least one condition",
                at: entry.value.span
            )
            return nil
        }
        let conditions = nodes.map { condition($0) }
        let complete = conditions.compactMap { $0 }
        return complete.count == conditions.count ? complete : nil
    }

    private mutating func part(_ key: String, _ fields: Fields) -> Condition? {
        required(key, fields).flatMap { condition($0) }
    }

    private mutating func implication(_ fields: Fields) -> Condition.Form? {
        let premise = part("if", fields)
        let consequence = part("then", fields)
        let alternative = fields["else"].map { condition($0.value) }
        guard let premise, let consequence else { return nil }
        switch alternative {
        case .some(nil): return nil
        case .some(let alternative?):
            return .implication(if: premise, then: consequence, else: alternative)
        case nil: return .implication(if: premise, then: consequence, else: nil)
        }
    }

    private mutating func threshold(_ fields: Fields) -> Condition.Form? {
        let comparisons = comparisons(fields, of: "of", allowed: .integers)
        guard let entry = fields["of"], let parts = conditions(entry), let comparisons else {
            return nil
        }
        for comparison in comparisons {
            guard case .integer(let bound) = comparison.operand, bound > parts.count,
                comparison.relation != .atMost
            else { continue }
            warning(
                "never-holds",
                "never holds with \(parts.count) condition"
                    + (parts.count == 1 ? "" : "s"),
                at: comparison.span
            )
        }
        return .threshold(comparisons, of: parts)
    }

    private mutating func comparison(
        _ form: ConditionForm,
        _ fields: Fields
    ) -> Condition.Form? {
        let quantity = quantity(fields, more: nil, what: "`\(form.rawValue)`")
        let comparisons = comparisons(fields, of: form.rawValue, allowed: .all)
        guard let comparisons, let quantity else { return nil }
        return .comparison(quantity, comparisons)
    }

    private mutating func forEach(_ fields: Fields) -> Condition.Form? {
        let attribute = fields["forEach"].flatMap { self.attribute($0.value) }
        let of = required("of", fields).flatMap { selector($0) }
        let require = part("require", fields)
        guard let attribute, let of, let require else { return nil }
        return .forEach(attribute, of: of, require: require)
    }

    private mutating func resource(_ fields: Fields) -> Condition.Form? {
        let name = fields["resource"].flatMap {
            text($0.value, expected: "the name of one resource")
        }
        guard let entry = fields["is"] else {
            error(
                "missing-key",
                "`is` is missing",
                at: fields["resource"]?.keySpan ?? fields.head,
                help: "write `is: online` or `is: offline`"
            )
            return nil
        }
        let placement = word(entry.value, of: "state", among: ["online", "offline"])
            .flatMap(Placement.init)
        guard let name, let placement else { return nil }
        if name.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) {
            warning(
                "no-pattern",
                "`resource` names one resource here, \(name.quoted) is no pattern",
                at: fields["resource"]?.value.span ?? fields.head,
                help: "write `{count: {resource: \"\(name)\"}, atLeast: 1}`"
            )
        }
        return .resource(ResourceID(name), is: placement)
    }

    private mutating func fits(_ fields: Fields) -> Condition.Form? {
        guard let entry = fields["fits"] else { return nil }
        let capacities = texts(entry, expected: "a list of capacities, such as `[cpu, memory]`")
        let of = required("of", fields).flatMap { selector($0) }
        guard let capacities, let of else { return nil }
        return .fits(capacities: capacities, of: of)
    }

    /// A list of at least one text, each once.
    mutating func texts(_ entry: Node.Entry, expected: String) -> [String]? {
        guard let nodes = list(entry.value, expected: expected) else { return nil }
        guard !nodes.isEmpty else {
            error("empty-list", "`\(entry.key)` needs at least one entry", at: entry.value.span)
            return nil
        }
        let texts = nodes.map { text($0) }
        let complete = texts.compactMap { $0 }
        return complete.count == texts.count ? complete : nil
    }

    /// Something that resources may have one value of.
    mutating func attribute(_ node: Node) -> Attribute? {
        guard let text = text(node, expected: "an attribute, such as `node`") else { return nil }
        switch text {
        case "node": return .node
        case "cluster": return .cluster
        case "serviceGroup": return .serviceGroup
        default: break
        }
        let prefix = "labels."
        if text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count {
            return .label(String(text.dropFirst(prefix.count)))
        }
        let parts = text.split(separator: ".", maxSplits: 1)
        let isLabel =
            parts.count == 2 && Spelling.nearest(to: String(parts[0]), among: ["labels"]) != nil
        let nearest =
            isLabel
            ? "labels.\(parts[1])"
            : Spelling.nearest(to: text, among: ["node", "cluster", "serviceGroup"])
        error(
            "unknown-word",
            "unknown attribute \(text.quoted)",
            at: node.span,
            help: nearest.map { "did you mean `\($0)`?" }
                ?? "one of node, cluster, serviceGroup, labels.…"
        )
        return nil
    }
}

extension Node {
    fileprivate var isSequence: Bool {
        if case .sequence = content { true } else { false }
    }
}
