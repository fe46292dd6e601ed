// Values with the type that their place asks for, and findings where they have another.

import MusterModel
import MusterPolicy

extension ScenarioReader {
    mutating func error(
        _ code: String,
        _ message: String,
        at span: SourceSpan,
        help: String? = nil
    ) {
        diagnostics.append(Diagnostic(code, message, at: span, help: help))
    }

    mutating func mismatch(_ node: Node, _ expected: String, help: String? = nil) {
        error(
            "wrong-type",
            "expected \(expected), found \(node.inWords)",
            at: node.span,
            help: help
        )
    }

    mutating func mapping(_ node: Node, _ expected: String) -> [Node.Entry]? {
        if case .mapping(let entries) = node.content { return entries }
        mismatch(node, expected)
        return nil
    }

    mutating func list(_ node: Node, _ expected: String) -> [Node]? {
        if case .sequence(let nodes) = node.content { return nodes }
        mismatch(node, expected, help: "start it with `- `, even when there is one only")
        return nil
    }

    mutating func text(_ node: Node) -> String? {
        guard case .scalar(.string(let text), let written, _) = node.content else {
            if case .scalar(_, let written, _) = node.content, !written.isEmpty {
                mismatch(node, "text", help: "quote it: \"\(written)\"")
            } else {
                mismatch(node, "text")
            }
            return nil
        }
        guard !written.isEmpty else {
            error("empty-text", "this text must not be empty", at: node.span)
            return nil
        }
        return text
    }

    mutating func bool(_ node: Node) -> Bool? {
        if case .scalar(.bool(let value), _, _) = node.content { return value }
        mismatch(node, "true or false")
        return nil
    }

    /// One of a few words.
    mutating func word(_ node: Node, of key: String, among words: [String]) -> String? {
        guard let text = text(node) else { return nil }
        guard !words.contains(text) else { return text }
        error(
            "unknown-word",
            "unknown \(key) \(text.quoted)",
            at: node.span,
            help: Spelling.nearest(to: text, among: words).map { "did you mean `\($0)`?" }
                ?? "one of \(words.joined(separator: ", "))"
        )
        return nil
    }

    mutating func instant(_ node: Node) -> Instant? {
        guard let text = text(node) else { return nil }
        if let instant = Instant(rfc3339: text) { return instant }
        error(
            "not-a-time",
            "\(text.quoted) is not a time",
            at: node.span,
            help: "write it as in 2026-11-23T12:00:00Z"
        )
        return nil
    }

    /// Reports every key that is not among the known ones.
    mutating func checkKeys(
        _ entries: [Node.Entry],
        known: [String],
        of what: String,
        hints: [String: String] = [:]
    ) {
        for entry in entries where !known.contains(entry.key) {
            let help =
                hints[entry.key]
                ?? Spelling.nearest(to: entry.key, among: known).map { "did you mean `\($0)`?" }
                ?? "\(what) has \(known.joined(separator: ", "))"
            error("unknown-key", "unknown key \(entry.key.quoted)", at: entry.keySpan, help: help)
        }
    }

    /// A path in the file, as seen from where the file's own path is seen from.
    func resolved(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        var parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != "..", !last.isEmpty {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}
