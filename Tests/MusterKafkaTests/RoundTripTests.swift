import MusterKafka
import Testing

@Suite("Records through the embedded broker")
struct RoundTripTests {
    @Test("Key, value, headers, timestamp and tombstone arrive as they were sent")
    func roundTrip() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 1)
        let producer = try producer(of: broker)
        let headers = [Header("a", "1"), Header("a", [0, 255]), Header("", []), Header("n", nil)]
        try producer.produce(
            to: "t",
            key: Array("k".utf8),
            value: Array("v".utf8),
            headers: headers,
            timestamp: 1_700_000_000_123
        )
        try producer.produce(to: "t", key: Array("k".utf8), value: nil)
        try producer.produce(to: "t", key: nil, value: [])
        try producer.flush(within: .seconds(10))
        #expect(producer.delivered == 3)
        #expect(producer.outstanding == 0)

        let consumer = try consumer(of: broker, group: "g")
        try consumer.assign([TopicPartition("t", 0): LogicalOffset.beginning])
        let records = try consumer.take(3)
        #expect(records[0].key == Array("k".utf8))
        #expect(records[0].value == Array("v".utf8))
        #expect(records[0].headers == headers)
        #expect(records[0].timestamp == 1_700_000_000_123)
        #expect(records[1].value == nil)
        #expect(records[2].key == nil)
        #expect(records[2].value == [])
        #expect(records.map(\.offset) == [0, 1, 2])
    }

    @Test("Bytes are appended to a buffer, and absent ones leave it alone")
    func appending() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 1)
        let producer = try producer(of: broker)
        try producer.produce(to: "t", key: Array("key".utf8), value: Array("value".utf8))
        try producer.produce(to: "t", key: nil, value: nil)
        let consumer = try consumer(of: broker, group: "g")
        try consumer.assign([TopicPartition("t", 0): LogicalOffset.beginning])
        var slab: [UInt8] = []
        var seen: [Int?] = []
        try wait(for: "two records") {
            try producer.poll()
            guard case .message(let message) = try consumer.poll(for: .milliseconds(100)) else {
                return false
            }
            let isFrom = (message.isFrom(TopicName("t")), message.isFrom(TopicName("tt")))
            #expect(isFrom == (true, false))
            message.appendKey(to: &slab)
            message.appendValue(to: &slab)
            seen += [message.keyCount, message.valueCount]
            return seen.count == 4
        }
        #expect(String(decoding: slab, as: UTF8.self) == "keyvalue")
        #expect(seen == [3, 5, nil, nil])
    }

    @Test("Keys reach the partitions that Java clients choose")
    func partitioner() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 6)
        let producer = try producer(of: broker)
        for key in ["a", "domain-42", "node-1"] {
            try producer.produce(to: "t", key: Array(key.utf8), value: [])
        }
        try producer.flush(within: .seconds(10))
        let consumer = try consumer(of: broker, group: "g")
        try consumer.assign(
            Dictionary(
                uniqueKeysWithValues: (0..<6).map {
                    (TopicPartition("t", $0), LogicalOffset.beginning)
                }
            )
        )
        let records = try consumer.take(3)
        let partitions = records.map { "\(String(decoding: $0.key ?? [], as: UTF8.self))" }
        let byKey = Dictionary(uniqueKeysWithValues: zip(partitions, records.map(\.partition)))
        #expect(byKey == ["a": 4, "domain-42": 2, "node-1": 4])
    }

    @Test("The ends of all partitions are known, and reading to one is reported")
    func ends() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 2)
        let producer = try producer(of: broker)
        for _ in 0..<3 { try producer.produce(to: "t", partition: 1, key: nil, value: [1]) }
        try producer.flush(within: .seconds(10))
        let consumer = try consumer(of: broker, group: "g")
        let partitions = [TopicPartition("t", 0), TopicPartition("t", 1)]
        let ends = try consumer.ends(of: partitions, within: .seconds(10))
        #expect(ends == [partitions[0]: 0, partitions[1]: 3])
        try consumer.assign([partitions[1]: LogicalOffset.beginning])
        let end = try eventually("the end") { () -> Int64? in
            guard case .end(_, let offset) = try consumer.poll(for: .milliseconds(100)) else {
                return nil
            }
            return offset
        }
        #expect(end == 3)
    }

    @Test("A paused partition brings nothing until it is resumed, and then goes on in order")
    func pausing() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 2)
        let producer = try producer(of: broker)
        for value in 0..<5 as Range<UInt8> {
            try producer.produce(to: "t", partition: 0, key: nil, value: [value])
        }
        try producer.flush(within: .seconds(10))
        let consumer = try consumer(of: broker, group: "g")
        let first = TopicPartition("t", 0)
        let second = TopicPartition("t", 1)
        try consumer.assign([first: LogicalOffset.beginning, second: LogicalOffset.beginning])
        #expect(try consumer.take(2).map(\.value) == [[0], [1]])
        try consumer.pause([first])
        try producer.produce(to: "t", partition: 1, key: nil, value: [9])
        try producer.flush(within: .seconds(10))
        #expect(try consumer.take(1).map(\.value) == [[9]])
        try consumer.resume([first])
        #expect(try consumer.take(3).map(\.value) == [[2], [3], [4]])
        try consumer.seek([first: 4], within: .seconds(10))
        #expect(try consumer.take(1).map(\.value) == [[4]])
    }

    @Test("A wake-up ends a long poll at once, also one that begins after it")
    func waking() throws {
        let broker = try EmbeddedBroker(log: quiet)
        let consumer = try consumer(of: broker, group: "g")
        let began = ContinuousClock.now
        consumer.waker.wake()
        while ContinuousClock.now - began < .seconds(20) {
            guard case .nothing = try consumer.poll(for: .seconds(30)) else { continue }
            break
        }
        #expect(ContinuousClock.now - began < .seconds(20))
        consumer.close()
        consumer.waker.wake()
    }
}
