// When reports expire. Renewing a lease is the most frequent thing of all, so it costs nothing: an
// entry stays where it is, and is put where it belongs when its time has come.

import MusterModel

/// One instant for each slot with a lease, at which or before which it ends.
struct Leases: Sendable {
    private struct Entry: Sendable {
        let instant: Instant
        let slot: Int
    }

    private static var never: Instant { Instant(milliseconds: .max) }

    /// A binary heap; entries that are not ``scheduled`` any more count for nothing.
    private var heap: [Entry] = []
    /// By slot: the instant of its entry that counts.
    private var scheduled: [Instant] = []

    /// No lease ends before this; `nil` where none ends.
    var next: Instant? { heap.first?.instant }

    /// Notes that a slot's lease ends then, and no earlier.
    ///
    /// - Complexity: O(1) where that is later than it was, else O(log n).
    mutating func note(_ slot: Int, _ end: Instant) {
        if slot >= scheduled.count {
            let missing = slot + 1 - scheduled.count
            scheduled.append(contentsOf: repeatElement(Self.never, count: missing))
        }
        guard end < scheduled[slot] else { return }
        scheduled[slot] = end
        push(Entry(instant: end, slot: slot))
    }

    /// Takes out the slots whose lease has ended, in no order; `end` says when it really does, and
    /// is `nil` for a slot without one. Afterwards ``next`` is exact.
    ///
    /// - Complexity: O((ended + renewed since the last call) × log n).
    mutating func takeEnded(at now: Instant, end: (Int) -> Instant?) -> [Int] {
        var ended: [Int] = []
        while let top = heap.first {
            let isInForce = scheduled[top.slot] == top.instant
            let actual = isInForce ? end(top.slot) : nil
            if isInForce, actual == top.instant, now < top.instant { return ended }
            popTop()
            guard isInForce else { continue }
            scheduled[top.slot] = Self.never
            guard let actual else { continue }
            if actual <= now { ended.append(top.slot) } else { note(top.slot, actual) }
        }
        return ended
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
        var index = 0
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
