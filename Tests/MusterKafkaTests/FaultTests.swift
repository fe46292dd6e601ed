import MusterKafka
import Testing

@Suite("Faults of brokers")
struct FaultTests {
    @Test("Errors of the broker that will pass are survived, in order and without a duplicate")
    func injectedErrors() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 1)
        var tokens: [Int] = []
        let producer = try producer(of: broker) { token, error in
            #expect(error == nil)
            tokens.append(token)
        }
        broker.fail(next: .produce, with: [.notLeader, .requestTimedOut])
        for value in 1...4 as ClosedRange<UInt8> {
            try producer.produce(to: "t", key: nil, value: [value], token: Int(value))
        }
        try producer.flush(within: .seconds(20))
        #expect(tokens == [1, 2, 3, 4])
        broker.fail(next: .fetch, with: [.notLeader])
        let consumer = try consumer(of: broker, group: "g")
        try consumer.assign([TopicPartition("t", 0): LogicalOffset.beginning])
        #expect(try consumer.take(4).map(\.value) == [[1], [2], [3], [4]])
    }

    @Test("Records wait while the broker is away and are delivered when it is back")
    func brokerAway() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 1)
        let producer = try producer(of: broker)
        try producer.produce(to: "t", key: nil, value: [1])
        try producer.flush(within: .seconds(10))
        try broker.takeDown()
        try producer.produce(to: "t", key: nil, value: [2])
        let error = #expect(throws: KafkaError.self) {
            try producer.flush(within: .milliseconds(300))
        }
        #expect(error?.code == .timedOut)
        #expect(producer.outstanding == 1)
        try broker.bringUp()
        try producer.flush(within: .seconds(20))
        #expect(producer.delivered == 2)
    }

    @Test("A record beyond the client's limit is refused at once")
    func tooLarge() throws {
        let broker = try EmbeddedBroker(log: quiet)
        let producer = try producer(of: broker)
        let error = #expect(throws: KafkaError.self) {
            try producer.produce(
                to: "t",
                key: nil,
                value: Array(repeating: 7, count: 2_000_000)
            )
        }
        #expect(error?.code == .messageTooLarge)
        #expect(producer.outstanding == 0)
    }

    @Test("A broker that is not there is an error within the time given, logged to the closure")
    func nobodyThere() throws {
        let log = LogBook()
        let admin = try Admin(["bootstrap.servers": "127.0.0.1:1"], log: log.sink)
        let began = ContinuousClock.now
        let error = #expect(throws: KafkaError.self) {
            _ = try admin.partitionCounts(within: .milliseconds(500))
        }
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(error?.code == .transport || error?.code == .timedOut)
        #expect(log.texts.contains { $0.contains("127.0.0.1:1") })
    }
}
