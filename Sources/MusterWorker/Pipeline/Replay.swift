// A partition's domains are rebuilt by reading both of its topics from the beginning. Nothing may
// be decided until that has caught up with what was there at the assignment: a policy of yesterday
// would otherwise be carried out before the one of today is seen.

/// How far the rebuilding of assigned partitions has come.
struct Replay {
    private struct Progress {
        /// Where the partition ended when it was assigned.
        var target: Int64
        /// Where its next record will be.
        var position: Int64 = 0
        /// What the group had committed; records before it are old.
        var committed: Int64
    }

    private var progress: [Lane: Progress] = [:]
    /// Partitions that have not caught up.
    private var behind: Set<Int32> = []

    /// The partitions that are read.
    var lanes: some Collection<Lane> { progress.keys }

    /// Begins with partitions.
    init(ends: [Lane: Int64] = [:], committed: [Lane: Int64] = [:]) {
        for (lane, end) in ends {
            progress[lane] = Progress(target: end, committed: committed[lane] ?? 0)
            behind.insert(lane.partition)
        }
    }

    /// Whether a record of the partition is one of those that were dealt with before; `nil` when
    /// the partition is not ours.
    func isOld(_ lane: Lane, offset: Int64) -> Bool? {
        progress[lane].map { offset < $0.committed }
    }

    /// Notes where a partition's next record will be.
    mutating func advance(_ lane: Lane, to position: Int64) {
        guard let old = progress[lane] else { return }
        progress[lane]?.position = max(old.position, position)
    }

    /// The partitions whose topics have all caught up since the last call, in order.
    mutating func nowLive() -> [Int32] {
        guard !behind.isEmpty else { return [] }
        let lagging = progress.filter { $0.value.position < $0.value.target }
        let partitions = behind.subtracting(lagging.keys.map(\.partition)).sorted()
        behind.subtract(partitions)
        return partitions
    }
}
