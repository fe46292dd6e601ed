// Whole numbers. Foundation's decoder takes `12.0` and `1e2` for an integer, so producers write
// them; what is written without point and exponent never passes through floating point.

extension JSONScanner {
    /// A whole number, in any notation.
    mutating func integer(or mismatch: FlawKind) throws(Flaw) -> Int {
        let first = peek()
        guard first == UInt8(ascii: "-") || isDigit(first) else { throw try mismatched(mismatch) }
        if let value = takeShortInteger() { return value }
        let start = index
        let (range, isPlain) = try number()
        guard isPlain else { return try integer(written: range, at: start) }
        guard let value = Int(String(decoding: bytes[range], as: UTF8.self)) else {
            throw Flaw(.numberOutOfRange, at: start)
        }
        return value
    }

    /// Passes over a whole number of up to 18 digits, as nearly all are; none of them overflows.
    @inline(__always)
    private mutating func takeShortInteger() -> Int? {
        let isNegative = current == UInt8(ascii: "-")
        let first = isNegative ? index + 1 : index
        let limit = min(end, first + 18)
        var at = first
        var value = 0
        while at < limit, isDigit(bytes[at]) {
            value = value &* 10 &+ Int(bytes[at] &- UInt8(ascii: "0"))
            at += 1
        }
        guard at > first, at == first + 1 || bytes[first] != UInt8(ascii: "0") else { return nil }
        if at < end {
            let next = bytes[at]
            let goesOn =
                isDigit(next) || next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e")
            guard !goesOn else { return nil }
        }
        advance(to: at)
        return isNegative ? -value : value
    }

    /// Passes over a number; it is plain when it has neither point nor exponent.
    mutating func number() throws(Flaw) -> (range: Range<Int>, isPlain: Bool) {
        let start = index
        var at = start
        if current == UInt8(ascii: "-") { at += 1 }
        let digits = at
        while at < end, isDigit(bytes[at]) { at += 1 }
        guard at > digits, at == digits + 1 || bytes[digits] != UInt8(ascii: "0") else {
            throw Flaw(at == end ? .unexpectedEnd : .badNumber, at: start)
        }
        var isPlain = true
        if at < end, bytes[at] == UInt8(ascii: ".") {
            isPlain = false
            at = try digitsEnd(after: at, of: start)
        }
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isPlain = false
            let hasSign =
                at + 1 < end
                && (bytes[at + 1] == UInt8(ascii: "+") || bytes[at + 1] == UInt8(ascii: "-"))
            at = try digitsEnd(after: hasSign ? at + 1 : at, of: start)
        }
        advance(to: at)
        return (start..<at, isPlain)
    }

    /// The end of the digits, at least one, behind the byte at `mark`.
    private func digitsEnd(after mark: Int, of start: Int) throws(Flaw) -> Int {
        var at = mark + 1
        while at < end, isDigit(bytes[at]) { at += 1 }
        guard at > mark + 1 else { throw Flaw(at == end ? .unexpectedEnd : .badNumber, at: start) }
        return at
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The value of a number with a point or an exponent, which must be whole.
    ///
    /// Below 2^53 it is the nearest double's value, as in Foundation. From there on a double no
    /// longer holds every whole number, so the digits are shifted instead, exactly.
    private func integer(written range: Range<Int>, at start: Int) throws(Flaw) -> Int {
        let written = String(decoding: bytes[range], as: UTF8.self)
        guard let double = Double(written) else { throw Flaw(.badNumber, at: start) }
        guard double.magnitude < 0x1p64 else { throw Flaw(.numberOutOfRange, at: start) }
        if double.magnitude < 0x1p53 {
            let value = Int(double)
            guard Double(value) == double else { throw Flaw(.notWhole, at: start) }
            return value
        }
        let parts = written.lowercased().split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        // The exponent is small, because the double is neither infinite nor small, unless the
        // mantissa is absurdly long.
        guard let exponent = parts.count > 1 ? Int(parts[1]) : 0, exponent.magnitude < 1000 else {
            throw Flaw(.numberOutOfRange, at: start)
        }
        var digits = String(mantissa[0] + fraction)
        let shift = exponent - fraction.count
        if shift >= 0 {
            digits += String(repeating: "0", count: shift)
        } else {
            guard digits.suffix(-shift).allSatisfy({ $0 == "0" }) else {
                throw Flaw(.notWhole, at: start)
            }
            digits.removeLast(min(-shift, digits.count))
        }
        guard let value = Int(digits) else { throw Flaw(.numberOutOfRange, at: start) }
        return value
    }
}
