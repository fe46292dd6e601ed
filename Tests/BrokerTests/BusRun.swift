// One run of workers against a broker process, with topics and a group of its own.

import Foundation
import MusterBusKit
import MusterKafka

/// A broker with the topics of a run, and the workers that are started on it.
final class BusRun: Sendable {
    let broker: BrokerProcess
    let topics: BusTopics
    let group: String
    static let partitions: Int32 = 4

    init(_ name: String) throws {
        broker = try BrokerProcess()
        let prefix = BusTopics.freshPrefix(name)
        topics = BusTopics(prefix: prefix)
        group = prefix + "group"
        try topics.create(on: broker.bootstrapServers, partitions: Self.partitions)
    }

    func settings(_ instance: String) -> WorkerSettings {
        var settings = WorkerSettings(
            bootstrapServers: broker.bootstrapServers,
            group: group,
            instance: instance,
            topics: topics
        )
        settings.more["processing.guarantee"] = "exactly-once"
        // A static member that is restarted gets its partitions back at once, whatever this is.
        settings.properties["session.timeout.ms"] = "10000"
        return settings
    }

    func writer() throws -> TopicWriter { try TopicWriter(on: broker.bootstrapServers) }

    func reader(_ topics: [String], isolation: String = "read_committed") throws -> TopicReader {
        try TopicReader(
            topics,
            partitions: Self.partitions,
            on: broker.bootstrapServers,
            isolation: isolation
        )
    }

    /// Waits until the group has committed all that is in the inbound topics.
    func awaitNoLag(within limit: Duration = .seconds(60)) throws {
        try GroupProgress(
            group: group,
            topics: [topics.resourceAvailability, topics.desiredConfig],
            partitions: Self.partitions,
            on: broker.bootstrapServers
        ).awaitNoLag(within: limit)
    }
}

extension ReadRecord {
    /// The value as a JSON object; empty where it is none.
    var json: [String: Any] {
        let object = try? JSONSerialization.jsonObject(with: Data(value ?? []))
        return object as? [String: Any] ?? [:]
    }
}
