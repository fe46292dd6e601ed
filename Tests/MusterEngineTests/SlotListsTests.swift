// Lists by slot against a dictionary of arrays.

import Testing

@testable import MusterEngine

@Suite struct SlotListsTests {
    @Test("each slot has what was noted for it, in the order noted")
    func keepsOrder() {
        let slots = 40
        let entries = (0..<300).map { (slot: ($0 * 7919 + $0 / 3) % slots, number: $0) }
            .filter { $0.slot % 5 != 0 }
        let lists = SlotLists(slots: slots) { note in
            for entry in entries { note(entry.slot, entry.number) }
        }
        let expected = Dictionary(grouping: entries, by: \.slot)
        for slot in 0..<slots {
            #expect(Array(lists[slot]) == (expected[slot] ?? []).map(\.number), "slot \(slot)")
        }
        #expect(lists[0].isEmpty && lists[slots].isEmpty && SlotLists()[3].isEmpty)
    }
}
