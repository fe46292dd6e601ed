// Numbers dealt out to owners: many short lists in one pair of arrays.

/// For each owner the numbers that are its own, in order.
struct Buckets: Sendable {
    /// The numbers by owner.
    private(set) var items: [Int32] = []
    /// Where each owner's numbers begin, and one past the last.
    private var starts: [Int32] = [0]

    /// Deals out 0, 1, 2 and so on.
    ///
    /// - Parameters:
    ///   - owners: The owner of each number; negative for those that nobody owns.
    ///   - count: How many owners there are.
    /// - Complexity: O(numbers + owners), by counting.
    init(_ owners: [Int32], count: Int) {
        starts = Array(repeating: 0, count: count + 1)
        for owner in owners where owner >= 0 { starts[Int(owner) + 1] += 1 }
        for owner in 0..<count { starts[owner + 1] += starts[owner] }
        items = Array(repeating: 0, count: Int(starts[count]))
        var next = starts
        for (number, owner) in owners.enumerated() where owner >= 0 {
            items[Int(next[Int(owner)])] = Int32(number)
            next[Int(owner)] += 1
        }
    }

    /// How many owners there are.
    var count: Int { starts.count - 1 }

    /// Where an owner's numbers are in ``items``.
    @inline(__always)
    func range(_ owner: Int) -> Range<Int> { Int(starts[owner])..<Int(starts[owner + 1]) }

    /// The numbers of an owner.
    subscript(owner: Int) -> ArraySlice<Int32> { items[range(owner)] }
}
