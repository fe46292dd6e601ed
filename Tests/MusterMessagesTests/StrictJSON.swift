// RFC 8259's grammar once more, as slowly and plainly as it can be written. It tells whether a text
// is JSON where Foundation's decoder is lenient, and shares no code with the scanner under test.

/// Whether bytes are one JSON text in UTF-8, nested at most 512 deep.
func isStrictJSON(_ bytes: [UInt8]) -> Bool {
    guard var text = String(validating: bytes, as: UTF8.self)?.unicodeScalars[...] else {
        return false
    }
    if text.first == "\u{FEFF}" { text.removeFirst() }
    var grammar = Grammar(rest: Array(text)[...])
    guard grammar.value(depth: 0) else { return false }
    grammar.space()
    return grammar.rest.isEmpty
}

private struct Grammar {
    var rest: ArraySlice<Unicode.Scalar>

    mutating func space() { rest = rest.drop { [" ", "\n", "\r", "\t"].contains($0) } }

    mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.unicodeScalars) else { return false }
        rest = rest.dropFirst(text.unicodeScalars.count)
        return true
    }

    mutating func value(depth: Int) -> Bool {
        space()
        switch rest.first {
        case "{":
            return list("{", "}", depth) { $0.string() && $0.colon() && $0.value(depth: depth + 1) }
        case "[": return list("[", "]", depth) { $0.value(depth: depth + 1) }
        case "\"": return string()
        case "t": return take("true")
        case "f": return take("false")
        case "n": return take("null")
        default: return number()
        }
    }

    mutating func list(
        _ open: String,
        _ close: String,
        _ depth: Int,
        _ element: (inout Grammar) -> Bool
    ) -> Bool {
        guard take(open), depth < 512 else { return false }
        space()
        if take(close) { return true }
        repeat {
            space()
            guard element(&self) else { return false }
            space()
        } while take(",")
        return take(close)
    }

    mutating func colon() -> Bool {
        space()
        return take(":")
    }

    mutating func string() -> Bool {
        guard take("\"") else { return false }
        var units: [UInt16] = []
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return String(validating: units, as: UTF16.self) != nil }
            guard scalar.value >= 0x20 else { return false }
            if scalar != "\\" {
                units += Array(String(scalar).utf16)
                continue
            }
            guard let escape = rest.popFirst() else { return false }
            if escape == "u" {
                let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                guard digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                    let unit = UInt16(digits, radix: 16)
                else { return false }
                units.append(unit)
                rest = rest.dropFirst(4)
            } else {
                guard "\"\\/bfnrt".unicodeScalars.contains(escape) else { return false }
                units.append(0x20)
            }
        }
        return false
    }

    mutating func digits() -> Int {
        let count = rest.prefix { ("0"..."9").contains($0) }.count
        rest = rest.dropFirst(count)
        return count
    }

    mutating func number() -> Bool {
        _ = take("-")
        if !take("0") {
            guard digits() > 0 else { return false }
        }
        if take(".") {
            guard digits() > 0 else { return false }
        }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            guard digits() > 0 else { return false }
        }
        return true
    }
}
