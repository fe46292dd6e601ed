// The names of all settings, with what each takes. The same table reads files, variables and
// overrides, so that they cannot differ.

internal import MusterEngine
internal import MusterMessages
internal import MusterModel

/// A setting by name.
public struct Setting: Sendable {
    /// Its name, such as `kafka.bootstrapServers`.
    public let key: String
    /// What it is for, in one line.
    public let summary: String
    /// Whether it takes a list.
    public let isList: Bool
    /// Puts a text into the settings.
    let apply: @Sendable (inout Settings, [String]) throws(Rejection) -> Void

    /// Why a text is no value of a setting.
    struct Rejection: Error {
        let message: String
    }

    /// The variable of the environment: `MUSTER_KAFKA_BOOTSTRAP_SERVERS`.
    public var variable: String {
        var name = "MUSTER_"
        for character in key {
            if character == "." {
                name += "_"
            } else {
                if character.isUppercase { name += "_" }
                name += character.uppercased()
            }
        }
        return name
    }

    /// All of them, but for the properties below `kafka.properties`.
    public static let all: [Setting] = [
        text("group", "the consumer group", \.group),
        text("instance", "a name of this worker that outlasts restarts") { $0.instance = $1 },
        Setting(key: "policies", summary: "files and folders of policies", isList: true) {
            $0.policies = $1
        },
        choice(
            "processing.guarantee",
            "how often a record takes effect",
            Settings.Guarantee.allCases.map(\.rawValue)
        ) { $0.guarantee = Settings.Guarantee(rawValue: $1) ?? .exactlyOnce },
        choice("log.level", "the least severity logged", logLevels) { $0.logLevel = $1 },
        choice(
            "log.format",
            "how lines of the log look",
            Settings.LogFormat.allCases.map(\.rawValue)
        ) { $0.logFormat = Settings.LogFormat(rawValue: $1) ?? .auto },
        integer("http.port", "the port for probes and scrapes", 0...65_535, \.portOrAny),
        text("http.host", "the address that the port is opened on", \.http.host),
        text("kafka.bootstrapServers", "where the bus is: host:port, with commas between") {
            $0.kafka.bootstrapServers = $1
        },
        duration(
            "kafka.connectTimeout",
            "how long a broker may take to answer at the start",
            \.kafka.connectTimeout
        ),
        text("topics.resourceAvailability", "reports, in", \.topics.resourceAvailability),
        text("topics.desiredConfig", "policies and other documents, in", \.topics.desiredConfig),
        text(
            "topics.implementationCommands",
            "commands, out",
            \.topics.implementationCommands
        ),
        text("topics.notifications", "notices, out", \.topics.notifications),
        text("topics.state", "the changelog", \.topics.state),
        text("topics.deadLetters", "records that cannot be used", \.topics.deadLetters),
        choice("topics.create", "whether missing ones are created", ["true", "false"]) {
            $0.topics.create = $1 == "true"
        },
        integer(
            "topics.partitions",
            "partitions of topics that are created",
            1...10_000,
            \.topics.partitions
        ),
        integer(
            "worker.batchRecords",
            "records in a round of polling",
            1...100_000,
            \.limits.batchRecords
        ),
        integer(
            "worker.batchBytes",
            "bytes in a round of polling",
            1024...(1 << 30),
            \.limits.batchBytes
        ),
        integer(
            "worker.inFlightPerPartition",
            "batches in work for one partition",
            1...1000,
            \.limits.inFlightPerPartition
        ),
        integer("worker.inFlight", "batches in work", 1...10_000, \.limits.inFlight),
        integer(
            "worker.domainsPerPartition",
            "domains of a partition, beyond which records are put aside",
            1...Int.max,
            \.limits.domainsPerPartition
        ),
        duration(
            "worker.topologyInterval",
            "how often the numbers of partitions are looked at",
            \.limits.topologyInterval
        ),
        duration(
            "worker.commitInterval",
            "how often what was done is committed",
            \.limits.commitInterval
        ),
        duration(
            "worker.transactionTimeout",
            "after how long the brokers abort a transaction",
            \.limits.transactionTimeout
        ),
        duration(
            "worker.restoreTimeout",
            "how long restoring may go without any progress",
            \.limits.restoreTimeout
        ),
        duration(
            "worker.drainTimeout",
            "how long a stopping worker waits",
            \.limits.drainTimeout
        ),
        choice(
            "commands.key",
            "what decides on a command's partition",
            OutboundEncoder.CommandKey.allCases.map(\.rawValue)
        ) { $0.commandKey = OutboundEncoder.CommandKey(rawValue: $1) ?? .resource },
        duration(
            "commands.timeout",
            "how long a command may take until a report confirms it",
            \.options.commandTimeout
        ),
        integer(
            "commands.attempts",
            "how often a command is sent",
            1...1000,
            \.options.commandAttempts
        ),
        integer(
            "commands.jitter",
            "by how many percent at most a command may take longer, spread by chance",
            0...100,
            \.options.commandJitter
        ),
        integer(
            "commands.maxInFlight",
            "how many commands of a domain may await confirmation at once",
            1...Int.max,
            \.options.mostInFlight
        ),
        duration(
            "commands.quarantine",
            "how long a resource is left alone that obeys no command",
            \.options.quarantine
        ),
        choice(
            "reports.onRestore",
            "whether resources are asked to report after a restore",
            ["true", "false"]
        ) { $0.asksOnRestore = $1 == "true" },
        duration(
            "reports.every",
            "how often each resource is asked to report",
            \.options.reportsEvery
        ),
        integer("solver.work", "the work of one solve", 1...Int.max, \.options.solveWork),
    ]

