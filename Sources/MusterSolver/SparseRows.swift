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

    init() {}

    /// Makes rows of the definitions' sums, and then of others.
    init(_ definitions: [Problem.Definition], _ sums: [LinearSum]) {
        let count = definitions.count + sums.count
        starts.reserveCapacity(count + 1)
        constants.reserveCapacity(count)
        for definition in definitions { measure(definition.sum) }
        for sum in sums { measure(sum) }
        let terms = starts[count]
        var variables = [Int32](repeating: 0, count: terms)
        var coefficients = [Int](repeating: 0, count: terms)
        var place = 0
        // Spans, as each write to an array asks first whether anybody else holds it.
        var variableSpan = variables.mutableSpan
        var coefficientSpan = coefficients.mutableSpan
        for index in 0..<count {
            let isDefined = index < definitions.count
            let sum = isDefined ? definitions[index].sum : sums[index - definitions.count]
            for term in sum.terms {
                variableSpan[place] = term.variable.index
                coefficientSpan[place] = term.coefficient
                place += 1
            }
        }
        self.variables = variables
        self.coefficients = coefficients
    }

    private mutating func measure(_ sum: LinearSum) {
        starts.append(starts[starts.count - 1] + sum.terms.count)
        constants.append(sum.constant)
    }

    /// How many rows there are.
    var count: Int { constants.count }

    /// Makes room for so many terms.
    mutating func reserve(terms: Int) {
        variables.reserveCapacity(terms)
        coefficients.reserveCapacity(terms)
    }

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

    /// The value of a row without its constant; `values` must make it fit.
    func value(_ row: Int, at values: [Int]) -> Int {
        var sum = 0
        for term in terms(row) { sum += coefficients[term] * values[Int(variables[term])] }
        return sum
    }
}
