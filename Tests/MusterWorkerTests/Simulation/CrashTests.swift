import Foundation
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

/// What happens at a call.
private enum Incident: CaseIterable {
    /// The worker's process ends before the call has had its effect, or after.
    case crash
    /// The transaction has to be aborted.
    case abort
    /// No answer comes in time.
    case timeout
    /// A second process of the same name begins, and the first one does not know.
    case isReplaced
    /// The group gives the worker up and another one takes over, and the first does not know.
    case isGivenUp
}

/// Counts the calls of workers and lets something happen at some of them.
private final class Incidents {
    var calls = 0
    private let places: [Int: Incident]

    init(_ places: [Int: Incident] = [:]) { self.places = places }

    func next() -> Incident? {
        defer { calls += 1 }
        return places[calls]
    }
}

/// The workers of a run: one, or for a while one that takes over from it.
private final class Cast {
    let log: MemoryLog
    let clock: SimulatedClock
    private let settings: Settings
    private let incidents: Incidents
    private var workers: [SimulatedWorker] = []
    /// Why processes have ended.
    private(set) var errors: [WorkerError] = []

    init(_ log: MemoryLog, _ clock: SimulatedClock, _ settings: Settings, _ incidents: Incidents) {
        (self.log, self.clock, self.settings, self.incidents) = (log, clock, settings, incidents)
    }

    private func start(_ name: String) {
        let worker = SimulatedWorker(
            name,
            log: log,
            settings: settings,
            clock: clock,
            fault: { [unowned self] in fault(at: incidents.next(), of: name) }
        )
        workers.append(worker)
    }

    private func fault(at incident: Incident?, of name: String) -> Fault? {
        switch incident {
        case nil: break
        case .crash: return .crash
        case .abort: return .abort
        case .timeout: return .timeout
        case .isReplaced: start(name)
        case .isGivenUp:
            log.leave(name)
            start(name == "w-0" ? "w-1" : "w-0")
        }
        return nil
    }

    /// Lets the workers do what there is to do, and starts one where all have ended.
    func settle() {
        // What is done is seen in the log, save for the few turns that an assignment takes.
        var (changes, idle) = (log.changes, 0)
        while idle < 8 {
            errors += workers.compactMap(\.error)
            workers.removeAll(where: \.isDown)
            if workers.isEmpty { start("w-0") }
            for worker in workers { worker.turn() }
            idle = log.changes == changes ? idle + 1 : 0
            changes = log.changes
        }
    }
}

@Suite("Exactly once, whatever call fails")
struct CrashTests {
    private static let patience = Duration.milliseconds(10)

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
                // What says nothing new waits for a moment, here for the one behind it.
                ("d", report("a", "online")), ("d", report("a", "online")),
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
        // What says nothing new waits for its moment to be over.
        Chapter(reports: [("d", report("a", "online")), ("d", report("a", "online"))]),
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

    private static func settings(_ guarantee: Settings.Guarantee) -> Settings {
        var settings = Settings()
        settings.guarantee = guarantee
        settings.topics.partitions = 2
        settings.limits.commitInterval = .zero
        settings.limits.patience = patience
        // What a restore alone leads to would tell apart what else is the same.
        settings.asksOnRestore = false
        return settings
    }

    /// What a consumer of committed records sees in the end, and the state that is left.
    private struct Outcome: Equatable {
        var outputs: [String: [[MemoryLog.Record]]] = [:]
        var state: [[UInt8]: [UInt8]] = [:]
        /// Why processes have ended; none of it is seen from outside.
        var errors: [WorkerError] = []

        /// The same with a partition for each domain's records of each partition.
        var byDomain: Outcome {
            var outcome = self
            for (topic, partitions) in outputs {
                outcome.outputs[topic] = nil
                for (number, records) in partitions.enumerated() {
                    for var record in records {
                        // Which worker it was.
                        record.headers.removeAll { $0.name == "__connect.errors.task.id" }
                        outcome.outputs[
                            "\(topic)[\(number)] \(Self.domain(of: record))",
                            default: [[]]
                        ][0].append(record)
                    }
                }
            }
            return outcome
        }

        /// What somebody who acts on the outputs does, each once: commands by resource, notices by
        /// what they tell, dead letters by where they come from.
        var effects: Set<String> {
            Set(
                outputs.flatMap { topic, partitions in
                    partitions.joined().map { "\(topic): \(Self.effect(of: $0))" }
                }
            )
        }

        private static func effect(of record: MemoryLog.Record) -> String {
            let object = try? JSONSerialization.jsonObject(with: Data(record.value ?? []))
            guard let members = object as? [String: Any], members["domain"] != nil else {
                let origin = record.headers.last { $0.name == RecordOrigin.header }
                return String(decoding: origin?.value ?? [], as: UTF8.self)
            }
            // Numbers of plans, and which of them gave way to which, may differ.
            let names = ["domain", "resource", "action", "type", "status", "policy"]
            let texts = names.compactMap { members[$0] as? String }
            return texts.contains { $0.hasPrefix("plan-") } ? "" : texts.joined(separator: " ")
        }

