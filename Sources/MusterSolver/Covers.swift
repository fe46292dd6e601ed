// Cover cuts of single rows (Balas, 1975; Crowder, Johnson and Padberg, 1983): of items that do not
// all fit, at least one stays out. Integers from end to end; the relaxation only says where to look.

extension Search {
    /// One variable of two values, seen from the side that uses up the row's room.
    private struct Item {
        var variable: Int32
        /// How much room it takes.
        var weight: Int
        /// How far the relaxation's point takes it, between 0 and 1.
        var share: Double
        /// Whether it takes room by being at its lower end.
        var isComplement: Bool
    }

    /// How many members a cover has at most: that one of many stays out says next to nothing.
    private var longestCover: Int { 12 }

    /// Cover cuts that the relaxation's point violates, at most one for each row.
    ///
    /// - Complexity: O(terms · log(terms)) for the longest row, times the rows.
    mutating func findCovers() -> [CutCandidate] {
        var found: [CutCandidate] = []
        for row in 0..<relaxation.baseCount {
            work += relaxation.rows.terms(row).count
            if let cut = cover(of: row) { found.append(cut) }
        }
        return found
    }

    private func cover(of row: Int) -> CutCandidate? {
        guard let (found, room) = knapsack(row) else { return nil }
        var items = found
        // What the point takes nearly whole costs least to have in the cover.
        items.sort {
            (1 - $0.share) * Double($1.weight) < (1 - $1.share) * Double($0.weight)
        }
        var weight = 0
        var size = 0
        while size < items.count, weight <= room {
            weight += items[size].weight
            size += 1
        }
        guard weight > room else { return nil }
        // Every item that the rest does not need goes out again, the least taken first.
        var members = Set(0..<size)
        for index in (0..<size).sorted(by: { items[$0].share < items[$1].share })
        where weight - items[index].weight > room {
            weight -= items[index].weight
            members.remove(index)
        }
        guard 2...longestCover ~= members.count else { return nil }
        let cut = lifted(items, members)
        guard let distance = distance(to: cut), distance > 1e-3 else { return nil }
        let isTainted = isRootTainted || relaxation.isTainted[row]
        return CutCandidate(row: cut, distance: distance, isTainted: isTainted)
    }

    /// The row as "weights of what is taken <= room"; nil where it cannot give a cover. Variables of
    /// more than two values are left out as if they took no room, which only loosens the row.
    private func knapsack(_ row: Int) -> (items: [Item], room: Int)? {
        guard isSmall(row) else { return nil }
        var items: [Item] = []
        var room = -relaxation.rows.constants[row]
        for term in relaxation.rows.terms(row) {
            let variable = relaxation.rows.variables[term]
            let coefficient = relaxation.rows.coefficients[term]
            let lower = lower(Int(variable))
            let upper = upper(Int(variable))
            room += coefficient * (coefficient > 0 ? upper : lower)
            guard upper - lower == 1 else { continue }
            let value = relaxation.simplex.value[Int(variable)]
            items.append(
                Item(
                    variable: variable,
                    weight: abs(coefficient),
                    share: coefficient > 0 ? Double(upper) - value : value - Double(lower),
                    isComplement: coefficient > 0
                )
            )
        }
        return items.count > 1 && room >= 0 ? (items, room) : nil
    }

    /// The cover's row with what is outside of it: an item as heavy as the h heaviest members
    /// together counts as h of them (Balas, theorem 2).
    private func lifted(_ items: [Item], _ members: Set<Int>) -> Row {
        var sums: [Int] = []
        for weight in members.map({ items[$0].weight }).sorted(by: >) {
            sums.append((sums.last ?? 0) + weight)
        }
        var cut = Row()
        cut.demand = 1 - members.count
        for (index, item) in items.enumerated() {
            let count =
                members.contains(index) ? 1 : sums.prefix { $0 <= item.weight }.count
            if count == 0 { continue }
            let variable = Int(item.variable)
            cut.terms.append(
                .init(variable: item.variable, coefficient: item.isComplement ? count : -count)
            )
            cut.demand += item.isComplement ? count * upper(variable) : -count * lower(variable)
        }
        return cut
    }
}
