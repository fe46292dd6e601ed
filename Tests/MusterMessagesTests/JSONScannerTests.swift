// The scanner alone: what JSON is and what it is not.

import Testing

@testable import MusterMessages

/// Whether the whole text is one JSON value.
private func isJSON(_ bytes: [UInt8]) -> Bool {
    var scanner = JSONScanner(bytes)
    do throws(Flaw) {
        try scanner.skipValue()
        try scanner.expectEnd()
        return true
    } catch {
        return false
    }
}

private func isJSON(_ text: String) -> Bool { isJSON(Array(text.utf8)) }

private func string(_ text: String) -> String? {
    var scanner = JSONScanner(Array(text.utf8))
    return (try? scanner.text(or: .notString)).map { scanner.string($0) }
}

private func integer(_ text: String) -> Int? {
    var scanner = JSONScanner(Array(text.utf8))
    guard let value = try? scanner.integer(or: .notInteger), (try? scanner.expectEnd()) != nil
    else { return nil }
    return value
}

@Suite("JSON scanner")
struct JSONScannerTests {
    @Test("values of every type are read, with space around them")
    func values() {
        for text in [
            "{}", "[]", " { } ", "[1,2]", "{\"a\":[{\"b\":null}]}", "\t\n\r true ", "false", "-0",
            "0.5e-7", "1E+2", "\"\"", "\"\u{7F}\u{FFFF}\"", "{\"\":{}}", "[[[]]]",
        ] {
            #expect(isJSON(text), "\(text)")
        }
    }

    @Test("what is not JSON is refused")
    func refused() {
        for text in [
            "", " ", "{", "[", "\"", "[1,]", "{\"a\":1,}", "[,]", "{,}", "{\"a\"}", "{\"a\":}",
            "{a:1}", "{'a':1}", "[1 2]", "{\"a\":1 \"b\":2}", "1 1", "{}}", "[]]", "01", "-01",
            "+1",
            ".5", "1.", "1.e1", "1e", "1e+", "--1", "-", "NaN", "Infinity", "0x1", "tru", "True",
            "nul", "truefalse", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\t\"", "\"\u{0}\"", "[1}",
            "{1:2}", "/**/1", "1\u{C}", "1\u{A0}", "1\u{0}",
        ] {
            #expect(!isJSON(text), "\(text)")
        }
    }

    @Test("bytes that are not UTF-8 are refused wherever they stand")
    func notUTF8() {
        let sequences: [[UInt8]] = [
            [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0x80], [0xC3],
            [0xE2, 0x82],
            [0xF0, 0x9F, 0x98], [0xC3, 0xC3], [0xE2, 0x28, 0xA1],
        ]
        for sequence in sequences {
            for (prefix, suffix) in [
                ("\"", "\""), ("\"1234567", "\""), ("{\"", "\":1}"), ("", "1"),
            ] {
                let text = Array(prefix.utf8) + sequence + Array(suffix.utf8)
                #expect(!isJSON(text), "\(text)")
            }
        }
        for text in [
            "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{10000}", "\u{10FFFF}",
        ] {
            #expect(string("\"12345\(text)67890\"") == "12345\(text)67890")
        }
    }

    @Test("escapes are resolved, and half a surrogate pair is refused")
    func escapes() {
        #expect(string(#""\"\\\/\b\f\n\r\t""#) == "\"\\/\u{8}\u{C}\n\r\t")
        #expect(string(#""aA\u00e9\u20AC\uFFFF\u0000""#) == "aA\u{E9}\u{20AC}\u{FFFF}\u{0}")
        #expect(string(#""\ud83d\ude00!""#) == "\u{1F600}!")
        for text in [
            #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#,
            #""\ude00\ud83d""#, #""\ud83d\ud83d""#, #""\ud83d\ude0""#,
        ] {
            #expect(string(text) == nil, "\(text)")
        }
    }

    @Test("a byte order mark is skipped at the beginning only")
    func byteOrderMark() {
        #expect(isJSON([0xEF, 0xBB, 0xBF] + Array("{}".utf8)))
        #expect(!isJSON([0x20, 0xEF, 0xBB, 0xBF] + Array("{}".utf8)))
    }

    @Test("nesting is bounded at 512, however it is nested")
    func depth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(isJSON(nested(512)))
        #expect(!isJSON(nested(513)))
        #expect(!isJSON(nested(100_000)))
        #expect(isJSON("[" + Array(repeating: "[]", count: 2000).joined(separator: ",") + "]"))
        let objects =
            String(repeating: "{\"a\":", count: 512) + "1" + String(repeating: "}", count: 512)
        #expect(isJSON(objects))
        #expect(!isJSON("[" + objects + "]"))
    }

    @Test("integers are read in every notation, and only when they are whole and fit")
    func integers() {
        let expected: [String: Int] = [
            "0": 0, "-0": 0, "-0.0": 0, "12": 12, "12.0": 12, "1e2": 100, "120e-1": 12, "0.5e1": 5,
            "9223372036854775807": .max, "-9223372036854775808": .min, "1e-400": 0, "0e400": 0,
            "9007199254740993.0": 9_007_199_254_740_993, "9223372036854775807.0": .max,
            "9.223372036854775807e18": .max, "-9223372036854775808.0": .min,
            "922337203685477580700e-2": 9_223_372_036_854_775_807,
            "1e18": 1_000_000_000_000_000_000,
            "1.0000000000000000000000000001": 1,
        ]
        for (text, value) in expected { #expect(integer(text) == value, "\(text)") }
        for text in [
            "1.5", "12e-1", "9223372036854775808", "-9223372036854775809", "1e19", "1e400",
            "9007199254740992.5", "9223372036854775808.0", "true", "\"1\"", "01", "1e999999999999",
            "10000000000000000000000000000000000000000000000000",
        ] {
            #expect(integer(text) == nil, "\(text)")
        }
    }

    @Test("what the writer writes is read back")
    func roundTrip() {
        let texts = [
            "", "plain", "quote \" backslash \\ slash /", "\u{0}\u{1}\u{1F}\u{7F}\u{80}",
            "\n\r\t\u{8}\u{C}", "e\u{301}\u{1F600}\u{10FFFF}\u{2028}",
        ]
        for text in texts {
            var writer = JSONWriter()
            writer.string(text)
            let written = String(decoding: writer.bytes, as: UTF8.self)
            #expect(string(written).map { Array($0.utf8) } == Array(text.utf8), "\(written)")
        }
    }
}
