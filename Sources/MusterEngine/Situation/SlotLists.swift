// Lists of small numbers for all slots, laid end to end: most are empty, and an array of its own
// for each slot is dear where there are many slots.

/// For each slot a list of numbers, fixed once made.
struct SlotLists: Sendable {
    /// Where each slot's list begins, and where the last one ends.
    private var starts: [Int32] = [0]
    private var numbers: [Int32] = []

    /// Empty lists.
    init() {}

    /// Collects numbers by slot. The order in which they come is kept.
    ///
    /// - Parameters:
    ///   - slots: How many slots there are.
    ///   - forEachEntry: Calls back for each entry, with its slot and its number; it is asked twice
    ///     and has to say the same.
    /// - Complexity: O(slots + entries).
    init(slots: Int, _ forEachEntry: ((_ slot: Int, _ number: Int) -> Void) -> Void) {
        starts = Array(repeating: 0, count: slots + 1)
        forEachEntry { slot, _ in starts[slot + 1] += 1 }
        for slot in 0..<slots { starts[slot + 1] += starts[slot] }
        numbers = Array(repeating: 0, count: Int(starts[slots]))
        var places = starts
        forEachEntry { slot, number in
            numbers[Int(places[slot])] = Int32(number)
            places[slot] += 1
        }
    }

    /// The list of a slot; that of one that has come since is empty.
    subscript(slot: Int) -> some Collection<Int> {
        let range = slot + 1 < starts.count ? Int(starts[slot])..<Int(starts[slot + 1]) : 0..<0
        return numbers[range].lazy.map { Int($0) }
    }
}
