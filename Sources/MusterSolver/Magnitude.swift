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
        func size(_ sum: LinearSum) -> Double {
            sum.terms.reduce(Double(sum.constant.magnitude)) { total, term in
                let domain = problem.variables[Int(term.variable.index)]
                let reach = max(1, domain.lower.magnitude, domain.upper.magnitude)
                return total + Double(term.coefficient.magnitude) * Double(reach)
            }
        }
        let reaches = problem.variables.reduce(0.0) {
            $0 + Double(max($1.lower.magnitude, $1.upper.magnitude))
        }
        return reaches < 0x1p62 && problem.definitions.allSatisfy { size($0.sum) < wide }
            && problem.constraints.allSatisfy { size($0) < wide }
            && problem.objectives.allSatisfy { size($0) < narrow }
    }
}
