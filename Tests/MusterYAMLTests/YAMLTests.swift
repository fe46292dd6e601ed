// What the YAML reader takes, what it refuses, and where it points.

import MusterPolicy
import MusterYAML
import Testing

/// The documents and findings of a text.
func read(
    _ text: String,
    limits: YAML.Limits = .init()
) -> (documents: [Node], diagnostics: [Diagnostic]) {
    YAML.read(Array(text.utf8), source: "t.yaml", limits: limits)
}

/// A tree as text, typed, so that tests can compare it.
func outline(_ node: Node) -> String {
    switch node.content {
    case .scalar(.null, _, _): "null"
    case .scalar(.bool(let value), _, _): "\(value)"
    case .scalar(.int(let value), _, _): "\(value)"
    case .scalar(.double(let value), _, _): "\(value)"
    case .scalar(.string(let value), _, _): "'\(value)'"
    case .sequence(let items): "[" + items.map(outline).joined(separator: ",") + "]"
    case .mapping(let entries):
        "{" + entries.map { "\($0.key):\(outline($0.value))" }.joined(separator: ",") + "}"
    }
}

/// The codes and places of what was found.
func findings(_ text: String, limits: YAML.Limits = .init()) -> [String] {
    read(text, limits: limits).diagnostics.map { "\($0.code) \($0.span.start)" }
}

@Suite struct YAMLTests {
    @Test("plain scalars are typed by the core schema, quoted ones are text")
    func types() throws {
        let text = """
            a: [true, false, null, ~, 0, -7, 12.5, 1e3, .5, word, 1.2.3, 127.0.0.1:9092]
            b: ['true', "4", '~', "~", '']
            c:
            d: 2026-11-24T20:00:00Z
            e: 80%
            """
        let (documents, diagnostics) = read(text)
        #expect(diagnostics.isEmpty)
        #expect(
            try outline(#require(documents.first))
                == "{a:[true,false,null,null,0,-7,12.5,1000.0,0.5,'word','1.2.3','127.0.0.1:9092'],"
                + "b:['true','4','~','~',''],c:null,d:'2026-11-24T20:00:00Z',e:'80%'}"
        )
    }

    @Test("words that other readers take for booleans are text, with a warning")
    func ambiguousWords() throws {
        for word in ["on", "Off", "YES", "no", "y", "N", "True", "FALSE", "Null"] {
            let (documents, diagnostics) = read("a: \(word)")
            #expect(try outline(#require(documents.first)) == "{a:'\(word)'}")
            #expect(diagnostics.map(\.severity) == [.warning])
            #expect(diagnostics.map(\.code) == ["ambiguous-word"])
            #expect(read("a: \"\(word)\"").diagnostics.isEmpty)
        }
        #expect(findings("on: 1") == ["ambiguous-word 1:1"])
        #expect(findings("n: 1\ny: 2\n").isEmpty)
    }

    @Test("numbers that readers disagree on are errors in plain style only")
    func ambiguousNumbers() {
        let numbers = [
            "010", "-010", "0x1F", "0o17", "0b101", "1_000", "+5", "12:30:45", "12:30", "01.5",
        ]
        for number in numbers {
            #expect(findings("a: \(number)") == ["ambiguous-number 1:4"], "\(number)")
            #expect(findings("a: '\(number)'").isEmpty, "\(number)")
        }
        for number in ["99999999999999999999", "1e999", ".inf", "-.INF", ".nan"] {
            #expect(findings("a: \(number)") == ["number-range 1:4"], "\(number)")
        }
    }

    @Test("a repeated key is an error that names both places, quoted or not")
    func duplicateKeys() throws {
        let (_, diagnostics) = read("x: 1\nz: 2\n'x': 3\n")
        let finding = try #require(diagnostics.first)
        #expect(finding.code == "duplicate-key")
        #expect(finding.span.start == Mark(line: 3, column: 1))
        #expect(finding.related.map(\.span.start) == [Mark(line: 1, column: 1)])
    }

    @Test("an alias shares the node that it repeats")
    func aliases() throws {
        let (documents, diagnostics) = read("a: &x {k: v}\nb: *x\n")
        #expect(diagnostics.isEmpty)
        let document = try #require(documents.first)
        let first = try #require(document["a"])
        #expect(first === document["b"])
        #expect(document.weight == 9)
    }

