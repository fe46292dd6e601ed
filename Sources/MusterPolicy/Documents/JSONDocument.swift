// Documents on the bus are mostly JSON. This reader is strict (RFC 8259) and keeps the place of
// every value, which no decoder for Swift types does and error messages need.

/// Reads JSON text as a tree of nodes with places.
public enum JSONDocument {
    /// Reads one value; any value may stand at the top.
    ///
    /// The first syntax error ends the reading. Repeated keys are errors too, but reading goes on
    /// with the first of them, so that a text with several shows them all.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8; a byte order mark is skipped.
    ///   - source: What the text is called in findings.
    ///   - limits: What the text may ask for.
    /// - Returns: the value, `nil` where syntax or a limit forbids one, and what was found.
    /// - Complexity: O(bytes).
    public static func read(
        _ bytes: [UInt8],
        source: String,
        limits: DocumentLimits = DocumentLimits()
    ) -> (node: Node?, diagnostics: [Diagnostic]) {
        let bytes = TextPosition.withoutByteOrderMark(bytes)
        if let problem = TextPosition.problem(in: bytes, source: source, limits: limits) {
            return (nil, [problem])
        }
        var scanner = JSONScanner(bytes: bytes, source: source, limits: limits)
        do {
            let node = try scanner.document()
            return (node, scanner.findings.all)
        } catch {
            scanner.findings.append(error)
            return (nil, scanner.findings.all)
        }
    }
}

/// Walks over valid UTF-8, keeping count of lines and columns.
struct JSONScanner {
    let bytes: [UInt8]
    let source: String
    let limits: DocumentLimits
    var findings: DiagnosticList
    var index = 0
    var mark = Mark(line: 1, column: 1)
    private var nodes = 0
    private var depth = 0

    init(bytes: [UInt8], source: String, limits: DocumentLimits) {
        self.bytes = bytes
        self.source = source
        self.limits = limits
        findings = DiagnosticList(limit: limits.diagnostics)
    }

    mutating func document() throws(Diagnostic) -> Node {
        skipSpace()
        guard peek != nil else { throw error("json-syntax", "the text is empty") }
        let node = try value()
        skipSpace()
        guard peek == nil else {
            throw error(
                "json-syntax",
                "text behind the end of the value",
                help: "several documents are written as a list: [{…}, {…}]"
            )
        }
        return node
    }

    private mutating func value() throws(Diagnostic) -> Node {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw error("too-many-nodes", "more than \(limits.nodes) values")
        }
        let start = mark
        switch peek {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""):
            let text = try string()
            let content = Node.Content.scalar(.string(text), text: text, isQuoted: true)
            return Node(content, at: span(from: start))
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte):
            let (scalar, text) = try number()
            let content = Node.Content.scalar(scalar, text: text, isQuoted: false)
            return Node(content, at: span(from: start))
        default: return try literal()
        }
    }

    private mutating func object() throws(Diagnostic) -> Node {
        let start = mark
        try open()
        var entries: [Node.Entry] = []
        var places: [String: SourceSpan] = [:]
        if !take("}") {
            repeat {
                skipSpace()
                let keyStart = mark
                guard peek == UInt8(ascii: "\"") else {
                    throw expectedKey(isFirst: entries.isEmpty)
                }
                let key = try string()
                let keySpan = span(from: keyStart)
                skipSpace()
                guard take(":") else {
                    throw error("json-syntax", "expected `:` behind the key \(key.quoted)")
                }
                skipSpace()
                let value = try value()
                skipSpace()
                if let first = places[key] {
                    findings.append(.duplicateKey(key, at: keySpan, first: first))
                } else {
                    places[key] = keySpan
                    entries.append(Node.Entry(key: key, keySpan: keySpan, value: value))
                }
            } while take(",")
            guard take("}") else { throw expectedEnd(of: "object", "}") }
        }
        depth -= 1
        return Node(.mapping(entries), at: span(from: start))
    }

    private mutating func array() throws(Diagnostic) -> Node {
        let start = mark
        try open()
        var items: [Node] = []
        if !take("]") {
            repeat {
                skipSpace()
                if peek == UInt8(ascii: "]"), !items.isEmpty { throw trailingComma() }
                items.append(try value())
                skipSpace()
            } while take(",")
            guard take("]") else { throw expectedEnd(of: "list", "]") }
        }
        depth -= 1
        return Node(.sequence(items), at: span(from: start))
    }

    /// Steps into a list or an object.
    private mutating func open() throws(Diagnostic) {
        depth += 1
        guard depth <= limits.depth else {
            throw error("too-deep", "nested deeper than \(limits.depth) levels")
        }
        advance()
        skipSpace()
    }

    private mutating func literal() throws(Diagnostic) -> Node {
        let start = mark
        let word = self.word()
        let scalar: Node.Scalar
        switch word {
        case "true": scalar = .bool(true)
        case "false": scalar = .bool(false)
        case "null": scalar = .null
        default: throw unexpected(word)
        }
        for _ in word.utf8 { advance() }
        return Node(.scalar(scalar, text: word, isQuoted: false), at: span(from: start))
    }

    /// The ASCII letters from here on, not consumed.
    private func word() -> String {
        let letters = bytes[index...].prefix(24).prefix { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return String(decoding: letters, as: UTF8.self)
    }
}

