// The encoding of records: numbers in as many groups of seven bits as they need, texts and lists
// behind their length. A writer of our own, since a record is written on every report.

/// Appends values to bytes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    /// Makes a writer with room for so many bytes.
    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// One byte.
    mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Seven bits a byte, the lowest first; all but the last have the highest bit set.
    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A number that is mostly near 0, of either sign.
    mutating func signed(_ value: Int64) {
        unsigned(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// A count or another number that is not negative.
    mutating func count(_ value: Int) { unsigned(UInt64(value)) }

    /// A text behind its length.
    mutating func text(_ value: String) {
        count(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    /// A list of texts behind its length.
    mutating func texts(_ values: [String]) {
        count(values.count)
        for value in values { text(value) }
    }

    /// Whether there is a value, then the value.
    mutating func optional<Value>(_ value: Value?, _ write: (inout Self, Value) -> Void) {
        guard let value else { return byte(0) }
        byte(1)
        write(&self, value)
    }

    /// What `write` writes, behind its length.
    mutating func block(_ write: (inout Self) -> Void) {
        let start = bytes.count
        bytes.append(0)
        write(&self)
        let length = bytes.count - start - 1
        guard length >= 0x80 else {
            bytes[start] = UInt8(length)
            return
        }
        var prefix = ByteWriter()
        prefix.count(length)
        bytes.replaceSubrange(start...start, with: prefix.bytes)
    }
}
