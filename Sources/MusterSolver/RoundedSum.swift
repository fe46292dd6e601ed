// Mixed-integer rounding of a sum of rows. A tableau row reads few of the variables, so it is
// summed up and taken apart by those alone, in memory that is kept from one to the next.

/// The sum of rows that a cut is made from.
struct CutSum: ~Copyable {
    /// One of the variables in it.
    struct Part: BitwiseCopyable {
        let variable: Int32
        var sum: Int
        /// Whether it is measured from its upper bound, which is the nearer one.
        var isNearUpper = false
        /// Its factor in the cut.
        var cut = 0
    }

    var parts = Column<Part>()
    /// Where each variable stands in `parts`, or -1.
    var places = Column<Int32>()
    var constant = 0

    /// Begins anew, for so many variables.
    mutating func reset(variables: Int) {
        for index in 0..<parts.count { places[parts[index].variable] = -1 }
        parts.removeAll()
        if places.count < variables { places.extend(with: -1, count: variables) }
        constant = 0
    }

    /// Adds to a variable's sum.
    @inline(__always)
    mutating func add(_ amount: Int, to variable: Int32) {
        if places[variable] < 0 {
            places[variable] = Int32(parts.count)
            parts.append(Part(variable: variable, sum: 0))
        }
        parts[places[variable]].sum += amount
    }
}

/// How factors are rounded, where the demand divided by a denominator leaves a remainder.
private struct CutRounding {
    let denominator: Int
    let remainder: Int

    func rounded(_ factor: Int) -> Int {
        let whole = floorQuotient(factor, denominator)
        let part = factor - denominator * whole
        return (denominator - remainder) * whole + max(0, part - remainder)
    }
}

extension Search {
    /// Sums up "factor * row" for ``roundedSum(_:sign:_:)``.
    mutating func sumForCut(_ factors: [(row: Int, factor: Int)]) {
        cutSum.reset(variables: count)
        for (row, factor) in factors {
            for term in relaxation.rows.terms(row) {
                cutSum.add(
                    factor * relaxation.rows.coefficients[term],
                    to: relaxation.rows.variables[term]
                )
            }
            cutSum.constant += factor * relaxation.rows.constants[row]
        }
        for index in 0..<cutSum.parts.count {
            let variable = Int(cutSum.parts[index].variable)
            let value = relaxation.simplex.value[variable]
            cutSum.parts[index].isNearUpper =
                value - Double(lower(variable)) > Double(upper(variable)) - value
        }
    }

    /// The rounding of "sum of factor * (row - slack) = sum of factor * demand", or of its
    /// negation, divided by the denominator; slacks are at least 0, and variables are measured from
    /// their nearer bound.
    mutating func roundedSum(
        _ factors: [(row: Int, factor: Int)],
        sign: Int,
        _ denominator: Int
    ) -> Row? {
        work += count / 2
        var measured = sign * cutSum.constant
        for index in 0..<cutSum.parts.count {
            let part = cutSum.parts[index]
            guard abs(part.sum) < 1 << 28 else { return nil }
            measured -= sign * part.sum * nearerBound(of: part)
        }
        let whole = floorQuotient(measured, denominator)
        let remainder = measured - denominator * whole
        guard remainder > 0 else { return nil }
        let rounding = CutRounding(denominator: denominator, remainder: remainder)
        // "Sum of cut <= limit", back in terms of the variables.
        var limit = (denominator - remainder) * whole
        for index in 0..<cutSum.parts.count {
            let part = cutSum.parts[index]
            let factor =
                part.isNearUpper
                ? -rounding.rounded(-sign * part.sum) : rounding.rounded(sign * part.sum)
            cutSum.parts[index].cut = factor
            limit += factor * nearerBound(of: part)
        }
        for (row, factor) in factors {
            let factor = rounding.rounded(-sign * factor)
            if factor == 0 { continue }
            for term in relaxation.rows.terms(row) {
                let place = cutSum.places[relaxation.rows.variables[term]]
                cutSum.parts[place].cut += factor * relaxation.rows.coefficients[term]
            }
            limit += factor * relaxation.rows.constants[row]
        }
        return cutRow(atMost: limit)
    }

    @inline(__always)
    private func nearerBound(of part: CutSum.Part) -> Int {
        part.isNearUpper ? upper(Int(part.variable)) : lower(Int(part.variable))
    }

    /// "Sum of cut <= limit" divided by what the factors share, unless it is too dense or too
    /// large.
    private mutating func cutRow(atMost limit: Int) -> Row? {
        var row = Row()
        for index in 0..<cutSum.parts.count where cutSum.parts[index].cut != 0 {
            let part = cutSum.parts[index]
            row.terms.append(Row.Term(variable: part.variable, coefficient: -part.cut))
        }
        guard !row.terms.isEmpty, row.terms.count <= 100 + count / 5 else { return nil }
        row.terms.sort { $0.variable < $1.variable }
        row.demand = -limit
        row.divide()
        return row.terms.allSatisfy { abs($0.coefficient) <= 20_000 } ? row : nil
    }
}
