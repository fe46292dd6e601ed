// Interchangeable variables become one. A thousand equal machines are then one integer, and the
// search never tries the same choice under different names.

/// The free variables of a presolved problem, those with equal columns joined.
struct Aggregation {
    /// The class of each variable; -1 for fixed ones and for nodes.
    private(set) var classes: [Int32]
    /// The variables of each class, in order.
    private(set) var members: [[Int32]] = []

    init(_ presolve: Presolve) {
        let columns = Columns(presolve)
        classes = Array(repeating: -1, count: presolve.lower.count)
        let free = (0..<Int32(presolve.lower.count)).filter {
            !presolve.isFixed($0) && presolve.definers[Int($0)] < 0
        }
        // Equal columns have equal fingerprints, so they end up in one run; within it they are
        // compared in full.
        let sorted = free.map { (fingerprint: columns.fingerprint(of: $0), variable: $0) }
            .sorted { ($0.fingerprint, $0.variable) < ($1.fingerprint, $1.variable) }
        var leaders = [Int32](repeating: -1, count: presolve.lower.count)
        var run: [Int32] = []
        var last: UInt64?
        for entry in sorted {
            if entry.fingerprint != last { run.removeAll(keepingCapacity: true) }
            last = entry.fingerprint
            if let leader = run.first(where: { columns.areEqual($0, entry.variable) }) {
                leaders[Int(entry.variable)] = leader
            } else {
                run.append(entry.variable)
                leaders[Int(entry.variable)] = entry.variable
            }
        }
        for variable in free {
            let leader = Int(leaders[Int(variable)])
            if classes[leader] < 0 {
                classes[leader] = Int32(members.count)
                members.append([])
            }
            classes[Int(variable)] = classes[leader]
            members[Int(classes[leader])].append(variable)
        }
    }
}

/// What each free plain variable does: its range and its factor in each row. Where it starts is no
/// part of it: of variables that differ in nothing else, those that would have to move for nothing
/// stay, because a class shares its value out from its members' starts.
private struct Columns {
    struct Entry: Equatable {
        let row: Int32
        let coefficient: Int
    }

    let presolve: Presolve
    var starts: [Int]
    var entries: [Entry]

    init(_ presolve: Presolve) {
        self.presolve = presolve
        let count = presolve.lower.count
        starts = Array(repeating: 0, count: count + 1)
        entries = []
        Self.forEach(presolve) { variable, _ in starts[variable + 1] += 1 }
        for variable in 0..<count { starts[variable + 1] += starts[variable] }
        entries = Array(repeating: Entry(row: 0, coefficient: 0), count: starts[count])
        var next = starts
        Self.forEach(presolve) { variable, entry in
            entries[next[variable]] = entry
            next[variable] += 1
        }
    }

    /// Walks the columns' entries, those of one variable in a fixed order.
    private static func forEach(_ presolve: Presolve, _ body: (Int, Entry) -> Void) {
        func visit(_ variable: Int32, _ row: Int, _ coefficient: Int) {
            guard !presolve.isFixed(variable), presolve.definers[Int(variable)] < 0 else { return }
            body(Int(variable), Entry(row: Int32(row), coefficient: coefficient))
        }
        for row in 0..<presolve.rows.count where !presolve.roles[row].isEmpty {
            for term in presolve.rows.terms(row) {
                visit(presolve.rows.variables[term], row, presolve.rows.coefficients[term])
            }
        }
        var base = presolve.rows.count
        for offset in 0..<presolve.objectives.count {
            for term in presolve.objectives.terms(offset) {
                visit(
                    presolve.objectives.variables[term],
                    base + offset,
                    presolve.objectives.coefficients[term]
                )
            }
        }
        base += presolve.objectives.count
        for implication in presolve.implications {
            let condition = implication.condition
            let needed = condition.variable.index
            visit(implication.variable.index, base + Int(needed), condition.isNegated ? -1 : 1)
            // One that others lean on stands alone: the factor 0 marks it by its own number.
            visit(needed, base + Int(needed), 0)
        }
    }

    func fingerprint(of variable: Int32) -> UInt64 {
        let index = Int(variable)
        var hash = mix(UInt64(bitPattern: Int64(presolve.lower[index])))
        hash = mix(hash ^ UInt64(bitPattern: Int64(presolve.upper[index])))
        for entry in entries[starts[index]..<starts[index + 1]] {
            hash = mix(hash ^ UInt64(bitPattern: Int64(entry.row)))
            hash = mix(hash ^ UInt64(bitPattern: Int64(entry.coefficient)))
        }
        return hash
    }

    func areEqual(_ a: Int32, _ b: Int32) -> Bool {
        let (i, j) = (Int(a), Int(b))
        return presolve.lower[i] == presolve.lower[j] && presolve.upper[i] == presolve.upper[j]
            && entries[starts[i]..<starts[i + 1]] == entries[starts[j]..<starts[j + 1]]
    }

    /// Spreads the bits of a number (the finaliser of SplitMix64).
    private func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
