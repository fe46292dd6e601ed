// What is read in one go, sorted by partition while it is read: both topics' records of a partition
// are one task's work.

internal import MusterModel

/// A round of reading; a class, because what a poll calls on a rebalance clears the round that is
/// being filled.
final class Round {
    private let maxRecords: Int
    private let maxBytes: Int
    private var batches: [Int32: RecordBatch] = [:]
    /// How many records there are.
    private(set) var records = 0
    private var bytes = 0
    /// How large the latest batches were: the next ones will be like them.
    private var sizes: [Int32: RecordBatch.Size] = [:]

    init(_ limits: Settings.Limits) {
        maxRecords = limits.batchRecords
        maxBytes = limits.batchBytes
    }

    var isEmpty: Bool { records == 0 }
    var isFull: Bool { records >= maxRecords || bytes >= maxBytes }

    /// Copies a record to its partition's batch.
    func add(_ message: borrowing some PolledRecord & ~Copyable, lane: Lane) {
        batches[lane.partition, default: RecordBatch(like: sizes[lane.partition])]
            .append(message, lane: lane)
        records += 1
        bytes += (message.valueCount ?? 0) + (message.keyCount ?? 0)
    }

    /// Takes out the batches, by partition in order.
    func take() -> [(partition: Int32, batch: RecordBatch)] {
        defer { clear() }
        for (partition, batch) in batches { sizes[partition] = batch.size }
        return batches.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Forgets what was read.
    func clear() {
        batches.removeAll(keepingCapacity: true)
        records = 0
        bytes = 0
    }
}
