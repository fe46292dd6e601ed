// libyaml's messages speak of its own insides; people are told what to look for.

internal import MusterPolicy

extension ReadingError {
    /// The finding, in words for people.
    func diagnostic(in bytes: [UInt8], source: String) -> Diagnostic {
        switch self {
        case .finding(let diagnostic): diagnostic
        case .syntax(let error): error.diagnostic(in: bytes, source: source)
        }
    }
}

extension SyntaxError {
    fileprivate func diagnostic(in bytes: [UInt8], source: String) -> Diagnostic {
        if let offset {
            return Diagnostic(
                "control-character",
                "\(problem)",
                at: TextPosition.span(ofByte: offset, in: bytes, source: source),
                help: "remove it, or write it as an escape in double quotes, such as \"\\u0007\""
            )
        }
        let (message, help) = words(in: bytes)
        let span = place.span(in: source)
        var related: [Diagnostic.Related] = []
        if let context, context.place != place, context.place.line > 0 {
            related.append(.init(context.text, at: context.place.span(in: source)))
        }
        return Diagnostic("yaml-syntax", message, at: span, help: help, related: related)
    }

    /// What libyaml means, and what would be right.
    private func words(in bytes: [UInt8]) -> (message: String, help: String?) {
        switch problem {
        case "found character that cannot start any token":
            return startOfToken(in: bytes)
        case "mapping values are not allowed in this context":
            return (
                "a key is not allowed here",
                "a value that contains `: ` needs quotes; otherwise this line is indented too far"
            )
        case "could not find expected ':'":
            return (
                "a key without a colon",
                "write `key: value`; text that goes on in the next line must be indented"
            )
        case "did not find expected key":
            return (
                "expected a key",
                "indent this line like its neighbours, or close the quotes or brackets above"
            )
        case "did not find expected '-' indicator":
            return ("expected `-`", "the items of a list start in the same column")
        case "did not find expected ',' or ']'":
            return ("expected `,` or `]`", "a comma is missing, or the list is not closed")
        case "did not find expected ',' or '}'":
            return ("expected `,` or `}`", "a comma is missing, or the mapping is not closed")
        case "did not find expected alphabetic or numeric character":
            return ("expected a name", "a text that starts with `&` or `*` needs quotes")
        case "found unexpected end of stream":
            return ("the text ends inside quotes", "close the quotes")
        case "found unknown escape character":
            return ("no such escape", "use single quotes, in which a backslash is itself")
        case "did not find expected <document start>":
            return (
                "text behind the end of the document", "documents are separated by a line `---`"
            )
        case "block sequence entries are not allowed in this context":
            return ("a list is not allowed here", "start the list on a line of its own")
        case "found incompatible YAML document":
            return ("this version of YAML is not supported", "leave out the `%YAML` line")
        default: return (problem, nil)
        }
    }

    private func startOfToken(in bytes: [UInt8]) -> (message: String, help: String?) {
        switch character(in: bytes) {
        case "\t": return ("a tab in the indentation", "indent with spaces")
        case let character?:
            return (
                "text cannot start with `\(character)`",
                "put the text in quotes"
            )
        case nil: return ("text cannot start here", "put the text in quotes")
        }
    }

    /// The character at the place; only ASCII ones are special to YAML.
    private func character(in bytes: [UInt8]) -> Character? {
        let line = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .dropFirst(place.line - 1).first
        guard let line else { return nil }
        let text = String(decoding: line, as: UTF8.self).unicodeScalars
        return text.dropFirst(place.column - 1).first.map(Character.init)
    }
}

extension Mark {
    fileprivate func span(in source: String) -> SourceSpan {
        SourceSpan(source: source, start: self, end: Mark(line: line, column: column + 1))
    }
}
