// Which partitions to hold back. Pausing throws away what librdkafka has fetched ahead, so a
// partition that was paused stays so until half of what held it up is done.

/// Decides which partitions are paused.
struct Brake {
    private let limits: Settings.Limits
    /// Whether everything is held back.
    private var isFull = false
    /// What is paused.
    private(set) var paused: Set<Lane> = []

    init(_ limits: Settings.Limits) { self.limits = limits }

    /// Partitions to pause and to resume.
    struct Change: Equatable {
        var pause: Set<Lane> = []
        var resume: Set<Lane> = []
    }

    /// Whether there is as much in work as may be, of a partition or of all.
    func isCongested(inFlight: [Int32: Int], waiting: Int) -> Bool {
        waiting > 0 || inFlight.values.contains { $0 >= limits.inFlightPerPartition }
            || inFlight.values.reduce(0, +) >= limits.inFlight
    }

    /// Says what has to change, and takes it as done.
    ///
    /// - Parameters:
    ///   - inFlight: batches in the tasks' hands by partition, for those that are read.
    ///   - waiting: records that the producer had no room for.
    ///   - all: whether to hold everything back in any case.
    /// - Returns: what to pause and to resume.
    mutating func update(inFlight: [Int32: Int], waiting: Int, all: Bool) -> Change {
        let total = inFlight.values.reduce(0, +)
        if total >= limits.inFlight || waiting > 0 {
            isFull = true
        } else if total <= limits.inFlight / 2 {
            isFull = false
        }
        var wanted: Set<Lane> = []
        for (partition, count) in inFlight {
            let limit = limits.inFlightPerPartition
            let lanes = Lane.both(partition)
            let isPaused = !paused.isDisjoint(with: lanes)
            let isBusy = isPaused ? count > limit / 2 : count >= limit
            if all || isFull || isBusy { wanted.formUnion(lanes) }
        }
        // Partitions that are not read yet stay as they are.
        wanted.formUnion(paused.filter { inFlight[$0.partition] == nil })
        let change = Change(
            pause: wanted.subtracting(paused),
            resume: paused.subtracting(wanted)
        )
        paused = wanted
        return change
    }

    /// Notes that the partitions were assigned anew, which ends every pause, and were paused.
    mutating func reset(paused lanes: some Sequence<Lane>) {
        isFull = false
        paused = Set(lanes)
    }
}
