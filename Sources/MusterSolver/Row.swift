// One linear row by itself, for the places that make rows: not for the inner loops.

/// "The sum of the terms is at least `demand`."
struct Row: Hashable, Sendable {
    struct Term: Hashable, Sendable {
        var variable: Int32
        var coefficient: Int
    }

    var terms: [Term] = []
    var demand = 0

    /// Cuts the factors of variables with two values down to the most the row can need of them.
    ///
    /// No integer point is lost or won; the fractional ones that are lost were never wanted.
    mutating func saturate(lower: [Int], upper: [Int]) {
        var least = Int128(-demand)
        for term in terms {
            let variable = Int(term.variable)
            least +=
                Int128(term.coefficient)
                * Int128(term.coefficient > 0 ? lower[variable] : upper[variable])
        }
        for index in terms.indices {
            let variable = Int(terms[index].variable)
            guard least < 0, upper[variable] - lower[variable] == 1 else { continue }
            let coefficient = terms[index].coefficient
            let spare = Int128(coefficient.magnitude) + least
            guard spare > 0 else { continue }
            // The factor becomes -least; the demand moves so that the far end stays as it was.
            let cut = Int(spare)
            if coefficient > 0 {
                terms[index].coefficient -= cut
                demand -= cut * lower[variable]
                if lower[variable] != 0 { least = leastValue(lower: lower, upper: upper) }
            } else {
                terms[index].coefficient += cut
                demand += cut * upper[variable]
                least = leastValue(lower: lower, upper: upper)
            }
        }
    }

    private func leastValue(lower: [Int], upper: [Int]) -> Int128 {
        terms.reduce(Int128(-demand)) { sum, term in
            let variable = Int(term.variable)
            return sum + Int128(term.coefficient)
                * Int128(term.coefficient > 0 ? lower[variable] : upper[variable])
        }
    }

    /// Divides by the greatest common divisor of the factors and rounds the demand up; gives the
    /// divisor.
    @discardableResult
    mutating func divide() -> Int {
        if terms.contains(where: { $0.coefficient == 0 }) {
            terms.removeAll { $0.coefficient == 0 }
        }
        let divisor = greatestCommonDivisor(of: terms)
        guard divisor > 1 else { return 1 }
        for index in terms.indices { terms[index].coefficient /= divisor }
        demand = ceilingQuotient(demand, divisor)
        return divisor
    }
}

/// The greatest common divisor of the factors; 0 where there are none.
func greatestCommonDivisor(of terms: [Row.Term]) -> Int {
    var divisor = 0
    for term in terms {
        divisor = greatestCommonDivisor(divisor, term.coefficient)
        if divisor == 1 { break }
    }
    return divisor
}

/// The greatest common divisor of two numbers' sizes.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a.magnitude, b.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    // The least integer's size does not fit; half of it divides what it does.
    return Int(exactly: a) ?? Int(a / 2)
}

/// The quotient rounded up; `divisor` is positive.
func ceilingQuotient<Number: BinaryInteger>(_ number: Number, _ divisor: Number) -> Number {
    let quotient = number / divisor
    return number % divisor > 0 ? quotient + 1 : quotient
}

/// The quotient rounded down; `divisor` is positive.
func floorQuotient<Number: BinaryInteger>(_ number: Number, _ divisor: Number) -> Number {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
}
