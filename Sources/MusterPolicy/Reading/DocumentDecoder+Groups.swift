// Service groups and maintenance entries (contract, section 4.3).

import MusterModel

extension DocumentDecoder {
    mutating func serviceGroup(_ node: Node, isEnclosed: Bool) -> ServiceGroup? {
        guard let written = mapping(node, expected: "a service group"),
            checkVersion(written, isRequired: !isEnclosed)
        else { return nil }
        if isEnclosed { checkEnclosedKind(written, is: .serviceGroup) }
        checkKeys(
            written,
            known: Self.headKeys + ["dependsOn"],
            of: "a service group",
            hints: Self.foreignKeys
        )
        var group = ServiceGroup(name: name(written) ?? "", domain: domain(written))
        group.span = written["name"]?.value.span ?? node.span
        if let entry = written["dependsOn"],
            let nodes = list(
                substituted(entry.value),
                expected: "a list of dependencies",
                help: "write `dependsOn: [{group: …}]`"
            )
        {
            group.dependsOn = nodes.compactMap { dependency($0, of: group.name) }
            checkRepeats(group.dependsOn)
        }
        return group.name.isEmpty ? nil : group
    }

    private mutating func dependency(
        _ node: Node,
        of owner: String
    ) -> ServiceGroup.Dependency? {
        guard
            let fields = mapping(
                node,
                expected: "a dependency, such as `{group: db, atLeast: 1}`"
            )
        else { return nil }
        checkKeys(fields, known: ["group", "atLeast", "binding"], of: "a dependency")
        var atLeast = 1
        if let entry = fields["atLeast"] {
            atLeast = integer(entry.value, of: "atLeast", in: 1...Self.mostCost) ?? 1
        }
        var binding = ServiceGroup.Binding.firm
        if let entry = fields["binding"] {
            binding = word(entry.value, of: "binding", ServiceGroup.Binding.self) ?? .firm
        }
        guard let node = required("group", fields), let group = text(node) else { return nil }
        guard group != owner else {
            error("self-dependency", "the group `\(group)` depends on itself", at: node.span)
            return nil
        }
        return ServiceGroup.Dependency(
            group: group,
            atLeast: atLeast,
            binding: binding,
            span: node.span
        )
    }

    private mutating func checkRepeats(_ dependencies: [ServiceGroup.Dependency]) {
        var places: [String: SourceSpan] = [:]
        for dependency in dependencies {
            guard let first = places.updateValue(dependency.span, forKey: dependency.group) else {
                continue
            }
            warning(
                "repeated-dependency",
                "the group \(dependency.group.quoted) is named twice",
                at: dependency.span,
                related: [.init("first named here", at: first)]
            )
        }
    }

    /// An effect that was taken for a key of its own.
    private static let effectsAsKeys = Dictionary(
        uniqueKeysWithValues: Maintenance.Effect.allCases.map { effect in
            (effect.rawValue, "write `where: {…}` and `effect: \(effect.rawValue)`")
        }
    )

    mutating func maintenance(_ node: Node, isEnclosed: Bool) -> Maintenance? {
        guard let written = mapping(node, expected: "a maintenance entry"),
            checkVersion(written, isRequired: !isEnclosed)
        else { return nil }
        if isEnclosed { checkEnclosedKind(written, is: .maintenance) }
        checkKeys(
            written,
            known: Self.headKeys + ["where", "effect", "from", "until"],
            of: "a maintenance entry",
            hints: Self.foreignKeys.merging(Self.effectsAsKeys) { own, _ in own }
        )
        let name = name(written)
        let domain = domain(written)
        let selector = required("where", written, help: "write `where: {…}`, as for `count`")
            .flatMap { self.selector(substituted($0)) }
        let effects = Maintenance.Effect.allCases.map { "`\($0.rawValue)`" }
        let effect = required("effect", written, help: "one of \(effects.joined(separator: ", "))")
            .flatMap { word($0, of: "effect", Maintenance.Effect.self) }
        let from = instant(written["from"])
        let until = instant(written["until"])
        if let from, let until, from >= until, let entry = written["until"] {
            error(
                "empty-interval",
                "`until` is not later than `from`",
                at: entry.value.span,
                related: written["from"].map { [.init("`from` is here", at: $0.value.span)] } ?? []
            )
        }
        guard let name, let selector, let effect else { return nil }
        return Maintenance(
            name: name,
            domain: domain,
            selector: selector,
            effect: effect,
            from: from,
            until: until,
            span: written["name"]?.value.span ?? node.span
        )
    }

    private mutating func instant(_ entry: Node.Entry?) -> Instant? {
        guard let entry, let text = text(entry.value, expected: "a date and time") else {
            return nil
        }
        if let instant = Instant(rfc3339: text) { return instant }
        error(
            "bad-time",
            "\(text.quoted) is not a date and time with an offset",
            at: entry.value.span,
            help: "write it as 2026-11-24T20:00:00Z (RFC 3339)"
        )
        return nil
    }
}
