// Rendered findings in the cases that the goldens do not show: colour, missing texts, hostile
// ones, and JSON.

import Foundation
import MusterPolicy
import Testing

@Suite struct RenderingTests {
    private func finding(_ line: Int, _ columns: Range<Int>, help: String? = nil) -> Diagnostic {
        Diagnostic(
            "code",
            "message",
            at: SourceSpan(
                source: "f",
                start: Mark(line: line, column: columns.lowerBound),
                end: Mark(line: line, column: columns.upperBound)
            ),
            help: help
        )
    }

    private func render(_ text: String, _ diagnostic: Diagnostic, width: Int = 100) -> [String] {
        DiagnosticRenderer(sources: ["f": Array(text.utf8)], width: width).text(diagnostic)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("the caret stands under the place, whatever is before it")
    func carets() {
        for prefix in ["", "    ", "\t", "値", "😀", "e\u{301}", "é", "\t値\te\u{301}"] {
            let count = prefix.unicodeScalars.count
            let lines = render("x\n\(prefix)WORD y\n", finding(2, count + 1..<count + 5))
            let shown = prefix.replacing("\t", with: "    ")
            #expect(lines[3] == "2 | \(shown)WORD y")
            let width = shown.unicodeScalars.reduce(0) { width, scalar in
                width + (scalar.value > 0x3000 ? 2 : scalar.value == 0x301 ? 0 : 1)
            }
            #expect(lines[4] == "  | " + String(repeating: " ", count: width) + "^^^^")
        }
    }

    @Test("a very long line is clipped around the place")
    func longLines() {
        for prefix in ["x", "値"] {
            let text =
                String(repeating: prefix, count: 300_000) + "WORD"
                + String(repeating: "y", count: 300_000)
            let lines = render(text, finding(1, 300_001..<300_005), width: 80)
            #expect(lines[3].contains("WORD"))
            #expect(lines[3].hasPrefix("1 | …"))
            #expect(lines[3].hasSuffix("…"))
            #expect(lines[4].hasSuffix(" ^^^^"))
            #expect(lines[3].unicodeScalars.count <= 80)
        }
    }

    @Test("lines end at any kind of line break")
    func lineBreaks() {
        let lines = render("a\r\nb\rc\nd", finding(4, 1..<2))
        #expect(lines[3] == "4 | d")
    }

    @Test("a place behind the end, in a line that is not there or in an unknown text is survived")
    func oddPlaces() {
        #expect(render("ab", finding(1, 9..<12))[4] == "  |   ^")
        #expect(render("ab", finding(7, 1..<2)).count == 3)
        #expect(render("ab", Diagnostic("c", "m", at: .none)) == ["error[c]: m", ""])
        let other = DiagnosticRenderer(sources: [:]).text(finding(1, 1..<2, help: "h"))
        #expect(other == "error[code]: message\n --> f:1:1\n  = help: h\n")
    }

    @Test("nothing that steers a terminal comes through from a text")
    func controls() {
        let hostile = "a\u{1B}[31m\u{202E}b"
        let span = SourceSpan(
            source: "f",
            start: Mark(line: 1, column: 1),
            end: Mark(line: 1, column: 2)
        )
        let text = DiagnosticRenderer(sources: ["f": Array(hostile.utf8)])
            .text([Diagnostic("c", "unknown `\(hostile)`", at: span, help: hostile)])
        #expect(!text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
    }

    @Test("colour is there only when asked for")
    func colour() {
        let sources = ["f": Array("ab".utf8)]
        let plain = DiagnosticRenderer(sources: sources).text(finding(1, 1..<2))
        let coloured = DiagnosticRenderer(sources: sources, isColored: true).text(finding(1, 1..<2))
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[1;31m"))
    }

    @Test("findings are counted in words")
    func counts() {
        let error = finding(1, 1..<2)
        var warning = error
        warning.severity = .warning
        #expect(DiagnosticRenderer.counts([]) == "nothing found")
        #expect(DiagnosticRenderer.counts([error, error, warning]) == "2 errors, 1 warning")
    }

    @Test("JSON is valid, on one line, with every field")
    func json() throws {
        var diagnostic = finding(2, 3..<5, help: "say \"x\"\n\u{1B}é")
        diagnostic.related = [.init("other", at: diagnostic.span)]
        let json = diagnostic.json
        #expect(!json.contains("\n"))
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        )
        #expect(
            object.keys.sorted() == [
                "code", "column", "endColumn", "endLine", "file", "help", "line", "message",
                "related", "severity",
            ]
        )
        #expect(object["help"] as? String == "say \"x\"\n\u{1B}é")
        #expect(object["column"] as? Int == 3)
        #expect(object["endColumn"] as? Int == 5)
        let related = try #require(object["related"] as? [[String: Any]])
        #expect(related.first?["message"] as? String == "other")
        #expect(finding(1, 1..<2).json.contains("\"help\":null"))
    }

    @Test("the nearest word is at most two edits away")
    func spelling() {
        let words = ["atLeast", "atMost", "count", "node", "of"]
        let cases = [
            ("nod", "node"), ("ndoe", "node"), ("atleats", "atLeast"), ("cout", "count"),
            ("o", "of"), ("banana", nil), ("xx", nil), ("fo", "of"),
        ]
        for (word, nearest) in cases {
            #expect(Spelling.nearest(to: word, among: words) == nearest, "\(word)")
        }
    }
}
