// When things are due. Asking for the earliest costs nothing, so that a domain with a hundred
// thousand commands under way knows when to be called as quickly as one with none.

import MusterModel

/// One instant for each of many keys, with the earliest at hand: a binary heap in which what was
/// changed or taken out stays until it comes to the top.
struct Deadlines<Key: Hashable & Comparable & Sendable>: Sendable {
    private struct Entry: Sendable {
        let instant: Instant
        let key: Key
    }

    private var instants: [Key: Instant] = [:]
    /// The top is always in force.
    private var heap: [Entry] = []

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
            if let newValue { push(Entry(instant: newValue, key: key)) }
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
            popTop()
            dropOutdated()
        }
        return due.sorted()
    }

    private func isInForce(_ entry: Entry) -> Bool { instants[entry.key] == entry.instant }

    private mutating func tidy() {
        dropOutdated()
        guard heap.count > 2 * instants.count + 64 else { return }
        heap = heap.filter(isInForce)
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    private mutating func dropOutdated() {
        while let top = heap.first, !isInForce(top) { popTop() }
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var index = heap.count - 1
        while index > 0, heap[index].instant < heap[(index - 1) / 2].instant {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func popTop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        if !heap.isEmpty { sink(0) }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].instant < heap[least].instant {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
