// Writes JSON in the order it is told, so that equal values give equal bytes: consumers can compare
// them, and tests can too.

/// Appends JSON to bytes. Commas are its own business.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Writes an object whose members `body` writes.
    mutating func object(_ body: (inout JSONWriter) -> Void) {
        enclose(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// Writes an array with one element for each of `elements`.
    mutating func array<Element>(
        _ elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        enclose(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
            for element in elements { body(&writer, element) }
        }
    }

    /// Writes a member's key; its value must follow.
    mutating func key(_ key: String) {
        string(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 { append(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func integer(_ value: Int) { token(String(value)) }

    mutating func bool(_ value: Bool) { token(value ? "true" : "false") }

    mutating func null() { token("null") }

    /// Writes text that is a JSON value already.
    mutating func token(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// Writes a member, or nothing where there is no value.
    mutating func member(_ name: String, _ value: String?) {
        if let value { member(name, value) }
    }

    mutating func member(_ name: String, _ value: Int) {
        key(name)
        integer(value)
    }

    mutating func member(_ name: String, _ values: [String]) {
        key(name)
        array(values) { $0.string($1) }
    }

    private mutating func enclose(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void)
    {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func append(_ byte: UInt8) {
        let escape: Unicode.Scalar
        switch byte {
        case UInt8(ascii: "\""): escape = "\""
        case UInt8(ascii: "\\"): escape = "\\"
        case 0x08: escape = "b"
        case 0x09: escape = "t"
        case 0x0A: escape = "n"
        case 0x0C: escape = "f"
        case 0x0D: escape = "r"
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
            return
        default:
            bytes.append(byte)
            return
        }
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: escape))
    }
}
