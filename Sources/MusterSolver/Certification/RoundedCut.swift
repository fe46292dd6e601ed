// Cuts that can be logged. Mixed-integer rounding has no short derivation by division alone, so
// with a log the cut from a row of the tableau is the weaker one of Chvátal and Gomory: a
// nonnegative sum of rows, weakened where the relaxation's point makes that cost nothing, divided
// and rounded up.

/// How a Chvátal-Gomory cut comes about.
struct RoundedCut {
    /// Rows of the relaxation and what they are multiplied by.
    var shares: [(row: Int, factor: Int)]
    /// Literals whose factor is cut down by so much.
    var weakenings: [(key: Int32, amount: Int)]
    /// What the sum is divided by, factors and demand rounded up.
    var divisor: Int
    /// What the result's factors share, divided by as well.
    var common: Int
}

extension Search {
    /// The cut from a row of the tableau, given as factors of rows over a denominator.
    ///
    /// Whole multiples of a row add nothing to a rounding, so each factor counts modulo the
    /// denominator; that makes all of them nonnegative.
    func loggableCut(
        _ factors: [(row: Int, factor: Int)],
        _ denominator: Int
    ) -> (row: Row, recipe: RoundedCut)? {
        var shares: [(row: Int, factor: Int)] = []
        for (row, factor) in factors {
            let part = factor - denominator * floorQuotient(factor, denominator)
            if part > 0 { shares.append((row, part)) }
        }
        guard !shares.isEmpty else { return nil }
        var sums = [Int](repeating: 0, count: count)
        var degree = 0
        for (row, factor) in shares {
            for term in relaxation.rows.terms(row) {
                sums[Int(relaxation.rows.variables[term])] +=
                    factor * relaxation.rows.coefficients[term]
            }
            degree += factor * relaxation.rows.constants[row]
        }
        guard sums.allSatisfy({ abs($0) < 1 << 40 }), abs(degree) < 1 << 40 else { return nil }
        var recipe = RoundedCut(shares: shares, weakenings: [], divisor: denominator, common: 1)
        var terms: [(variable: Int, weight: Int, isNegated: Bool)] = []
        for variable in 0..<count where sums[variable] != 0 {
            let isNegated = sums[variable] < 0
            var weight = abs(sums[variable])
            if isNegated { degree += weight }
            let value = relaxation.simplex.value[variable]
            let isLikelyTrue = (isNegated ? 1 - value : value) > 0.5
            if isLikelyTrue, weight % denominator > 0 {
                let key = Int32(2 * variable + (isNegated ? 1 : 0))
                recipe.weakenings.append((key, weight % denominator))
                degree -= weight % denominator
                weight -= weight % denominator
            }
            if weight > 0 {
                terms.append((variable, ceilingQuotient(weight, denominator), isNegated))
            }
        }
        guard degree > 0, !terms.isEmpty, terms.count <= 100 + count / 5 else { return nil }
        degree = ceilingQuotient(degree, denominator)
        recipe.common = terms.reduce(0) { greatestCommonDivisor($0, $1.weight) }
        degree = ceilingQuotient(degree, recipe.common)
        var row = Row()
        row.demand = degree
        for term in terms {
            let weight = term.weight / recipe.common
            guard weight <= 20_000 else { return nil }
            if term.isNegated { row.demand -= weight }
            row.terms.append(
                Row.Term(
                    variable: Int32(term.variable),
                    coefficient: term.isNegated ? -weight : weight
                )
            )
        }
        return (row, recipe)
    }
}
