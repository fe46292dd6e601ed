// Records on their way from the polling thread to a shard. All their bytes lie in one buffer, so a
// batch costs a handful of allocations however many records it holds, and it may change threads.

internal import MusterKafka
internal import MusterMessages
internal import MusterModel

/// Records for one shard, in the order of their partitions.
struct RecordBatch: Sendable {
    /// One record; ranges are places in the batch's bytes.
    struct Record: Sendable {
        var lane: Lane
        var offset: Int64
        /// Milliseconds since the Unix epoch.
        var timestamp: Int64?
        var key: Range<Int>?
        var value: Range<Int>?
        /// Places in ``RecordBatch/headers``.
        var headers: Range<Int>
        /// Whether it had been dealt with before this worker was given its partition: it still
        /// counts for the state, but what it led to has been published.
        var isOld: Bool
    }

    private(set) var bytes: [UInt8] = []
    private(set) var records: [Record] = []
    private(set) var headers: [RecordHeader] = []

    var isEmpty: Bool { records.isEmpty }

    /// Copies a message to the end.
    mutating func append(_ message: borrowing Message, lane: Lane, isOld: Bool) {
        let start = bytes.count
        message.appendKey(to: &bytes)
        let middle = bytes.count
        message.appendValue(to: &bytes)
        let firstHeader = headers.count
        var added: [RecordHeader] = []
        message.forEachHeader { added.append(RecordHeader($0, $1)) }
        headers += added
        records.append(
            Record(
                lane: lane,
                offset: message.offset,
                timestamp: message.timestamp,
                key: message.keyCount == nil ? nil : start..<middle,
                value: message.valueCount == nil ? nil : middle..<bytes.count,
                headers: firstHeader..<headers.count,
                isOld: isOld
            )
        )
    }

    /// A record with its bytes, as decoders want it.
    func inbound(at index: Int) -> InboundRecord {
        let record = records[index]
        return InboundRecord(
            topic: record.lane.topic,
            partition: record.lane.partition,
            offset: record.offset,
            timestamp: Instant(milliseconds: record.timestamp ?? 0),
            key: record.key.map { Array(bytes[$0]) },
            value: record.value.map { Array(bytes[$0]) },
            headers: Array(headers[record.headers])
        )
    }
}
