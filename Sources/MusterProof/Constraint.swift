// Pseudo-Boolean constraints in normal form, in numbers that trap nowhere: what does not fit 128
// bits is refused.

/// A literal: twice the variable's position, plus one for the complement.
typealias ProofLiteral = Int

/// "Sum of positive multiples of literals is at least the degree"; each variable occurs once.
struct Constraint {
    /// The terms, in order of variable.
    private(set) var terms: [(factor: Int128, literal: ProofLiteral)] = []
    private(set) var degree: Int128 = 0

    /// Brings "sum >= bound" into normal form: factors positive, each variable once.
    init(_ sum: [(factor: Int128, literal: ProofLiteral)], atLeast bound: Int128) throws(Refusal) {
        var factors: [Int: Int128] = [:]
        var degree = bound
        for (factor, literal) in sum {
            // A multiple of ~x is the multiple, less the multiple of x.
            if literal & 1 == 1 {
                degree = try subtract(degree, factor)
                factors[literal / 2] = try subtract(factors[literal / 2] ?? 0, factor)
            } else {
                factors[literal / 2] = try sumOf(factors[literal / 2] ?? 0, factor)
            }
        }
        for (variable, factor) in factors.sorted(by: { $0.key < $1.key }) where factor != 0 {
            if factor > 0 {
                terms.append((factor, 2 * variable))
            } else {
                degree = try subtract(degree, factor)
                terms.append((try subtract(0, factor), 2 * variable + 1))
            }
        }
        self.degree = degree
    }

    /// "The literal is at least 0", which always holds.
    init(axiom literal: ProofLiteral) { terms = [(1, literal)] }

    /// Whether no values meet it.
    func isContradiction() throws(Refusal) -> Bool {
        var sum: Int128 = 0
        for term in terms { sum = try sumOf(sum, term.factor) }
        return sum < degree
    }

    /// The sum of two constraints.
    func adding(_ other: Constraint) throws(Refusal) -> Constraint {
        try Constraint(terms + other.terms, atLeast: try sumOf(degree, other.degree))
    }

    /// A multiple by a number that is not negative.
    func multiplied(by factor: Int128) throws(Refusal) -> Constraint {
        guard factor >= 0 else { throw Refusal("a constraint cannot be multiplied by \(factor)") }
        var result = self
        if factor == 0 { result.terms = [] }
        for index in result.terms.indices {
            result.terms[index].factor = try product(result.terms[index].factor, factor)
        }
        result.degree = try product(degree, factor)
        return result
    }

    /// The constraint divided by a positive number, everything rounded up.
    func divided(by divisor: Int128) throws(Refusal) -> Constraint {
        guard divisor > 0 else { throw Refusal("a constraint cannot be divided by \(divisor)") }
        var result = self
        for index in result.terms.indices {
            result.terms[index].factor = roundedUp(result.terms[index].factor, divisor)
        }
        result.degree = roundedUp(degree, divisor)
        return result
    }

    /// The constraint with no factor larger than the degree.
    func saturated() -> Constraint {
        var result = self
        let most = max(degree, 0)
        for index in result.terms.indices {
            result.terms[index].factor = min(result.terms[index].factor, most)
        }
        result.terms.removeAll { $0.factor == 0 }
        return result
    }

    /// What holds exactly when this does not.
    func negated() throws(Refusal) -> Constraint {
        // sum <= degree - 1
        try Constraint(
            terms.map { (-$0.factor, $0.literal) },
            atLeast: try subtract(1, degree)
        )
    }

    /// Whether 0/1 values meet it.
    func isMet(by values: [Bool]) throws(Refusal) -> Bool {
        var sum: Int128 = 0
        for term in terms where values[term.literal / 2] == (term.literal & 1 == 0) {
            sum = try sumOf(sum, term.factor)
        }
        return sum >= degree
    }

    static func areEqual(_ a: Constraint, _ b: Constraint) -> Bool {
        a.degree == b.degree && a.terms.count == b.terms.count
            && zip(a.terms, b.terms).allSatisfy {
                $0.factor == $1.factor && $0.literal == $1.literal
            }
    }
}

/// Why a proof is not accepted.
struct Refusal: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

private let tooLarge = "a number does not fit 128 bits"

func sumOf(_ a: Int128, _ b: Int128) throws(Refusal) -> Int128 {
    let (value, overflow) = a.addingReportingOverflow(b)
    guard !overflow else { throw Refusal(tooLarge) }
    return value
}

func subtract(_ a: Int128, _ b: Int128) throws(Refusal) -> Int128 {
    let (value, overflow) = a.subtractingReportingOverflow(b)
    guard !overflow else { throw Refusal(tooLarge) }
    return value
}

func product(_ a: Int128, _ b: Int128) throws(Refusal) -> Int128 {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow else { throw Refusal(tooLarge) }
    return value
}

/// The quotient rounded up.
private func roundedUp(_ number: Int128, _ divisor: Int128) -> Int128 {
    let quotient = number / divisor
    return number % divisor > 0 ? quotient + 1 : quotient
}