extension JSONScanner {
    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func advance() {
        if bytes[index] & 0xC0 != 0x80 { mark.column += 1 }
        index += 1
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        advance()
        return true
    }

    mutating func skipSpace() {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): advance()
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                index += 1
                // `\r\n` ends one line, not two.
                if byte == UInt8(ascii: "\r"), peek == UInt8(ascii: "\n") { index += 1 }
                mark = Mark(line: mark.line + 1, column: 1)
            default: return
            }
        }
    }

    func span(from start: Mark) -> SourceSpan {
        SourceSpan(source: source, start: start, end: mark)
    }

    /// A finding at the character that comes next.
    func error(_ code: String, _ message: String, help: String? = nil) -> Diagnostic {
        let end = Mark(line: mark.line, column: mark.column + 1)
        let place = SourceSpan(source: source, start: mark, end: end)
        return Diagnostic(code, message, at: place, help: help)
    }
}

extension JSONScanner {
    private func trailingComma() -> Diagnostic {
        error(
            "json-syntax",
            "a comma without a value behind it",
            help: "JSON allows no comma behind the last value"
        )
    }

    private func expectedKey(isFirst: Bool) -> Diagnostic {
        switch peek {
        case nil: error("json-syntax", "the text ends inside an object")
        case UInt8(ascii: "}") where !isFirst: trailingComma()
        default:
            error(
                "json-syntax",
                "expected a key in double quotes",
                help: "JSON keys are always quoted: {\"kind\": …}"
            )
        }
    }

    private func expectedEnd(of what: String, _ closer: String) -> Diagnostic {
        guard peek != nil else { return error("json-syntax", "the text ends inside a \(what)") }
        return error(
            "json-syntax",
            "expected `,` or `\(closer)`",
            help: "a comma is missing, or the \(what) is not closed"
        )
    }

    private func unexpected(_ word: String) -> Diagnostic {
        let lower = word.lowercased()
        if ["true", "false", "null"].contains(lower) {
            return error(
                "json-syntax",
                "\(word.quoted) is not a JSON value",
                help: "write `\(lower)` in lower case"
            )
        }
        if ["nan", "infinity", "inf"].contains(lower) {
            return error("json-syntax", "JSON has no \(word.quoted)")
        }
        guard word.isEmpty else {
            return error(
                "json-syntax",
                "\(word.quoted) is not a JSON value",
                help: "text stands in double quotes: \"\(word)\""
            )
        }
        switch peek {
        case nil: return error("json-syntax", "the text ends where a value is expected")
        case UInt8(ascii: "'"):
            return error(
                "json-syntax",
                "expected a value",
                help: "JSON text stands in double quotes"
            )
        case UInt8(ascii: "/"), UInt8(ascii: "#"):
            return error("json-syntax", "expected a value", help: "JSON has no comments")
        case UInt8(ascii: "+"), UInt8(ascii: "."):
            return error(
                "json-syntax",
                "expected a value",
                help: "a JSON number starts with a digit or `-`"
            )
        default: return error("json-syntax", "expected a value")
        }
    }
}

extension Diagnostic {
    /// A key that stands twice in one mapping.
    package static func duplicateKey(
        _ key: String,
        at span: SourceSpan,
        first: SourceSpan
    ) -> Diagnostic {
        Diagnostic(
            "duplicate-key",
            "the key \(key.quoted) is given twice",
            at: span,
            related: [Related("first given here", at: first)]
        )
    }
}
