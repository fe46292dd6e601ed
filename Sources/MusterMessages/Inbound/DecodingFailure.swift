// Why a record is bad, in the form that dead letters, logs and people need.

/// A record that cannot be used.
public struct DecodingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable word for the kind of failure.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case invalidJSON = "invalid-json"
        case invalidYAML = "invalid-yaml"
        case invalidUTF8 = "invalid-utf8"
        case wrongType = "wrong-type"
        case missingField = "missing-field"
        case invalidValue = "invalid-value"
        case tooLarge = "too-large"
        case missingDomain = "missing-domain"
        case invalidDomain = "invalid-domain"
        case domainMismatch = "domain-mismatch"
        case wrongPartition = "wrong-partition"
        case missingValue = "missing-value"
        case invalidEnvelope = "invalid-envelope"
        case unsupportedContentType = "unsupported-content-type"
    }

    /// The kind of failure.
    public var code: Code
    /// Where in the value, as a JSON Pointer (RFC 6901) such as `/resources/3/state`; empty for the
    /// whole value.
    public var path: String
    /// What is wrong: lower case, no full stop.
    public var reason: String
    /// What would be right.
    public var help: String
    /// Where in the value's bytes, from 0; `nil` when it is not a place in the value.
    public var offset: Int?

    /// Makes a failure from all its parts.
    public init(code: Code, path: String = "", reason: String, help: String, offset: Int? = nil) {
        self.code = code
        self.path = path
        self.reason = reason
        self.help = help
        self.offset = offset
    }

    /// Where, what, and how to mend it, in one line.
    public var description: String {
        let place = [path.isEmpty ? nil : path, offset.map { "byte \($0)" }].compactMap(\.self)
        let prefix = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
        return "\(prefix)\(reason); \(help)"
    }
}

extension DecodingFailure {
    /// Puts a flaw into words, quoting what stands at its place.
    init(_ flaw: Flaw, in bytes: [UInt8], path: String) {
        let (reason, help) = flaw.kind.words
        let excerpt =
            flaw.kind.code == .missingField ? nil : Self.excerpt(of: bytes, at: flaw.offset)
        self.init(
            code: flaw.kind.code,
            path: path,
            reason: excerpt.map { "\(reason): `\($0)`" } ?? reason,
            help: help,
            offset: flaw.offset
        )
    }

    /// The first characters of the token at `offset`, printable and on one line.
    private static func excerpt(of bytes: [UInt8], at offset: Int) -> String? {
        guard offset < bytes.count else { return nil }
        let limit = 40
        let isString = bytes[offset] == UInt8(ascii: "\"")
        var end = offset + 1
        while end < min(bytes.count, offset + limit) {
            let byte = bytes[end]
            if isString {
                if byte == UInt8(ascii: "\""), bytes[end - 1] != UInt8(ascii: "\\") {
                    end += 1
                    break
                }
            } else if [0x20, 0x0A, 0x0D, 0x09].contains(byte) || "{}[],\":".utf8.contains(byte) {
                break
            }
            end += 1
        }
        let text = String(decoding: bytes[offset..<end], as: UTF8.self)
        let printable = text.unicodeScalars.map {
            $0.value < 0x20 || $0.value == 0x7F ? " " : String($0)
        }
        return printable.joined() + (end == offset + limit ? "…" : "")
    }
}

/// The reference token for a key in a JSON Pointer.
func pointerToken(_ key: String) -> String {
    var token = ""
    for character in key.unicodeScalars {
        switch character {
        case "~": token += "~0"
        case "/": token += "~1"
        default: token.unicodeScalars.append(character)
        }
    }
    return token
}
