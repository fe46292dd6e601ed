// Records on their way from the polling thread to a task. All their bytes lie in one buffer, so a
// batch costs a handful of allocations however many records it holds, and it may change threads.

internal import MusterMessages
internal import MusterModel

/// Records of one partition number, in the order of their lanes.
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
    }

    private(set) var bytes: [UInt8] = []
    private(set) var records: [Record] = []
    private(set) var headers: [RecordHeader] = []
    /// The last record of either topic, of which most batches hold but one.
    private var lastReport: Int?
    private var lastDocument: Int?

    /// Where its lanes stand behind it.
    var positions: [Lane: Int64] {
        let last = [lastReport, lastDocument].compactMap { $0.map { records[$0] } }
        return Dictionary(last.map { ($0.lane, $0.offset + 1) }) { _, later in later }
    }

    /// An empty batch in the memory of this one, if nobody else holds that.
    consuming func emptied() -> RecordBatch {
        bytes.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        (lastReport, lastDocument) = (nil, nil)
        return self
    }

    /// The number of records by topic.
    var counts: [InboundRecord.Topic: Int] {
        let configurations = records.count { $0.lane.topic == .configuration }
        return [
            .configuration: configurations, .availability: records.count - configurations,
        ]
    }

    /// How many headers of a record are taken over, and how many bytes of them; what goes beyond
    /// is nobody's honest event.
    static let headerLimit = 256
    static let headerBytes = 256 << 10

    /// Copies a record to the end.
    mutating func append(_ message: borrowing some PolledRecord & ~Copyable, lane: Lane) {
        let start = bytes.count
        message.appendKey(to: &bytes)
        let middle = bytes.count
        message.appendValue(to: &bytes)
        let firstHeader = headers.count
        var added: [RecordHeader] = []
        var size = 0
        message.forEachHeader { name, value in
            size += name.utf8.count + (value?.count ?? 0)
            guard added.count < Self.headerLimit, size <= Self.headerBytes else { return }
            added.append(RecordHeader(name, value))
        }
        if !added.isEmpty { headers += added }
        switch lane.topic {
        case .availability: lastReport = records.count
        case .configuration: lastDocument = records.count
        }
        records.append(
            Record(
                lane: lane,
                offset: message.offset,
                timestamp: message.timestamp,
                key: message.keyCount == nil ? nil : start..<middle,
                value: message.valueCount == nil ? nil : middle..<bytes.count,
                headers: firstHeader..<headers.count
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
