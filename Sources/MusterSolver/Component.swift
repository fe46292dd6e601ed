// An independent part of a problem, in the form the search works on.

/// Bounded integers under rows "sum >= demand", with objectives.
///
/// Classes come first, nodes after them in an order in which each comes after those it reads.
struct Component: Sendable {
    /// A node: 1 exactly when the terms plus the constant of a row of `sums` are at least 0.
    struct Node: Sendable {
        let variable: Int32
        let sum: Int
    }

    /// How many of the variables are classes of plain variables.
    var classCount = 0
    /// For each class, whether its members have more than two values.
    var isWide: [Bool] = []
    var lower: [Int] = []
    var upper: [Int] = []
    /// Where the search begins: a value for each variable.
    var start: [Int] = []
    /// What every solution satisfies; the constant of a row is its demand.
    var rows = SparseRows()
    /// Rows that follow from the others for integers and help where fractions are allowed.
    var strengthenings = SparseRows()
    /// One row for each objective, divided by what its factors share; the constant is not used.
    var objectives = SparseRows()
    /// What each objective was divided by.
    var objectiveScales: [Int] = []
    var nodes: [Node] = []
    /// The sums that decide the nodes.
    var sums = SparseRows()
    /// True when a row's values might not fit a machine integer.
    var isTooLarge = false

    /// How many variables there are.
    var count: Int { lower.count }

    /// `values` with each node as its sum says.
    func completed(_ values: [Int]) -> [Int] {
        var values = values
        for node in nodes {
            let sum = sums.value(node.sum, at: values) + sums.constants[node.sum]
            values[Int(node.variable)] = sum >= 0 ? 1 : 0
        }
        return values
    }

    /// True when `values` keeps to the bounds and satisfies every row.
    func isFeasible(_ values: [Int]) -> Bool {
        for variable in 0..<count
        where values[variable] < lower[variable] || values[variable] > upper[variable] {
            return false
        }
        return (0..<rows.count).allSatisfy { rows.value($0, at: values) >= rows.constants[$0] }
    }

    /// The objectives' values.
    func evaluate(_ values: [Int]) -> [Int] {
        (0..<objectives.count).map { objectives.value($0, at: values) }
    }

    /// The least value of each objective with nothing but the bounds respected.
    var trivialBounds: [Int] {
        (0..<objectives.count).map { row in
            objectives.terms(row).reduce(0) { sum, term in
                let variable = Int(objectives.variables[term])
                let factor = objectives.coefficients[term]
                return sum + factor * (factor > 0 ? lower[variable] : upper[variable])
            }
        }
    }
}
