// Policies (contract, section 4).

import MusterModel

extension DocumentDecoder {
    /// Costs and bounds stay far below what arithmetic can hold, so that sums of them can be
    /// formed without a thought.
    static let mostCost = 1_000_000_000

    private static let policyKeys =
        headKeys + [
            "priority", "mode", "whenUnsatisfiable", "parameters", "require", "prefer", "minimize",
            "changes", "active", "severity",
        ]

    /// What people who know other tools write at the top of a document.
    static let foreignKeys = [
        "metadata": "write its fields, such as `name`, at the top",
        "spec": "write its fields at the top",
        "requires": "did you mean `require`?",
    ]

    /// Reads a policy; an enclosed one may leave out its version and kind. `overrides` go before
    /// the parameters that it declares.
    mutating func policy(_ node: Node, isEnclosed: Bool, overrides: Node?) -> Policy? {
        guard let written = mapping(node, expected: "a policy"),
            checkVersion(written, isRequired: !isEnclosed)
        else { return nil }
        if isEnclosed { checkEnclosedKind(written, is: .policy) }
        checkKeys(written, known: Self.policyKeys, of: "a policy", hints: Self.foreignKeys)
        let name = name(written)
        let domain = domain(written)
        let fields = withParameters(written, overrides: overrides)
        defer { scope = ParameterScope(limits: limits) }
        var policy = Policy(name: name ?? "", domain: domain)
        policy.span = written["name"]?.value.span ?? node.span
        for use in scope.uses.values { policy.parameterUses[use.name, default: 0] += 1 }
        readHead(of: &policy, fields)
        if let entry = fields["active"] { policy.active = window(entry.value) }
        if let entry = fields["require"] { policy.require = condition(entry.value) }
        policy.prefer = entries(fields["prefer"], "preferences") { $0.preference($1) }
        policy.minimize = entries(fields["minimize"], "quantities") { $0.minimization($1) }
        policy.changes = entries(fields["changes"], "costs") { $0.changeCost($1) }
        let demands = ["require", "prefer", "minimize"]
        if demands.allSatisfy({ fields[$0] == nil }), !wasSuggested(demands, in: fields) {
            error(
                "missing-key",
                "a policy needs `require`, `prefer` or `minimize`",
                at: written["kind"]?.value.span ?? written.head,
                help: "say what must hold: `require: {count: {kind: vm}, atLeast: 1}`"
            )
        }
        return name == nil ? nil : policy
    }

    private mutating func readHead(of policy: inout Policy, _ fields: Fields) {
        if let entry = fields["priority"],
            let priority = integer(entry.value, of: "priority", in: 0...1000)
        {
            policy.priority = priority
        }
        if let entry = fields["mode"], let mode = word(entry.value, of: "mode", Policy.Mode.self) {
            policy.mode = mode
        }
        if let entry = fields["whenUnsatisfiable"],
            let fallback = word(entry.value, of: "whenUnsatisfiable", Policy.Fallback.self)
        {
            policy.whenUnsatisfiable = fallback
        }
        if let entry = fields["severity"],
            let severity = word(entry.value, of: "severity", Severity.self)
        {
            policy.severity = severity
        }
    }

    /// The fields with every parameter put in.
    private mutating func withParameters(_ fields: Fields, overrides: Node?) -> Fields {
        let declaration = fields["parameters"]
        var values = declaration.flatMap { declaredParameters($0.value) } ?? [:]
        if let overrides, case .mapping(let entries) = overrides.content {
            let known = values.keys.sorted()
            for entry in entries where values[entry.key] == nil {
                unknownParameter(entry, policyDeclares: known)
            }
            values.merge(declaredParameters(overrides) ?? [:]) { $1 }
        } else if let overrides {
            mismatch(overrides, expected: "a mapping of parameters")
        }
        scope = ParameterScope(values: values, limits: limits)
        let ownKeys = Self.headKeys + ["parameters"]
        let entries = fields.entries.map { entry in
            guard !ownKeys.contains(entry.key) else { return entry }
            return Node.Entry(
                key: entry.key,
                keySpan: entry.keySpan,
                value: substituted(entry.value)
            )
        }
        if case .mapping(let declared)? = declaration?.value.content {
            for entry in declared
            where isParameterName(entry.key) && !scope.used.contains(entry.key) {
                warning(
                    "unused-parameter",
                    "the parameter \(entry.key.quoted) is never used",
                    at: entry.keySpan,
                    help: "use it as \"${\(entry.key)}\", or remove it"
                )
            }
        }
        return Fields(entries: entries, span: fields.span)
    }

