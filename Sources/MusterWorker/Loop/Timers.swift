// When shards want to be called though nothing comes. One timer per shard is enough: the shard
// knows which of its domains are meant.

internal import MusterModel

/// The shards' deadlines.
struct Timers {
    /// A domain whose deadline does not move is not called more often than this.
    static let granularity = Duration.milliseconds(10)

    private var deadlines: [Instant?]
    /// Shards that were called and have not answered.
    private var called: Set<Int> = []
    private var earliestCall: [Instant]

    init(shards: Int) {
        deadlines = Array(repeating: nil, count: shards)
        earliestCall = Array(repeating: .zero, count: shards)
    }

    /// When the next call is due.
    var next: Instant? {
        deadlines.indices.compactMap { shard in
            called.contains(shard)
                ? nil : deadlines[shard].map { max($0, earliestCall[shard]) }
        }.min()
    }

    /// The shards to call now; each is called once until it has answered.
    mutating func due(at now: Instant) -> [Int] {
        let due = deadlines.indices.filter { shard in
            guard let deadline = deadlines[shard], !called.contains(shard) else { return false }
            return max(deadline, earliestCall[shard]) <= now
        }
        for shard in due { earliestCall[shard] = now + Self.granularity }
        called.formUnion(due)
        return due
    }

    /// Notes a shard's answer.
    mutating func finished(_ shard: Int, next: Instant?, wasClock: Bool) {
        deadlines[shard] = next
        if wasClock { called.remove(shard) }
    }
}
