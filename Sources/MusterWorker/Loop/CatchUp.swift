// A partition that was assigned has a past: what was published while nobody read it. Its domains
// decide once that has been read, because a policy of yesterday would otherwise be carried out
// before the one of today is seen.

/// How far assigned partitions are from their ends.
struct CatchUp {
    private struct Progress {
        /// Where the lane ended when it was assigned.
        var target: Int64
        /// Where its next record will be.
        var position: Int64
    }

    private var progress: [Lane: Progress] = [:]
    /// Partitions that have not caught up.
    private var behind: Set<Int32> = []

    /// Begins with a lane; both lanes of a partition are begun together.
    mutating func begin(_ lane: Lane, at position: Int64, target: Int64) {
        progress[lane] = Progress(target: target, position: position)
        behind.insert(lane.partition)
    }

    /// Notes where a lane's next record will be.
    mutating func advance(_ lane: Lane, to position: Int64) {
        guard let old = progress[lane], old.position < position else { return }
        progress[lane]?.position = position
    }

    /// Where a lane's next record will be; `nil` where it was not begun with.
    func position(of lane: Lane) -> Int64? { progress[lane]?.position }

    /// The partitions whose lanes have both caught up since the last call, in order.
    mutating func nowLive() -> [Int32] {
        guard !behind.isEmpty else { return [] }
        let lagging = progress.filter { $0.value.position < $0.value.target }
        let partitions = behind.subtracting(lagging.keys.map(\.partition)).sorted()
        behind.subtract(partitions)
        return partitions
    }
}
