// People may write any number. Sums and products of them stop at the ends of the range instead of
// trapping: a comparison with such a value comes out right all the same, or so far off that the
// difference has no meaning.

extension Int {
    /// The sum, or the end of the range that it lies beyond.
    package func saturatingAdd(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// The product, or the end of the range that it lies beyond.
    package func saturatingMultiply(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// The number with its sign turned, or the greatest one for the least.
    package var saturatingNegation: Int { self == .min ? .max : -self }
}
