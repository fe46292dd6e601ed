// A problem falls apart into components that share no row: each is searched alone, and the sums of
// their optimal objectives are optimal, because a lexicographic order goes along with addition.

/// The components of a presolved problem and the way back.
struct Decomposition {
    let aggregation: Aggregation
    /// Each component.
    private(set) var components: [Component] = []
    /// For each component, the classes of its first variables.
    let classesOf: Buckets

    init(_ presolve: Presolve) {
        let aggregation = Aggregation(presolve)
        self.aggregation = aggregation
        var parts = Parts(presolve, aggregation)
        // The component of each root, or -1.
        var numbers = [Int32](repeating: -1, count: presolve.lower.count)
        var count: Int32 = 0
        let ownersOfClasses = (0..<aggregation.count).map { number in
            let root = parts.root(of: aggregation.leader(number))
            if numbers[root] < 0 {
                numbers[root] = count
                count += 1
            }
            return numbers[root]
        }
        classesOf = Buckets(ownersOfClasses, count: Int(count))
        let ownersOfRows = (0..<presolve.rows.count).map { row in
            guard !presolve.roles[row].isEmpty, let variable = parts.anyFree(in: row)
            else { return Int32(-1) }
            return numbers[parts.root(of: variable)]
        }
        let ownersOfImplications = presolve.implications.map {
            numbers[parts.root(of: $0.variable.index)]
        }
        let ownersOfTerms = presolve.objectives.variables.map { numbers[parts.root(of: $0)] }
        let rowsOf = Buckets(ownersOfRows, count: Int(count))
        let implicationsOf = Buckets(ownersOfImplications, count: Int(count))
        let termsOf = Buckets(ownersOfTerms, count: Int(count))
        var builder = ComponentBuilder(presolve: presolve, aggregation: aggregation)
        components.reserveCapacity(Int(count))
        for index in 0..<Int(count) {
            components.append(
                builder.build(
                    classes: classesOf[index],
                    rows: rowsOf[index],
                    implications: implicationsOf[index],
                    objectives: termsOf[index]
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
        parents = Array(0..<Int32(presolve.lower.count))
        for (variable, number) in aggregation.classes.enumerated() where number >= 0 {
            unite(Int32(variable), aggregation.leader(Int(number)))
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
        for term in presolve.rows.terms(row) where !presolve.isFixed(presolve.rows.variables[term])
        {
            return presolve.rows.variables[term]
        }
        return nil
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
