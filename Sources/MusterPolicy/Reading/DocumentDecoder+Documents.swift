// Which kind of document stands there, and what it asks for.

import MusterModel

extension DocumentDecoder {
    /// Every kind that the language knows.
    private enum Kind: String, CaseIterable {
        case policy = "Policy"
        case serviceGroup = "ServiceGroup"
        case maintenance = "Maintenance"
        case configuration = "Configuration"
        case statusRequest = "StatusRequest"
        case release = "Release"
        case guardrail = "Guard"
        case approval = "Approval"

        /// The kind as one that can be set and withdrawn.
        var settable: DocumentKind? { DocumentKind(rawValue: rawValue) }
    }

    static let headKeys = ["apiVersion", "kind", "name", "domain"]

    /// What one tree asks for: a document, a list of them, or nothing.
    mutating func changes(_ node: Node) -> [ConfigurationChange] {
        switch node.content {
        case .scalar(.null, _, _): []
        case .sequence(let nodes): nodes.compactMap { change($0) }
        default: [change(node)].compactMap { $0 }
        }
    }

    private mutating func change(_ node: Node) -> ConfigurationChange? {
        guard let fields = mapping(node, expected: "a document, such as a policy"),
            checkVersion(fields, isRequired: true), let kind = kind(fields)
        else { return nil }
        switch kind {
        case .policy, .serviceGroup, .maintenance, .guardrail:
            guard let settable = kind.settable else { return nil }
            if fields["deleted"] != nil { return withdrawal(settable, fields) }
            if settable == .policy, isParametersOnly(fields) { return parameters(fields) }
            return document(settable, node, isEnclosed: false).map { .set($0, source: node) }
        case .configuration:
            guard isAllowedOnBusOnly(fields, "Configuration") else { return nil }
            return configuration(fields)
        case .statusRequest:
            guard isAllowedOnBusOnly(fields, "StatusRequest") else { return nil }
            return request(fields, "a status request") { .statusRequest($0) }
        case .release:
            guard isAllowedOnBusOnly(fields, "Release") else { return nil }
            return request(fields, "a release") { .release($0) }
        case .approval:
            guard isAllowedOnBusOnly(fields, "Approval") else { return nil }
            return approval(fields).map { .approval($0) }
        }
    }

    /// Reads a document that can be set; an enclosed one may leave out what its list says.
    mutating func document(
        _ kind: DocumentKind,
        _ node: Node,
        isEnclosed: Bool
    ) -> Document? {
        switch kind {
        case .policy:
            policy(node, isEnclosed: isEnclosed, overrides: nil).map { .policy($0) }
        case .serviceGroup: serviceGroup(node, isEnclosed: isEnclosed).map { .serviceGroup($0) }
        case .maintenance: maintenance(node, isEnclosed: isEnclosed).map { .maintenance($0) }
        case .guardrail: guardrail(node, isEnclosed: isEnclosed).map { .guardrail($0) }
        }
    }

    private mutating func withdrawal(
        _ kind: DocumentKind,
        _ fields: Fields
    ) -> ConfigurationChange? {
        guard let deleted = fields["deleted"] else { return nil }
        guard origin == .bus else {
            error(
                "only-on-bus",
                "`deleted` has no meaning in a file",
                at: deleted.keySpan,
                help: "to withdraw the document, remove it from the file"
            )
            return nil
        }
        checkKeys(fields, known: Self.headKeys + ["deleted"], of: "a withdrawal")
        guard let isDeleted = bool(deleted.value) else { return nil }
        guard isDeleted else {
            error(
                "unknown-word",
                "`deleted` can only be true",
                at: deleted.value.span,
                help: "leave it out to set the document"
            )
            return nil
        }
        _ = domain(fields)
        return name(fields).map { .withdraw(kind, name: $0) }
    }

    private func isParametersOnly(_ fields: Fields) -> Bool {
        origin == .bus && fields["parameters"] != nil
            && fields.entries.allSatisfy {
                Self.headKeys.contains($0.key) || $0.key == "parameters"
            }
    }

    private mutating func parameters(_ fields: Fields) -> ConfigurationChange? {
        guard let node = fields["parameters"]?.value else { return nil }
        _ = domain(fields)
        let declared = declaredParameters(node)
        guard let name = name(fields), declared != nil else { return nil }
        return .parameters(policy: name, node)
    }

