// Reads what the writer has written. The bytes come from a topic that others can write to, so
// every step is checked, and nothing that is read decides how much memory is taken before it is
// known that so many bytes are there.

/// Takes values from bytes, from the first to the last.
struct ByteReader {
    /// Why bytes cannot be read, to stand behind "the record of …".
    struct Flaw: Error {
        let problem: String

        static let truncated = Flaw(problem: "ends too early")
        static let notText = Flaw(problem: "has a text that is not UTF-8")
        static let outOfRange = Flaw(problem: "has a number out of its range")
    }

    let bytes: [UInt8]
    private(set) var position: Int
    private let end: Int

    /// Reads all of the bytes.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    /// Reads a stretch of bytes that lies within them.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// How many bytes are left.
    var left: Int { end - position }

    mutating func byte() throws(Flaw) -> UInt8 {
        guard position < end else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    /// A byte that says yes or no.
    mutating func flag() throws(Flaw) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw .outOfRange
        }
    }

    mutating func unsigned() throws(Flaw) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            let bits = UInt64(next & 0x7F)
            // The tenth byte has room for one bit.
            guard shift < 63 || (shift == 63 && bits <= 1) else { throw .outOfRange }
            value |= bits << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func signed() throws(Flaw) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number that is not negative, and so far from the end of its range that going on counting
    /// from it is safe.
    mutating func count() throws(Flaw) -> Int {
        let value = try unsigned()
        guard value <= 1 << 60 else { throw .outOfRange }
        return Int(value)
    }

    /// The length of a list whose elements take at least one byte each.
    mutating func length() throws(Flaw) -> Int {
        let value = try count()
        guard value <= left else { throw .truncated }
        return value
    }

    /// Where the next text or block stands; the reader goes on behind it.
    mutating func stretch() throws(Flaw) -> Range<Int> {
        let length = try length()
        defer { position += length }
        return position..<(position + length)
    }

    mutating func text() throws(Flaw) -> String {
        let range = try stretch()
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .notText }
        return text
    }

    mutating func texts() throws(Flaw) -> [String] {
        let length = try length()
        var result: [String] = []
        result.reserveCapacity(length)
        for _ in 0..<length { result.append(try text()) }
        return result
    }

    mutating func optional<Value>(
        _ read: (inout Self) throws(Flaw) -> Value
    ) throws(Flaw) -> Value? {
        switch try byte() {
        case 0: return nil
        case 1: return try read(&self)
        default: throw .outOfRange
        }
    }

    /// Demands that nothing is left: what is not understood would be lost without a word.
    func finish() throws(Flaw) {
        guard left == 0 else { throw Flaw(problem: "goes on behind its end") }
    }
}
