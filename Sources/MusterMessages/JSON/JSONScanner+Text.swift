// Strings are checked in one pass and made in another, because most keys and all strings of unknown
// fields are never made.

extension JSONScanner {
    /// A string of the text that was found to be valid.
    struct Text {
        /// The bytes between the quotes.
        let range: Range<Int>
        /// Whether it holds escapes, so that its value is not its bytes.
        let hasEscapes: Bool
        let isASCII: Bool

        /// The offset of the opening quote.
        var start: Int { range.lowerBound - 1 }
    }

    /// Checks the string at the index, which stands on the opening quote.
    @inline(__always)
    mutating func text() throws(Flaw) -> Text {
        let text = try text(from: index + 1)
        advance(to: text.range.upperBound + 1)
        return text
    }

    /// Checks the string whose first byte, behind the quote, is at `start`.
    @inline(__always)
    private func text(from start: Int) throws(Flaw) -> Text {
        // Nearly all are short and plain.
        let at = plainEnd(from: start)
        if at < end, bytes[at] == UInt8(ascii: "\"") {
            return Text(range: start..<at, hasEscapes: false, isASCII: true)
        }
        return try unusualText(from: start, at)
    }

    /// Goes on with a string that is plain up to `mark`.
    @inline(never)
    private func unusualText(from start: Int, _ mark: Int) throws(Flaw) -> Text {
        var at = mark
        var hasEscapes = false
        var isASCII = true
        let span = bytes.span
        while true {
            at = plainEnd(from: at)
            guard at < end else { throw Flaw(.unexpectedEnd, at: end) }
            let byte = span[at]
            if byte == UInt8(ascii: "\"") {
                return Text(range: start..<at, hasEscapes: hasEscapes, isASCII: isASCII)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                at = try escape(at).next
            } else if byte >= 0x80 {
                isASCII = false
                at += try sequenceLength(at)
            } else {
                throw Flaw(.controlCharacter, at: at)
            }
        }
    }

