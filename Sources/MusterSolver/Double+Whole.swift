// Rounding without the C mathematics library, which this module would otherwise have to link.

extension Double {
    /// The greatest whole number that is not above this one; anything not finite stays as it is.
    @inline(__always) var floored: Double {
        // Beyond 2^52 there are only whole numbers.
        guard abs(self) < 0x1p52 else { return self }
        let truncated = Double(Int(self))
        return truncated > self ? truncated - 1 : truncated
    }

    /// The nearest whole number, the upper one of two.
    @inline(__always) var nearest: Double { (self + 0.5).floored }
}
