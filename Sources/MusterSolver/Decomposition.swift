// A problem falls apart into components that share no row: each is searched alone, and the sums of
// their optimal objectives are optimal, because a lexicographic order goes along with addition.

/// The components of a presolved problem and the way back.
struct Decomposition {
    let aggregation: Aggregation
    /// Each component and the problem's class or node behind each of its variables.
    private(set) var components: [Component] = []
    /// For each component, the classes of its first variables.
    private(set) var classesOf: [[Int32]] = []

    init(_ presolve: Presolve) {
        let aggregation = Aggregation(presolve)
        self.aggregation = aggregation
        var parts = Parts(presolve, aggregation)
        // The component of each root, or -1.
        var numbers = [Int](repeating: -1, count: presolve.lower.count)
        for (number, members) in aggregation.members.enumerated() {
            let root = parts.root(of: members[0])
            if numbers[root] < 0 {
                numbers[root] = classesOf.count
                classesOf.append([])
            }
            classesOf[numbers[root]].append(Int32(number))
        }
        var rowsOf = [[Int32]](repeating: [], count: classesOf.count)
        for row in 0..<presolve.rows.count where !presolve.roles[row].isEmpty {
            guard let variable = parts.anyFree(in: row) else { continue }
            let component = numbers[parts.root(of: variable)]
            if component >= 0 { rowsOf[component].append(Int32(row)) }
        }
        var implicationsOf = [[Int]](repeating: [], count: classesOf.count)
        for (offset, implication) in presolve.implications.enumerated() {
            let component = numbers[parts.root(of: implication.variable.index)]
            if component >= 0 { implicationsOf[component].append(offset) }
        }
        var objectivesOf = [[(row: Int, coefficient: Int, variable: Int32)]](
            repeating: [],
            count: classesOf.count
        )
        for row in 0..<presolve.objectives.count {
            for term in presolve.objectives.terms(row) {
                let variable = presolve.objectives.variables[term]
                let component = numbers[parts.root(of: variable)]
                guard component >= 0 else { continue }
                objectivesOf[component].append(
                    (row, presolve.objectives.coefficients[term], variable)
                )
            }
        }
        var builder = ComponentBuilder(presolve: presolve, aggregation: aggregation)
        for index in classesOf.indices {
            components.append(
                builder.build(
                    classes: classesOf[index],
                    rows: rowsOf[index],
                    implications: implicationsOf[index],
                    objectives: objectivesOf[index]
                )
            )
        }
    }
}

/// Which variables hang together.
private struct Parts {
    let presolve: Presolve
    var parents: [Int32]

    init(_ presolve: Presolve, _ aggregation: Aggregation) {
        self.presolve = presolve
        parents = (0..<Int32(presolve.lower.count)).map { $0 }
        for members in aggregation.members {
            for member in members.dropFirst() { unite(member, members[0]) }
        }
        for row in 0..<presolve.rows.count where !presolve.roles[row].isEmpty {
            guard let first = anyFree(in: row) else { continue }
            for term in presolve.rows.terms(row) {
                let variable = presolve.rows.variables[term]
                if !presolve.isFixed(variable) { unite(variable, first) }
            }
        }
        for implication in presolve.implications {
            unite(implication.variable.index, implication.condition.variable.index)
        }
    }

    /// A free variable of the row, its node first.
    func anyFree(in row: Int) -> Int32? {
        let node = presolve.nodes[row]
        if node >= 0, !presolve.isFixed(node) { return node }
        return presolve.rows.terms(row).lazy.map { presolve.rows.variables[$0] }
            .first { !presolve.isFixed($0) }
    }

    mutating func root(of variable: Int32) -> Int {
        var variable = variable
        while parents[Int(variable)] != variable {
            parents[Int(variable)] = parents[Int(parents[Int(variable)])]
            variable = parents[Int(variable)]
        }
        return Int(variable)
    }

    private mutating func unite(_ a: Int32, _ b: Int32) {
        let (a, b) = (root(of: a), root(of: b))
        if a != b { parents[max(a, b)] = Int32(min(a, b)) }
    }
}
