// Findings as people read them: what is wrong, where, the line itself with the place marked, and
// what would be right. Pure: text in, text out.

/// Renders findings under the lines they speak of.
///
///     error[unknown-key]: unknown key `nod`
///      --> web.yaml:7:15
///       |
///     7 |   - {count: {nod: a}, atLeast: 1}
///       |              ^^^
///       = help: did you mean `node`?
public struct DiagnosticRenderer: Sendable {
    private let sources: [String: SourceLines]
    private let style: Style
    private let width: Int

    /// Makes a renderer for findings in these texts.
    ///
    /// - Parameters:
    ///   - sources: The bytes of each text by its name; findings in others are shown without a
    ///     line.
    ///   - isColored: Whether to colour by terminal escapes.
    ///   - width: The columns that a line may take; longer ones are clipped around the place.
    public init(sources: [String: [UInt8]], isColored: Bool = false, width: Int = 100) {
        self.sources = sources.mapValues { SourceLines($0) }
        style = Style(isColored: isColored)
        self.width = max(40, width)
    }

    /// All findings, with an empty line behind each.
    ///
    /// - Complexity: O(length of the lines that findings are in), for each finding.
    public func text(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map { text($0) + "\n" }.joined()
    }

    /// One finding; each of its lines ends with a line break.
    public func text(_ diagnostic: Diagnostic) -> String {
        let severity = diagnostic.severity
        var text = style.bold(
            style.paint("\(severity.rawValue)[\(diagnostic.code)]", as: severity)
                + ": \(diagnostic.message.printable)"
        )
        text += "\n"
        let lines = [diagnostic.span.start.line] + diagnostic.related.map(\.span.start.line)
        let gutter = String(lines.max() ?? 0).utf8.count
        text += excerpt(at: diagnostic.span, gutter: gutter, severity: severity)
        for related in diagnostic.related {
            text += "\(style.bold("note")): \(related.message.printable)\n"
            text += excerpt(at: related.span, gutter: gutter, severity: nil)
        }
        if let help = diagnostic.help {
            text += pad(gutter) + " \(style.edge("=")) \(style.bold("help")): \(help.printable)\n"
        }
        return text
    }

    /// How many findings there are of each severity, such as `2 errors, 1 warning`.
    public static func counts(_ diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
        guard !parts.isEmpty else { return "nothing found" }
        return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }

    private func excerpt(
        at span: SourceSpan,
        gutter: Int,
        severity: Diagnostic.Severity?
    ) -> String {
        // Line 0 is no place in a text: the finding is about the text as a whole.
        guard span.start.line > 0 else { return "" }
        var text = pad(gutter) + "\(style.edge("-->")) \(span.description.printable)\n"
        guard let (line, marks) = sources[span.source]?.excerpt(of: span, width: width - gutter - 4)
        else { return text }
        let number = String(span.start.line)
        let bar = style.edge("|")
        text += pad(gutter) + " \(bar)\n"
        text += style.edge(pad(gutter - number.utf8.count) + number)
        text += " \(bar)" + (line.isEmpty ? "" : " \(line)") + "\n"
        text += pad(gutter) + " \(bar) \(pad(marks.offset))"
        let caret = String(repeating: severity == nil ? "-" : "^", count: marks.count)
        return text + (severity.map { style.paint(caret, as: $0) } ?? caret) + "\n"
    }

    private func pad(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}

/// Terminal escapes, or nothing.
private struct Style {
    let isColored: Bool

    func bold(_ text: String) -> String { escaped(text, "1") }
    func edge(_ text: String) -> String { escaped(text, "34") }
    func paint(_ text: String, as severity: Diagnostic.Severity) -> String {
        escaped(text, severity == .error ? "1;31" : "1;33")
    }

    private func escaped(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
