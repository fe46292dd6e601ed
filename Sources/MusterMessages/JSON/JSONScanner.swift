// Reads JSON straight from a record's bytes, without a tree in between: decoding would otherwise
// cost more than everything else that happens to a record. Strict in every place (RFC 8259), also
// inside values that nobody asked for, so that whether a record is bad never depends on its reader.

internal import MusterModel

/// Why a scan stopped, and where. It is small and trivial, because every step may throw it; the
/// words are found only once it has reached the top.
struct Flaw: Error {
    let kind: FlawKind
    let offset: Int

    init(_ kind: FlawKind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

/// Walks over the bytes of one JSON text.
struct JSONScanner {
    /// The deepest nesting that is read; Foundation's limit.
    static let depthLimit = 512

    let bytes: [UInt8]
    let end: Int
    private(set) var index: Int
    private var depth = 0

    /// Starts at the beginning of `range`, behind a byte order mark if there is one.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
        if range.count >= 3, bytes[index] == 0xEF, bytes[index + 1] == 0xBB,
            bytes[index + 2] == 0xBF
        {
            index += 3
        }
    }

    init(_ bytes: [UInt8]) { self.init(bytes, in: bytes.indices) }

    /// The byte at the index, or 0 at the end: no token of JSON holds a zero byte.
    @inline(__always)
    var current: UInt8 { index < end ? bytes[index] : 0 }

    /// A place to come back to.
    struct Mark {
        fileprivate let index: Int
        fileprivate let depth: Int
    }

    var mark: Mark { Mark(index: index, depth: depth) }

    mutating func rewind(to mark: Mark) { (index, depth) = (mark.index, mark.depth) }

    /// Goes on at `index`, which the caller has checked the way to.
    @inline(__always)
    mutating func advance(to index: Int) { self.index = index }

    @inline(__always)
    mutating func skipSpace() {
        while index < end {
            let byte = bytes[index]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
            else { return }
            index += 1
        }
    }

    /// Passes over `byte`, and the space before it, if it comes next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard index < end, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    /// The first byte of the next token, or 0 at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        skipSpace()
        return current
    }

    /// Where the next token starts.
    @inline(__always)
    mutating func peekOffset() -> Int {
        skipSpace()
        return index
    }

    /// What is wrong when something else than `kind` expects comes next.
    func unexpected(_ kind: FlawKind) -> Flaw {
        Flaw(index < end ? kind : .unexpectedEnd, at: index)
    }

    /// Only space may follow.
    mutating func expectEnd() throws(Flaw) {
        skipSpace()
        guard index == end else { throw Flaw(.trailingBytes, at: index) }
    }
}

// MARK: - Structure

extension JSONScanner {
    /// Counts a list or an object that was entered without being looked at.
    mutating func descend() { depth += 1 }

    /// Passes over these bytes of a text if they come next.
    @inline(__always)
    mutating func take(_ literal: Range<Int>, of text: [UInt8]) -> Bool {
        let next = index &+ literal.count
        guard next <= end,
            bytes.span.extracting(index..<next).hasBytes(of: text.span.extracting(literal))
        else { return false }
        index = next
        return true
    }

    /// Passes over a list or an object of so many bytes if what comes next looks like one before
    /// this byte. Whoever calls must find out whether it was one.
    @inline(__always)
    mutating func takeContainer(of length: Int, before next: UInt8) -> Bool {
        let stop = index &+ length
        guard length >= 2, stop < end, bytes[stop] == next else { return false }
        // The brackets' closing ones are two characters behind them in ASCII.
        let first = bytes[index]
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            bytes[stop &- 1] == first &+ 2
        else { return false }
        index = stop
        return true
    }

    /// Enters an object; `false` when it is empty and already left again.
    @inline(__always)
    mutating func enterObject(or mismatch: FlawKind) throws(Flaw) -> Bool {
        try enter(UInt8(ascii: "{"), UInt8(ascii: "}"), or: mismatch)
    }

    /// Enters an array; `false` when it is empty and already left again.
    @inline(__always)
    mutating func enterArray(or mismatch: FlawKind) throws(Flaw) -> Bool {
        try enter(UInt8(ascii: "["), UInt8(ascii: "]"), or: mismatch)
    }

    /// Behind a member: whether another one follows; `false` when the object is left.
    @inline(__always)
    mutating func nextMember() throws(Flaw) -> Bool {
        if take(UInt8(ascii: ",")) { return true }
        guard take(UInt8(ascii: "}")) else { throw unexpected(.expectedCommaOrBrace) }
        depth -= 1
        return false
    }

    /// Behind an element: whether another one follows; `false` when the array is left.
    @inline(__always)
    mutating func nextElement() throws(Flaw) -> Bool {
        if take(UInt8(ascii: ",")) { return true }
        guard take(UInt8(ascii: "]")) else { throw unexpected(.expectedCommaOrBracket) }
        depth -= 1
        return false
    }

    /// A member's key with the colon behind it.
    @inline(__always)
    mutating func key() throws(Flaw) -> Text {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected(.expectedKey) }
        let key = try text()
        guard take(UInt8(ascii: ":")) else { throw unexpected(.expectedColon) }
        return key
    }

    @inline(__always)
    private mutating func enter(
        _ open: UInt8,
        _ close: UInt8,
        or mismatch: FlawKind
    ) throws(Flaw) -> Bool {
        guard take(open) else { throw try mismatched(mismatch) }
        guard depth < Self.depthLimit else { throw Flaw(.tooDeep, at: index - 1) }
        if take(close) { return false }
        depth += 1
        return true
    }
}

// MARK: - Values

extension JSONScanner {
    /// Passes over `null` if it comes next.
    @inline(__always)
    mutating func takeNull() throws(Flaw) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    mutating func bool(or mismatch: FlawKind) throws(Flaw) -> Bool {
        switch peek() {
        case UInt8(ascii: "t"):
            try word("true")
            return true
        case UInt8(ascii: "f"):
            try word("false")
            return false
        default: throw try mismatched(mismatch)
        }
    }

    /// Passes over a value of any type, checking it all the same.
    mutating func skipValue() throws(Flaw) {
        switch peek() {
        case UInt8(ascii: "\""): _ = try text()
        case UInt8(ascii: "{"):
            guard try enterObject(or: .expectedValue) else { return }
            repeat {
                _ = try key()
                try skipValue()
            } while try nextMember()
        case UInt8(ascii: "["):
            guard try enterArray(or: .expectedValue) else { return }
            repeat { try skipValue() } while try nextElement()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try number()
        default: throw unexpected(.expectedValue)
        }
    }

    /// The flaw of a value of the wrong type: the value's own flaw where it has one, because a text
    /// that is not JSON has no types.
    @inline(never)
    mutating func mismatched(_ mismatch: FlawKind) throws(Flaw) -> Flaw {
        let start = index
        try skipValue()
        return Flaw(mismatch, at: start)
    }

    @inline(__always)
    private mutating func word(_ word: StaticString) throws(Flaw) {
        for at in 0..<word.utf8CodeUnitCount {
            // The bytes of a literal live as long as the program; the index is below their count.
            let expected = unsafe word.utf8Start[at]
            guard current == expected else { throw unexpected(.expectedValue) }
            index += 1
        }
    }
}
