// What is read in one go, sorted by partition while it is read: both topics' records of a partition
// are one task's work.

internal import MusterModel

/// A round of reading; a class, because what a poll calls on a rebalance clears the round that is
/// being filled.
final class Round {
    private let maxRecords: Int
    private let maxBytes: Int
    private var batches: [(partition: Int32, batch: RecordBatch)] = []
    /// The place of the partition that was added to last: records come in runs.
    private var current = 0
    /// How many records there are.
    private(set) var records = 0
    private var bytes = 0
    /// Batches that have been done with: making their memory anew each time would cost more than
    /// filling it.
    private var spare: [RecordBatch] = []
    private static let spareLimit = 16

    init(_ limits: Settings.Limits) {
        maxRecords = limits.batchRecords
        maxBytes = limits.batchBytes
    }

    var isEmpty: Bool { records == 0 }
    var isFull: Bool { records >= maxRecords || bytes >= maxBytes }

    /// Copies a record to its partition's batch.
    func add(_ message: borrowing some PolledRecord & ~Copyable, lane: Lane) {
        if current >= batches.count || batches[current].partition != lane.partition {
            current = batches.firstIndex { $0.partition == lane.partition } ?? batches.count
            if current == batches.count {
                batches.append((lane.partition, spare.popLast() ?? RecordBatch()))
            }
        }
        batches[current].batch.append(message, lane: lane)
        records += 1
        bytes += (message.valueCount ?? 0) + (message.keyCount ?? 0)
    }

    /// Takes out the batches, by partition in order.
    func take() -> [(partition: Int32, batch: RecordBatch)] {
        defer { clear() }
        return batches.sorted { $0.partition < $1.partition }
    }

    /// Takes back batches that nobody needs any more.
    func reuse(_ batches: consuming [RecordBatch]) {
        while spare.count < Self.spareLimit, let batch = batches.popLast() {
            // Those of uncommonly large records are not kept.
            if batch.bytes.count <= 2 * maxBytes { spare.append(batch.emptied()) }
        }
    }

    /// Forgets what was read.
    func clear() {
        batches.removeAll(keepingCapacity: true)
        records = 0
        bytes = 0
    }
}
