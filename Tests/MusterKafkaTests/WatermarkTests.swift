import MusterKafka
import Testing

@Suite("Known ends of partitions")
struct WatermarkTests {
    @Test("A consumer knows where what it reads ends, without asking")
    func knownEnd() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 2)
        let producer = try producer(of: broker)
        for _ in 0..<5 { try producer.produce(to: "t", partition: 0, key: nil, value: [1]) }
        try producer.flush(within: .seconds(10))
        let consumer = try consumer(of: broker, group: "g")
        let partition = TopicPartition("t", 0)
        #expect(consumer.knownEnd(of: partition) == nil)
        try consumer.assign([partition: LogicalOffset.beginning])
        _ = try consumer.take(5)
        #expect(consumer.knownEnd(of: partition) == 5)
        #expect(consumer.knownEnd(of: TopicPartition("t", 1)) == nil)
        #expect(consumer.knownEnd(of: TopicPartition("no such topic", 0)) == nil)
    }

    @Test("No partitions begin and end nowhere, which is no error")
    func none() throws {
        let broker = try EmbeddedBroker(log: quiet)
        let consumer = try consumer(of: broker, group: "none")
        #expect(try consumer.beginnings(of: [], within: .seconds(5)).isEmpty)
        #expect(try consumer.ends(of: [], within: .seconds(5)).isEmpty)
    }
}
