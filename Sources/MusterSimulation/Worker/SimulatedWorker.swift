// A worker without threads and without Kafka: it takes in batches, decides, and commits what came
// of it together with where it stands. It does so with the engine's real domains, and in the order
// in which the shell does.

import MusterEngine
import MusterModel
import MusterPolicy

/// What a worker leaves to be published, as a whole or not at all.
struct Unit {
    var outputs: [(domain: Int, directive: Directive)] = []
    var entries: [StateEntry] = []
}

/// The work on one partition from its assignment on.
final class PartitionWork {
    let partition: Int
    let generation: Int
    /// How far the lanes have been read.
    var positions: SimulatedLog.Positions
    /// Where they stand once everything that was taken in is committed; what is held back until
    /// the partition has caught up is not taken in.
    private(set) var settled: SimulatedLog.Positions
    /// Where they ended at the assignment.
    let backlog: SimulatedLog.Positions
    var isLive = false
    var tenants: [Int: Tenant] = [:]
    var unit = Unit()
    /// Whether something is to be committed.
    var isDirty = false

    init(
        partition: Int,
        generation: Int,
        positions: SimulatedLog.Positions,
        backlog: SimulatedLog.Positions
    ) {
        self.partition = partition
        self.generation = generation
        self.positions = positions
        settled = positions
        self.backlog = backlog
    }

    /// Whether everything has been taken in that was there at the assignment.
    var hasCaughtUp: Bool {
        backlog.allSatisfy { positions[$0.key, default: 0] >= $0.value }
    }

    /// Notes that everything that was read has been taken in.
    func settle() {
        settled = positions
        isDirty = true
    }

    /// The tenants in order.
    var ordered: [Tenant] { tenants.values.sorted { $0.index < $1.index } }
}

/// One worker.
final class SimulatedWorker {
    let index: Int
    var isUp = false
    /// How far its clock is off, in milliseconds.
    var offset = 0
    var baseline = Baseline()
    var work: [Int: PartitionWork] = [:]

    init(_ index: Int) { self.index = index }

    /// The partitions that it believes to own, in order.
    var ordered: [PartitionWork] { work.values.sorted { $0.partition < $1.partition } }

    var isDirty: Bool { work.values.contains(where: \.isDirty) }
}
