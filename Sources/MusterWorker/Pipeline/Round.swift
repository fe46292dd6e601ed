// What is read in one go, sorted by shard while it is read.

internal import MusterKafka
internal import MusterModel

/// A round of reading.
struct Round {
    private let maxRecords: Int
    private let maxBytes: Int
    private var batches: [RecordBatch]
    private var positions: [Lane: Int64] = [:]
    private var records = 0
    private var bytes = 0
    private var key: [UInt8] = []
    private let decoder: RecordDecoder

    init(settings: Settings, shards: Int) {
        decoder = RecordDecoder(settings.topics)
        maxRecords = settings.limits.batchRecords
        maxBytes = settings.limits.batchBytes
        batches = Array(repeating: RecordBatch(), count: shards)
    }

    var isEmpty: Bool { records == 0 }
    var isFull: Bool { records >= maxRecords || bytes >= maxBytes }

    /// Copies a message to the batch of its domain's shard.
    mutating func add(_ message: borrowing Message, lane: Lane, isOld: Bool) {
        key.removeAll(keepingCapacity: true)
        if message.keyCount == nil {
            // Seldom, and the only decoding on this thread: without its domain, a record cannot
            // stay in order with others of the same domain.
            var single = RecordBatch()
            single.append(message, lane: lane, isOld: isOld)
            let domain = decoder.domain(ofUnkeyed: single.inbound(at: 0))
            key += Array((domain?.name ?? "").utf8)
        } else {
            message.appendKey(to: &key)
        }
        let shard = Int(stableHash(key) % UInt64(batches.count))
        batches[shard].append(message, lane: lane, isOld: isOld)
        positions[lane] = message.offset + 1
        records += 1
        bytes += (message.valueCount ?? 0) + (message.keyCount ?? 0)
    }

    /// Takes out the batches that are not empty, by shard, and where the partitions stand.
    mutating func take() -> (batches: [(shard: Int, RecordBatch)], positions: [Lane: Int64]) {
        let filled = batches.enumerated().filter { !$0.element.isEmpty }
            .map { (shard: $0.offset, $0.element) }
        let reached = positions
        clear()
        return (filled, reached)
    }

    /// Forgets what was read.
    mutating func clear() {
        for index in batches.indices { batches[index] = RecordBatch() }
        positions = [:]
        records = 0
        bytes = 0
    }
}
