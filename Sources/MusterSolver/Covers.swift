// Cover cuts of single rows (Balas, 1975; Crowder, Johnson and Padberg, 1983): of items that do
// not all fit, at least one stays out. Integers from end to end; the relaxation only says where to
// look.

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

        var isSplit: Bool { Self.isSplit(share) }

        static func isSplit(_ share: Double) -> Bool { 1e-6..<1 - 1e-6 ~= share }
    }

    /// How many members a cover has at most: that one of many stays out says next to nothing.
    private var longestCover: Int { 12 }

    /// Cover cuts that the relaxation's point violates, of each row the three farthest beyond.
    ///
    /// - Complexity: O(terms²) for the longest row, times the rows.
    mutating func findCovers() -> [CutCandidate] {
        var found: [CutCandidate] = []
        for row in 0..<relaxation.baseCount {
            work += relaxation.rows.terms(row).count
            guard isSplit(row), let (items, room) = knapsack(row) else { continue }
            let isTainted = isRootTainted || relaxation.isTainted[row]
            // Another cover may come of each item that the point splits, if that must be in it.
            let split = items.indices.filter { items[$0].isSplit }
            work += items.count * split.count
            var rows: [CutCandidate] = []
            for first in [nil] + split.prefix(longestCover).map(Optional.some) {
                guard let isMember = cover(items, room, with: first) else { continue }
                let cut = lifted(items, isMember)
                guard let distance = distance(to: cut), distance > 1e-3,
                    !rows.contains(where: { $0.row == cut })
                else { continue }
                rows.append(CutCandidate(row: cut, distance: distance, isTainted: isTainted))
            }
            rows.sort { $0.distance > $1.distance }
            found += rows.prefix(3)
        }
        return found
    }

    /// Whether the point splits an item of a row. Where it splits none, it is beyond a cover only
    /// if it is beyond the row itself.
    private mutating func isSplit(_ row: Int) -> Bool {
        for term in relaxation.rows.terms(row) {
            let variable = Int(relaxation.rows.variables[term])
            let lower = lower(variable)
            if upper(variable) - lower == 1,
                Item.isSplit(relaxation.simplex.value[variable] - Double(lower))
            {
                return true
            }
        }
        return false
    }

    /// Which items are members of a cover with one certain member, unless `nil`; they are in order
    /// of their worth to it.
    private mutating func cover(_ items: [Item], _ room: Int, with first: Int?) -> [Bool]? {
        var members: [Int] = []
        var weight = 0
        if let first {
            members.append(first)
            weight = items[first].weight
        }
        var next = 0
        while next < items.count, weight <= room {
            if next != first {
                members.append(next)
                weight += items[next].weight
            }
            next += 1
        }
        guard weight > room else { return nil }
        var isMember = [Bool](repeating: false, count: items.count)
        for index in members { isMember[index] = true }
        var count = members.count
        // Every item that the rest does not need goes out again, the least taken first.
        members.sort { (items[$0].share, $0) < (items[$1].share, $1) }
        for index in members where weight - items[index].weight > room {
            weight -= items[index].weight
            isMember[index] = false
            count -= 1
        }
        return 2...longestCover ~= count ? isMember : nil
    }

    /// The row as "weights of what is taken <= room"; nil where it cannot give a cover. Variables
    /// of more than two values are left out as if they took no room, which only loosens the row.
    private mutating func knapsack(_ row: Int) -> (items: [Item], room: Int)? {
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
        guard items.count > 1, room >= 0 else { return nil }
        // What the point takes nearly whole costs least to have in the cover.
        items.sort { (1 - $0.share) * Double($1.weight) < (1 - $1.share) * Double($0.weight) }
        return (items, room)
    }

    /// The cover's row with what is outside of it: an item as heavy as the h heaviest members
    /// together counts as h of them (Balas, theorem 2).
    private mutating func lifted(_ items: [Item], _ isMember: [Bool]) -> Row {
        var sums: [Int] = []
        for index in items.indices where isMember[index] { sums.append(items[index].weight) }
        sums.sort(by: >)
        for index in sums.indices.dropFirst() { sums[index] += sums[index - 1] }
        var cut = Row()
        cut.demand = 1 - sums.count
        for (index, item) in items.enumerated() {
            var count = 1
            if !isMember[index] {
                count = 0
                while count < sums.count, sums[count] <= item.weight { count += 1 }
            }
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
