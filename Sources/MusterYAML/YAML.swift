// Reads YAML text with libyaml and refuses what readers of YAML disagree on, so that a policy
// means the same to everyone who reads it.

public import MusterPolicy

/// Reads YAML text as trees of nodes with places.
public enum YAML {
    /// What a text may ask for.
    public typealias Limits = DocumentLimits

    /// Reads every document of a text, by YAML 1.2's core schema with the traps taken out.
    ///
    /// The first syntax error ends the reading; other errors do not, so that a text shows them all.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8; a byte order mark is skipped.
    ///   - source: What the text is called in findings.
    ///   - limits: What the text may ask for.
    /// - Returns: the documents that were complete, which may only be used when no finding is an
    ///   error, and what was found.
    /// - Complexity: O(bytes + nodes).
    public static func read(
        _ bytes: [UInt8],
        source: String,
        limits: Limits = Limits()
    ) -> (documents: [Node], diagnostics: [Diagnostic]) {
        let bytes = TextPosition.withoutByteOrderMark(bytes)
        if let problem = TextPosition.problem(in: bytes, source: source, limits: limits) {
            return ([], [problem])
        }
        if let problem = exoticLineBreak(in: bytes, source: source) { return ([], [problem]) }
        var builder = TreeBuilder(source: source, limits: limits)
        var parser = EventParser(bytes)
        do {
            while let event = try parser.next() { try builder.take(event) }
        } catch {
            builder.append(error.diagnostic(in: bytes, source: source))
        }
        return (builder.documents, builder.findings.all)
    }

    /// YAML 1.1 ends a line at U+0085, U+2028 and U+2029, YAML 1.2 does not: refused as they are,
    /// they keep the lines of libyaml, of editors and of findings the same.
    private static func exoticLineBreak(in bytes: [UInt8], source: String) -> Diagnostic? {
        for index in bytes.indices.dropLast() where bytes[index] == 0xC2 || bytes[index] == 0xE2 {
            let name: String
            switch Array(bytes[index...].prefix(3)) {
            case [0xE2, 0x80, 0xA8]: name = "U+2028"
            case [0xE2, 0x80, 0xA9]: name = "U+2029"
            case let three where three.starts(with: [0xC2, 0x85]): name = "U+0085"
            default: continue
            }
            return Diagnostic(
                "line-separator",
                "the character \(name) ends a line for some readers only",
                at: TextPosition.span(ofByte: index, in: bytes, source: source),
                help: "break the line, or write \\L, \\P or \\N in double quotes"
            )
        }
        return nil
    }
}