    /// The first byte from `start` on that is not an ordinary ASCII character of a string.
    ///
    /// Eight bytes at a time: in each byte of a word, the high bit of `special` is set where the
    /// byte is special. Bytes above a special one may be marked wrongly, by a borrow, but only the
    /// lowest mark is used.
    @inline(__always)
    private func plainEnd(from start: Int) -> Int {
        var at = start
        let span = unsafe bytes.span.bytes
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones &* 0x80
        while at &+ 8 <= end {
            // Any eight bytes are a valid integer, and the bounds are checked.
            let word = unsafe span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
                .littleEndian
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let special =
                (word | (quote &- ones) | (backslash &- ones) | (word &- ones &* 0x20)) & highs
            if special != 0 { return at &+ special.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while at < end {
            let byte = bytes[at]
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C { break }
            at &+= 1
        }
        return at
    }

    /// Checks the string that comes next.
    @inline(__always)
    mutating func text(or mismatch: FlawKind) throws(Flaw) -> Text {
        guard peek() == UInt8(ascii: "\"") else { throw try mismatched(mismatch) }
        return try text()
    }

    /// The bytes of a string of up to 16 bytes without escapes, for comparing it as numbers.
    @inline(__always)
    func word(_ text: Text) -> ShortText {
        let start = text.range.lowerBound
        let count = text.range.count
        guard start &+ 16 <= bytes.count, count <= 16, count > 0 else {
            return ShortText(bytes[text.range.prefix(16)])
        }
        // Any sixteen bytes are two valid integers, and the bounds are checked.
        let span = unsafe bytes.span.bytes
        let low = unsafe span.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
        let high = unsafe span.unsafeLoadUnaligned(fromByteOffset: start &+ 8, as: UInt64.self)
        let shift = UInt64(8 &* (8 &- min(count, 8)))
        let highShift = UInt64(8 &* (16 &- max(count, 8)))
        return ShortText(
            low: (low.littleEndian << shift) >> shift,
            high: (high.littleEndian << highShift) >> highShift
        )
    }

    /// The value of a string.
    @inline(__always)
    func string(_ text: Text) -> String {
        guard !text.hasEscapes else { return unescaped(text) }
        // Valid, because text() has just checked every byte of it.
        let utf8 = unsafe UTF8Span(
            unchecked: bytes.span.extracting(text.range),
            isKnownASCII: text.isASCII
        )
        return String(copying: utf8)
    }

    @inline(never)
    private func unescaped(_ text: Text) -> String {
        var value: [UInt8] = []
        value.reserveCapacity(text.range.count)
        var at = text.range.lowerBound
        while at < text.range.upperBound {
            guard bytes[at] == UInt8(ascii: "\\"), let (scalar, next) = try? escape(at) else {
                value.append(bytes[at])
                at += 1
                continue
            }
            value.append(contentsOf: UTF8.encode(scalar) ?? .init())
            at = next
        }
        return String(decoding: value, as: UTF8.self)
    }

    /// The character that the escape at `at` stands for, and where it ends.
    @inline(never)
    private func escape(_ at: Int) throws(Flaw) -> (scalar: Unicode.Scalar, next: Int) {
        guard at + 1 < end else { throw Flaw(.unexpectedEnd, at: end) }
        switch bytes[at + 1] {
        case UInt8(ascii: "\""): return ("\"", at + 2)
        case UInt8(ascii: "\\"): return ("\\", at + 2)
        case UInt8(ascii: "/"): return ("/", at + 2)
        case UInt8(ascii: "b"): return ("\u{8}", at + 2)
        case UInt8(ascii: "f"): return ("\u{C}", at + 2)
        case UInt8(ascii: "n"): return ("\n", at + 2)
        case UInt8(ascii: "r"): return ("\r", at + 2)
        case UInt8(ascii: "t"): return ("\t", at + 2)
        case UInt8(ascii: "u"): break
        default: throw Flaw(.unknownEscape, at: at)
        }
        let first = try codeUnit(at)
        if let scalar = Unicode.Scalar(first) { return (scalar, at + 6) }
        guard first < 0xDC00, at + 7 < end, bytes[at + 6] == UInt8(ascii: "\\"),
            bytes[at + 7] == UInt8(ascii: "u")
        else { throw Flaw(.loneSurrogate, at: at) }
        let second = try codeUnit(at + 6)
        guard second & 0xFC00 == 0xDC00,
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
            )
        else { throw Flaw(.loneSurrogate, at: at) }
        return (scalar, at + 12)
    }

    /// The number in the `\uXXXX` at `at`.
    private func codeUnit(_ at: Int) throws(Flaw) -> UInt16 {
        guard at + 6 <= end else { throw Flaw(.unexpectedEnd, at: end) }
        var value: UInt16 = 0
        for byte in bytes[at + 2..<at + 6] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Flaw(.unknownEscape, at: at)
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The length of the character of several bytes at `at`; no overlong forms, no surrogates,
    /// nothing above U+10FFFF (Unicode, table 3-7).
    private func sequenceLength(_ at: Int) throws(Flaw) -> Int {
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let length: Int
        switch bytes[at] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw Flaw(.notUTF8, at: at)
        }
        guard at + length <= end, second.contains(bytes[at + 1]),
            bytes[(at + 2)..<(at + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
        else { throw Flaw(.notUTF8, at: at) }
        return length
    }
}

/// Up to 16 bytes, none of them zero, as two numbers; the first byte is the lowest.
struct ShortText: Equatable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// The first byte; 0 when there is none.
    @inline(__always)
    var first: UInt8 { UInt8(truncatingIfNeeded: low) }

    @inline(__always)
    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// A word known when this is compiled, of ASCII.
    @inline(__always)
    init(_ word: StaticString) {
        // The bytes of a literal live as long as the program, and the index is below their count.
        for index in 0..<word.utf8CodeUnitCount { append(unsafe word.utf8Start[index], at: index) }
    }

    init(_ bytes: ArraySlice<UInt8>) {
        for (index, byte) in bytes.enumerated() { append(byte, at: index) }
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8, at index: Int) {
        if index < 8 {
            low |= UInt64(byte) &<< UInt64(truncatingIfNeeded: 8 &* index)
        } else {
            high |= UInt64(byte) &<< UInt64(truncatingIfNeeded: 8 &* (index &- 8))
        }
    }
}
