import MusterKafka
import MusterMessages
import MusterModel
import Testing

@testable import MusterWorker

@Suite("Rounds of reading")
struct RoundTests {
    @Test("Records are sorted by partition, in order, with bytes and places intact")
    func dealing() throws {
        let broker = try EmbeddedBroker { _ in }
        try broker.create(topic: "t", partitions: 1)
        let producer = try Producer(
            ["bootstrap.servers": broker.bootstrapServers],
            log: { _ in }
        )
        let keys = (0..<40).map { "domain-\($0 % 8)" }
        for (number, key) in keys.enumerated() {
            try producer.produce(
                to: "t",
                key: Array(key.utf8),
                value: Array("v\(number)".utf8),
                headers: [Header("n", "\(number)"), Header("m", nil)]
            )
        }
        try producer.produce(to: "t", key: Array("domain-0".utf8), value: nil)
        try producer.flush(within: .seconds(10))
        let consumer = try Consumer(
            ["bootstrap.servers": broker.bootstrapServers, "group.id": "g"],
            log: { _ in }
        )
        try consumer.assign([TopicPartition("t", 0): LogicalOffset.beginning])

        var limits = Settings.Limits()
        limits.batchRecords = 41
        let round = Round(limits)
        let lane = Lane(.availability, 7)
        let deadline = ContinuousClock.now + .seconds(20)
        while !round.isFull, ContinuousClock.now < deadline {
            guard case .message(let message) = try consumer.poll(for: .milliseconds(100)) else {
                continue
            }
            round.add(message, lane: lane)
        }
        let batches = round.take()
        #expect(round.isEmpty)
        #expect(batches.map(\.partition) == [7])
        let batch = try #require(batches.first?.batch)
        #expect(batch.positions == [lane: 41])
        #expect(batch.records.map(\.offset) == Array(0..<41))
        for index in batch.records.indices {
            let record = batch.inbound(at: index)
            let key = String(decoding: try #require(record.key), as: UTF8.self)
            #expect(record.timestamp > .zero)
            guard record.offset < 40 else {
                #expect(record.value == nil)
                continue
            }
            #expect(key == keys[Int(record.offset)])
            #expect(record.value == Array("v\(record.offset)".utf8))
            #expect(
                record.headers == [
                    RecordHeader("n", "\(record.offset)"), RecordHeader("m", nil),
                ]
            )
        }
    }

    private struct FloodedRecord: PolledRecord {
        var headers: [(String, [UInt8]?)]
        let offset: Int64 = 0
        let timestamp: Int64? = nil
        let keyCount: Int? = nil
        let valueCount: Int? = nil

        func appendKey(to target: inout [UInt8]) {}
        func appendValue(to target: inout [UInt8]) {}
        func forEachHeader(_ body: (_ name: String, _ value: [UInt8]?) -> Void) {
            for (name, value) in headers { body(name, value) }
        }
    }

    @Test("Of a flood of headers only the first are kept, and of huge ones none")
    func headerFlood() {
        var batch = RecordBatch()
        let lane = Lane(.availability, 0)
        batch.append(
            FloodedRecord(headers: (0..<100_000).map { ("h\($0)", [1]) }),
            lane: lane
        )
        #expect(batch.inbound(at: 0).headers.count == RecordBatch.headerLimit)
        let huge = [UInt8](repeating: 0, count: RecordBatch.headerBytes)
        batch.append(FloodedRecord(headers: [("first", nil), ("huge", huge)]), lane: lane)
        #expect(batch.inbound(at: 1).headers.map(\.name) == ["first"])
    }
}
