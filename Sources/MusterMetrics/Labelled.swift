// Metrics with labels. Every combination of labels costs whoever stores the metrics a series for
// good, so what values there can be is said when a metric is made, and never grows with the number
// of domains or resources.

internal import Synchronization

/// Counters that differ in the value of one label. All of them exist, and stand at zero, from the
/// start, so that the first event is seen as a growth.
public struct CounterSet<Key: Hashable & Sendable>: Sendable {
    private let counters: [Key: Counter]

    init(_ counters: [Key: Counter]) { self.counters = counters }

    /// The counter for a value, which must be one of those that were declared.
    public subscript(key: Key) -> Counter {
        guard let counter = counters[key] else {
            preconditionFailure("`\(key)` was not declared as the value of a label")
        }
        return counter
    }

    /// The counter for a value, or `nil` for one that was not declared.
    public func counter(for key: Key) -> Counter? { counters[key] }
}

/// Gauges for things that come and go, such as the partitions that are assigned.
///
/// Writing takes a lock, so it is for once in a round rather than for each record.
public final class GaugeSet<Key: Comparable & Hashable & Sendable>: Sendable {
    private let values = Mutex<[Key: Double]>([:])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Sets the gauge of a key. A new one beyond the limit that was declared is left out.
    public func set(_ key: Key, to value: Double) {
        values.withLock { values in
            if values[key] != nil || values.count < limit { values[key] = value }
        }
    }

    /// Takes away all gauges whose keys `isGone` says so of.
    public func remove(where isGone: (Key) -> Bool) {
        values.withLock { values in values = values.filter { !isGone($0.key) } }
    }

    /// What they stand at, in the order of keys.
    public var all: [(key: Key, value: Double)] {
        values.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
