// Before anything is read: is there a broker, are the topics there, do they belong together?

internal import Foundation
internal import Logging
internal import MusterKafka

/// What a worker needs to find on the broker.
struct Topology {
    let settings: Settings
    let admin: Admin
    let logger: Logger

    init(_ settings: Settings, logger: Logger) throws(WorkerError) {
        self.settings = settings
        self.logger = logger
        do throws(KafkaError) {
            admin = try Admin(settings.clientProperties(), log: logger.sink)
        } catch {
            throw .wrongProperty(error)
        }
    }

    /// Waits for the broker, creates topics that are missing, and checks the inbound ones.
    ///
    /// - Returns: the number of their partitions.
    func establish() throws(WorkerError) -> Int {
        let counts: [String: Int]
        do throws(KafkaError) {
            counts = try admin.partitionCounts(within: settings.kafka.connectTimeout)
        } catch {
            throw .brokerUnreachable(
                bootstrapServers: settings.kafka.bootstrapServers ?? "",
                reason: error.reason
            )
        }
        let missing = settings.topics.all.filter { counts[$0] == nil }
        guard !missing.isEmpty else { return try inboundPartitions(in: counts) }
        guard settings.topics.create else { throw .topicsMissing(missing) }
        // Where one of the inbound topics is there, the other must be like it.
        _ = try create(missing, partitions: inbound(in: counts).first?.value)
        return try awaitCreation(of: missing)
    }

    /// The number of partitions that both inbound topics have.
    func inboundPartitions(in counts: [String: Int]) throws(WorkerError) -> Int {
        let inbound = inbound(in: counts)
        let names = [settings.topics.resourceAvailability, settings.topics.desiredConfig]
        let missing = names.filter { inbound[$0] == nil }
        guard missing.isEmpty else { throw .topicsMissing(missing) }
        guard let count = inbound.first?.value, inbound.allSatisfy({ $0.value == count }) else {
            throw .differentPartitionCounts(inbound)
        }
        return count
    }

    private func inbound(in counts: [String: Int]) -> [String: Int] {
        counts.filter {
            $0.key == settings.topics.resourceAvailability
                || $0.key == settings.topics.desiredConfig
        }
    }

    private func create(_ names: [String], partitions: Int?) throws(WorkerError) {
        let topics = names.map { name in
            NewTopic(
                name,
                partitions: Int32(partitions ?? settings.topics.partitions),
                settings: name == settings.topics.state ? ["cleanup.policy": "compact"] : [:]
            )
        }
        logger.notice("creating topics", metadata: ["topics": "\(names.joined(separator: ", "))"])
        do throws(KafkaError) {
            try admin.create(topics, within: settings.kafka.connectTimeout)
        } catch {
            throw .topicsNotCreated(reason: error.reason)
        }
    }

    /// A broker may have promised topics that its metadata does not show yet.
    private func awaitCreation(of names: [String]) throws(WorkerError) -> Int {
        let deadline = ContinuousClock.now + settings.kafka.connectTimeout
        repeat {
            let counts = (try? admin.partitionCounts(within: .seconds(1))) ?? [:]
            if names.allSatisfy({ counts[$0] != nil }) { return try inboundPartitions(in: counts) }
            Thread.sleep(forTimeInterval: 0.05)
        } while ContinuousClock.now < deadline
        throw .topicsNotCreated(
            reason: "\(names.joined(separator: ", ")) did not appear in time"
        )
    }
}

extension Settings {
    /// Properties of every client.
    func clientProperties() -> [String: String] {
        let defaults = ["client.id": instance ?? "muster", "socket.nagle.disable": "true"]
        var properties = defaults.merging(kafka.properties.values) { $1 }
        properties["bootstrap.servers"] = kafka.bootstrapServers
        return properties
    }

    /// Properties of the consumer.
    func consumerProperties() -> [String: String] {
        // A short wait for more records: a record is worth more now than in company.
        let defaults = ["fetch.wait.max.ms": "50", "fetch.error.backoff.ms": "100"]
        var properties = defaults.merging(clientProperties()) { $1 }
        properties["group.id"] = group
        properties["group.instance.id"] = instance
        return properties
    }

    /// Properties of the producer.
    func producerProperties() -> [String: String] {
        // More than the client's own limit, so that most of what an inbound topic let through fits
        // into a dead letter, but less than the 5 MiB beyond which the embedded broker silently
        // empties a partition. What is larger is put aside without its value.
        ["message.max.bytes": "4000000"].merging(clientProperties()) { $1 }
    }
}