    private mutating func unknownParameter(_ entry: Node.Entry, policyDeclares known: [String]) {
        let all = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
        error(
            "unknown-parameter",
            "the policy has no parameter \(entry.key.quoted)",
            at: entry.keySpan,
            help: Spelling.nearest(to: entry.key, among: known).map { "did you mean `\($0)`?" }
                ?? all
        )
    }

    /// Reads each entry of a list that may be left out.
    private mutating func entries<Entry>(
        _ entry: Node.Entry?,
        _ what: String,
        _ read: (inout Self, Node) -> Entry?
    ) -> [Entry] {
        guard let entry,
            let nodes = list(
                entry.value,
                expected: "a list of \(what)",
                help: "start it with `- `, even when there is one only"
            )
        else { return [] }
        return nodes.compactMap { read(&self, $0) }
    }

    private mutating func preference(_ node: Node) -> Policy.Preference? {
        guard
            let fields = mapping(node, expected: "a preference, such as `{that: …, weight: 1}`")
        else { return nil }
        if fields["that"] == nil, fields.entries.contains(where: { ConditionForm.isKey($0.key) }) {
            error(
                "missing-key",
                "`that` is missing",
                at: fields.head,
                help: "write `that: {…}` around the condition"
            )
            return nil
        }
        checkKeys(fields, known: ["that", "weight"], of: "a preference")
        let weight = cost(fields["weight"])
        guard let that = required("that", fields), let condition = condition(that) else {
            return nil
        }
        return Policy.Preference(condition, weight: weight ?? 1)
    }

    private mutating func minimization(_ node: Node) -> Policy.Minimization? {
        guard
            let fields = mapping(
                node,
                expected: "a quantity, such as `{sum: price, of: {kind: vm}, weight: 1}`"
            )
        else { return nil }
        if let entry = fields["distinct"] {
            error(
                "unknown-key",
                "`distinct` cannot be minimized",
                at: entry.keySpan,
                help: "use `count` or `sum`"
            )
            return nil
        }
        if let entry = fields["state"] {
            error(
                "unknown-key",
                "`state` cannot be chosen here",
                at: entry.keySpan,
                help: "only what is online is minimized; leave it out"
            )
        }
        let weight = cost(fields["weight"])
        guard let quantity = quantity(fields, more: ["weight", "state"], what: "a term") else {
            return nil
        }
        return Policy.Minimization(
            Quantity(quantity.measure, of: quantity.selector),
            weight: weight ?? 1
        )
    }

    private mutating func changeCost(_ node: Node) -> Policy.ChangeCost? {
        guard let fields = mapping(node, expected: "a cost, such as `{of: {kind: vm}, cost: 5}`")
        else { return nil }
        checkKeys(fields, known: ["of", "cost"], of: "a cost of changes")
        let of = required("of", fields).flatMap { selector($0) }
        guard let node = required("cost", fields) else { return nil }
        let amount = integer(node, of: "cost", in: 0...Self.mostCost)
        guard let of, let amount else { return nil }
        return Policy.ChangeCost(of: of, cost: amount)
    }

    private mutating func cost(_ entry: Node.Entry?) -> Int? {
        entry.flatMap { integer($0.value, of: $0.key, in: 0...Self.mostCost) }
    }

    /// The value of a key that has to be there.
    mutating func required(_ key: String, _ fields: Fields, help: String? = nil) -> Node? {
        if let entry = fields[key] { return entry.value }
        guard !wasSuggested([key], in: fields) else { return nil }
        error("missing-key", "`\(key)` is missing", at: fields.head, help: help)
        return nil
    }
}
