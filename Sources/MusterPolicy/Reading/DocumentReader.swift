// The entry to the policy language: trees in, checked documents out. Files and the bus are read
// by the same rules and differ only in what may stand there.

public import MusterModel

/// Reads trees of nodes as documents (contract, section 4).
public enum DocumentReader {
    /// Where documents come from.
    public enum Origin: Hashable, Sendable {
        /// Files: policies, service groups and maintenance entries, each complete.
        case file
        /// The topic for desired configuration: also withdrawals, parameters set anew, whole
        /// configurations and status requests.
        case bus
    }

    /// Reads documents that belong together: all files of a load, or one event.
    ///
    /// A node may also be a list of documents. Empty documents are passed over.
    ///
    /// - Parameters:
    ///   - nodes: The documents, from any number of texts.
    ///   - origin: What may stand in them.
    ///   - expectedDomain: The domain of the record that brought them; a document that names
    ///     another one is an error.
    ///   - zones: The time zones that windows may name.
    ///   - limits: How deep conditions may nest, and how many findings are kept.
    /// - Returns: what the documents ask for, nothing when a finding is an error, and the findings
    ///   from top to bottom.
    /// - Complexity: O(nodes once expanded), plus the search for cycles among groups.
    public static func read(
        _ nodes: [Node],
        from origin: Origin,
        expectedDomain: DomainID? = nil,
        zones: TimeZones = .utc,
        limits: DocumentLimits = DocumentLimits()
    ) -> (changes: [ConfigurationChange], diagnostics: [Diagnostic]) {
        var decoder = DocumentDecoder(
            origin: origin,
            expectedDomain: expectedDomain,
            zones: zones,
            limits: limits
        )
        let changes = nodes.flatMap { decoder.changes($0) }
        decoder.checkTogether(changes)
        let diagnostics = decoder.findings.all.inReadingOrder()
        return (decoder.findings.hasErrors ? [] : changes, diagnostics)
    }

    /// Reads a policy's tree again, with other values for some of its parameters.
    ///
    /// - Parameters:
    ///   - source: The policy's tree, as ``ConfigurationChange/set(_:source:)`` keeps it.
    ///   - parameters: A mapping; its entries go before those of the tree. A name that the policy
    ///     does not know is an error.
    ///   - zones: The time zones that windows may name.
    ///   - limits: How deep conditions may nest, and how many findings are kept.
    /// - Returns: the policy, `nil` when a finding is an error, and the findings.
    /// - Complexity: O(nodes once expanded).
    public static func policy(
        from source: Node,
        parameters: Node?,
        zones: TimeZones = .utc,
        limits: DocumentLimits = DocumentLimits()
    ) -> (policy: Policy?, diagnostics: [Diagnostic]) {
        var decoder = DocumentDecoder(
            origin: .bus,
            expectedDomain: nil,
            zones: zones,
            limits: limits
        )
        let policy = decoder.policy(source, isEnclosed: true, overrides: parameters)
        return (decoder.findings.hasErrors ? nil : policy, decoder.findings.all.inReadingOrder())
    }

    /// Reads again a tree that was read as a document of this kind before.
    ///
    /// - Parameters:
    ///   - kind: What kind of document the tree holds; it need not say so itself.
    ///   - source: The tree, as ``ConfigurationChange/set(_:source:)`` keeps it.
    ///   - parameters: For a policy, a mapping whose entries go before those of the tree.
    ///   - zones: The time zones that windows may name.
    ///   - limits: How deep conditions may nest, and how many findings are kept.
    /// - Returns: the document, `nil` when a finding is an error, and the findings.
    /// - Complexity: O(nodes once expanded).
    public static func document(
        _ kind: DocumentKind,
        from source: Node,
        parameters: Node? = nil,
        zones: TimeZones = .utc,
        limits: DocumentLimits = DocumentLimits()
    ) -> (document: Document?, diagnostics: [Diagnostic]) {
        if kind == .policy {
            let (policy, diagnostics) = policy(
                from: source,
                parameters: parameters,
                zones: zones,
                limits: limits
            )
            return (policy.map { .policy($0) }, diagnostics)
        }
        var decoder = DocumentDecoder(
            origin: .bus,
            expectedDomain: nil,
            zones: zones,
            limits: limits
        )
        let document = decoder.document(kind, source, isEnclosed: true)
        return (
            decoder.findings.hasErrors ? nil : document, decoder.findings.all.inReadingOrder()
        )
    }

    /// What is wrong with documents together that is right with each: one name given twice in a
    /// domain, cycles of dependencies among service groups, and enforced policies that can never
    /// hold together.
    ///
    /// - Returns: errors, and warnings for cycles that only concern the order of starting and for
    ///   policies that contradict each other.
    /// - Complexity: O(documents + dependencies), for each domain that is named, and pairs of
    ///   bounds up to a limit.
    public static func conflicts(among documents: [Document]) -> [Diagnostic] {
        duplicates(among: documents) + cycles(among: documents)
            + contradictions(among: documents)
    }
}

/// Reads documents and collects what is wrong; its parts are in extensions, one for each subject.
struct DocumentDecoder {
    let origin: DocumentReader.Origin
    var expectedDomain: DomainID?
    let zones: TimeZones
    let limits: DocumentLimits
    var findings: DiagnosticList
    /// How many conditions or selectors enclose the one that is being read.
    var nesting = 0
    /// What was suggested in place of unknown keys, by the key's place.
    var suggestions: [SourceSpan: String] = [:]
    /// The parameters of the policy that is being read.
    var scope: ParameterScope

    init(
        origin: DocumentReader.Origin,
        expectedDomain: DomainID?,
        zones: TimeZones,
        limits: DocumentLimits
    ) {
        self.origin = origin
        self.expectedDomain = expectedDomain
        self.zones = zones
        self.limits = limits
        findings = DiagnosticList(limit: limits.diagnostics)
        scope = ParameterScope(limits: limits)
    }

    /// Reports an error, unless its place is one where a parameter failed already.
    mutating func error(
        _ code: String,
        _ message: String,
        at span: SourceSpan,
        help: String? = nil,
        related: [Diagnostic.Related] = []
    ) {
        guard !scope.failures.contains(span) else { return }
        let cause = scope.uses[span].map { use in
            [Diagnostic.Related("the value of the parameter \(use.name.quoted)", at: use.value)]
        }
        findings.append(
            Diagnostic(code, message, at: span, help: help, related: related + (cause ?? []))
        )
    }

    mutating func warning(
        _ code: String,
        _ message: String,
        at span: SourceSpan,
        help: String? = nil,
        related: [Diagnostic.Related] = []
    ) {
        findings.append(
            Diagnostic(
                code,
                message,
                at: span,
                severity: .warning,
                help: help,
                related: related
            )
        )
    }
}
