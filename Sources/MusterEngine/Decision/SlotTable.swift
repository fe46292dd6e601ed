// Slots of one part to their places in it. Dictionaries hash against malice, which costs more than
// everything else that lowering does; slots are numbers of our own.

/// A fixed set of slots, each with its number.
///
/// Open addressing with Knuth's multiplicative hash.
struct SlotTable: Sendable {
    private var keys: [Int32]
    private var numbers: [Int32]
    private let shift: Int

    /// Numbers slots from 0 in their order; each is there once.
    init(_ slots: [Int]) {
        let bits = max(2, Int.bitWidth - (2 * slots.count).leadingZeroBitCount)
        shift = UInt32.bitWidth - bits
        keys = Array(repeating: -1, count: 1 << bits)
        numbers = Array(repeating: 0, count: 1 << bits)
        for (number, slot) in slots.enumerated() {
            let place = place(of: Int32(slot))
            keys[place] = Int32(slot)
            numbers[place] = Int32(number)
        }
    }

    /// A slot's number; `nil` when it is not in the set.
    ///
    /// - Complexity: O(1) expected.
    subscript(slot: Int) -> Int? {
        let place = place(of: Int32(slot))
        return keys[place] >= 0 ? Int(numbers[place]) : nil
    }

    /// Where a slot is, or would be.
    private func place(of slot: Int32) -> Int {
        var place = Int((UInt32(bitPattern: slot) &* 2_654_435_769) >> UInt32(shift))
        while keys[place] >= 0, keys[place] != slot { place = (place + 1) & (keys.count - 1) }
        return place
    }
}
