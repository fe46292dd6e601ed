// What is due first, at hand: the heap behind deadlines and leases.

import MusterModel

/// A binary heap of keys, each with an instant; the earliest is on top.
struct InstantHeap<Key: Sendable>: Sendable {
    /// A key and its instant.
    struct Entry: Sendable {
        let instant: Instant
        let key: Key
    }

    private var entries: [Entry] = []

    /// An entry with the earliest instant; `nil` without any.
    var first: Entry? { entries.first }

    /// How many entries there are.
    var count: Int { entries.count }

    /// Adds an entry.
    ///
    /// - Complexity: O(log n).
    mutating func push(_ key: Key, at instant: Instant) {
        entries.append(Entry(instant: instant, key: key))
        var index = entries.count - 1
        while index > 0, entries[index].instant < entries[(index - 1) / 2].instant {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Takes out ``first``, which has to be there.
    ///
    /// - Complexity: O(log n).
    mutating func popFirst() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        if !entries.isEmpty { sink(0) }
    }

    /// Leaves only the entries that are to stay.
    ///
    /// - Complexity: O(n).
    mutating func filter(_ isKept: (Entry) -> Bool) {
        entries = entries.filter(isKept)
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < entries.count && entries[child].instant < entries[least].instant {
                least = child
            }
            guard least != index else { return }
            entries.swapAt(index, least)
            index = least
        }
    }
}
