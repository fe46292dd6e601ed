import Logging
import MusterEngine
import MusterKafka
import MusterMessages
import MusterModel
import Testing

@testable import MusterWorker

/// What happens in the world, in steps that each are read in one go.
private struct Chapter {
    var wait: Duration = .seconds(1)
    var reports: [(String, String?)] = []
    var documents: [(String, String)] = []
}

/// Counts the calls of a worker and lets one of them go wrong.
private final class OneFault {
    var calls = 0
    private let place: Int
    private let fault: Fault

    init(_ fault: Fault = .crash, at place: Int = -1) {
        self.fault = fault
        self.place = place
    }

    func next() -> Fault? {
        defer { calls += 1 }
        return calls == place ? fault : nil
    }
}

@Suite("Exactly once, whatever call fails")
struct CrashTests {
    private static func policy(_ name: String, _ count: Int) -> String {
        #"{"apiVersion":"muster/v1","kind":"Policy","name":"\#(name)","#
            + #""parameters":{"n":\#(count)},"require":{"count":{"kind":"vm"},"atLeast":"${n}"}}"#
    }

    private static func report(_ resource: String, _ state: String) -> String {
        #"{"resource":"\#(resource)","state":"\#(state)"}"#
    }

    /// A policy, commands, confirmations, failures, bad records, a command that is sent again.
    private static let history: [Chapter] = [
        Chapter(
            reports: [
                ("d", report("a", "online")), ("d", report("b", "offline")),
                ("e", report("a", "offline")),
            ],
            documents: [("d", policy("two", 2)), ("e", policy("one", 1))]
        ),
        Chapter(
            reports: [("d", "{"), ("d", report("b", "online")), ("e", nil)],
            documents: [("e", "kind: Nonsense")]
        ),
        Chapter(
            reports: [
                ("d", report("b", "faulted")), ("d", report("c", "offline")),
                ("e", #"{"resource":"a","state":"offline","ttl":"20s"}"#),
            ],
            documents: [
                (
                    "d",
                    #"{"kind":"Policy","name":"gone","deleted":true,"#
                        + #""apiVersion":"muster/v1"}"#
                )
            ]
        ),
        // Nothing comes, but commands have deadlines and reports expire.
        Chapter(wait: .seconds(70)),
        Chapter(
            reports: [
                ("d", report("c", "online")), ("d", #"{"resource":"b","removed":true}"#),
                ("e", report("a", "online")),
            ]
        ),
        Chapter(
            reports: [("d", report("d", "offline")), ("e", report("b", "online"))],
            documents: [("d", policy("two", 3)), ("e", policy("one", 2))]
        ),
    ]

    private static var settings: Settings {
        var settings = Settings()
        settings.topics.partitions = 2
        settings.limits.commitInterval = .zero
        // What a restore alone leads to would tell apart what else is the same.
        settings.asksOnRestore = false
        return settings
    }

    /// What a consumer of committed records sees in the end, and the state that is left.
    private struct Outcome: Equatable {
        var outputs: [String: [[MemoryLog.Record]]] = [:]
        var state: [[UInt8]: [UInt8]] = [:]

        /// The first thing that differs, in words.
        func difference(from expected: Outcome) -> String? {
            for (topic, partitions) in expected.outputs.sorted(by: { $0.key < $1.key }) {
                for (number, wanted) in partitions.enumerated() {
                    let found = outputs[topic]?[number] ?? []
                    if let difference = MemoryLog.difference(found, wanted) {
                        return "\(topic)[\(number)]: \(difference)"
                    }
                }
            }
            for key in Set(state.keys).union(expected.state.keys)
            where state[key] != expected.state[key] {
                return "state of \(String(decoding: key, as: UTF8.self)): "
                    + "\(state[key] ?? []) instead of \(expected.state[key] ?? [])"
            }
            return nil
        }
    }

    private static func run(_ fault: OneFault, guarantee: Settings.Guarantee = .exactlyOnce)
        -> Outcome
    {
        let log = MemoryLog(partitions: 2)
        let clock = SimulatedClock()
        let settings = settings
        func start(_ fault: @escaping () -> Fault?) -> SimulatedWorker {
            SimulatedWorker(
                "w-0",
                log: log,
                settings: settings,
                clock: clock,
                fault: fault
            )
        }
        var worker = start(fault.next)
        settle(&worker, log) { start { nil } }
        for chapter in history {
            clock.advance(by: chapter.wait)
            for (domain, value) in chapter.reports {
                append(value, domain, to: settings.topics.resourceAvailability, log, clock)
            }
            for (domain, value) in chapter.documents {
                append(value, domain, to: settings.topics.desiredConfig, log, clock)
            }
            settle(&worker, log) { start { nil } }
        }
        var outcome = Outcome()
        for topic in settings.topics.outbound where topic != settings.topics.state {
            outcome.outputs[topic] = log.visible(topic)
        }
        for record in log.visible(settings.topics.state).joined() {
            outcome.state[record.key ?? []] = record.value
        }
        return outcome
    }

    private static func append(
        _ value: String?,
        _ domain: String,
        to topic: String,
        _ log: MemoryLog,
        _ clock: SimulatedClock
    ) {
        let partition = Partitioner.partition(forKey: domain.utf8, count: log.partitions)
        try? log.append(
            MemoryLog.Record(
                key: Array(domain.utf8),
                value: value.map { Array($0.utf8) },
                timestamp: clock.now.milliseconds
            ),
            to: MemoryLog.Place(topic: topic, partition: partition)
        )
    }

    /// Lets the worker do what there is to do, and starts it again where it has ended.
    private static func settle(
        _ worker: inout SimulatedWorker,
        _ log: MemoryLog,
        restart: () -> SimulatedWorker
    ) {
        for _ in 0..<40 {
            if worker.isDown { worker = restart() }
            worker.turn()
        }
    }

    @Test("The history leads to commands, notices, dead letters and commands sent again")
    func history() {
        let fault = OneFault()
        let outcome = Self.run(fault)
        let counts = outcome.outputs.mapValues { $0.joined().count }
        #expect(counts["implementation-commands", default: 0] >= 5)
        #expect(counts["notifications", default: 0] >= 15)
        #expect(counts["muster-dead-letters"] == 4)
        #expect(fault.calls > 100)
        #expect(!outcome.state.isEmpty)
        #expect(Self.run(OneFault()) == outcome)
    }

    @Test("A crash at any call, before or after its effect, changes no output and no state")
    func crashes() {
        let whole = OneFault()
        let expected = Self.run(whole)
        for place in 0..<whole.calls {
            let outcome = Self.run(OneFault(.crash, at: place))
            #expect(outcome.difference(from: expected) == nil, "crash at call \(place)")
        }
    }

    @Test("A transaction that has to be aborted, or an answer that is late, changes nothing either")
    func aborts() {
        let whole = OneFault()
        let expected = Self.run(whole)
        for place in 0..<whole.calls {
            for fault in [Fault.abort, .timeout] {
                let outcome = Self.run(OneFault(fault, at: place))
                #expect(
                    outcome.difference(from: expected) == nil,
                    "\(fault) at call \(place)"
                )
            }
        }
    }
}
