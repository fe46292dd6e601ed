import MusterEngine
import MusterKafka
import MusterMessages
import Testing

@testable import MusterWorker

private let a0 = Lane(.availability, 0)
private let c0 = Lane(.configuration, 0)
private let a1 = Lane(.availability, 1)
private let c1 = Lane(.configuration, 1)

@Suite("Holding partitions back")
struct BrakeTests {
    private var limits: Settings.Limits {
        var limits = Settings.Limits()
        limits.inFlightPerPartition = 4
        limits.inFlight = 6
        return limits
    }

    @Test("A partition is paused at its limit and resumed when half of it is done")
    func perPartition() {
        var brake = Brake(limits)
        let paused = brake.update(inFlight: [0: 4, 1: 0], waiting: 0, all: false)
        #expect(paused == Brake.Change(pause: [a0, c0]))
        #expect(brake.isCongested(inFlight: [0: 4, 1: 0], waiting: 0))
        #expect(!brake.isCongested(inFlight: [0: 3, 1: 2], waiting: 0))
        #expect(brake.isCongested(inFlight: [0: 3, 1: 3], waiting: 0))
        #expect(brake.isCongested(inFlight: [0: 0], waiting: 1))
        #expect(
            brake.update(inFlight: [0: 3, 1: 0], waiting: 0, all: false) == Brake.Change()
        )
        let resumed = brake.update(inFlight: [0: 2, 1: 0], waiting: 0, all: false)
        #expect(resumed == Brake.Change(resume: [a0, c0]))
    }

    @Test("Everything is paused when there is too much of it all, or no room in the producer")
    func everything() {
        var brake = Brake(limits)
        let all = Brake.Change(pause: [a0, c0, a1, c1])
        let none = Brake.Change(resume: [a0, c0, a1, c1])
        #expect(brake.update(inFlight: [0: 0, 1: 0], waiting: 1, all: false) == all)
        #expect(brake.update(inFlight: [0: 0, 1: 0], waiting: 0, all: false) == none)
        #expect(brake.update(inFlight: [0: 3, 1: 3], waiting: 0, all: false) == all)
        #expect(brake.update(inFlight: [0: 2, 1: 2], waiting: 0, all: false) == Brake.Change())
        #expect(brake.update(inFlight: [0: 2, 1: 1], waiting: 0, all: false) == none)
        #expect(brake.update(inFlight: [0: 0, 1: 0], waiting: 0, all: true) == all)
    }

    @Test("A partition that is being restored stays paused until it is read")
    func restoring() {
        var brake = Brake(limits)
        brake.reset(paused: [a0, c0, a1, c1])
        #expect(
            brake.update(inFlight: [0: 0], waiting: 0, all: false)
                == Brake.Change(resume: [a0, c0])
        )
        #expect(brake.paused == [a1, c1])
    }
}

@Suite("Catching up")
struct CatchUpTests {
    @Test("A partition is live when both of its topics have reached their ends of the start")
    func live() {
        var catchUp = CatchUp()
        catchUp.begin(a0, at: 0, target: 3)
        catchUp.begin(c0, at: 1, target: 2)
        catchUp.begin(a1, at: 0, target: 0)
        catchUp.begin(c1, at: 7, target: 7)
        #expect(catchUp.nowLive() == [1])
        #expect(catchUp.nowLive() == [])
        catchUp.advance(a0, to: 3)
        #expect(catchUp.nowLive() == [])
        catchUp.advance(c0, to: 1)
        catchUp.advance(c0, to: 2)
        #expect(catchUp.nowLive() == [0])
        #expect(catchUp.nowLive() == [])
    }
}

@Suite("The outbox")
struct OutboxTests {
    private let output = OutboundRecord(topic: .commands, key: [1], value: nil, headers: [])

    @Test("Units are published in order, and positions stand for the newest of them")
    func order() throws {
        var outbox = Outbox()
        outbox.add(Unit(outputs: [output], positions: [a0: 5, c0: 1]), of: 0)
        outbox.add(Unit(outputs: [output, output], positions: [a0: 7, c0: 1]), of: 0)
        #expect(outbox.isDirty && outbox.waiting == 3)
        #expect(outbox.positions == [a0: 7, c0: 1])
        var published = 0
        #expect(throws: KafkaError.self) {
            try outbox.drain { (_: Outbox.Item) throws(KafkaError) in
                if published == 2 { throw KafkaError(.queueFull) }
                published += 1
            }
        }
        #expect(outbox.waiting == 1 && !outbox.isEmpty)
        outbox.drain { _ in published += 1 }
        #expect(published == 3 && outbox.isEmpty && outbox.isDirty)
        outbox.committed()
        #expect(!outbox.isDirty && outbox.positions.isEmpty && outbox.outputs.isEmpty)
    }
}
