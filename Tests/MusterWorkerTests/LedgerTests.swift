import MusterMessages
import Testing

@testable import MusterWorker

private let a0 = Lane(.availability, 0)
private let c0 = Lane(.configuration, 0)
private let a1 = Lane(.availability, 1)

@Suite("The ledger of what is in flight")
struct LedgerTests {
    @Test("Positions may be committed once every batch is done and every record acknowledged")
    func settling() {
        var ledger = Ledger()
        let round = ledger.begin(positions: [a0: 5, c0: 2], batches: 2)
        #expect(ledger.inFlight == 1)
        #expect(ledger.inFlight(a0) == 1)
        #expect(ledger.inFlight(a1) == 0)
        let token = ledger.publish(for: round)
        ledger.finish(batchOf: round)
        ledger.finish(batchOf: round)
        #expect(ledger.inFlight == 0)
        #expect(ledger.settle() == [:])
        ledger.acknowledge(token)
        #expect(ledger.settle() == [a0: 5, c0: 2])
        #expect(ledger.isEmpty)
    }

    @Test("A later round waits for an earlier one")
    func order() {
        var ledger = Ledger()
        let first = ledger.begin(positions: [a0: 5], batches: 1)
        let second = ledger.begin(positions: [a0: 9, a1: 1], batches: 1)
        ledger.finish(batchOf: second)
        #expect(ledger.settle() == [:])
        #expect(ledger.inFlight(a0) == 1)
        ledger.finish(batchOf: first)
        #expect(ledger.settle() == [a0: 9, a1: 1])
    }

    @Test("Records that no round led to hold nothing up but an orderly end")
    func unrelatedRecords() {
        var ledger = Ledger()
        let token = ledger.publish(for: nil)
        let round = ledger.begin(positions: [a0: 1], batches: 1)
        ledger.finish(batchOf: round)
        #expect(ledger.settle() == [a0: 1])
        #expect(!ledger.isEmpty)
        ledger.acknowledge(token)
        #expect(ledger.isEmpty)
    }

    @Test("After a drop nothing is in flight, and late acknowledgements are ignored")
    func dropping() {
        var ledger = Ledger()
        let old = ledger.begin(positions: [a0: 5], batches: 1)
        let token = ledger.publish(for: old)
        ledger.drop()
        #expect(ledger.isEmpty)
        let round = ledger.begin(positions: [a0: 1], batches: 1)
        #expect(round != old)
        ledger.acknowledge(token)
        ledger.finish(batchOf: round)
        #expect(ledger.settle() == [a0: 1])
    }
}

@Suite("Holding partitions back")
struct BrakeTests {
    private var limits: Settings.Limits {
        var limits = Settings.Limits()
        limits.inFlightPerPartition = 4
        limits.inFlight = 6
        limits.unacknowledged = 10
        return limits
    }

    @Test("A partition is paused at its limit and resumed when half of it is done")
    func perPartition() {
        var brake = Brake(limits)
        var ledger = Ledger()
        let rounds = (0..<4).map { ledger.begin(positions: [a0: Int64($0)], batches: 1) }
        let lanes = [a0, a1]
        let paused = brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: false)
        #expect(paused == Brake.Change(pause: [a0]))
        ledger.finish(batchOf: rounds[0])
        #expect(
            brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: false) == Brake.Change()
        )
        ledger.finish(batchOf: rounds[1])
        let resumed = brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: false)
        #expect(resumed == Brake.Change(resume: [a0]))
    }

    @Test("Everything is paused when there is too much of it all, or no room in the producer")
    func everything() {
        var brake = Brake(limits)
        var ledger = Ledger()
        let lanes = [a0, a1]
        let all = Brake.Change(pause: [a0, a1])
        let none = Brake.Change(resume: [a0, a1])
        #expect(brake.update(lanes: lanes, ledger: ledger, waiting: 1, all: false) == all)
        #expect(brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: false) == none)
        let tokens = (0..<10).map { _ in ledger.publish(for: nil) }
        #expect(brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: false) == all)
        for token in tokens.prefix(4) { ledger.acknowledge(token) }
        #expect(
            brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: false) == Brake.Change()
        )
        ledger.acknowledge(tokens[4])
        #expect(brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: false) == none)
        #expect(brake.update(lanes: lanes, ledger: ledger, waiting: 0, all: true) == all)
    }
}

@Suite("Rebuilding from the log")
struct ReplayTests {
    @Test("A partition is live when both of its topics have reached their ends of the start")
    func live() {
        var replay = Replay(
            ends: [a0: 3, c0: 2, a1: 0, Lane(.configuration, 1): 0],
            committed: [a0: 2]
        )
        #expect(replay.nowLive() == [1])
        #expect(replay.nowLive() == [])
        replay.advance(a0, to: 3)
        #expect(replay.nowLive() == [])
        replay.advance(c0, to: 1)
        replay.advance(c0, to: 2)
        #expect(replay.nowLive() == [0])
        #expect(replay.nowLive() == [])
    }

    @Test("Records before the committed offset are old, and unknown partitions are not ours")
    func old() {
        let replay = Replay(ends: [a0: 3, c0: 0], committed: [a0: 2])
        #expect(replay.isOld(a0, offset: 1) == true)
        #expect(replay.isOld(a0, offset: 2) == false)
        #expect(replay.isOld(c0, offset: 0) == false)
        #expect(replay.isOld(a1, offset: 0) == nil)
    }
}
