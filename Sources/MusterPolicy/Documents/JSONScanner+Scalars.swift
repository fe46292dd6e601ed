// The two kinds of JSON value that take more than a word: text with its escapes, and numbers.

extension JSONScanner {
    /// Reads text; the opening quote comes next.
    mutating func string() throws(Diagnostic) -> String {
        let start = error("json-syntax", "this text is never closed")
        advance()
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw controlCharacter(byte)
            default:
                text.append(byte)
                advance()
            }
            guard text.count <= limits.scalarBytes else {
                throw Diagnostic(
                    "scalar-too-long",
                    "a text of more than \(limits.scalarBytes) bytes",
                    at: start.span
                )
            }
        }
        throw start
    }

    private func controlCharacter(_ byte: UInt8) -> Diagnostic {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            error("json-syntax", "a line break inside a text", help: "write it as \\n")
        case UInt8(ascii: "\t"):
            error("json-syntax", "a tab inside a text", help: "write it as \\t")
        default:
            error(
                "json-syntax",
                "a control character inside a text",
                help: "write it as \\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
            )
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(Diagnostic) {
        let start = error("json-syntax", "not an escape")
        advance()
        guard let byte = peek else { throw error("json-syntax", "the text ends inside an escape") }
        advance()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            let scalar = try unicodeEscape(at: start.span)
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        default:
            throw Diagnostic(
                "json-syntax",
                "JSON has no such escape",
                at: start.span,
                help: "a backslash itself is written \\\\"
            )
        }
    }

    /// Reads the digits behind `\u`, and of a surrogate pair the second half too.
    private mutating func unicodeEscape(at place: SourceSpan) throws(Diagnostic) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isLeading = (0xD800..<0xDC00).contains(first)
        if isLeading, take("\\"), take("u") {
            let second = try fourHexDigits()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw Diagnostic(
            "json-syntax",
            "half of a surrogate pair is no character",
            at: place,
            help: "write both halves, such as \\ud83d\\ude00, or the character itself"
        )
    }

    private mutating func fourHexDigits() throws(Diagnostic) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
                byte < 0x80
            else {
                throw error("json-syntax", "expected four hexadecimal digits behind \\u")
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }

    /// Reads a number: whole ones as 64 bit integers, those with a fraction or exponent as doubles.
    mutating func number() throws(Diagnostic) -> (scalar: Node.Scalar, text: String) {
        let start = index
        let first = mark
        var isWhole = true
        _ = take("-")
        if take("0") {
            if let byte = peek, isDigit(byte) {
                throw error(
                    "json-syntax",
                    "a number with a leading zero",
                    help: "drop the zero"
                )
            }
        } else {
            try digits()
        }
        if take(".") {
            isWhole = false
            try digits()
        }
        if take("e") || take("E") {
            isWhole = false
            _ = take("+") || take("-")
            try digits()
        }
        guard index - start <= limits.scalarBytes else {
            throw error("scalar-too-long", "a number of more than \(limits.scalarBytes) bytes")
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let value = Int(text) { return (.int(value), text) }
        if !isWhole, let value = Double(text), value.isFinite { return (.double(value), text) }
        throw Diagnostic(
            "number-range",
            "the number \(text.quoted) does not fit in 64 bits",
            at: span(from: first)
        )
    }

    private mutating func digits() throws(Diagnostic) {
        guard let byte = peek, isDigit(byte) else { throw error("json-syntax", "expected a digit") }
        while let byte = peek, isDigit(byte) { advance() }
    }

    func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
