// The books of what was read, what it led to, and what of it is done. Offsets are committed by
// these and never by the consumer's own position, which runs ahead of the work.
//
// A round is what the thread read in one go: the positions that its partitions had after it, the
// batches that went to shards, and the records that came back to be published. Its positions may
// be committed together with, and never before, those records. Exactly-once publishing would put
// the same two things into one transaction.

/// What is in flight between reading and committing.
struct Ledger {
    private struct Round {
        var positions: [Lane: Int64]
        /// Batches in the hands of shards.
        var batches: Int
        /// Records that are not acknowledged.
        var outputs = 0

        var isDone: Bool { batches == 0 && outputs == 0 }
    }

    /// The oldest first; the first has the number `first`.
    private var rounds: [Round] = []
    private var first = 0
    /// The rounds of unacknowledged records, by token; `nil` for records that no round led to.
    private var tokens: [Int: Int?] = [:]
    private var nextToken = 1
    private var busy: [Lane: Int] = [:]

    /// Rounds in the hands of shards.
    private(set) var inFlight = 0

    /// Rounds with records of this partition in the hands of shards.
    func inFlight(_ lane: Lane) -> Int { busy[lane, default: 0] }

    /// Records that are to be acknowledged.
    var unacknowledged: Int { tokens.count }

    /// Whether everything is done.
    var isEmpty: Bool { rounds.isEmpty && tokens.isEmpty }

    /// Notes that batches go to shards.
    ///
    /// - Returns: the number of the round.
    mutating func begin(positions: [Lane: Int64], batches: Int) -> Int {
        rounds.append(Round(positions: positions, batches: batches))
        if batches > 0 {
            inFlight += 1
            for lane in positions.keys { busy[lane, default: 0] += 1 }
        }
        return first + rounds.count - 1
    }

    /// Notes that a record is to be published, before the batch that led to it is finished.
    ///
    /// - Returns: the token to acknowledge it by; never 0.
    mutating func publish(for round: Int?) -> Int {
        let token = nextToken
        nextToken += 1
        tokens[token] = .some(round)
        if let round { rounds[round - first].outputs += 1 }
        return token
    }

    /// Notes that a shard is done with its batch of the round.
    mutating func finish(batchOf round: Int) {
        let index = round - first
        rounds[index].batches -= 1
        guard rounds[index].batches == 0 else { return }
        inFlight -= 1
        for lane in rounds[index].positions.keys {
            busy[lane] = busy[lane, default: 1] - 1
        }
    }

    /// Notes that a record was acknowledged; one that is not known belongs to what was dropped.
    mutating func acknowledge(_ token: Int) {
        guard let round = tokens.removeValue(forKey: token), let round else { return }
        rounds[round - first].outputs -= 1
    }

    /// Takes out the rounds that are done and have nothing undone before them.
    ///
    /// - Returns: the positions that may be committed since the last call, those that moved.
    mutating func settle() -> [Lane: Int64] {
        var positions: [Lane: Int64] = [:]
        let done = rounds.prefix { $0.isDone }
        for round in done { positions.merge(round.positions) { $1 } }
        rounds.removeFirst(done.count)
        first += done.count
        return positions
    }

    /// Forgets everything: the partitions are another's now. Numbers and tokens are not used again.
    mutating func drop() {
        first += rounds.count
        rounds = []
        tokens = [:]
        busy = [:]
        inFlight = 0
    }
}