    @Test("aliases that are cyclic, unknown or expand too far are refused")
    func badAliases() {
        #expect(findings("a: &x [*x]") == ["cyclic-alias 1:8"])
        #expect(findings("a: &name 1\nb: *nmae") == ["unknown-alias 2:4"])
        var laughs = "a0: &a0 [l, l, l, l, l, l, l, l, l, l]\n"
        for level in 1..<10 {
            let items = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            laughs += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(findings(laughs) == ["alias-expansion 6:5"])
    }

    @Test("many documents cannot together expand further than one may")
    func expansionOverDocuments() {
        var limits = YAML.Limits()
        limits.expandedNodes = 10
        #expect(findings("[1, 2, 3]\n---\n[1, 2, 3]\n", limits: limits).isEmpty)
        let three = "[1, 2, 3]\n---\n[1, 2, 3]\n---\n[1, 2, 3]\n"
        #expect(findings(three, limits: limits) == ["alias-expansion 5:1"])
    }

    @Test("merge keys, complex keys, empty keys and foreign tags are errors")
    func refusedConstructs() {
        #expect(findings("a: &x {k: 1}\nb:\n  <<: *x\n") == ["merge-key 3:3"])
        #expect(findings("? [a]\n: 1\n") == ["complex-key 1:3"])
        #expect(findings("~: 1\n") == ["empty-key 1:1"])
        #expect(findings("a: !custom 1\n") == ["tag 1:4"])
        #expect(findings("a: !!binary aGk=\n") == ["tag 1:4"])
        #expect(findings("a: !!int word\n") == ["tag 1:4"])
        #expect(findings("a: !!str 4\nb: !!int 4\nc: !!map {}\nd: !!seq []\n").isEmpty)
    }

    @Test("a missing space in a flow mapping is one finding, and reading goes on")
    func missingSpace() throws {
        let (documents, diagnostics) = read("{atLeast:1, kind: vm}")
        #expect(diagnostics.map(\.code) == ["missing-space"])
        #expect(try outline(#require(documents.first)) == "{atLeast:1,kind:'vm'}")
    }

    @Test("every limit ends the reading with a finding of its own")
    func limits() {
        var limits = YAML.Limits()
        limits.bytes = 100
        #expect(findings(String(repeating: "x", count: 101), limits: limits) == ["too-large 1:1"])
        limits = YAML.Limits()
        limits.depth = 3
        #expect(findings("[[[1]]]", limits: limits).isEmpty)
        #expect(findings("[[[[1]]]]", limits: limits) == ["too-deep 1:4"])
        limits.nodes = 3
        #expect(findings("[1, 2, 3]", limits: limits) == ["too-many-nodes 1:8"])
        limits = YAML.Limits()
        limits.documents = 2
        #expect(findings("a\n---\nb\n---\nc\n", limits: limits) == ["too-many-documents 4:1"])
        limits.scalarBytes = 4
        #expect(findings("abcde", limits: limits) == ["scalar-too-long 1:1"])
    }

    @Test("columns count Unicode scalars, and a byte order mark does not count")
    func columns() throws {
        let (documents, diagnostics) = read("\u{FEFF}größe: {ключ: 値, x: [1]}\n")
        #expect(diagnostics.isEmpty)
        let inner = try #require(documents.first?["größe"]?["x"])
        #expect(inner.span.start == Mark(line: 1, column: 21))
        #expect(inner.span.end == Mark(line: 1, column: 24))
    }

    @Test("a block collection ends where its last value ends")
    func blockEnds() throws {
        let (documents, _) = read("a:\n  b: 1\n  c: two\n\n\nd: 1\n")
        let inner = try #require(documents.first?["a"])
        #expect(inner.span.start == Mark(line: 2, column: 3))
        #expect(inner.span.end == Mark(line: 3, column: 9))
    }

    @Test("bytes that are no text are found at their place")
    func bytes() {
        func codes(_ bytes: [UInt8]) -> [String] {
            YAML.read(bytes, source: "t").diagnostics.map { "\($0.code) \($0.span.start)" }
        }
        #expect(codes(Array("a: b\nä: ".utf8) + [0xFF]) == ["invalid-utf8 2:4"])
        #expect(codes([0xFF, 0xFE, 0x61, 0]) == ["invalid-utf8 1:1"])
        #expect(codes(Array("a: b\nc: \u{7}d\n".utf8)) == ["control-character 2:4"])
        #expect(codes(Array("a: b\nc: d\0\n".utf8)) == ["control-character 2:5"])
        #expect(codes(Array("a: b\u{2028}c\n".utf8)) == ["line-separator 1:5"])
    }

    @Test("a syntax error is told in words for people, with what to do")
    func syntax() {
        let cases = [
            ("a:\n\t- b\n", "a tab in the indentation"),
            ("a: b: c\n", "a key is not allowed here"),
            ("a: @b\n", "text cannot start with `@`"),
            ("a: \"b\n", "the text ends inside quotes"),
            ("a: [1, 2\n", "expected `,` or `]`"),
            ("a: {b: 1\n", "expected `,` or `}`"),
            ("- a\nb: 1\n", "expected `-`"),
            ("a: &\n", "expected a name"),
            ("%YAML 1.3\n---\na: 1\n", "this version of YAML is not supported"),
        ]
        for (text, message) in cases {
            let (_, diagnostics) = read(text)
            #expect(diagnostics.map(\.message) == [message], "\(text)")
            #expect(diagnostics.allSatisfy { $0.help != nil }, "\(text)")
        }
    }

    @Test("documents before a syntax error are still there")
    func documentsBeforeError() {
        let (documents, diagnostics) = read("a: 1\n---\nb: [\n")
        #expect(documents.count == 1)
        #expect(diagnostics.count == 1)
    }

    @Test("a flood of findings is bounded, and warnings never hide an error")
    func floods() {
        let text = String(repeating: "- yes\n", count: 5000) + "- 010\n"
        let (_, diagnostics) = read(text)
        #expect(diagnostics.filter { $0.severity == .warning }.count == 100)
        #expect(diagnostics.hasErrors)
    }

    @Test("a million bytes of anything end with a bounded number of nodes")
    func adversarial() {
        let size = 1 << 20
        let floods = [
            "[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!a ", "'", "\"", "#", "\n", "a\n", "[]",
            "[a,",
            "{a: ", "|\n ", "%", "---\n", "a:\n ", "\\", "\t", "é", "x",
        ]
        for flood in floods {
            let text = String(repeating: flood, count: size / flood.utf8.count)
            let (documents, diagnostics) = read(text)
            #expect(documents.reduce(0) { $0 + $1.weight } <= 200_000)
            #expect(diagnostics.count <= 200)
        }
    }
}
