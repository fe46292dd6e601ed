import MusterEngine
import MusterKafka
import MusterMessages
import MusterModel
import Testing

@testable import MusterWorker

@Suite("The worker on an embedded broker", .serialized)
struct WorkerTests {
    @Test("Bad records become dead letters with their reason, and the worker goes on")
    func badRecords() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        let values = [
            "{", #"{"resource":7}"#, #"{"resource":"r","domain":"other"}"#, "", "\u{0}\u{1}",
        ]
        try bus.send(to: bus.settings.topics.resourceAvailability, key: "d", values + [nil])
        let documents = [
            "kind: Policy\nnme: x\n", "{", "a: &a [*a]\n", "- - -\n: :", "kind: Nonsense",
        ]
        try bus.send(to: bus.settings.topics.desiredConfig, key: "d", documents + [nil])
        let count = values.count + documents.count + 2
        try bus.report("d", #"{"resource":"r","state":"online"}"#)
        let letters = try await bus.published.wait(for: "dead letters") { seen in
            seen.count { $0.topic == "muster-dead-letters" } == count
        }.filter { $0.topic == "muster-dead-letters" }
        #expect(letters.allSatisfy { $0.key == "d" })
        #expect(letters.allSatisfy { $0.headers["muster-error-code"]?.isEmpty == false })
        #expect(letters.contains { $0.text == values[1] })
        let topics = letters.map { $0.headers["__connect.errors.topic"] }
        #expect(topics.count { $0 == "desired-config" } == documents.count + 1)
        _ = try await worker.events.first("the good report is handled") { event -> Bool? in
            guard case .decided(let decision) = event else { return nil }
            let isHandled = decision.events.contains {
                if case .reports = $0 { true } else { false }
            }
            return isHandled ? true : nil
        }
        #expect(worker.worker.counters.deadLetters == count)
        try await worker.stop()
    }

    @Test(
        "A worker that is told to stop while no broker answers ends in order",
        .timeLimit(.minutes(1))
    )
    func stopsWithoutBroker() async throws {
        var settings = Settings()
        // Nobody listens there.
        settings.kafka.bootstrapServers = "127.0.0.1:1"
        settings.kafka.connectTimeout = .seconds(600)
        let worker = Worker(settings: settings, logger: WorkerContext.quiet().logger)
        async let end: Void = worker.run()
        try await Task.sleep(for: .milliseconds(200))
        worker.stop()
        _ = try await end
    }

    @Test("A record in another partition than its domain's is put aside and never processed")
    func wrongPartition() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        let right = Partitioner.partition(forKey: "d".utf8, count: 2)
        let report = #"{"resource":"r"}"#
        try bus.send(
            to: bus.settings.topics.resourceAvailability,
            key: "d",
            [report],
            partition: 1 - right
        )
        let letter = try await bus.published.first("the dead letter") { seen in
            seen.topic == "muster-dead-letters" ? seen : nil
        }
        #expect(letter.headers["muster-error-code"] == "wrong-partition")
        #expect(letter.text == report)
        #expect(worker.worker.counters.decisions == 0)
        try await worker.stop()
    }

    @Test("A record without a key is for the domain that its body names, in the right partition")
    func unkeyed() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        let right = Partitioner.partition(forKey: "d".utf8, count: 2)
        for partition in [right, 1 - right] {
            try bus.send(
                to: bus.settings.topics.resourceAvailability,
                key: nil,
                [#"{"domain":"d","resource":"r"}"#],
                partition: partition
            )
        }
        let letter = try await bus.published.first("the dead letter") { seen in
            seen.topic == "muster-dead-letters" ? seen : nil
        }
        #expect(letter.key == nil)
        #expect(letter.headers["muster-error-code"] == "wrong-partition")
        let decision = try await worker.events.first("the decision") { event in
            if case .decided(let decision) = event { decision } else { nil }
        }
        #expect(decision.domain == DomainID("d"))
        try await worker.stop()
    }

    @Test("After a restart a domain is what it was, and no record is read again")
    func restart() async throws {
        let bus = try Bus { settings in
            // The embedded broker lets nobody in while a member that has left could still live.
            settings.kafka.properties.values["session.timeout.ms"] = "6000"
        }
        try bus.report("d", "{", #"{"resource":"a"}"#, #"{"resource":"b"}"#)
        let first = try await RunningWorker.live(on: bus)
        _ = try await bus.published.first("the dead letter") { $0.key == "d" ? true : nil }
        try await first.stop()

        let second = try await RunningWorker.live(on: bus)
        let registered = try await second.events.first("the decision") { event in
            if case .decided(let decision) = event { decision.summary.registered } else { nil }
        }
        #expect(registered == 2)
        #expect(second.worker.counters.records == 0)
        #expect(second.worker.counters.deadLetters == 0)
        try await second.stop()
    }

    @Test("Inbound topics with different numbers of partitions are refused by name and number")
    func differentCounts() async throws {
        let broker = try EmbeddedBroker { _ in }
        var settings = Settings()
        try broker.create(topic: settings.topics.resourceAvailability, partitions: 4)
        try broker.create(topic: settings.topics.desiredConfig, partitions: 3)
        for topic in settings.topics.all.dropFirst(2) {
            try broker.create(topic: topic, partitions: 1)
        }
        settings.kafka.bootstrapServers = broker.bootstrapServers
        let worker = RunningWorker(settings)
        let error = await #expect(throws: WorkerError.self) { try await worker.outcome() }
        #expect(
            error?.description == "the inbound topics and the changelog must have the same number "
                + "of partitions, but desired-config has 3, muster-state has 1, "
                + "resource-availability has 4"
        )
        #expect(error?.isConfiguration == true)
    }

    @Test("Missing topics are named where they may not be created")
    func missingTopics() async throws {
        let broker = try EmbeddedBroker { _ in }
        var settings = Settings()
        settings.topics.create = false
        try broker.create(topic: settings.topics.desiredConfig, partitions: 3)
        settings.kafka.bootstrapServers = broker.bootstrapServers
        let worker = RunningWorker(settings)
        let error = await #expect(throws: WorkerError.self) { try await worker.outcome() }
        guard case .topicsMissing(let names) = error else {
            Issue.record("ended with \(error.map { "\($0)" } ?? "nothing")")
            return
        }
        #expect(names.count == 5 && !names.contains("desired-config"))
    }

    @Test("A broker that does not answer is an error within the time given")
    func noBroker() async throws {
        var settings = Settings()
        settings.kafka.connectTimeout = .milliseconds(300)
        let lonely = RunningWorker(settings)
        await #expect(throws: WorkerError.noBroker) { try await lonely.outcome() }
        settings.kafka.bootstrapServers = "127.0.0.1:1"
        let worker = RunningWorker(settings)
        let error = await #expect(throws: WorkerError.self) { try await worker.outcome() }
        guard case .brokerUnreachable("127.0.0.1:1", _) = error else {
            Issue.record("ended with \(error.map { "\($0)" } ?? "nothing")")
            return
        }
    }
}
