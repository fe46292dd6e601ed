import Logging
import MusterEngine
import MusterKafka
import MusterMessages
import MusterModel
import MusterTestKit
import Testing

@testable import MusterWorker

@Suite("What an assignment begins with")
struct AssignmentTests {
    @Test("Partitions go within bounds though no broker answers, and are taken up again later")
    func abortTakesLonger() throws {
        let scene = Scene()
        try scene.require(1)
        try scene.report("a", "offline")
        var isAway = false
        let worker = scene.start { isAway ? .timeout : nil }
        for _ in 0..<20 { worker.turn() }
        #expect(scene.commands.count == 1)
        // Something is open when the brokers go away and the partitions with them.
        try scene.report("b", "offline")
        try scene.report("a", "faulted")
        isAway = true
        for _ in 0..<3 { worker.turn() }
        worker.loop.rebalance(.lost(worker.loop.assigned))
        #expect(worker.loop.isAborting)
        #expect(worker.loop.assigned.isEmpty)
        for _ in 0..<10 { worker.turn() }
        #expect(!worker.isDown && worker.loop.isAborting)
        isAway = false
        scene.log.leave("w-0")
        for _ in 0..<60 { worker.turn() }
        #expect(!worker.loop.isAborting)
        #expect(!worker.isDown)
        #expect(scene.commands.count == 2)
    }

    @Test("A worker that stops leaves at once, as nobody has anything left to settle")
    func stopping() throws {
        let scene = Scene()
        try scene.report("a", "online")
        let worker = scene.start(isDeferred: true)
        let tasks = try #require(worker.deferred)
        var random = SolverRandomness(seed: 1)
        worker.meanwhile {
            tasks.work(&random)
            tasks.deliver()
        }
        for _ in 0..<60 { worker.turn() }
        #expect(!worker.loop.inFlight.isEmpty)
        worker.loop.mailbox.stop()
        let begin = scene.clock.now
        try worker.loop.run()
        #expect(begin.distance(to: scene.clock.now) < .seconds(2))
        let lane = scene.place(scene.settings.topics.resourceAvailability)
        #expect(scene.log.committed[lane] == scene.log.end(of: lane))
    }

    @Test("Domains decide on the newest of a backlog, however long, and survive its middle")
    func longBacklog() throws {
        let scene = Scene()
        try scene.require(2)
        // In between nothing is online, which would lead to commands if it were decided on.
        for round in 0..<(PartitionTask.heldLimit + 3000) / 4 {
            let state = round < PartitionTask.heldLimit / 4 ? "offline" : "online"
            for resource in ["a", "b", "c", "d"] { try scene.report(resource, state) }
        }
        var worker = scene.start()
        let lane = scene.place(scene.settings.topics.resourceAvailability)
        while (scene.log.committed[lane] ?? 0) == 0 { worker.turn() }
        #expect(scene.commands.isEmpty)
        // What was taken in without a decision is remembered as such.
        worker.connection.kill()
        worker = scene.start()
        for _ in 0..<60 { worker.turn() }
        #expect(scene.log.committed[lane] == scene.log.end(of: lane))
        #expect(scene.commands.isEmpty)
        try scene.report("a", "offline")
        try scene.report("b", "offline")
        try scene.report("c", "offline")
        for _ in 0..<20 { worker.turn() }
        #expect(scene.commands.count == 1)
    }

    @Test("Every restore asks each resource to report once, whichever call of it fails")
    func requestsOnRestore() throws {
        func run(crashAt place: Int?) throws -> (requests: [String], calls: Int) {
            let scene = Scene(asksOnRestore: true)
            try scene.report("a", "offline")
            try scene.report("b", "online")
            var worker = scene.start()
            for _ in 0..<20 { worker.turn() }
            #expect(scene.commands.isEmpty)
            worker.connection.kill()
            var calls = 0
            worker = scene.start {
                calls += 1
                return calls - 1 == place ? .crash : nil
            }
            for _ in 0..<40 {
                if worker.isDown { worker = scene.start() }
                worker.turn()
            }
            return (scene.commands, calls)
        }
        let whole = try run(crashAt: nil)
        #expect(whole.requests.count == 2)
        #expect(whole.requests.allSatisfy { $0.contains(#""action":"report""#) })
        for place in 0..<whole.calls {
            let count = try run(crashAt: place).requests.count
            // Where the first restore had come to its end, the second one asks again.
            #expect(count == 2 || count == 4, "crash at call \(place)")
        }
    }

    @Test("A decision that was due when the worker ended is made by the next one")
    func dueDecision() throws {
        let scene = Scene()
        try scene.require(1)
        for _ in 0..<PartitionTask.heldLimit { try scene.report("a", "offline") }
        let lane = scene.place(scene.settings.topics.resourceAvailability)
        var worker = scene.start()
        while (scene.log.committed[lane] ?? 0) == 0 { worker.turn() }
        worker.connection.kill()
        let before = scene.commands.count
        worker = scene.start()
        for _ in 0..<60 { worker.turn() }
        #expect(before == 0)
        #expect(scene.commands.count == 1)
    }

