// What a plain scalar means. Plain means without quotes: quoted text is always text.

internal import MusterPolicy

/// The typing of plain scalars: YAML 1.2's core schema, less what readers disagree on.
enum PlainScalar {
    /// How far readers of YAML disagree on a text.
    struct Doubt {
        var code: String
        var severity: Diagnostic.Severity
        var message: String
        var help: String
    }

    /// The value of a plain scalar, and what there is to say of it.
    ///
    /// - Complexity: O(length).
    static func resolve(_ text: String) -> (scalar: Node.Scalar, doubt: Doubt?) {
        switch text {
        case "", "~", "null": return (.null, nil)
        case "true": return (.bool(true), nil)
        case "false": return (.bool(false), nil)
        default: break
        }
        if let doubt = wordDoubt(text) { return (.string(text), doubt) }
        guard let first = text.utf8.first, first < UInt8(ascii: "A") else {
            return (.string(text), nil)
        }
        return number(text)
    }

    /// Words that YAML 1.1 takes for booleans or nothing, and YAML 1.2's readers for text.
    private static func wordDoubt(_ text: String) -> Doubt? {
        guard text.utf8.count <= 5 else { return nil }
        let word = text.lowercased()
        let meant: String
        switch word {
        case "on", "off", "yes", "no", "y", "n":
            meant = "to mean true or false, write `true` or `false`"
        case "true", "false", "null": meant = "to mean \(word), write `\(word)`"
        default: return nil
        }
        return Doubt(
            code: "ambiguous-word",
            severity: .warning,
            message: "\(text.quoted) is text here, though other readers take it for something else",
            help: "\(meant); to mean the text, quote it: \"\(text)\""
        )
    }

    private static func number(_ text: String) -> (scalar: Node.Scalar, doubt: Doubt?) {
        var rest = Array(text.utf8)[...]
        let sign = rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+")
        let isPlus = rest.first == UInt8(ascii: "+")
        if sign { rest = rest.dropFirst() }
        if isInfinity(rest, sign: sign) {
            return (
                .string(text),
                Doubt(
                    code: "number-range",
                    severity: .error,
                    message: "\(text.quoted) is no number that is accepted here",
                    help: "quote it to mean the text"
                )
            )
        }
        guard rest.contains(where: isDigit) else { return (.string(text), nil) }
        if let doubt = otherBase(text, rest) { return (.string(text), doubt) }
        guard let shape = decimal(rest) else { return (.string(text), nil) }
        if isPlus {
            return (.string(text), numberDoubt(text, "a leading plus sign", "drop the plus sign"))
        }
        if rest.first == UInt8(ascii: "0"), rest.dropFirst().first.map(isDigit) == true {
            return (
                .string(text),
                numberDoubt(text, "a leading zero, which some read as octal", "drop the zero")
            )
        }
        if shape == .whole, let value = Int(text) { return (.int(value), nil) }
        if shape == .fraction, let value = Double(text), value.isFinite {
            return (.double(value), nil)
        }
        return (
            .string(text),
            Doubt(
                code: "number-range",
                severity: .error,
                message: "the number \(text.quoted) does not fit in 64 bits",
                help: "quote it to mean the text"
            )
        )
    }

    private static func numberDoubt(_ text: String, _ what: String, _ cure: String) -> Doubt {
        Doubt(
            code: "ambiguous-number",
            severity: .error,
            message: "\(text.quoted) has \(what)",
            help: "\(cure), or quote it to mean the text: \"\(text)\""
        )
    }

    private enum Shape { case whole, fraction }

    /// Whether the bytes are `digits`, or a decimal number with a point or an exponent.
    private static func decimal(_ bytes: ArraySlice<UInt8>) -> Shape? {
        let whole = bytes.prefix(while: isDigit)
        var rest = bytes.dropFirst(whole.count)
        if rest.isEmpty { return whole.isEmpty ? nil : .whole }
        var fractionDigits = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fractionDigits = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(fractionDigits)
        }
        guard !whole.isEmpty || fractionDigits > 0 else { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
                rest = rest.dropFirst()
            }
            let exponent = rest.prefix(while: isDigit).count
            guard exponent > 0 else { return nil }
            rest = rest.dropFirst(exponent)
        }
        return rest.isEmpty ? .fraction : nil
    }

    /// Numbers in base 16, 8, 2 and 60, and with underscores.
    private static func otherBase(_ text: String, _ bytes: ArraySlice<UInt8>) -> Doubt? {
        let lower = bytes.map { $0 | 0x20 }
        if lower.count > 2, lower[0] == UInt8(ascii: "0") {
            let digits = lower.dropFirst(2)
            let isHex = lower[1] == UInt8(ascii: "x") && digits.allSatisfy(isHexDigit)
            let isOther =
                [UInt8(ascii: "o"), UInt8(ascii: "b")].contains(lower[1])
                && digits.allSatisfy(isDigit)
            if isHex || isOther {
                return numberDoubt(text, "a base that readers disagree on", "write it in decimal")
            }
        }
        if bytes.contains(UInt8(ascii: "_")), bytes.first.map(isDigit) == true,
            bytes.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") })
        {
            return numberDoubt(
                text,
                "underscores, which only some skip",
                "write the digits alone"
            )
        }
        if isBase60(bytes) {
            return Doubt(
                code: "ambiguous-number",
                severity: .error,
                message: "\(text.quoted) is a number in base 60 to some readers",
                help: "quote it: \"\(text)\""
            )
        }
        return nil
    }

    /// Digits, then groups of a colon and 0 to 59, as YAML 1.1 writes times.
    private static func isBase60(_ bytes: ArraySlice<UInt8>) -> Bool {
        let groups = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count > 1, let first = groups.first, !first.isEmpty,
            first.allSatisfy(isDigit)
        else { return false }
        return groups.dropFirst().enumerated().allSatisfy { offset, group in
            let isLast = offset == groups.count - 2
            let whole = isLast ? group.prefix { $0 != UInt8(ascii: ".") } : group
            guard (1...2).contains(whole.count), whole.allSatisfy(isDigit) else { return false }
            guard whole.count == 1 || whole.first.map({ $0 < UInt8(ascii: "6") }) == true
            else { return false }
            return group.dropFirst(whole.count).dropFirst().allSatisfy(isDigit)
        }
    }

    private static func isInfinity(_ bytes: ArraySlice<UInt8>, sign: Bool) -> Bool {
        let lower = String(decoding: bytes.prefix(5), as: UTF8.self).lowercased()
        return lower == ".inf" || lower == ".nan" && !sign
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// For a byte that was put to lower case.
    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
