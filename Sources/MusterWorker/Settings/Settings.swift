// Everything about a worker that can be set. How values from several places become one of these is
// in Settings+Resolution; which names they have there, in Setting.

public import MusterEngine
public import MusterMessages

/// How a worker works.
public struct Settings: Hashable, Sendable {
    /// Connection to the bus.
    public struct Kafka: Hashable, Sendable {
        /// Where the bus is; without it a worker needs an embedded broker.
        public var bootstrapServers: String?
        /// Properties of librdkafka, passed on as they are.
        public var properties = ClientProperties()
        /// How long a broker may take to answer at the start.
        public var connectTimeout = Duration.seconds(10)
    }

    /// Names of topics, and what to do about missing ones.
    public struct Topics: Hashable, Sendable {
        /// Reports of resources, in.
        public var resourceAvailability = "resource-availability"
        /// Policies and other documents, in.
        public var desiredConfig = "desired-config"
        /// Commands, out.
        public var implementationCommands = "implementation-commands"
        /// Notices, out.
        public var notifications = "notifications"
        /// The changelog.
        public var state = "muster-state"
        /// Records that could not be used.
        public var deadLetters = "muster-dead-letters"
        /// Whether missing ones are created.
        public var create = true
        /// How many partitions those get that are created.
        public var partitions = 4

        /// Those that are written to.
        var outbound: [String] { [implementationCommands, notifications, state, deadLetters] }

        /// All six.
        public var all: [String] {
            [
                resourceAvailability, desiredConfig, implementationCommands, notifications, state,
                deadLetters,
            ]
        }
    }

    /// The worker's own bounds.
    public struct Limits: Hashable, Sendable {
        /// Records in a round of polling, at most.
        public var batchRecords = 1000
        /// Bytes in a round of polling, at most, save for the record that crosses the line.
        public var batchBytes = 1 << 20
        /// Batches of a partition that may be in its task's hands before it is paused.
        public var inFlightPerPartition = 8
        /// Batches that may be in the tasks' hands before everything is paused.
        public var inFlight = 32
        /// Domains of a partition; records of any beyond are put aside.
        public var domainsPerPartition = 100_000
        /// How often the numbers of partitions are looked at.
        public var topologyInterval = Duration.seconds(30)
        /// How long reports of which nothing follows may wait for more of their kind, so that there
        /// is one entry of the changelog for many of a resource.
        var patience = Duration.milliseconds(12)
        /// How often transactions, or at least once offsets, are committed.
        public var commitInterval = Duration.milliseconds(50)
        /// After how long without an end the brokers abort a transaction.
        public var transactionTimeout = Duration.seconds(10)
        /// How long restoring may go without any progress.
        public var restoreTimeout = Duration.seconds(60)
        /// How long a stopping worker waits for what is in flight.
        public var drainTimeout = Duration.seconds(10)
    }

    /// What a record that was read is worth.
    public enum Guarantee: String, Hashable, Sendable, CaseIterable {
        /// Each takes effect once, whatever fails.
        case exactlyOnce = "exactly-once"
        /// After a failure some take effect again.
        case atLeastOnce = "at-least-once"
    }

    /// Where probes and scrapes are answered.
    public struct HTTP: Hashable, Sendable {
        /// The address listened at.
        public var host = "127.0.0.1"
        /// The port, 0 for one that the system chooses; `nil` for not listening at all.
        public var port: Int?
    }

    /// How lines of the log look.
    public enum LogFormat: String, Hashable, Sendable, CaseIterable {
        /// Text on a terminal, else JSON.
        case auto
        /// For people.
        case text
        /// For programs: one object a line.
        case json
    }

    /// The consumer group.
    public var group = "muster"
    /// A name for this worker that stays the same when it restarts, which spares the group a
    /// rebalance; `nil` for none.
    public var instance: String?
    /// Files and folders of policies.
    public var policies: [String] = []
    /// The least severity that is logged: `trace` to `critical`.
    public var logLevel = "info"
    /// How lines of the log look.
    public var logFormat = LogFormat.auto
    /// Where probes and scrapes are answered.
    public var http = HTTP()
    /// Connection to the bus.
    public var kafka = Kafka()
    /// Names of topics, and what to do about missing ones.
    public var topics = Topics()
    /// The worker's own bounds.
    public var limits = Limits()
    /// How often a record takes effect.
    public var guarantee = Guarantee.exactlyOnce
    /// What decides on the partition of a command.
    public var commandKey = OutboundEncoder.CommandKey.resource
    /// Whether the resources of a domain are asked to report when it was restored.
    public var asksOnRestore = true
    /// What the engine is allowed and told.
    public var options = Options()

    /// Makes the defaults.
    public init() {}

    /// How long the group is kept waiting when it takes partitions away: half a session.
    var revocationLimit: Duration {
        let text = kafka.properties.values["session.timeout.ms"] ?? ""
        return .milliseconds((Int(text) ?? 45_000) / 2)
    }
}

/// Properties of librdkafka. They hold passwords, so no way of printing them shows those.
public struct ClientProperties: Hashable, Sendable {
    /// What they are, in plain text.
    public var values: [String: String]

    /// Holds properties.
    public init(_ values: [String: String] = [:]) { self.values = values }

    /// Whether the value of this property must never be shown.
    public static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["password", "secret", "token", "key.pem", "oauthbearer.config", "jaas"]
            .contains { name.contains($0) }
    }
}

extension ClientProperties: CustomStringConvertible, CustomReflectable {
    /// Names and values in order, secret ones hidden.
    public var description: String {
        values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.isSecret($0.key) ? "…" : $0.value)" }
            .joined(separator: " ")
    }

    /// Shows what ``description`` shows.
    public var customMirror: Mirror {
        Mirror(self, children: ["values": description], displayStyle: .struct)
    }
}
