import Logging
import MusterEngine
import MusterKafka
import MusterMessages
import MusterModel
import MusterPolicy
import MusterYAML
import Testing

@testable import MusterWorker

private let atLeastTwo = """
    apiVersion: muster/v1
    kind: Policy
    name: two
    require: {count: {kind: vm}, atLeast: 2}
    """

private func report(_ resource: String, _ state: String, _ more: String = "") -> String {
    #"{"resource":"\#(resource)","state":"\#(state)"\#(more)}"#
}

private func command(_ resource: String) -> @Sendable (Seen) -> Seen? {
    { seen in
        seen.topic == "implementation-commands" && seen.key == resource ? seen : nil
    }
}

private func notice(_ kind: String) -> @Sendable (Seen) -> Seen? {
    { seen in
        let isNotice = seen.topic == "notifications"
        return isNotice && seen.json["type"] as? String == kind ? seen : nil
    }
}

@Suite("Decisions on an embedded broker", .serialized)
struct DecisionTests {
    @Test("A policy and reports lead to a command, and a report confirms it")
    func commands() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        try bus.configure("d", atLeastTwo)
        try bus.report("d", report("a", "online"))
        try bus.send(
            to: bus.settings.topics.resourceAvailability,
            key: "d",
            [report("b", "offline")],
            headers: [Header("traceparent", trace)]
        )
        let start = try await bus.published.first("the command", command("b"))
        #expect(start.json["action"] as? String == "start")
        #expect(start.json["domain"] as? String == "d")
        #expect(start.headers["ce_type"] == "muster.command")
        #expect(start.headers["traceparent"] == trace)
        try bus.report("d", report("b", "online"))
        _ = try await bus.published.first("the plan's completion", notice("plan-completed"))
        try await worker.stop()
        #expect(worker.worker.counters.published == bus.published.entries.count)
    }

    @Test("What cannot hold is told once, and its end too")
    func unsatisfied() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        try bus.report("d", report("a", "online"))
        try bus.configure("d", atLeastTwo)
        let alert = try await bus.published.first(
            "the alert",
            notice("configuration-unsatisfied")
        )
        #expect(alert.json["status"] as? String == "firing")
        try bus.report("d", report("b", "online"))
        let isResolved = notice("configuration-unsatisfied")
        _ = try await bus.published.first("the end") { seen in
            isResolved(seen)?.json["status"] as? String == "resolved" ? true : nil
        }
        #expect(bus.published.entries.count { isResolved($0) != nil } == 2)
        try await worker.stop()
    }

    @Test("A baseline is in force for a domain that it names before anything is heard of that")
    func baseline() async throws {
        let text = DocumentText(
            file: "two.yaml",
            bytes: Array((atLeastTwo + "\ndomain: d\n").utf8)
        )
        let (changes, diagnostics) = DocumentText.read([text], from: .file)
        #expect(diagnostics.isEmpty)
        var baseline = Baseline()
        for case .set(let document, let source) in changes {
            baseline.entries.append(.init(document, source: source))
        }
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus, baseline: baseline)
        let alert = try await bus.published.first(
            "the alert",
            notice("configuration-unsatisfied")
        )
        #expect(alert.key == "d")
        try await worker.stop()
    }

    @Test("A command that nobody obeys is sent again at its deadline, though nothing else happens")
    func timers() async throws {
        let bus = try Bus { $0.options.commandTimeout = .milliseconds(300) }
        let worker = try await RunningWorker.live(on: bus)
        try bus.configure("d", atLeastTwo)
        try bus.report("d", report("a", "online"), report("b", "offline"))
        let isCommand = command("b")
        let second = try await bus.published.first("the second attempt") { seen in
            isCommand(seen)?.json["attempt"] as? Int == 2 ? seen : nil
        }
        #expect(second.key == "b")
        try await worker.stop()
    }

    @Test("Reports that were made before the start are all seen before anything is decided")
    func history() async throws {
        let bus = try Bus()
        try bus.configure("d", atLeastTwo)
        try bus.report(
            "d",
            report("a", "offline"),
            report("b", "offline"),
            report("a", "online"),
            report("b", "online")
        )
        let worker = try await RunningWorker.live(on: bus)
        _ = try await worker.events.first("the decision") { event in
            if case .decided(let decision) = event { decision.events.count == 5 } else { nil }
        }
        try await worker.stop()
        #expect(bus.published.entries.allSatisfy { $0.topic != "implementation-commands" })
    }

    @Test("An event of every domain arrives though far more come than may be in flight")
    func load() async throws {
        let bus = try Bus { settings in
            settings.limits.batchRecords = 40
            settings.limits.inFlight = 2
            settings.limits.inFlightPerPartition = 1
        }
        let worker = try await RunningWorker.live(on: bus)
        let producer = try Producer(
            ["bootstrap.servers": bus.settings.kafka.bootstrapServers ?? ""],
            log: { _ in }
        )
        for number in 0..<1000 {
            try producer.produce(
                to: bus.settings.topics.resourceAvailability,
                key: Array("d\(number % 20)".utf8),
                value: Array(report("r\(number % 7)", "online", #","sequence":\#(number)"#).utf8)
            )
        }
        try producer.flush(within: .seconds(20))
        try await worker.events.wait(for: "all reports") { events in
            var seen = 0
            for case .decided(let decision) in events {
                for case .reports(let reports) in decision.events { seen += reports.count }
            }
            return seen == 1000
        }
        var sequences: [DomainID: [Int]] = [:]
        for case .decided(let decision) in worker.events.entries {
            for case .reports(let reports) in decision.events {
                for case .observed(let resource) in reports {
                    sequences[decision.domain, default: []].append(resource.sequence ?? -1)
                }
            }
        }
        #expect(sequences.count == 20)
        #expect(sequences.values.allSatisfy { $0 == $0.sorted() && $0.count == 50 })
        try await worker.stop()
    }

    @Test("A stop finishes what was read, commits it and leaves nothing unsent")
    func draining() async throws {
        let bus = try Bus()
        let worker = try await RunningWorker.live(on: bus)
        try bus.configure("d", atLeastTwo)
        try bus.report("d", report("a", "online"), report("b", "offline"))
        _ = try await worker.events.first("the decision") { event in
            if case .decided(let decision) = event,
                decision.directives.contains(where: { if case .send = $0 { true } else { false } })
            {
                true
            } else {
                nil
            }
        }
        try await worker.stop()
        _ = try await bus.published.first("the command", command("b"))
        let counters = worker.worker.counters
        #expect(counters.published == counters.commands + counters.notices + counters.deadLetters)
        let consumer = try Consumer(
            [
                "bootstrap.servers": bus.settings.kafka.bootstrapServers ?? "",
                "group.id": bus.settings.group,
            ],
            log: { _ in }
        )
        let partition = Partitioner.partition(forKey: "d".utf8, count: 2)
        let committed = try consumer.committed(
            [
                TopicPartition(bus.settings.topics.resourceAvailability, partition),
                TopicPartition(bus.settings.topics.desiredConfig, partition),
            ],
            within: .seconds(10)
        )
        #expect(committed.values.sorted() == [1, 2])
    }
}
