import MusterKafka
import MusterMessages
import MusterModel
import Testing

@testable import MusterWorker

@Suite("Rounds of reading")
struct RoundTests {
    @Test("Records are dealt out by domain, each domain's in order, with bytes and places intact")
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

        var settings = Settings()
        settings.limits.batchRecords = 41
        var round = Round(settings: settings, shards: 3)
        let lane = Lane(.availability, 0)
        let deadline = ContinuousClock.now + .seconds(20)
        while !round.isFull, ContinuousClock.now < deadline {
            guard case .message(let message) = try consumer.poll(for: .milliseconds(100)) else {
                continue
            }
            round.add(message, lane: lane, isOld: message.offset < 3)
        }
        let (batches, positions) = round.take()
        #expect(round.isEmpty)
        #expect(positions == [lane: 41])
        #expect(batches.map { $0.1.records.count }.reduce(0, +) == 41)
        var shardOfKey: [String: Int] = [:]
        for (shard, batch) in batches {
            #expect(batch.records.map(\.offset) == batch.records.map(\.offset).sorted())
            for index in batch.records.indices {
                let record = batch.inbound(at: index)
                let key = String(decoding: try #require(record.key), as: UTF8.self)
                #expect(shardOfKey[key, default: shard] == shard)
                shardOfKey[key] = shard
                #expect(batch.records[index].isOld == (record.offset < 3))
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
        #expect(Set(shardOfKey.values).count > 1)
    }

    @Test("The hash is the same in every process")
    func hash() {
        #expect(stableHash([UInt8]()) == 0xcbf2_9ce4_8422_2325)
        #expect(stableHash("foobar".utf8) == 0x8594_4171_f739_67e8)
    }
}
