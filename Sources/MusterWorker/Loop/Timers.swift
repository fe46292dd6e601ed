// When partitions want to be called though nothing comes. One timer per partition is enough: the
// task knows which of its domains are meant.

internal import MusterModel

/// The tasks' deadlines.
struct Timers {
    /// A domain whose deadline does not move is not called more often than this.
    static let granularity = Duration.milliseconds(10)

    private struct Timer {
        var deadline: Instant?
        /// Whether it was called and has not answered.
        var isCalled = false
        var earliestCall = Instant.zero

        var due: Instant? { isCalled ? nil : deadline.map { max($0, earliestCall) } }
    }

    private var timers: [Int32: Timer] = [:]

    /// When the next call is due.
    var next: Instant? { timers.values.compactMap(\.due).min() }

    /// The partitions to call now, in order; each is called once until it has answered.
    mutating func due(at now: Instant) -> [Int32] {
        // A clock that was set back does not make them wait.
        for (partition, timer) in timers where now + Self.granularity < timer.earliestCall {
            timers[partition]?.earliestCall = now
        }
        let due = timers.keys.filter { timers[$0]?.due.map { $0 <= now } ?? false }.sorted()
        for partition in due {
            timers[partition]?.earliestCall = now + Self.granularity
            timers[partition]?.isCalled = true
        }
        return due
    }

    /// Notes a task's answer.
    mutating func finished(_ partition: Int32, next: Instant?, wasClock: Bool) {
        timers[partition, default: Timer()].deadline = next
        if wasClock { timers[partition]?.isCalled = false }
    }
}