    private mutating func configuration(_ fields: Fields) -> ConfigurationChange? {
        let lists: [(key: String, kind: DocumentKind)] = [
            ("policies", .policy), ("serviceGroups", .serviceGroup), ("maintenance", .maintenance),
            ("guards", .guardrail),
        ]
        checkKeys(fields, known: Self.headKeys + lists.map(\.key), of: "a configuration")
        if fields["name"] != nil { _ = name(fields) }
        let outer = expectedDomain
        if let domain = domain(fields), outer == nil { expectedDomain = domain }
        defer { expectedDomain = outer }
        var documents: [(Document, source: Node)] = []
        for (key, kind) in lists {
            guard let entry = fields[key],
                let nodes = list(entry.value, expected: "a list of documents")
            else { continue }
            for node in nodes {
                guard let document = document(kind, node, isEnclosed: true) else { continue }
                documents.append((document, source: node))
            }
        }
        return .replaceAll(documents)
    }

    /// Reads what is asked for all resources, or for those that `where` selects.
    private mutating func request(
        _ fields: Fields,
        _ what: String,
        _ make: (Selector?) -> ConfigurationChange
    ) -> ConfigurationChange? {
        checkKeys(fields, known: Self.headKeys + ["where"], of: what)
        if fields["name"] != nil { _ = name(fields) }
        _ = domain(fields)
        guard let entry = fields["where"] else { return make(nil) }
        return selector(substituted(entry.value)).map(make)
    }
}

extension DocumentDecoder {
    /// Whether the version, where it is given or required, is the one this is written for.
    mutating func checkVersion(_ fields: Fields, isRequired: Bool) -> Bool {
        let version = "muster/v1"
        guard let entry = fields["apiVersion"] else {
            guard isRequired else { return true }
            error(
                "missing-key",
                "`apiVersion` is missing",
                at: fields.head,
                help: "write `apiVersion: \(version)`"
            )
            return true
        }
        guard let text = text(entry.value) else { return false }
        guard text == version else {
            error(
                "unknown-version",
                "the version \(text.quoted) is not known",
                at: entry.value.span,
                help: "write `apiVersion: \(version)`"
            )
            return false
        }
        return true
    }

    private mutating func kind(_ fields: Fields) -> Kind? {
        let kinds = Kind.allCases.map(\.rawValue)
        guard let entry = fields["kind"] else {
            error(
                "missing-key",
                "`kind` is missing",
                at: fields.head,
                help: "one of \(kinds.joined(separator: ", "))"
            )
            return nil
        }
        guard let text = text(entry.value) else { return nil }
        if let kind = Kind(rawValue: text) { return kind }
        let nearest =
            Spelling.nearest(to: text, among: kinds)
            ?? kinds.first { $0.lowercased() == text.lowercased() }
        error(
            "unknown-kind",
            "unknown kind \(text.quoted)",
            at: entry.value.span,
            help: nearest.map { "did you mean `\($0)`?" }
                ?? "one of \(kinds.joined(separator: ", "))"
        )
        return nil
    }

    /// Checks the kind of a document whose place decides what kind it has to be.
    mutating func checkEnclosedKind(_ fields: Fields, is expected: DocumentKind) {
        guard let entry = fields["kind"], let text = text(entry.value),
            text != expected.rawValue
        else { return }
        error(
            "unknown-kind",
            "a \(expected.rawValue) is expected here, not a \(text.quoted)",
            at: entry.value.span
        )
    }

    private mutating func isAllowedOnBusOnly(_ fields: Fields, _ kind: String) -> Bool {
        guard origin == .file else { return true }
        error(
            "only-on-bus",
            "the kind `\(kind)` has no meaning in a file",
            at: fields["kind"]?.value.span ?? fields.head,
            help: "send it to the topic for desired configuration"
        )
        return false
    }

    /// The name of a document.
    mutating func name(_ fields: Fields) -> String? {
        guard let entry = fields["name"] else {
            error("missing-key", "`name` is missing", at: fields.head, help: "write `name: …`")
            return nil
        }
        return identity(entry, "a name")
    }

    /// The domain of a document, where it names one.
    mutating func domain(_ fields: Fields) -> DomainID? {
        guard let entry = fields["domain"], let text = identity(entry, "a domain") else {
            return nil
        }
        if let expectedDomain, text != expectedDomain.name {
            error(
                "wrong-domain",
                "the domain \(text.quoted) is not that of the record, "
                    + "\(expectedDomain.name.quoted)",
                at: entry.value.span,
                help: "leave `domain` out, or send the record with the key \(text.quoted)"
            )
        }
        return DomainID(text)
    }

    private mutating func identity(_ entry: Node.Entry, _ what: String) -> String? {
        guard let text = text(entry.value) else { return nil }
        guard !text.contains("${") else {
            error(
                "parameter-not-allowed",
                "\(what) cannot depend on a parameter",
                at: entry.value.span
            )
            return nil
        }
        return text
    }
}
