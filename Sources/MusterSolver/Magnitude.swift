// Which problems fit the arithmetic. Sums are 64-bit in the search and 128-bit before it; what
// could exceed either is turned away instead of trusted.

/// Checks of how large sums can become.
enum Magnitude {
    /// The largest sum the search works with; two of them still add up.
    static let limit = Int128(1) << 60

    /// True when every sum and product of the problem surely fits 128 bits, and the objectives 64.
    static func fits(_ problem: Problem) -> Bool {
        // The margin of 2^20 covers the rounding of the estimate and sums of several estimates.
        let wide = 0x1p100
        let narrow = 0x1p60
        let reaches = problem.variables.map {
            Double(max($0.lower.magnitude, $0.upper.magnitude))
        }
        func size(_ sum: LinearSum) -> Double {
            var size = Double(sum.constant.magnitude)
            for term in sum.terms {
                let reach = max(1, reaches[Int(term.variable.index)])
                size += Double(term.coefficient.magnitude) * reach
            }
            return size
        }
        return reaches.reduce(0, +) < 0x1p62
            && problem.definitions.allSatisfy { size($0.sum) < wide }
            && problem.constraints.allSatisfy { size($0) < wide }
            && problem.objectives.allSatisfy { size($0) < narrow }
    }
}
