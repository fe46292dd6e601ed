// When a task hands out what it was given: at once where something follows, else a little later,
// when there is more of it.

import MusterEngine
import MusterMessages
import MusterModel
import MusterTestKit
import Testing

@testable import MusterWorker

@Suite struct PartitionTaskTests {
    private static let policy = """
        apiVersion: muster/v1
        kind: Policy
        name: two-up
        require: {count: {kind: vm}, atLeast: 2}
        """

    /// A record as a poll brings it.
    private struct Polled: PolledRecord {
        let offset: Int64
        let key: [UInt8]
        let value: [UInt8]
        let timestamp: Int64? = 0
        /// A header that means nothing, by which a record is decoded in any case.
        var isMarked = false

        var keyCount: Int? { key.count }
        var valueCount: Int? { value.count }

        func appendKey(to target: inout [UInt8]) { target += key }
        func appendValue(to target: inout [UInt8]) { target += value }
        func forEachHeader(_ body: (_ name: String, _ value: [UInt8]?) -> Void) {
            if isMarked { body("mark", nil) }
        }
    }

    /// The task of the one partition, with the time in hand.
    private final class Bench {
        let clock = SimulatedClock()
        let task: PartitionTask
        private(set) var offset: Int64 = 0

        init() {
            task = PartitionTask(
                TaskStart(partition: 0, epoch: 0, partitionCount: 1, positions: [:], domains: []),
                context: .quiet(clock: clock),
                mailbox: Mailbox()
            )
            _ = task.take([.live])
        }

        private func give(_ topic: InboundRecord.Topic, _ value: String) -> TaskResult? {
            var batch = RecordBatch()
            batch.append(
                Polled(offset: offset, key: Array("d".utf8), value: Array(value.utf8)),
                lane: Lane(topic, 0)
            )
            offset += 1
            return task.take([.records(batch)]).first
        }

        /// Reports as one batch.
        func batch(_ reports: [String], isMarked: Bool) -> RecordBatch {
            var batch = RecordBatch()
            for report in reports {
                batch.append(
                    Polled(
                        offset: offset,
                        key: Array("d".utf8),
                        value: Array(report.utf8),
                        isMarked: isMarked
                    ),
                    lane: Lane(.availability, 0)
                )
                offset += 1
            }
            return batch
        }

        /// Sets the policy.
        func configure() -> TaskResult? { give(.configuration, PartitionTaskTests.policy) }

        /// Reports a machine.
        func report(
            _ name: String,
            _ state: String,
            _ sequence: Int,
            more: String = ""
        ) -> TaskResult? {
            let report = """
                {"resource":"\(name)","kind":"vm","state":"\(state)","labels":{"a":"b"},\
                "sequence":\(sequence)\(more)}
                """
            return give(.availability, report)
        }
    }

    /// A task that knows three machines, of which two are wanted and online.
    private func bench() throws -> Bench {
        let bench = Bench()
        let outputs = try #require(bench.configure()?.unit).outputs
        #expect(outputs.allSatisfy { $0.topic != .deadLetters })
        for sequence in 1...3 {
            for (name, state) in [("a", "online"), ("b", "online"), ("c", "offline")] {
                _ = bench.report(name, state, sequence)
            }
        }
        _ = bench.task.take([.settle])
        return bench
    }

