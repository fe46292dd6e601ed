import MusterKafka
import Testing

@Suite("Properties and topics")
struct ConfigurationTests {
    @Test("An unknown property is an error that names it, for every client")
    func unknownProperty() throws {
        let properties = ["no.such.property": "1"]
        let makers: [() throws -> Void] = [
            { _ = try Consumer(properties, log: quiet) },
            { _ = try Producer(properties, log: quiet) },
            { _ = try Admin(properties, log: quiet) },
        ]
        for make in makers {
            let error = #expect(throws: KafkaError.self) { try make() }
            #expect(error?.property == "no.such.property")
            #expect(error?.reason.contains("no.such.property") == true)
        }
    }

    @Test("All problems of a set of properties are found without a client")
    func problems() throws {
        let problems = Client.problems(in: [
            "linger.ms": "soon", "client.id": "fine", "acsk": "all",
        ])
        #expect(problems.map(\.property) == ["acsk", "linger.ms"])
        #expect(Client.problems(in: Consumer.defaults).isEmpty)
        #expect(Client.problems(in: Producer.defaults).isEmpty)
    }

    @Test("Properties that contradict each other are an error")
    func impossibleCombination() throws {
        let error = #expect(throws: KafkaError.self) {
            _ = try Producer(
                ["enable.idempotence": "true", "acks": "1"],
                log: quiet
            )
        }
        #expect(error?.reason.contains("acks") == true)
    }

    @Test("Topics are listed with their partitions, and one cannot be created twice")
    func topics() throws {
        let broker = try EmbeddedBroker(brokers: 3, log: quiet)
        try broker.create(topic: "four", partitions: 4)
        try broker.create(topic: "one", partitions: 1)
        let admin = try Admin(["bootstrap.servers": broker.bootstrapServers], log: quiet)
        #expect(try admin.partitionCounts(within: .seconds(10)) == ["four": 4, "one": 1])
        let error = #expect(throws: KafkaError.self) {
            try broker.create(topic: "one", partitions: 1)
        }
        #expect(error?.code == .topicAlreadyExists)
    }

    @Test("Creating topics where nobody does it ends with an error in time")
    func creationTimesOut() throws {
        let broker = try EmbeddedBroker(log: quiet)
        let admin = try Admin(["bootstrap.servers": broker.bootstrapServers], log: quiet)
        let began = ContinuousClock.now
        #expect(throws: KafkaError.self) {
            try admin.create(
                [NewTopic("t", partitions: 1, settings: ["cleanup.policy": "compact"])],
                within: .milliseconds(500)
            )
        }
        #expect(ContinuousClock.now - began < .seconds(10))
    }
}
