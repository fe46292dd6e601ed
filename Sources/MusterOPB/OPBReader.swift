// Reads the pseudo-Boolean competition's format (OPB), the linear part of it, and says by line and
// column what is not that.

public import MusterPolicy

/// Reads OPB files.
///
/// Beyond the competition's rules, factors may be left out (then they are 1), signs may stand apart
/// from digits, `<=` is allowed, and a variable's name may be any run of letters, digits and
/// `_[]{}^` that does not begin with a digit. A file that says nothing is refused, and so is one
/// with fewer constraints than its first line says, which may have been cut off.
public struct OPBReader {
    /// Factors and bounds may not be larger, so that sums of very many of them stay exact.
    static let greatest = Int.max / 4
    /// How many errors are told.
    private static let errorLimit = 20

    private let bytes: [UInt8]
    private let source: String
    private var offset = 0
    private var result = PseudoBooleanProblem()
    private var positions: [String: Int] = [:]
    private var diagnostics: [Diagnostic] = []
    private var hasStatement = false

    private init(_ bytes: [UInt8], source: String) {
        self.bytes = bytes
        self.source = source
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - source: What it is called in findings.
    /// - Returns: the problem, `nil` when something is wrong, and what is.
    /// - Complexity: O(bytes).
    public static func read(
        _ bytes: [UInt8],
        source: String
    ) -> (problem: PseudoBooleanProblem?, diagnostics: [Diagnostic]) {
        var reader = OPBReader(bytes, source: source)
        reader.statements()
        if reader.diagnostics.isEmpty { reader.checkIsWhole() }
        return (reader.diagnostics.isEmpty ? reader.result : nil, reader.diagnostics)
    }

    private struct Failure: Error {
        let code: String
        let message: String
        let offset: Int
        let help: String?
    }

    private func failure(
        _ code: String,
        _ message: String,
        at offset: Int? = nil,
        help: String? = nil
    ) -> Failure {
        Failure(code: code, message: message, offset: offset ?? self.offset, help: help)
    }

    private mutating func statements() {
        while diagnostics.count < Self.errorLimit {
            skipBlank()
            guard offset < bytes.count else { return }
            do throws(Failure) {
                try statement()
            } catch {
                diagnostics.append(
                    Diagnostic(
                        error.code,
                        error.message,
                        at: TextPosition.span(ofByte: error.offset, in: bytes, source: source),
                        help: error.help
                    )
                )
                while offset < bytes.count, bytes[offset] != UInt8(ascii: ";") { offset += 1 }
                offset += 1
            }
            hasStatement = true
        }
    }

    /// A file that was cut off between two lines reads like a whole one, and its solution would be
    /// wrong; only the number in its first line may tell.
    private mutating func checkIsWhole() {
        let declared = declaredConstraints
        let count = result.constraints.count
        var finding: (code: String, message: String, help: String)?
        if !hasStatement, declared == nil {
            finding = (
                "empty", "there is neither an objective nor a constraint",
                "a constraint is such as `3 x1 -2 x2 >= 1;`"
            )
        } else if let declared, declared > count {
            finding = (
                "too-few-constraints",
                "by the first line there are \(declared) constraints, and here are \(count)",
                "see whether the file is whole; if it is, correct the first line"
            )
        }
        guard let finding else { return }
        diagnostics.append(
            Diagnostic(
                finding.code,
                finding.message,
                at: TextPosition.span(ofByte: 0, in: bytes, source: source),
                help: finding.help
            )
        )
    }

    /// How many constraints the competition's first line says there are: `* #variable= 3
    /// #constraint= 5`.
    private var declaredConstraints: Int? {
        guard bytes.first == UInt8(ascii: "*") else { return nil }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let text = String(decoding: line, as: UTF8.self)
        guard let rest = text.split(separator: "#constraint=", maxSplits: 1).dropFirst().first
        else { return nil }
        return rest.split(separator: " ").first.flatMap { Int($0) }
    }

    // MARK: Statements

    private mutating func statement() throws(Failure) {
        let start = offset
        if let word = keyword() {
            switch word {
            case "min":
                guard result.objective == nil, !hasStatement else {
                    throw failure(
                        "misplaced-objective",
                        "the objective stands before all constraints, once",
                        at: start
                    )
                }
                result.objective = try terms()
                return try expect(UInt8(ascii: ";"), "`;` at the end of the objective")
            case "max":
                throw failure(
                    "not-supported",
                    "the format has no `max:`",
                    at: start,
                    help: "write `min:` with every factor negated"
                )
            default:
                throw failure(
                    "not-supported",
                    "`\(word):` is not part of a linear OPB file",
                    at: start,
                    help: word == "soft" ? "soft constraints (WBO) are not supported" : nil
                )
            }
        }
        if byte == UInt8(ascii: "[") {
            throw failure("not-supported", "soft constraints (WBO) are not supported")
        }
        let sum = try terms()
        let relation = try relation()
        let bound = try signedNumber("a number on the right")
        try expect(UInt8(ascii: ";"), "`;` at the end of the constraint")
        result.constraints.append(.init(terms: sum, relation: relation, bound: bound))
    }

    /// A word that a colon follows.
    private mutating func keyword() -> String? {
        var end = offset
        while end < bytes.count, Self.isLetter(bytes[end]) { end += 1 }
        var colon = end
        while colon < bytes.count, Self.isBlank(bytes[colon]) { colon += 1 }
        guard end > offset, colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else {
            return nil
        }
        defer { offset = colon + 1 }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }

    private mutating func terms() throws(Failure) -> [PseudoBooleanProblem.Term] {
        var terms: [PseudoBooleanProblem.Term] = []
        while true {
            skipBlank()
            guard let byte, !"<>=;".utf8.contains(byte) else { return terms }
            let (coefficient, hasFactor) = try factor()
            skipBlank()
            guard let literal = try literal() else {
                throw failure(
                    "syntax",
                    hasFactor ? "a variable is expected behind the factor" : unexpected,
                    help: hasFactor
                        ? "such as `3 x1`" : "a constraint is such as `3 x1 -2 x2 >= 1;`"
                )
            }
            skipBlank()
            let next = offset
            if isProduct {
                throw failure(
                    "not-linear",
                    "products of variables are not supported",
                    at: next,
                    help: "write one variable behind each factor, or put `+` before the next"
                )
            }
            terms.append(
                .init(
                    coefficient: coefficient,
                    variable: literal.variable,
                    isNegated: literal.isNegated
                )
            )
        }
    }

    /// Whether another variable follows without a sign or factor before it.
    private var isProduct: Bool {
        byte.map { Self.beginsName($0) || $0 == UInt8(ascii: "~") } ?? false
    }

    private mutating func relation() throws(Failure) -> PseudoBooleanProblem.Relation {
        skipBlank()
        let start = offset
        while let byte, "<>=".utf8.contains(byte) { offset += 1 }
        switch String(decoding: bytes[start..<offset], as: UTF8.self) {
        case ">=": return .atLeast
        case "<=": return .atMost
        case "=": return .equal
        case let other:
            // Where it is missing, what was written ends before the blanks.
            let blanks = bytes[..<start].reversed().prefix(while: Self.isBlank)
            let end = start - blanks.count
            throw failure(
                "syntax",
                other.isEmpty ? "`>=`, `<=` or `=` is expected" : "`\(other)` is no comparison",
                at: other.isEmpty ? end : start,
                help: "constraints compare with `>=`, `<=` or `=`"
            )
        }
    }

    // MARK: Parts

    /// A sign and digits, each of which may be missing.
    private mutating func factor() throws(Failure) -> (Int, isWritten: Bool) {
        let start = offset
        let isNegative = byte == UInt8(ascii: "-")
        if let byte, "+-".utf8.contains(byte) {
            offset += 1
            skipBlank()
        }
        guard let byte, Self.isDigit(byte) else { return (isNegative ? -1 : 1, false) }
        let number = try digits(from: start)
        return (isNegative ? -number : number, true)
    }

    private mutating func signedNumber(_ what: String) throws(Failure) -> Int {
        skipBlank()
        let start = offset
        let (number, isWritten) = try factor()
        guard isWritten else { throw failure("syntax", "\(what) is expected", at: start) }
        return number
    }

    private mutating func digits(from start: Int) throws(Failure) -> Int {
        var number = 0
        while let byte, Self.isDigit(byte) {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflow, !carry, sum <= Self.greatest else {
                throw failure(
                    "too-large",
                    "this number is too large: at most \(Self.greatest) is supported",
                    at: start
                )
            }
            number = sum
            offset += 1
        }
        return number
    }

    private mutating func literal() throws(Failure) -> (variable: Int, isNegated: Bool)? {
        let isNegated = byte == UInt8(ascii: "~")
        if isNegated { offset += 1 }
        let start = offset
        guard let first = byte, Self.beginsName(first) else {
            if isNegated { throw failure("syntax", "a variable is expected behind `~`") }
            return nil
        }
        while let byte, Self.beginsName(byte) || Self.isDigit(byte) { offset += 1 }
        let name = String(decoding: bytes[start..<offset], as: UTF8.self)
        if let known = positions[name] { return (known, isNegated) }
        positions[name] = result.names.count
        result.names.append(name)
        return (result.names.count - 1, isNegated)
    }

    private mutating func expect(_ wanted: UInt8, _ what: String) throws(Failure) {
        skipBlank()
        guard byte == wanted else {
            let isEnd = wanted == UInt8(ascii: ";")
            throw failure(
                "syntax",
                "\(what) is expected",
                help: isEnd ? "also behind the last one; a constraint may span lines" : nil
            )
        }
        offset += 1
    }

    // MARK: Bytes

    private var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private var unexpected: String {
        guard let byte else { return "the text ends in the middle" }
        let isPrintable = byte > 0x20 && byte < 0x7F
        return isPrintable
            ? "`\(Character(Unicode.Scalar(byte)))` is not expected here"
            : "the byte 0x\(String(byte, radix: 16)) is not expected here"
    }

    /// Passes over blanks and over comments, which begin with a star at the start of a line.
    private mutating func skipBlank() {
        while offset < bytes.count {
            if Self.isBlank(bytes[offset]) {
                offset += 1
            } else if bytes[offset] == UInt8(ascii: "*"), isLineStart {
                while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
            } else {
                return
            }
        }
    }

    private var isLineStart: Bool {
        var index = offset - 1
        while index >= 0, bytes[index] == 0x20 || bytes[index] == 0x09 { index -= 1 }
        return index < 0 || bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func beginsName(_ byte: UInt8) -> Bool {
        isLetter(byte) || "_[]{}^".utf8.contains(byte)
    }
}