    @Test("what is read in passing leads to what decoding it leads to", arguments: 0..<20)
    func equivalence(seed: UInt64) throws {
        var random = SolverRandomness(seed: seed)
        let benches = [try bench(), try bench()]
        var outputs: [[OutboundRecord]] = [[], []]
        var states: [[[UInt8]: [UInt8]]] = [[:], [:]]
        var sequence = 10
        func take(_ inputs: [TaskInput], _ number: Int) {
            for case let unit? in benches[number].task.take(inputs).map(\.unit) {
                outputs[number] += unit.outputs.map { output in
                    var output = output
                    // Dead letters and the like repeat the record's own.
                    output.headers.removeAll { $0.name == "mark" }
                    return output
                }
                for entry in unit.entries { states[number][entry.key] = entry.value }
            }
        }
        for _ in 0..<60 {
            var reports: [String] = []
            for _ in 0..<random.pick(1...8) {
                sequence += random.pick(-1...2)
                let state = random.pick(["online", "online", "offline", "faulted", "starting"])
                let labels = random.pick([#"{"a":"b"}"#, #"{"a":"b"}"#, #"{"a":"c"}"#, "{}"])
                let ttl = random.pick(["", "", #","ttl":"1h""#])
                let name = random.pick(["a", "b", "c", "d"])
                let time = benches[0].clock.now.rfc3339
                reports.append(
                    #"{"resource":"\#(name)","kind":"vm","state":"\#(state)","labels":\#(labels),"#
                        + #""sequence":\#(sequence),"observedAt":"\#(time)"\#(ttl)}"#
                )
            }
            let wait = Duration.milliseconds(random.pick([0, 1, 30, 5000]))
            for (number, bench) in benches.enumerated() {
                take([.records(bench.batch(reports, isMarked: number == 1))], number)
                bench.clock.advance(by: wait)
                take([.clock], number)
            }
        }
        for number in 0...1 { take([.settle], number) }
        #expect(outputs[0].count > 20)
        #expect(outputs[0] == outputs[1])
        #expect(states[0] == states[1])
    }

    @Test("reports of which nothing follows wait for more, and make one entry for a resource")
    func waiting() throws {
        let bench = try bench()
        for sequence in 4..<20 {
            let result = try #require(bench.report("a", "online", sequence))
            #expect(result.unit == nil)
            #expect(result.inputs == 1 && result.batches.count == 1)
            // Somebody will ask for it.
            #expect(result.nextDeadline.map { $0 > bench.clock.now } == true)
        }
        bench.clock.advance(by: .milliseconds(15))
        let unit = try #require(bench.report("a", "online", 20)?.unit)
        #expect(unit.entries.count == 1)
        let offset = try #require(unit.positions[Lane(.availability, 0)])
        #expect(bench.report("a", "online", 21)?.unit == nil)
        bench.clock.advance(by: .milliseconds(15))
        let later = try #require(bench.task.take([.clock]).first?.unit)
        #expect(later.entries.count == 1)
        #expect(later.positions[Lane(.availability, 0)] == offset + 1)
    }

    @Test("where reports are all outdated, what was read is committed all the same")
    func outdated() throws {
        let bench = try bench()
        #expect(bench.report("a", "online", 1)?.unit == nil)
        bench.clock.advance(by: .milliseconds(15))
        let unit = try #require(bench.task.take([.clock]).first?.unit)
        #expect(unit.entries.isEmpty)
        #expect(unit.positions[Lane(.availability, 0)] == bench.offset)
        #expect(bench.task.take([.clock]).first?.unit == nil)
    }

    @Test("a lease that ends while its report waits is seen in time")
    func leases() throws {
        let bench = try bench()
        func report(_ sequence: Int, _ age: Duration, ttl: String) -> TaskResult? {
            let time = (bench.clock.now + (.zero - age)).rfc3339
            let more = #","observedAt":"\#(time)","ttl":"\#(ttl)""#
            return bench.report("a", "online", sequence, more: more)
        }
        for sequence in 4..<7 { _ = report(sequence, .zero, ttl: "1h") }
        _ = bench.task.take([.settle])
        // Of this lease there are four milliseconds left.
        let result = try #require(report(7, .milliseconds(996), ttl: "1s"))
        #expect(result.unit == nil)
        let deadline = try #require(result.nextDeadline)
        #expect(deadline <= bench.clock.now + .milliseconds(4))
    }

    @Test("a clock that is put back makes nothing wait longer")
    func clockPutBack() throws {
        let bench = try bench()
        #expect(bench.report("a", "online", 4)?.unit == nil)
        bench.clock.advance(by: .seconds(-3600))
        let result = try #require(bench.report("a", "online", 5))
        let end = bench.clock.now + .milliseconds(20)
        #expect(result.unit != nil || result.nextDeadline.map { $0 <= end } == true)
    }

    @Test("what waits goes with the first thing that cannot, and at the end")
    func together() throws {
        let bench = try bench()
        #expect(bench.report("a", "online", 4)?.unit == nil)
        // One that is not in use breaks down, which people are told of at once.
        let told = try #require(bench.report("c", "faulted", 4)?.unit)
        #expect(told.entries.count > 1)
        #expect(!told.outputs.isEmpty)
        #expect(bench.report("a", "online", 5)?.unit == nil)
        let decided = try #require(bench.report("b", "faulted", 5)?.unit)
        #expect(decided.entries.count > 2)
        #expect(bench.report("a", "online", 6)?.unit == nil)
        let rest = try #require(bench.task.take([.settle]).first)
        #expect(rest.inputs == 1)
        #expect(rest.unit?.entries.count == 1)
        #expect(bench.task.take([.settle]).first?.unit == nil)
    }
}
