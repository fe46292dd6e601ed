// Many sums in one pair of arrays: the form in which rows travel from the problem to the search.

/// Sums of integer multiples of variables, each with a constant, stored one after the other.
struct SparseRows: Sendable {
    /// Where each row's terms start, and one past the last.
    private(set) var starts: [Int] = [0]
    /// The variable of each term.
    private(set) var variables: [Int32] = []
    /// The factor of each term.
    private(set) var coefficients: [Int] = []
    /// What each row adds to, or demands of, its terms.
    var constants: [Int] = []

    /// How many rows there are.
    var count: Int { constants.count }

    /// Where the terms of a row are.
    func terms(_ row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

    /// Adds a term to the row that ``close(_:)`` will end.
    mutating func add(_ coefficient: Int, _ variable: Int32) {
        variables.append(variable)
        coefficients.append(coefficient)
    }

    /// Ends a row.
    mutating func close(_ constant: Int) {
        starts.append(variables.count)
        constants.append(constant)
    }

    /// Adds the row `sum`.
    mutating func append(_ sum: LinearSum) {
        for term in sum.terms { add(term.coefficient, term.variable.index) }
        close(sum.constant)
    }

    /// The value of a row without its constant; `values` must make it fit.
    func value(_ row: Int, at values: [Int]) -> Int {
        var sum = 0
        for term in terms(row) { sum += coefficients[term] * values[Int(variables[term])] }
        return sum
    }
}
