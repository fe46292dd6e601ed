// Records that the brokers delete before they are read.

import Foundation
import MusterKafka
import MusterMessages
import MusterMetrics
import Testing

@testable import MusterWorker

@Suite("Records that were deleted before they were read")
struct DeletionTests {
    private let scene = Scene(asksOnRestore: true)
    private var reports: String { scene.settings.topics.resourceAvailability }
    private var documents: String { scene.settings.topics.desiredConfig }

    private func requests() -> [String] {
        scene.commands.filter { $0.contains(#""action":"report""#) }
    }

    private func metric(_ name: String, of worker: SimulatedWorker) -> Bool {
        worker.loop.context.metrics.registry.exposition().contains(name + "\n")
    }

    @Test("Reading goes on with the oldest record, on the state at hand, and the loss is told")
    func whileReading() throws {
        try scene.require(1)
        for resource in ["a", "b", "c"] { try scene.report(resource, "offline") }
        var worker = scene.start()
        scene.goRound(&worker)
        #expect(scene.commands.count == 1)
        let epoch = worker.loop.epoch
        // The worker reads nothing while five reports come and four of them are deleted.
        for state in ["faulted", "online", "faulted", "offline"] { try scene.report("b", state) }
        try scene.report("c", "online")
        scene.delete(before: 7, of: reports)
        scene.goRound(&worker)
        #expect(!worker.isDown)
        #expect(worker.loop.epoch == epoch)
        #expect(metric(#"muster_transactions_total{outcome="aborted"} 0"#, of: worker))
        #expect(metric(#"muster_missed_records_total{topic="\#(reports)"} 4"#, of: worker))
        #expect(metric(#"muster_missed_records_total{topic="\#(documents)"} 0"#, of: worker))
        #expect(metric(#"muster_records_total{topic="\#(reports)"} 4"#, of: worker))
        #expect(requests().count == 3)
        #expect(requests().allSatisfy { $0.contains("missed reports") })
        let place = scene.place(reports)
        #expect(scene.log.committed[place] == 8)
        // The other lane goes on as well.
        try scene.require(3)
        scene.goRound(&worker)
        #expect(scene.log.committed[scene.place(documents)] == 2)
    }

    @Test("Documents that were deleted are told, and nobody is asked for reports")
    func documentsDeleted() throws {
        try scene.report("a", "offline")
        var worker = scene.start()
        scene.goRound(&worker)
        try scene.require(1)
        try scene.require(2)
        scene.delete(before: 1, of: documents)
        try scene.report("b", "offline")
        scene.goRound(&worker)
        #expect(metric(#"muster_missed_records_total{topic="\#(documents)"} 1"#, of: worker))
        #expect(requests().isEmpty)
        #expect(scene.commands.count == 2)
    }

    @Test(
        "Both topics may have lost records, and whoever goes on later tells of none of them again"
    )
    func everything() throws {
        try scene.require(1)
        try scene.report("a", "offline")
        var worker = scene.start()
        scene.goRound(&worker)
        for _ in 0..<3 { try scene.report("a", "online") }
        for count in 1...2 { try scene.require(count) }
        scene.delete(before: 4, of: reports)
        scene.delete(before: 3, of: documents)
        scene.goRound(&worker)
        #expect(metric(#"muster_missed_records_total{topic="\#(reports)"} 3"#, of: worker))
        #expect(metric(#"muster_missed_records_total{topic="\#(documents)"} 2"#, of: worker))
        for topic in [reports, documents] {
            let place = scene.place(topic)
            #expect(scene.log.committed[place] == scene.log.end(of: place))
        }
        worker.connection.kill()
        worker = scene.start()
        scene.goRound(&worker)
        #expect(metric(#"muster_missed_records_total{topic="\#(reports)"} 0"#, of: worker))
        #expect(metric(#"muster_missed_records_total{topic="\#(documents)"} 0"#, of: worker))
    }

    @Test("What is deleted while a partition is restored is passed over as well")
    func whileRestoring() throws {
        for resource in ["a", "b"] { try scene.report(resource, "online") }
        var worker = scene.start()
        scene.goRound(&worker)
        worker.connection.kill()
        try scene.report("a", "faulted")
        var isGone = false
        worker = scene.start {
            // Found as the oldest one when it was assigned, gone when it is read.
            if !isGone, worker.loop.assigned.isEmpty == false, !worker.loop.isUnprepared {
                scene.delete(before: 3, of: reports)
                isGone = true
            }
            return nil
        }
        scene.goRound(&worker)
        #expect(isGone)
        #expect(!worker.isDown)
        #expect(metric(#"muster_missed_records_total{topic="\#(reports)"} 1"#, of: worker))
        // Once for each: the restore asks in any case.
        #expect(requests().count == 2)
        try scene.report("b", "offline")
        scene.goRound(&worker)
        #expect(scene.log.committed[scene.place(reports)] == 4)
    }

    @Test("Where the oldest are deleted faster than they can be asked for, more of them are left")
    func race() throws {
        var calls = 0
        var worker = scene.start {
            // Whatever it asks for, two more are gone by then.
            if calls > 0 { scene.delete(before: scene.beginning(of: reports) + 2, of: reports) }
            calls -= 1
            return nil
        }
        try scene.report("a", "online")
        scene.goRound(&worker)
        for _ in 0..<200 { try scene.report("a", "online") }
        scene.delete(before: 51, of: reports)
        calls = 12
        scene.goRound(&worker)
        #expect(calls <= 0)
        let place = scene.place(reports)
        #expect(scene.log.committed[place] == 201)
        // After 50 that were gone at first and a few at each call, one half of those left.
        let read = worker.loop.context.counters.value.records
        #expect(50..<90 ~= read)
        let missed = #"muster_missed_records_total{topic="\#(reports)"} \#(201 - read)"#
        #expect(metric(missed, of: worker))
    }

    @Test(
        "An error of before the lane was assigned anew is answered once, and nothing is passed over"
    )
    func staleError() throws {
        for resource in ["a", "b"] { try scene.report(resource, "offline") }
        var worker = scene.start()
        scene.goRound(&worker)
        worker.loop.lostOffsets = [Lane(.availability, 0): 1]
        scene.goRound(&worker)
        #expect(worker.loop.lostOffsets.isEmpty)
        #expect(metric(#"muster_missed_records_total{topic="\#(reports)"} 0"#, of: worker))
        try scene.report("b", "online")
        scene.goRound(&worker)
        #expect(worker.loop.context.counters.value.records == 3)
    }

    @Test("Whichever call fails then, what is left is read once")
    func faults() throws {
        /// How many calls there were, and what was published, apart from when.
        func run(_ incident: (place: Int, fault: Fault)?) throws -> (Int, [String]) {
            let scene = Scene()
            var calls = 0
            var isCounting = false
            var worker = scene.start {
                guard isCounting else { return nil }
                calls += 1
                return calls - 1 == incident?.place ? incident?.fault : nil
            }
            try scene.require(1)
            for resource in ["a", "b", "c"] { try scene.report(resource, "offline") }
            scene.goRound(&worker)
            isCounting = true
            for state in ["faulted", "online"] { try scene.report("a", state) }
            for resource in ["b", "c"] { try scene.report(resource, "online") }
            scene.delete(before: 5, of: reports)
            scene.goRound(&worker)
            isCounting = false
            // Brokers that did not answer are asked again after a while.
            scene.clock.advance(by: .seconds(2))
            scene.goRound(&worker)
            for resource in ["b", "c"] { try scene.report(resource, "offline") }
            scene.goRound(&worker)
            let topics = scene.settings.topics
            let texts =
                scene.texts(topics.implementationCommands) + scene.texts(topics.notifications)
            return (calls, try texts.map(Self.gist))
        }
        let (calls, whole) = try run(nil)
        #expect(calls > 20)
        #expect(whole.count > 3)
        for place in 0..<calls {
            for fault in [Fault.crash, .abort, .timeout] {
                let (_, found) = try run((place, fault))
                #expect(found == whole, "\(fault) at call \(place)")
            }
        }
    }

    /// What a command or a notice is about.
    private static func gist(_ text: String) throws -> String {
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        return ["action", "resource", "type", "status", "summary"]
            .map { json[$0].map { "\($0)" } ?? "-" }
            .joined(separator: " ")
    }
}
