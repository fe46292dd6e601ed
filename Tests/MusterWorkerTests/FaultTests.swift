import MusterEngine
import MusterKafka
import MusterMessages
import MusterModel
import Testing

@testable import MusterWorker

@Suite("The worker when things go wrong around it", .serialized)
struct FaultTests {
    @Test("Records of megabytes are put aside whole, and the worker goes on")
    func largeRecords() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        // Text that hardly shrinks, so that no limit is met by compressing it.
        var state: UInt64 = 42
        let noise = (0..<250_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return String(state >> 8, radix: 36)
        }.joined()
        try bus.report("d", noise)
        try bus.configure("d", noise)
        let letters = try await bus.published.wait(for: "both dead letters") { seen in
            seen.count { $0.topic == "muster-dead-letters" } == 2
        }.filter { $0.topic == "muster-dead-letters" }
        #expect(letters.allSatisfy { $0.value?.count == noise.utf8.count })
        try bus.report("d", #"{"resource":"r"}"#)
        _ = try await worker.events.first("the good report is handled") { event in
            if case .decided(let decision) = event { decision.summary.registered == 1 } else { nil }
        }
        try await worker.stop()
    }

    @Test("A record of five megabytes is put aside with its size in place of its value")
    func hugeRecord() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        let value = String(repeating: "x", count: 5_000_000)
        try bus.report("d", value)
        try bus.configure("d", value)
        let letters = try await bus.published.wait(for: "both dead letters") { seen in
            seen.count { $0.topic == "muster-dead-letters" } == 2
        }.filter { $0.topic == "muster-dead-letters" }
        #expect(letters.allSatisfy { $0.value == nil && $0.key == "d" })
        #expect(letters.allSatisfy { $0.headers["muster-value-omitted-bytes"] == "5000000" })
        try await worker.stop()
    }

    @Test("A dead letter that its topic does not take is sent without its value")
    func oversizedDeadLetter() throws {
        let record = OutboundRecord(
            topic: .deadLetters,
            key: [1],
            value: [1, 2, 3],
            headers: []
        )
        let smaller = try #require(record.withoutValue())
        #expect(smaller.value == nil)
        #expect(smaller.key == [1])
        #expect(smaller.headers == [RecordHeader("muster-value-omitted-bytes", "3")])
        #expect(smaller.withoutValue() == nil)
        var command = record
        command.topic = .commands
        #expect(command.withoutValue() == nil)
    }

    @Test("While the broker is away the worker waits, and afterwards nothing is missing")
    func brokerAway() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        try bus.report("d", "{")
        _ = try await bus.published.first("the first dead letter") { $0.text == "{" ? true : nil }
        try bus.broker.takeDown()
        try bus.broker.bringUp()
        try bus.report("d", "[")
        _ = try await bus.published.first("the second dead letter") { $0.text == "[" ? true : nil }
        try await worker.stop()
        #expect(worker.worker.counters.deadLetters == 2)
    }

    @Test("A stop ends in time though the broker is away and offsets are not committed")
    func stopWithoutBroker() async throws {
        let bus = try Bus { $0.limits.commitInterval = .seconds(100) }
        let worker = try await RunningWorker.live(on: bus)
        for value in ["{", "["] {
            try bus.report("d", value)
            _ = try await bus.published.first("the dead letter") { $0.text == value ? true : nil }
        }
        try bus.broker.takeDown()
        let began = ContinuousClock.now
        try await worker.stop()
        // Far less than the interval between two commits, and enough for a busy machine.
        #expect(ContinuousClock.now - began < .seconds(90))
    }

    @Test("Two workers share the partitions, and one takes over from the other when that stops")
    func takeover() async throws {
        let bus = try Bus { settings in
            settings.kafka.properties.values = [
                "session.timeout.ms": "6000", "heartbeat.interval.ms": "300",
            ]
        }
        let first = try await RunningWorker.live(on: bus)
        let second = RunningWorker(bus.settings)
        let isShared: @Sendable ([WorkerEvent]) -> Bool = { events in
            let assigned = events.compactMap { event in
                if case .assigned(let partitions) = event { partitions } else { nil }
            }
            let isLive = if case .live? = events.last { true } else { false }
            return assigned.last?.count == 1 && isLive
        }
        try await second.events.wait(for: "the second has a half", until: isShared)
        try await first.events.wait(for: "the first has a half", until: isShared)

        let domains = (0..<4).map { "d\($0)" }
        for domain in domains { try bus.report(domain, "{") }
        try await bus.published.wait(for: "a dead letter each") { seen in seen.count == 4 }
        #expect(first.worker.counters.deadLetters > 0)
        #expect(second.worker.counters.deadLetters > 0)

        try await second.stop()
        try await first.events.wait(for: "the first has everything") { events in
            guard
                let taken = events.lastIndex(where: {
                    if case .assigned(partitions: [0, 1]) = $0 { true } else { false }
                }), taken > 2
            else { return false }
            return events[taken...].count { if case .live = $0 { true } else { false } } == 2
        }
        for domain in domains { try bus.report(domain, "[") }
        let seen = try await bus.published.wait(for: "a dead letter each") { seen in
            seen.count { $0.text == "[" } >= 4
        }
        #expect(Set(seen.filter { $0.text == "[" }.compactMap(\.key)) == Set(domains))
        try await first.stop()
    }
}
