// The JSON reader is strict, keeps places, and survives anything.

import MusterPolicy
import Testing

@Suite struct JSONDocumentTests {
    private func read(
        _ text: String,
        limits: DocumentLimits = DocumentLimits()
    ) -> (node: Node?, diagnostics: [Diagnostic]) {
        JSONDocument.read(Array(text.utf8), source: "t.json", limits: limits)
    }

    /// What the text holds, `nil` when it is refused.
    private func scalar(_ text: String) -> Node.Scalar? {
        let (node, diagnostics) = read(text)
        guard diagnostics.isEmpty, case .scalar(let scalar, _, _)? = node?.content else {
            return nil
        }
        return scalar
    }

    @Test("every kind of scalar is read")
    func scalars() {
        let cases: [(String, Node.Scalar)] = [
            ("null", .null), ("true", .bool(true)), (" false ", .bool(false)), ("0", .int(0)),
            ("-0", .int(0)), ("-17", .int(-17)), ("9223372036854775807", .int(.max)),
            ("1.5", .double(1.5)), ("-1.5e-3", .double(-0.0015)), ("1E2", .double(100)),
            ("\"\"", .string("")), ("\"aé😀\"", .string("aé😀")),
            (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
            (#""\u0041\u00e9\ud83d\ude00\u0000""#, .string("Aé😀\0")),
        ]
        for (text, expected) in cases { #expect(scalar(text) == expected, "\(text)") }
    }

    @Test("what RFC 8259 does not allow is refused")
    func refused() {
        let texts = [
            "", " ", "nul", "True", "NaN", "Infinity", "-", "+1", ".5", "1.", "1e", "1e+", "01",
            "-01", "0x1", "'a'", "\"a", "\"\\", "\"\\u12", "\"\\u12g4\"", "\"\\x\"", "\"\t\"",
            "\"\n\"", "\"\u{1}\"", "\"\\ud83d\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"", "[", "[1",
            "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
            "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:2}", "1 2", "{} {}", "[1] ,",
            "// c\n1", "1 // c", "99999999999999999999", "1e999", "\u{FEFF}\u{FEFF}1",
        ]
        for text in texts { #expect(read(text).diagnostics.hasErrors, "\(text)") }
    }

    @Test("every value and key has its place, in scalars, over all kinds of line break")
    func places() throws {
        let text = "{\"größe\": [1,\r\n \"値\",\n\r true]}"
        let node = try #require(read(text).node)
        #expect(node.span.start == Mark(line: 1, column: 1))
        #expect(node.span.end == Mark(line: 4, column: 8))
        guard case .mapping(let entries) = node.content, let entry = entries.first,
            case .sequence(let items) = entry.value.content
        else {
            Issue.record("not the expected shape")
            return
        }
        #expect(entry.keySpan.start == Mark(line: 1, column: 2))
        #expect(entry.keySpan.end == Mark(line: 1, column: 9))
        #expect(
            items.map(\.span.start) == [
                Mark(line: 1, column: 12), Mark(line: 2, column: 2), Mark(line: 4, column: 2),
            ]
        )
    }

    @Test("a repeated key is an error that names both places")
    func duplicateKeys() throws {
        let (_, diagnostics) = read(#"{"a": 1, "b": 2, "\u0061": 3}"#)
        let finding = try #require(diagnostics.first)
        #expect(finding.code == "duplicate-key")
        #expect(finding.span.start == Mark(line: 1, column: 18))
        #expect(finding.related.map(\.span.start) == [Mark(line: 1, column: 2)])
    }

    @Test("every limit has a finding of its own")
    func limits() {
        var limits = DocumentLimits()
        limits.depth = 3
        limits.nodes = 5
        limits.scalarBytes = 4
        limits.bytes = 100
        let cases = [
            ("[[[1]]]", nil), ("[[[[1]]]]", "too-deep"), ("[1,2,3,4]", nil),
            ("[1,2,3,4,5]", "too-many-nodes"), ("\"abcd\"", nil),
            ("\"abcde\"", "scalar-too-long"), (String(repeating: " ", count: 101), "too-large"),
        ]
        for (text, code) in cases {
            #expect(read(text, limits: limits).diagnostics.first?.code == code, "\(text)")
        }
    }

    @Test("bytes that are no UTF-8 are found at their place")
    func invalidUTF8() {
        let bytes = Array("[\"é\", \"".utf8) + [0xC3, 0x28] + Array("\"]".utf8)
        let (_, diagnostics) = JSONDocument.read(bytes, source: "t")
        #expect(diagnostics.map(\.code) == ["invalid-utf8"])
        #expect(diagnostics.map(\.span.start) == [Mark(line: 1, column: 8)])
    }

    @Test("no truncation and no changed byte of a valid text makes the reader fail")
    func mutations() {
        let text = #"""
            {"apiVersion": "muster/v1", "kind": "Policy", "name": "ä\ud83d\ude00", "n": -1.5e+10,
             "require": {"or": [{"count": {}, "atLeast": 1}, null, true, [[]], "\u00e9\n"]}}
            """#
        let bytes = Array(text.utf8)
        for length in bytes.indices {
            let (_, diagnostics) = JSONDocument.read(Array(bytes[..<length]), source: "t")
            #expect(diagnostics.hasErrors)
        }
        for index in bytes.indices {
            for replacement in [UInt8(0), 0x22, 0x5C, 0x7B, 0x5D, 0x2C, 0x80, 0xFF] {
                var changed = bytes
                changed[index] = replacement
                _ = JSONDocument.read(changed, source: "t")
            }
        }
    }

    @Test("a million bytes of brackets end at the depth limit")
    func floods() {
        for flood in ["[", "{\"a\":", "[[],", "\"", "1,", " "] {
            let text = String(repeating: flood, count: (1 << 20) / flood.utf8.count)
            #expect(read(text).diagnostics.hasErrors)
        }
    }
}
