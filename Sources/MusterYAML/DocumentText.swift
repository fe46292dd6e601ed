// From texts to documents in one step, for those who load files and those who receive records.

public import MusterModel
public import MusterPolicy

/// A text that holds documents.
public struct DocumentText: Sendable {
    /// How a text is written.
    public enum Format: Hashable, Sendable {
        case yaml, json
    }

    /// What it is called in findings: a file's path, or a topic with its offset.
    public var source: String
    /// The text in UTF-8.
    public var bytes: [UInt8]
    /// How it is written.
    public var format: Format

    /// Makes a text from its parts.
    public init(source: String, bytes: [UInt8], format: Format) {
        self.source = source
        self.bytes = bytes
        self.format = format
    }

    /// Makes a text that is JSON when its source's name ends so, else YAML.
    public init(file: String, bytes: [UInt8]) {
        self.init(source: file, bytes: bytes, format: file.hasSuffix(".json") ? .json : .yaml)
    }

    /// The documents as trees, with what was found in reading them.
    ///
    /// - Returns: trees that may only be used when no finding is an error.
    public func nodes(
        limits: DocumentLimits = DocumentLimits()
    ) -> (nodes: [Node], diagnostics: [Diagnostic]) {
        switch format {
        case .yaml:
            let (documents, diagnostics) = YAML.read(bytes, source: source, limits: limits)
            return (documents, diagnostics)
        case .json:
            let (node, diagnostics) = JSONDocument.read(bytes, source: source, limits: limits)
            return (node.map { [$0] } ?? [], diagnostics)
        }
    }

    /// Reads texts that belong together: all files of a load, or the one of an event.
    ///
    /// Texts with errors are still read as far as they go, so that one look shows all that is
    /// wrong.
    ///
    /// - Parameters:
    ///   - texts: The texts, in the order of the load.
    ///   - origin: What may stand in them.
    ///   - expectedDomain: The domain of the record that brought them.
    ///   - zones: The time zones that windows may name.
    ///   - limits: What each text may ask for.
    /// - Returns: what the documents ask for, nothing when a finding is an error; the findings.
    public static func read(
        _ texts: [DocumentText],
        from origin: DocumentReader.Origin,
        expectedDomain: DomainID? = nil,
        zones: TimeZones = .utc,
        limits: DocumentLimits = DocumentLimits()
    ) -> (changes: [ConfigurationChange], diagnostics: [Diagnostic]) {
        var nodes: [Node] = []
        var textual: [Diagnostic] = []
        for text in texts {
            let (found, diagnostics) = text.nodes(limits: limits)
            nodes += found
            textual += diagnostics
        }
        let (changes, semantic) = DocumentReader.read(
            nodes,
            from: origin,
            expectedDomain: expectedDomain,
            zones: zones,
            limits: limits
        )
        // One slip, one finding: what the reader of the text or of the tree refused needs no
        // word from the other.
        let refused = Set(textual.filter { $0.severity == .error }.map(\.span))
        let wrong = Set(semantic.filter { $0.severity == .error }.map(\.span))
        let all =
            (textual.filter { $0.severity == .error || !wrong.contains($0.span) }
            + semantic.filter { !refused.contains($0.span) }).inReadingOrder()
        return (all.hasErrors ? [] : changes, all)
    }
}