        private static func domain(of record: MemoryLog.Record) -> String {
            let id = record.headers.first { $0.name == "ce_id" }?.value ?? record.key ?? []
            return String(decoding: id.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
        }

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

    private static func run(
        _ incidents: Incidents,
        chapters: Int = history.count,
        guarantee: Settings.Guarantee = .exactlyOnce
    ) -> Outcome {
        let log = MemoryLog(partitions: 2)
        let clock = SimulatedClock()
        let settings = settings(guarantee)
        let cast = Cast(log, clock, settings, incidents)
        cast.settle()
        for chapter in history.prefix(chapters) {
            clock.advance(by: chapter.wait)
            for (domain, value) in chapter.reports {
                append(value, domain, to: settings.topics.resourceAvailability, log, clock)
            }
            for (domain, value) in chapter.documents {
                append(value, domain, to: settings.topics.desiredConfig, log, clock)
            }
            cast.settle()
            clock.advance(by: patience * 2)
            cast.settle()
        }
        var outcome = Outcome(errors: cast.errors)
        for topic in settings.topics.outbound where topic != settings.topics.state {
            outcome.outputs[topic] = log.visible(topic)
        }
        for record in log.visible(settings.topics.state).joined() {
            outcome.state[record.key ?? []] = record.value
        }
        return outcome
    }

    /// Appends a record in a transaction of the sender's, behind one that the sender has aborted:
    /// the partition has records that must not be seen, and offsets that are no record's.
    private static func append(
        _ value: String?,
        _ domain: String,
        to topic: String,
        _ log: MemoryLog,
        _ clock: SimulatedClock
    ) {
        let place = MemoryLog.Place(
            topic: topic,
            partition: Partitioner.partition(forKey: domain.utf8, count: log.partitions)
        )
        let epoch = log.begin("sender")
        for text in [#"{"resource":"ghost","state":"#, value] {
            let record = MemoryLog.Record(
                key: Array(domain.utf8),
                value: text.map { Array($0.utf8) },
                timestamp: clock.now.milliseconds
            )
            try? log.append(record, to: place, id: "sender", epoch: epoch)
            if text == value {
                try? log.commit("sender", epoch: epoch)
            } else {
                try? log.abort("sender", epoch: epoch)
            }
        }
    }

    @Test("The history leads to commands, notices, dead letters and commands sent again")
    func history() {
        let incidents = Incidents()
        let outcome = Self.run(incidents)
        let counts = outcome.outputs.mapValues { $0.joined().count }
        #expect(counts["implementation-commands", default: 0] >= 5)
        #expect(counts["notifications", default: 0] >= 15)
        #expect(counts["muster-dead-letters"] == 4)
        #expect(incidents.calls > 100)
        #expect(!outcome.state.isEmpty)
        #expect(outcome.errors.isEmpty)
        #expect(Self.run(Incidents()) == outcome)
    }

    @Test("A crash at any call, before or after its effect, changes no output and no state")
    func crashes() async {
        await check([.crash])
    }

    @Test("A transaction that has to be aborted, or an answer that is late, changes nothing either")
    func aborts() async {
        await check([.abort, .timeout])
    }

    private func check(_ incidents: [Incident]) async {
        let whole = Incidents()
        let expected = Self.run(whole)
        for place in 0..<whole.calls {
            // Others wait for this thread, too.
            await Task.yield()
            for incident in incidents {
                let outcome = Self.run(Incidents([place: incident]))
                #expect(
                    outcome.difference(from: expected) == nil,
                    "\(incident) at call \(place)"
                )
            }
        }
    }

    @Test("A process that was replaced at any call is fenced and has done nothing by halves")
    func replaced() async {
        let whole = Incidents()
        let expected = Self.run(whole, chapters: 3)
        var fenced = 0
        for place in 0..<whole.calls {
            // Others wait for this thread, too.
            await Task.yield()
            let outcome = Self.run(Incidents([place: .isReplaced]), chapters: 3)
            #expect(outcome.difference(from: expected) == nil, "replaced at call \(place)")
            let ends = outcome.errors.count { if case .fenced = $0 { true } else { false } }
            #expect(ends == outcome.errors.count, "replaced at call \(place): \(outcome.errors)")
            fenced += min(1, ends)
        }
        // Who is replaced at the very end does not hear of it any more.
        #expect(fenced >= whole.calls - 12)
    }

    @Test("A worker that the group has given up at any call commits nothing that another does too")
    func givenUp() async {
        let whole = Incidents()
        let expected = Self.run(whole, chapters: 3)
        for place in 0..<whole.calls {
            // Others wait for this thread, too.
            await Task.yield()
            let outcome = Self.run(Incidents([place: .isGivenUp]), chapters: 3)
            // Two workers' transactions overlap: the order across domains is not given.
            #expect(
                outcome.byDomain.difference(from: expected.byDomain) == nil,
                "given up at call \(place)"
            )
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test("A crash at any call, and another one at any call of what restores, change nothing")
    func crashesTwice() async {
        let whole = Incidents()
        let expected = Self.run(whole, chapters: 1)
        for first in 0..<whole.calls {
            await Task.yield()
            for second in first + 1..<first + 7 {
                let outcome = Self.run(
                    Incidents([first: .crash, second: .crash]),
                    chapters: 1
                )
                #expect(
                    outcome.difference(from: expected) == nil,
                    "crashes at calls \(first) and \(second)"
                )
            }
        }
    }

    @Test("At least once, nothing is lost whatever happens at any call")
    func atLeastOnce() async {
        let whole = Incidents()
        let expected = Self.run(whole, chapters: 2, guarantee: .atLeastOnce)
        #expect(expected.difference(from: Self.run(Incidents(), chapters: 2)) == nil)
        let wanted = expected.effects
        for place in 0..<whole.calls {
            // Others wait for this thread, too.
            await Task.yield()
            for incident in [Incident.crash, .abort, .isGivenUp] {
                let outcome = Self.run(
                    Incidents([place: incident]),
                    chapters: 2,
                    guarantee: .atLeastOnce
                )
                let missing = wanted.subtracting(outcome.effects)
                #expect(missing.isEmpty, "\(incident) at call \(place): \(missing.sorted())")
                // A process may end, but the next one finds nothing that it cannot read.
                #expect(
                    outcome.errors.allSatisfy { if case .failed = $0 { true } else { false } },
                    "\(incident) at call \(place): \(outcome.errors)"
                )
            }
        }
    }
}
