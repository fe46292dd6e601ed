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

    /// Says what has to change, and takes it as done.
    ///
    /// - Parameters:
    ///   - lanes: the partitions that are assigned.
    ///   - ledger: what is in flight.
    ///   - waiting: records that the producer had no room for.
    ///   - all: whether to hold everything back in any case.
    /// - Returns: what to pause and to resume.
    mutating func update(
        lanes: some Collection<Lane>,
        ledger: Ledger,
        waiting: Int,
        all: Bool
    ) -> Change {
        let unacknowledged = ledger.unacknowledged
        if ledger.inFlight >= limits.inFlight || unacknowledged >= limits.unacknowledged
            || waiting > 0
        {
            isFull = true
        } else if ledger.inFlight <= limits.inFlight / 2,
            unacknowledged <= limits.unacknowledged / 2
        {
            isFull = false
        }
        var wanted: Set<Lane> = []
        for lane in lanes {
            let count = ledger.inFlight(lane)
            let limit = limits.inFlightPerPartition
            let isBusy = paused.contains(lane) ? count > limit / 2 : count >= limit
            if all || isFull || isBusy { wanted.insert(lane) }
        }
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
