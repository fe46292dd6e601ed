// Findings for programs: one JSON object on one line each.

extension Diagnostic {
    /// The finding as a JSON object on one line: `code`, `severity`, `message`, `file`, `line`,
    /// `column`, `endLine`, `endColumn`, `help` (null where there is none) and `related`.
    public var json: String {
        let head = [
            ("code", code.inJSON), ("severity", severity.rawValue.inJSON),
            ("message", message.inJSON),
        ]
        let others = related.map { object([("message", $0.message.inJSON)] + place($0.span)) }
        let tail = [
            ("help", help.map(\.inJSON) ?? "null"),
            ("related", "[" + others.joined(separator: ",") + "]"),
        ]
        return object(head + place(span) + tail)
    }

    private func place(_ span: SourceSpan) -> [(String, String)] {
        [
            ("file", span.source.inJSON), ("line", String(span.start.line)),
            ("column", String(span.start.column)), ("endLine", String(span.end.line)),
            ("endColumn", String(span.end.column)),
        ]
    }

    private func object(_ members: [(key: String, value: String)]) -> String {
        "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}

extension String {
    /// The text as a JSON string.
    package var inJSON: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
