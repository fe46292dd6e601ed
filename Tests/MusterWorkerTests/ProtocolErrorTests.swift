// What brokers answer when they are about to change places, have lost a member or know a newer
// producer: injected into the embedded broker by kind of request.

import MusterKafka
import Testing

@testable import MusterWorker

@Suite("The worker when brokers answer with errors", .serialized)
struct ProtocolErrorTests {
    /// A worker with transactions, which the embedded broker takes without hiding anything, and
    /// whose group gives nobody up by itself for a while.
    private static func bus(_ guarantee: Settings.Guarantee = .exactlyOnce) throws -> Bus {
        try Bus { settings in
            settings.guarantee = guarantee
            settings.instance = "w-0"
            settings.kafka.properties.values = [
                "heartbeat.interval.ms": "200", "session.timeout.ms": "6000",
            ]
        }
    }

    private static func isRollback(_ event: WorkerEvent) -> Bool {
        if case .rolledBack = event { true } else { false }
    }

    /// Sends a record that cannot be read, and waits for its dead letter.
    private static func roundTrip(_ bus: Bus, _ mark: String) async throws {
        try bus.report("d", mark)
        _ = try await bus.published.first("the dead letter of \(mark)") {
            $0.text == mark ? true : nil
        }
    }

    /// Sends such a record and sees that it is committed: nothing is published after it before.
    private static func settled(_ bus: Bus, _ mark: String) async throws {
        try await roundTrip(bus, mark + " settled")
        try await roundTrip(bus, mark)
    }

    @Test("Errors that pass are waited for, and nothing is rolled back")
    func passingErrors() async throws {
        let bus = try Self.bus()
        let worker = try await RunningWorker.live(on: bus)
        try await Self.roundTrip(bus, "[before")
        let cases: [(EmbeddedBroker.Request, [KafkaError.Code])] = [
            (.addPartitionsToTransaction, [.concurrentTransactions, .coordinatorLoads]),
            (.addOffsetsToTransaction, [.coordinatorNotAvailable, .coordinatorLoads]),
            (.commitOffsetsInTransaction, [.coordinatorLoads, .notCoordinator]),
            (.endTransaction, [.coordinatorNotAvailable, .notCoordinator]),
            (.produce, [.notLeader, .requestTimedOut]), (.fetch, [.notLeader, .notLeader]),
            (.metadata, [.requestTimedOut]), (.findCoordinator, [.coordinatorNotAvailable]),
        ]
        for (request, errors) in cases {
            bus.broker.fail(next: request, with: errors)
            try await Self.roundTrip(bus, "[\(request)")
        }
        #expect(!worker.events.entries.contains(where: Self.isRollback))
        try await worker.stop()
        #expect(worker.worker.counters.deadLetters == cases.count + 1)
    }

    @Test(
        "A generation that is over, or an unknown member, ends the transaction, not the worker"
    )
    func abortableErrors() async throws {
        let bus = try Self.bus()
        let worker = try await RunningWorker.live(on: bus)
        var rollbacks = 0
        for error in [KafkaError.Code.illegalGeneration, .unknownMember] {
            bus.broker.fail(next: .commitOffsetsInTransaction, with: [error])
            try bus.report("d", "[\(error.rawValue)")
            rollbacks += 1
            let count = rollbacks
            try await worker.events.wait(for: "a rollback") { events in
                events.count(where: Self.isRollback) >= count
            }
            try await Self.roundTrip(bus, "[after \(error.rawValue)")
        }
        try await worker.stop()
    }

    @Test(
        "A producer whose epoch is over, or a member whose name is taken, ends the worker as fenced"
    )
    func fenced() async throws {
        for (request, code) in [
            (EmbeddedBroker.Request.endTransaction, KafkaError.Code.invalidProducerEpoch),
            (.heartbeat, .fencedInstance),
        ] {
            let bus = try Self.bus()
            let worker = try await RunningWorker.live(on: bus)
            bus.broker.fail(next: request, with: [code])
            try bus.report("d", "[")
            let error = await #expect(throws: WorkerError.self) { try await worker.outcome() }
            guard case .fenced = error else {
                Issue.record("\(request): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("A worker that the group does not know any more joins again and goes on where it was")
    func groupErrors() async throws {
        let bus = try Self.bus(.atLeastOnce)
        let worker = try await RunningWorker.live(on: bus)
        try await Self.settled(bus, "[before")
        for error in [KafkaError.Code.unknownMember, .illegalGeneration, .rebalanceInProgress] {
            let seen = worker.events.entries.count
            bus.broker.fail(next: .heartbeat, with: [error])
            try await worker.events.wait(for: "partitions that are live again") { events in
                let later = events.dropFirst(seen)
                guard
                    let end = later.lastIndex(where: { event in
                        if case .revoked = event { true } else { false }
                    })
                else { return false }
                return later[end...].count { if case .live = $0 { true } else { false } } == 2
            }
            try await Self.settled(bus, "[\(error.rawValue)")
        }
        try await worker.stop()
        // Each once, however often partitions came and went.
        #expect(bus.published.entries.count { $0.text.hasSuffix(" settled") } == 4)
    }

    @Test("An offset that is out of range makes nobody read anything again, or pass over anything")
    func offsetOutOfRange() async throws {
        let bus = try Self.bus(.atLeastOnce)
        let worker = try await RunningWorker.live(on: bus)
        try await Self.settled(bus, "[first")
        // Who listens to what the worker publishes gets some of them, too.
        bus.broker.fail(next: .fetch, with: Array(repeating: .offsetOutOfRange, count: 6))
        let event = try await worker.events.first("that it reads on") { event in
            if case .readOn = event { event } else { nil }
        }
        #expect("\(event)" == "readOn(missed: 0)")
        try await Self.settled(bus, "[second")
        try await worker.stop()
        #expect(!worker.events.entries.contains(where: Self.isRollback))
        let offsets = worker.events.entries.compactMap { event in
            if case .deadLettered(let note) = event { note.offset } else { nil }
        }
        #expect(Set(offsets) == [0, 1, 2, 3])
        #expect(offsets.count { $0 == 0 } == 1)
        #expect(offsets.count { $0 == 2 } == 1)
    }
}
