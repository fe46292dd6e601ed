// When reports expire. Renewing a lease is the most frequent thing of all, so it costs nothing: an
// entry stays where it is, and is put where it belongs when its time has come.

import MusterModel

/// One instant for each slot with a lease, at which or before which it ends.
struct Leases: Sendable {
    private static var never: Instant { Instant(milliseconds: .max) }

    /// Slots; entries that are not ``scheduled`` any more count for nothing.
    private var heap = InstantHeap<Int>()
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
        heap.push(slot, at: end)
    }

    /// Whether a lease has ended: entries that only seem due are put where they belong.
    ///
    /// - Complexity: O(1) before ``next``, else O(renewed since the last call × log n).
    mutating func hasEnded(at now: Instant, end: (Int) -> Instant?) -> Bool {
        while let top = heap.first, top.instant <= now {
            let isInForce = scheduled[top.key] == top.instant
            let actual = isInForce ? end(top.key) : nil
            if let actual, actual <= now { return true }
            heap.popFirst()
            guard isInForce else { continue }
            scheduled[top.key] = Self.never
            if let actual { note(top.key, actual) }
        }
        return false
    }

    /// Takes out the slots whose lease has ended, in no order; `end` says when it really does, and
    /// is `nil` for a slot without one. Afterwards ``next`` is exact.
    ///
    /// - Complexity: O((ended + renewed since the last call) × log n).
    mutating func takeEnded(at now: Instant, end: (Int) -> Instant?) -> [Int] {
        var ended: [Int] = []
        while let top = heap.first {
            let isInForce = scheduled[top.key] == top.instant
            let actual = isInForce ? end(top.key) : nil
            if isInForce, actual == top.instant, now < top.instant { return ended }
            heap.popFirst()
            guard isInForce else { continue }
            scheduled[top.key] = Self.never
            guard let actual else { continue }
            if actual <= now { ended.append(top.key) } else { note(top.key, actual) }
        }
        return ended
    }
}
