// Values with the type that their place asks for. Nothing is converted: a slip in the type is
// nearly always a slip in the meaning.

import MusterModel

/// A mapping that is being read.
struct Fields {
    let entries: [Node.Entry]
    let span: SourceSpan

    /// Where to point when something is missing: a document's kind, else the first key.
    var head: SourceSpan {
        let isDocument = self["apiVersion"] != nil
        return (isDocument ? self["kind"]?.value.span : nil) ?? entries.first?.keySpan ?? span
    }

    subscript(key: String) -> Node.Entry? { entries.first { $0.key == key } }
}

extension DocumentDecoder {
    /// Reports that a value is of another type than its place asks for.
    mutating func mismatch(_ node: Node, expected: String, help: String? = nil) {
        error(
            "wrong-type",
            "expected \(expected), found \(node.inWords)",
            at: node.span,
            help: help
        )
    }

    mutating func mapping(_ node: Node, expected: String, help: String? = nil) -> Fields? {
        if case .mapping(let entries) = node.content {
            return Fields(entries: entries, span: node.span)
        }
        var help = help
        if case .scalar(.string(let text), _, false) = node.content, text.contains(":"),
            !text.contains(" ")
        {
            help = "put a space behind the colon"
        }
        mismatch(node, expected: expected, help: help)
        return nil
    }

    mutating func list(_ node: Node, expected: String, help: String? = nil) -> [Node]? {
        if case .sequence(let nodes) = node.content { return nodes }
        mismatch(node, expected: expected, help: help)
        return nil
    }

    /// A name or another short text: 1 to 253 bytes without control characters.
    mutating func text(_ node: Node, expected: String = "text") -> String? {
        guard case .scalar(.string(let text), _, _) = node.content else {
            var help: String?
            if case .scalar(let scalar, let written, _) = node.content, scalar != .null {
                help = "quote it: \"\(written)\""
            }
            mismatch(node, expected: expected, help: help)
            return nil
        }
        return isFit(text, at: node.span) ? text : nil
    }

    /// The value of a label: text, or a number or boolean that is taken as it is written.
    mutating func labelValue(_ node: Node) -> String? {
        guard case .scalar(let scalar, let written, _) = node.content, scalar != .null else {
            mismatch(node, expected: "text")
            return nil
        }
        if case .string = scalar { return text(node) }
        warning(
            "label-is-text",
            "labels are text, so \(written.quoted) is taken as text",
            at: node.span,
            help: "quote it: \"\(written)\""
        )
        return isFit(written, at: node.span) ? written : nil
    }

    private mutating func isFit(_ text: String, at span: SourceSpan) -> Bool {
        guard !text.isEmpty else {
            error("empty-text", "this text must not be empty", at: span)
            return false
        }
        guard text.utf8.count <= 253 else {
            error(
                "text-too-long",
                "a text of \(text.utf8.count) bytes, at most 253 are allowed",
                at: span
            )
            return false
        }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            error("control-character", "this text must not contain control characters", at: span)
            return false
        }
        return true
    }

    mutating func bool(_ node: Node) -> Bool? {
        if case .scalar(.bool(let value), _, _) = node.content { return value }
        mismatch(node, expected: "true or false")
        return nil
    }

    /// A whole number within bounds.
    mutating func integer(_ node: Node, of key: String, in range: ClosedRange<Int>) -> Int? {
        guard case .scalar(.int(let value), _, _) = node.content else {
            var help: String?
            if case .scalar(.string(let text), _, true) = node.content, Int(text) != nil {
                help = "remove the quotes"
            }
            mismatch(node, expected: "a whole number", help: help)
            return nil
        }
        guard range.contains(value) else {
            let bound =
                value < range.lowerBound
                ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
            error("out-of-range", "`\(key)` must be \(bound), not \(value)", at: node.span)
            return nil
        }
        return value
    }

    /// One of a few words.
    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ node: Node,
        of key: String,
        _: Word.Type = Word.self
    ) -> Word? {
        word(node, of: key, among: Word.allCases.map(\.rawValue)).flatMap(Word.init)
    }

    mutating func word(_ node: Node, of key: String, among words: [String]) -> String? {
        let choice = "one of \(words.joined(separator: ", "))"
        guard case .scalar(.string(let text), _, _) = node.content else {
            mismatch(node, expected: choice)
            return nil
        }
        guard !words.contains(text) else { return text }
        // Two edits lead from `on` to nowhere near `online`, yet that is what is meant.
        let short = ["on": "online", "off": "offline", "up": "online", "down": "offline"]
        let meant = short[text.lowercased()].flatMap { words.contains($0) ? $0 : nil }
        let nearest =
            meant ?? Spelling.nearest(to: text, among: words)
            ?? words.first { $0.hasPrefix(text) && text.utf8.count > 2 }
        error(
            "unknown-word",
            "unknown \(key) \(text.quoted)",
            at: node.span,
            help: nearest.map { "did you mean `\($0)`?" } ?? choice
        )
        return nil
    }

    /// Reports every key that is not among the known ones.
    mutating func checkKeys(
        _ fields: Fields,
        known: [String],
        of what: String,
        hints: [String: String] = [:]
    ) {
        for entry in fields.entries where !known.contains(entry.key) {
            unknownKey(entry, known: known, of: what, hints: hints)
        }
    }
    /// Whether one of these keys was suggested in place of one that is there. Then nothing needs
    /// to be said of its absence.
    func wasSuggested(_ keys: [String], in fields: Fields) -> Bool {
        fields.entries.contains { entry in
            suggestions[entry.keySpan].map { keys.contains($0) } ?? false
        }
    }

    mutating func unknownKey(
        _ entry: Node.Entry,
        known: [String],
        of what: String,
        hints: [String: String] = [:]
    ) {
        // The search for a near word is worth its time only while its answer is kept.
        guard !findings.isFull else { return }
        let help: String
        if let hint = hints[entry.key] {
            help = hint
        } else if let nearest = Spelling.nearest(to: entry.key, among: known) {
            help = "did you mean `\(nearest)`?"
            suggestions[entry.keySpan] = nearest
        } else {
            help = "\(what) has \(known.joined(separator: ", "))"
        }
        error("unknown-key", "unknown key \(entry.key.quoted)", at: entry.keySpan, help: help)
    }
}

extension Node {
    /// What it is, as findings name it.
    package var inWords: String {
        switch content {
        case .scalar(.null, _, _): "nothing"
        case .scalar(.bool(let value), _, _): "`\(value)`"
        case .scalar(.int, let text, _), .scalar(.double, let text, _):
            "the number \(text.quoted)"
        case .scalar(.string(let text), _, _): "the text \(text.quoted)"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
