// The machines of the demo: they report on the bus and obey the commands that they read there,
// through the same broker and in the same form as real ones would.

import Foundation
import MusterKafka
import MusterMessages
import MusterModel
import MusterWorker
import Synchronization

/// Simulated machines on a thread of their own, which owns their Kafka clients.
final class DemoEstate: Sendable {
    private struct State {
        var resources: [ResourceID: Resource] = [:]
        var outbox: [(topic: String, value: [UInt8])] = []
        var isStopped = false
        var failure: KafkaError?
    }

    private let state = Mutex(State())
    private let settings: Settings
    private let domain: DomainID

    init(domain: DomainID, settings: Settings) {
        self.domain = domain
        self.settings = settings
    }

    /// Starts obeying.
    func start() {
        let thread = Thread { [self] in
            do throws(KafkaError) {
                try work()
            } catch {
                state.withLock { $0.failure = error }
            }
        }
        thread.name = "demo-estate"
        thread.start()
    }

    /// Ends the thread soon.
    func stop() { state.withLock { $0.isStopped = true } }

    /// What ended the thread too early.
    var failure: KafkaError? { state.withLock { $0.failure } }

    /// Reports queued and not yet sent.
    var isIdle: Bool { state.withLock { $0.outbox.isEmpty } }

    /// The resources as they are, in order of name.
    var resources: [Resource] {
        state.withLock { $0.resources.values.sorted { $0.id < $1.id } }
    }

    /// Reports resources.
    func report(_ resources: [Resource]) {
        state.withLock { state in
            for resource in resources {
                state.resources[resource.id] = resource
                state.outbox.append(
                    (settings.topics.resourceAvailability, Self.event(resource, in: domain))
                )
            }
        }
    }

    /// Sends a document to the topic of desired configuration.
    func configure(_ document: String) {
        state.withLock { $0.outbox.append((settings.topics.desiredConfig, Array(document.utf8))) }
    }

    private func work() throws(KafkaError) {
        let servers = ["bootstrap.servers": settings.kafka.bootstrapServers ?? ""]
        let producer = try Producer(servers, log: { _ in })
        let consumer = try Consumer(
            servers.merging(["group.id": "demo-estate"]) { own, _ in own },
            log: { _ in }
        )
        var offsets: [TopicPartition: Int64] = [:]
        for partition in 0..<settings.topics.partitions {
            let commands = settings.topics.implementationCommands
            offsets[TopicPartition(commands, Int32(partition))] = LogicalOffset.beginning
        }
        try consumer.assign(offsets)
        let key = Array(domain.name.utf8)
        while !state.withLock({ $0.isStopped }) {
            let batch = state.withLock { state in
                defer { state.outbox.removeAll() }
                return state.outbox
            }
            for (topic, value) in batch {
                try producer.produce(to: topic, key: key, value: value)
            }
            try producer.poll()
            if case .message(let message) = try consumer.poll(for: .milliseconds(10)) {
                obey(message.value ?? [])
            }
        }
        try producer.flush(within: .seconds(2))
    }

    private struct Order: Decodable {
        let resource: String
        let action: String
    }

    private func obey(_ value: [UInt8]) {
        guard let order = try? JSONDecoder().decode(Order.self, from: Data(value)),
            var resource = state.withLock({ $0.resources[ResourceID(order.resource)] })
        else { return }
        resource.state = order.action == "start" ? .online : .offline
        report([resource])
    }

    /// An availability event as machines send it.
    private static func event(_ resource: Resource, in domain: DomainID) -> [UInt8] {
        struct Event: Encodable {
            let domain: String
            let resource: String
            let kind: String
            let available: Bool
            let state: String
            let node: String?
            let cluster: String?
            let serviceGroup: String?
            let applications: [String]
            let labels: [String: String]
            let capacity: [String: Int]
        }
        let event = Event(
            domain: domain.name,
            resource: resource.id.name,
            kind: resource.kind,
            available: resource.isAvailable,
            state: resource.state.rawValue,
            node: resource.node?.name,
            cluster: resource.cluster,
            serviceGroup: resource.serviceGroup,
            applications: resource.applications,
            labels: resource.labels,
            capacity: resource.capacity
        )
        // Strings and integers always encode.
        return (try? JSONEncoder().encode(event)).map(Array.init) ?? []
    }
}
