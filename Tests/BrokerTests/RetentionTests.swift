// A broker that deletes records before the worker has read them.

import Foundation
import MusterBusKit
import MusterKafka
import Testing

@Suite("The worker and a broker's retention", .timeLimit(.minutes(3)))
struct RetentionTests {
    private static let padding = String(repeating: "x", count: 1000)

    private static func report(_ resource: String, _ state: String, _ number: Int) -> String {
        #"{"resource":"\#(resource)","state":"\#(state)","attributes":{"serial":\#(number),"#
            + #""note":"\#(padding)"}}"#
    }

    @Test("A worker that was away for too long goes on with what is left, and forgets nothing")
    func overtaken() async throws {
        try await blocking {
            let broker = try EmbeddedBroker(log: { _ in })
            let topics = BusTopics(prefix: "")
            for topic in topics.all { try broker.create(topic: topic, partitions: 1) }
            var settings = WorkerSettings(
                bootstrapServers: broker.bootstrapServers,
                group: "retention",
                instance: "w-0",
                topics: topics
            )
            settings.more["processing.guarantee"] = "exactly-once"
            settings.more["http.port"] = "0"
            settings.policies = """
                apiVersion: muster/v1
                kind: Policy
                name: one-up
                require: {count: {kind: vm}, atLeast: 1}
                """
            // It keeps 5 MiB as they are sent.
            let writer = try TopicWriter(on: broker.bootstrapServers, ["compression.type": "none"])
            let inbound = topics.resourceAvailability
            let worker = try WorkerProcess(settings)
            try worker.awaitLive(partitions: 1)
            for (resource, state) in [("a", "online"), ("b", "offline")] {
                try writer.send(to: inbound, key: "d", Self.report(resource, state, 0))
            }
            try writer.flush()
            let read = #"muster_records_total{topic="\#(inbound)"}"#
            let missed = #"muster_missed_records_total{topic="\#(inbound)"}"#
            try waitUntil("both resources are known") { try worker.metric(read) == 2 }

            // Some 20 MiB, of which the oldest are gone when the worker looks.
            worker.process.send(SIGSTOP)
            let count = 20_000
            for number in 1...count {
                try writer.send(to: inbound, key: "d", Self.report("a", "online", number))
            }
            try writer.flush()
            worker.process.send(SIGCONT)
            try waitUntil("the rest was read", within: .seconds(60)) {
                try worker.metric(read) + worker.metric(missed) == Double(count + 2)
            }
            #expect(try worker.metric(missed) > Double(count) / 4)
            #expect(try worker.metric(#"muster_transactions_total{outcome="aborted"}"#) == 0)

            // The one that has not reported since is still known, and is started for the other.
            let reader = try TopicReader(
                [topics.commands],
                partitions: 1,
                on: broker.bootstrapServers
            )
            try writer.send(to: inbound, key: "d", Self.report("a", "faulted", 0))
            try writer.flush()
            _ = try wait(for: "the command to start it") {
                let record = try reader.next(within: .milliseconds(100))
                let text = record.map { String(decoding: $0.value ?? [], as: UTF8.self) } ?? ""
                return record?.key == "b" && text.contains(#""action":"start""#) ? true : nil
            }
            #expect(worker.process.terminate() == .exited(0), Comment(rawValue: worker.log.text))
        }
    }
}