    @Test(
        "When partitions are added to one topic only, the worker ends and says which has how many"
    )
    func partitionsAdded() throws {
        let scene = Scene()
        let worker = scene.start()
        for _ in 0..<5 { worker.turn() }
        #expect(worker.error == nil)
        scene.log.toldCounts = [scene.settings.topics.resourceAvailability: 2]
        // The group assigns anew when it hears of new partitions.
        scene.log.join("another")
        for _ in 0..<10 { worker.turn() }
        #expect(
            worker.error
                == .differentPartitionCounts([
                    "resource-availability": 2, "desired-config": 1, "muster-state": 1,
                ])
        )
    }

    @Test("When partitions are added to all topics, the worker ends and says why it cannot go on")
    func partitionsAddedEverywhere() throws {
        let scene = Scene()
        let worker = scene.start()
        for _ in 0..<5 { worker.turn() }
        let topics = scene.settings.topics
        worker.loop.mailbox.post(counts: [
            topics.resourceAvailability: 1, topics.desiredConfig: 1, topics.state: 1,
        ])
        worker.turn()
        #expect(worker.error == nil)
        worker.loop.mailbox.post(counts: [
            topics.resourceAvailability: 3, topics.desiredConfig: 3, topics.state: 3,
        ])
        worker.turn()
        #expect(worker.error == .partitionsChanged(from: 1, to: 3))
    }

    @Test("A domain whose records go to another partition by now is not restored where it was")
    func movedDomain() throws {
        let scene = Scene()
        try scene.require(1)
        try scene.report("a", "online")
        let worker = scene.start()
        for _ in 0..<20 { worker.turn() }
        worker.connection.kill()
        let topics = scene.settings.topics
        scene.log.toldCounts = [
            topics.resourceAvailability: 6, topics.desiredConfig: 6, topics.state: 6,
        ]
        let next = scene.start()
        for _ in 0..<20 { next.turn() }
        let right = Partitioner.partition(forKey: "d".utf8, count: 6)
        #expect(right != 0)
        #expect(
            next.error
                == .movedDomain(DomainID("d"), partition: 0, belongsTo: right, of: 6)
        )
    }

    @Test("A revocation waits within bounds for tasks, and what they bring later is for nobody")
    func boundedRevocation() throws {
        let scene = Scene()
        try scene.require(1)
        let old = scene.start(named: "w-1", isDeferred: true)
        var random = SolverRandomness(seed: 1)
        for _ in 0..<10 {
            old.turn()
            old.deferred?.work(&random)
            old.deferred?.deliver()
        }
        try scene.report("a", "offline")
        for _ in 0..<3 { old.turn() }
        // It has decided, but nobody hears of it in time.
        old.deferred?.work(&random)
        let new = scene.start(named: "w-0")
        let before = scene.clock.now
        old.turn()
        #expect(before.distance(to: scene.clock.now) >= scene.settings.revocationLimit)
        #expect(before.distance(to: scene.clock.now) < scene.settings.revocationLimit * 2)
        for _ in 0..<10 { new.turn() }
        #expect(scene.commands.count == 1)
        old.deferred?.deliver()
        #expect(old.deferred?.lateResults == 1)
        for _ in 0..<10 {
            old.turn()
            new.turn()
        }
        #expect(scene.commands.count == 1)
        #expect(old.error == nil)
    }

    @Test("New domains beyond what a partition has room for are put aside, known ones go on")
    func tooManyDomains() throws {
        var settings = Scene().settings
        settings.limits.domainsPerPartition = 2
        let scene = Scene(settings)
        for domain in ["a", "b", "c", "a"] {
            try scene.append(
                #"{"resource":"r"}"#,
                to: settings.topics.resourceAvailability,
                domain
            )
            try scene.append("{", to: settings.topics.desiredConfig, domain)
        }
        let worker = scene.start()
        for _ in 0..<20 { worker.turn() }
        let letters = scene.log.visible(settings.topics.deadLetters).joined().filter { record in
            record.headers.contains(RecordHeader("muster-error-code", "too-many-domains"))
        }
        #expect(letters.map(\.key) == [Array("c".utf8)])
    }

    @Test("A changelog of a later version, or of somebody else, ends the worker with a reason")
    func foreignChangelogs() throws {
        for (key, value, reason) in [
            ([1] + Array("d".utf8) + Array("d".utf8), [UInt8(200)], "version"),
            ([], [1], "topics.state"),
        ] {
            let scene = Scene()
            try scene.log.append(
                MemoryLog.Record(key: key, value: value),
                to: scene.place(scene.settings.topics.state)
            )
            try scene.report("a", "online")
            let worker = scene.start()
            for _ in 0..<10 { worker.turn() }
            let error = try #require(worker.error)
            #expect(error.description.contains(reason))
            #expect(scene.log.committed.isEmpty)
        }
    }

    @Test("A worker that the group has given up commits nothing, whatever it has decided")
    func zombie() throws {
        let scene = Scene()
        try scene.require(1)
        let old = scene.start()
        for _ in 0..<10 { old.turn() }
        let new = scene.start(named: "w-1")
        scene.log.leave("w-0")
        for _ in 0..<10 { new.turn() }
        // It has not polled, so it does not know.
        try scene.report("a", "offline")
        old.loop.outbox.add(
            Unit(
                outputs: [OutboundRecord(topic: .commands, key: [1], value: [2], headers: [])],
                positions: [Lane(.availability, 0): 1]
            ),
            of: 0
        )
        try old.loop.takeMail()
        try old.loop.commit()
        for _ in 0..<10 { new.turn() }
        #expect(scene.commands.count == 1)
        #expect(scene.commands.allSatisfy { $0.contains("start") })
        #expect(old.error == nil)
    }
}
