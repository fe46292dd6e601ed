// Worker processes on the embedded broker's mock cluster, which gives up members that are silent:
// another worker takes over from one that was killed, without its being started again.

import Foundation
import MusterBusKit
import MusterKafka
import Testing

@Suite("Worker processes that take over from each other", .serialized, .timeLimit(.minutes(5)))
struct TakeoverTests {
    private static let partitions: Int32 = 4

    @Test(
        "What a killed worker leaves another one does, and nothing is lost, with a broker away too"
    )
    func takeover() async throws {
        try await blocking {
            let broker = try EmbeddedBroker(log: { _ in })
            let topics = BusTopics(prefix: "")
            for topic in topics.all {
                try broker.create(topic: topic, partitions: Int(Self.partitions))
            }
            let first = try Self.worker("w-0", broker, topics)
            try first.awaitLive(partitions: 4)
            let second = try Self.worker("w-1", broker, topics)
            try second.awaitLive(partitions: 2)

            let writer = try TopicWriter(on: broker.bootstrapServers)
            let reader = try TopicReader(
                [topics.deadLetters],
                partitions: Self.partitions,
                on: broker.bootstrapServers
            )
            var sent: Set<String> = []
            var seen: [String: Int] = [:]
            func send(_ range: Range<Int>) throws {
                for number in range {
                    let value = "[\(number)"
                    try writer.send(
                        to: topics.resourceAvailability,
                        key: "domain-\(number % 16)",
                        value
                    )
                    sent.insert(value)
                }
                try writer.flush()
            }
            func awaitAll() throws {
                try waitUntil(
                    "\(sent.subtracting(seen.keys).count) dead letters: \(second.log.text)",
                    within: .seconds(90)
                ) {
                    while let record = try reader.next(within: .milliseconds(20)) {
                        seen[record.text, default: 0] += 1
                    }
                    return sent.isSubset(of: seen.keys)
                }
            }
            try send(0..<100)
            _ = try wait(for: "a dead letter") { try reader.next(within: .milliseconds(20)) }
                .map { seen[$0.text, default: 0] += 1 }
            first.process.kill()
            try send(100..<200)
            try awaitAll()
            #expect(second.log.count(of: "partitions were assigned") >= 2)

            try broker.takeDown()
            try waitUntil("the worker's complaint") { second.log.count(of: "kafka: ") > 0 }
            try broker.bringUp()
            try send(200..<300)
            try awaitAll()
            #expect(second.process.terminate() == .exited(0), Comment(rawValue: second.log.text))
        }
    }

    private static func worker(
        _ instance: String,
        _ broker: EmbeddedBroker,
        _ topics: BusTopics
    ) throws -> WorkerProcess {
        var settings = WorkerSettings(
            bootstrapServers: broker.bootstrapServers,
            group: "takeover",
            instance: instance,
            topics: topics
        )
        // It knows no transactions.
        settings.more["processing.guarantee"] = "at-least-once"
        settings.properties = ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"]
        return try WorkerProcess(settings)
    }
}
