// When things are due. Asking for the earliest costs nothing, so that a domain with a hundred
// thousand commands under way knows when to be called as quickly as one with none.

import MusterModel

/// One instant for each of many keys, with the earliest at hand: a heap in which what was changed
/// or taken out stays until it comes to the top.
struct Deadlines<Key: Hashable & Comparable & Sendable>: Sendable {
    private var instants: [Key: Instant] = [:]
    /// The top is always in force.
    private var heap = InstantHeap<Key>()

    /// The earliest instant; `nil` without any.
    var next: Instant? { heap.first?.instant }

    /// How many keys have an instant.
    var count: Int { instants.count }

    /// The instant of a key; `nil` where it has none.
    ///
    /// - Complexity: O(1) to read, O(log n) amortised to write.
    subscript(key: Key) -> Instant? {
        get { instants[key] }
        set {
            guard instants[key] != newValue else { return }
            instants[key] = newValue
            if let newValue { heap.push(key, at: newValue) }
            tidy()
        }
    }

    /// Takes out what is due.
    ///
    /// - Returns: its keys in order.
    /// - Complexity: O(due × log n).
    mutating func takeDue(at now: Instant) -> [Key] {
        var due: [Key] = []
        while let top = heap.first, top.instant <= now {
            instants[top.key] = nil
            due.append(top.key)
            heap.popFirst()
            dropOutdated()
        }
        return due.sorted()
    }

    private func isInForce(_ entry: InstantHeap<Key>.Entry) -> Bool {
        instants[entry.key] == entry.instant
    }

    private mutating func tidy() {
        dropOutdated()
        guard heap.count > 2 * instants.count + 64 else { return }
        let instants = instants
        heap.filter { instants[$0.key] == $0.instant }
    }

    private mutating func dropOutdated() {
        while let top = heap.first, !isInForce(top) { heap.popFirst() }
    }
}
