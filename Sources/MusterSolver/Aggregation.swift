// Interchangeable variables become one. A thousand equal machines are then one integer, and the
// search never tries the same choice under different names.

/// The free plain variables of a presolved problem, those with equal columns joined.
///
/// A variable's column is its range and its factor in each row, objective and implication. Where it
/// starts is no part of it: of variables that differ in nothing else, those that would have to move
/// for nothing stay, because a class shares its value out from its members' starts.
struct Aggregation {
    /// The class of each variable; -1 for fixed ones and for nodes.
    let classes: [Int32]
    /// The variables of each class; classes are in the order of their first ones.
    let members: Buckets

    /// How many classes there are.
    var count: Int { members.count }

    /// The first variable of a class.
    func leader(_ number: Int) -> Int32 { members.items[members.range(number).lowerBound] }

    /// Joins what is equal.
    ///
    /// Fingerprints only bring candidates together; `mask` leaves fewer of their bits, so that
    /// tests see what becomes of those that are not equal.
    ///
    /// - Complexity: O(terms + variables), unless fingerprints of unequal columns are equal.
    init(_ presolve: Presolve, mask: UInt64 = .max) {
        var candidates = Candidates(presolve, mask: mask)
        candidates.compare()
        var classes = [Int32](repeating: -1, count: presolve.lower.count)
        var count: Int32 = 0
        for variable in classes.indices where candidates.leaders[variable] >= 0 {
            let leader = Int(candidates.leaders[variable])
            if leader == variable {
                classes[variable] = count
                count += 1
            } else {
                classes[variable] = classes[leader]
            }
        }
        self.classes = classes
        members = Buckets(classes, count: Int(count))
    }
}

/// Variables whose columns have equal fingerprints, and then the comparison in full.
private struct Candidates {
    let presolve: Presolve
    /// The first variable that looks like each; -1 for fixed ones and for nodes.
    private(set) var leaders: [Int32]
    /// How many look like each leader.
    private var sizes: [Int32]
    /// Leaders of variables that look alike and are not.
    private var unequal: Set<Int32> = []

    init(_ presolve: Presolve, mask: UInt64) {
        self.presolve = presolve
        let count = presolve.lower.count
        leaders = Array(repeating: -1, count: count)
        sizes = Array(repeating: 0, count: count)
        let fingerprints = Self.fingerprints(presolve)
        let free = (0..<Int32(count)).count { Self.isFreePlain($0, presolve) }
        // A table with linear probing, at most half full.
        var room = 16
        while room < 2 * free { room *= 2 }
        var table = [Int32](repeating: -1, count: room)
        for variable in 0..<count where Self.isFreePlain(Int32(variable), presolve) {
            let fingerprint = fingerprints[variable] & mask
            var place = Int(truncatingIfNeeded: fingerprint) & (room - 1)
            while table[place] >= 0 {
                let other = Int(table[place])
                if fingerprints[other] & mask == fingerprint,
                    presolve.lower[other] == presolve.lower[variable],
                    presolve.upper[other] == presolve.upper[variable]
                {
                    break
                }
                place = (place + 1) & (room - 1)
            }
            if table[place] < 0 { table[place] = Int32(variable) }
            leaders[variable] = table[place]
            sizes[Int(table[place])] += 1
        }
    }

    private static func isFreePlain(_ variable: Int32, _ presolve: Presolve) -> Bool {
        !presolve.isFixed(variable) && presolve.definers[Int(variable)] < 0
    }

    /// A number for each variable that stands for its rows and factors.
    private static func fingerprints(_ presolve: Presolve) -> [UInt64] {
        var hashes = [UInt64](repeating: 0, count: presolve.lower.count)
        func add(_ rows: SparseRows, _ row: Int, as number: Int) {
            let seed = UInt64(truncatingIfNeeded: number) << 32
            for term in rows.terms(row) {
                let variable = Int(rows.variables[term])
                let factor = UInt64(bitPattern: Int64(rows.coefficients[term]))
                hashes[variable] = mix(hashes[variable] ^ seed ^ factor)
            }
        }
        for row in 0..<presolve.rows.count where !presolve.roles[row].isEmpty {
            add(presolve.rows, row, as: row + 1)
        }
        for row in 0..<presolve.objectives.count { add(presolve.objectives, row, as: -1 - row) }
        for implication in presolve.implications {
            let needed = UInt64(implication.condition.literal)
            let needing = Int(implication.variable.index)
            hashes[needing] = mix(hashes[needing] ^ ~needed)
            // One that others lean on stands alone.
            let condition = Int(implication.condition.variable.index)
            hashes[condition] = mix(hashes[condition] ^ ~needed)
        }
        return hashes
    }

    /// Lets go of what looks alike and is not: each of those stands alone.
    mutating func compare() {
        compareRows()
        compareNeeds()
        guard !unequal.isEmpty else { return }
        for variable in leaders.indices where unequal.contains(leaders[variable]) {
            leaders[variable] = Int32(variable)
        }
    }

    /// Of each group that has a member in a row, all must be in it, with one factor.
    private mutating func compareRows() {
        var seen = [Int32](repeating: 0, count: leaders.count)
        var factors = [Int](repeating: 0, count: leaders.count)
        var groups: [Int] = []
        var unequal = unequal
        let (leaders, sizes) = (leaders, sizes)
        func look(_ rows: SparseRows, _ row: Int) {
            for term in rows.terms(row) {
                let leader = Int(leaders[Int(rows.variables[term])])
                guard leader >= 0, sizes[leader] > 1 else { continue }
                if seen[leader] == 0 {
                    factors[leader] = rows.coefficients[term]
                    groups.append(leader)
                } else if factors[leader] != rows.coefficients[term] {
                    unequal.insert(Int32(leader))
                }
                seen[leader] += 1
            }
            for leader in groups {
                if seen[leader] != sizes[leader] { unequal.insert(Int32(leader)) }
                seen[leader] = 0
            }
            groups.removeAll(keepingCapacity: true)
        }
        for row in 0..<presolve.rows.count where !presolve.roles[row].isEmpty {
            look(presolve.rows, row)
        }
        for row in 0..<presolve.objectives.count { look(presolve.objectives, row) }
        self.unequal = unequal
    }

    /// All of a group must need the same literals in the same order, and nothing may need them.
    private mutating func compareNeeds() {
        if presolve.implications.isEmpty { return }
        for implication in presolve.implications {
            let leader = leaders[Int(implication.condition.variable.index)]
            if leader >= 0, sizes[Int(leader)] > 1 { unequal.insert(leader) }
        }
        let needs = Buckets(presolve.implications.map(\.variable.index), count: leaders.count)
        for variable in leaders.indices where leaders[variable] >= 0 {
            let leader = Int(leaders[variable])
            if leader == variable { continue }
            let isEqual = needs[variable].elementsEqual(needs[leader]) { own, other in
                presolve.implications[Int(own)].condition
                    == presolve.implications[Int(other)].condition
            }
            if !isEqual { unequal.insert(Int32(leader)) }
        }
    }
}

extension Literal {
    /// Twice the variable, plus 1 if negated.
    fileprivate var literal: Int { 2 * Int(variable.index) + (isNegated ? 1 : 0) }
}

/// Spreads the bits of a number (the finaliser of SplitMix64).
private func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
}