    private static let logLevels = [
        "trace", "debug", "info", "notice", "warning", "error", "critical",
    ]
}

extension Options {
    /// The limit as the setting gives it.
    fileprivate var mostInFlight: Int {
        get { maxInFlight ?? .max }
        set { maxInFlight = newValue }
    }

    /// The interval as the setting gives it: whoever sets it wants one.
    fileprivate var reportsEvery: Duration {
        get { reportInterval ?? .zero }
        set { reportInterval = newValue }
    }
}

extension Settings {
    /// The port as the setting gives it: whoever sets it wants one.
    fileprivate var portOrAny: Int {
        get { http.port ?? 0 }
        set { http.port = newValue }
    }
}

extension Setting {
    private static func single(
        _ key: String,
        _ summary: String,
        _ apply: @escaping @Sendable (inout Settings, String) throws(Rejection) -> Void
    ) -> Setting {
        Setting(key: key, summary: summary, isList: false) { settings, texts throws(Rejection) in
            guard let text = texts.first, texts.count == 1 else {
                throw Rejection(message: "takes one value, not a list")
            }
            try apply(&settings, text)
        }
    }

    private static func text(
        _ key: String,
        _ summary: String,
        _ assign: @escaping @Sendable (inout Settings, String) -> Void
    ) -> Setting {
        single(key, summary) { settings, text throws(Rejection) in
            guard !text.isEmpty else { throw Rejection(message: "must not be empty") }
            assign(&settings, text)
        }
    }

    private static func text(
        _ key: String,
        _ summary: String,
        _ path: any WritableKeyPath<Settings, String> & Sendable
    ) -> Setting {
        text(key, summary) { $0[keyPath: path] = $1 }
    }

    private static func choice(
        _ key: String,
        _ summary: String,
        _ choices: [String],
        _ assign: @escaping @Sendable (inout Settings, String) -> Void
    ) -> Setting {
        single(key, summary) { settings, text throws(Rejection) in
            guard choices.contains(text) else {
                let list = choices.joined(separator: ", ")
                throw Rejection(message: "`\(text)` is none of \(list)")
            }
            assign(&settings, text)
        }
    }

    private static func integer(
        _ key: String,
        _ summary: String,
        _ range: ClosedRange<Int>,
        _ path: any WritableKeyPath<Settings, Int> & Sendable
    ) -> Setting {
        single(key, summary) { settings, text throws(Rejection) in
            guard let number = Int(text), range.contains(number) else {
                let bound =
                    range.upperBound == .max
                    ? "from \(range.lowerBound) on"
                    : "from \(range.lowerBound) to \(range.upperBound)"
                throw Rejection(message: "`\(text)` is not a whole number \(bound)")
            }
            settings[keyPath: path] = number
        }
    }

    private static func duration(
        _ key: String,
        _ summary: String,
        _ path: any WritableKeyPath<Settings, Duration> & Sendable
    ) -> Setting {
        single(key, summary) { settings, text throws(Rejection) in
            guard let duration = Duration(text: text), duration > .zero else {
                throw Rejection(
                    message: "`\(text)` is not a duration such as 500ms, 30s, 5m or 2h"
                )
            }
            settings[keyPath: path] = duration
        }
    }
}
