// Topics of a run of their own, so that runs against one broker do not meet.

internal import Foundation
internal import MusterKafka

/// The names of a worker's topics.
public struct BusTopics: Sendable {
    /// Reports of resources, in.
    public let resourceAvailability: String
    /// Policies and other documents, in.
    public let desiredConfig: String
    /// Commands, out.
    public let commands: String
    /// Notices, out.
    public let notifications: String
    /// The changelog.
    public let state: String
    /// Records that cannot be used.
    public let deadLetters: String

    /// Names that begin with a text.
    public init(prefix: String) {
        resourceAvailability = prefix + "resource-availability"
        desiredConfig = prefix + "desired-config"
        commands = prefix + "implementation-commands"
        notifications = prefix + "notifications"
        state = prefix + "muster-state"
        deadLetters = prefix + "muster-dead-letters"
    }

    /// A prefix that no other run has.
    public static func freshPrefix(_ name: String) -> String {
        "\(name)-\(UUID().uuidString.prefix(8).lowercased())-"
    }

    /// The topics that users of the worker read.
    public var outbound: [String] { [commands, notifications, deadLetters] }

    /// All six.
    public var all: [String] { [resourceAvailability, desiredConfig, state] + outbound }

    /// Creates them all, the changelog compacted.
    public func create(on bootstrapServers: String, partitions: Int32) throws {
        let admin = try Admin(["bootstrap.servers": bootstrapServers], log: { _ in })
        let topics = all.map { name in
            NewTopic(
                name,
                partitions: partitions,
                settings: name == state ? ["cleanup.policy": "compact"] : [:]
            )
        }
        try admin.create(topics, within: .seconds(20))
        // A cluster's brokers learn of a topic one after another.
        try waitUntil("the topics") {
            let counts = try admin.partitionCounts(within: .seconds(5))
            return all.allSatisfy { counts[$0] == Int(partitions) }
        }
    }
}
