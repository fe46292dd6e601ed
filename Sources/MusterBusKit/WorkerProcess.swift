// The worker as its users run it: `muster run` with a file of settings, in a process of its own.

public import Foundation

/// A worker's settings, as far as tests and benchmarks differ in them.
public struct WorkerSettings: Sendable {
    /// The address of the broker.
    public var bootstrapServers: String
    /// The consumer group.
    public var group: String
    /// The worker's name within the group.
    public var instance: String
    /// The names of the topics.
    public var topics: BusTopics
    /// Any others by name, such as `worker.commitInterval`.
    public var more: [String: String] = [:]
    /// Properties of librdkafka.
    public var properties: [String: String] = [:]
    /// Documents of policies that hold from the start, in YAML.
    public var policies: String?

    /// Settings that differ in nothing else.
    public init(bootstrapServers: String, group: String, instance: String, topics: BusTopics) {
        self.bootstrapServers = bootstrapServers
        self.group = group
        self.instance = instance
        self.topics = topics
    }

    /// The file of settings. JSON strings are YAML as well, and every text stays one.
    func file(policies: URL?) -> String {
        var settings = [
            ("group", group), ("instance", instance),
            ("kafka.bootstrapServers", bootstrapServers),
            ("topics.resourceAvailability", topics.resourceAvailability),
            ("topics.desiredConfig", topics.desiredConfig),
            ("topics.implementationCommands", topics.commands),
            ("topics.notifications", topics.notifications), ("topics.state", topics.state),
            ("topics.deadLetters", topics.deadLetters),
        ]
        settings += more.map { ($0.key, $0.value) }
        if let policies { settings.append(("policies", policies.path)) }
        var sections: [String: [String]] = [:]
        for (key, value) in settings {
            let parts = key.split(separator: ".", maxSplits: 1)
            let section = parts.count == 2 ? String(parts[0]) : ""
            let isList = key == "policies"
            let text = Self.quoted(value)
            sections[section, default: []].append(
                "\(parts.last ?? ""): \(isList ? "[\(text)]" : text)"
            )
        }
        sections["kafka", default: []].append("properties:")
        for (key, value) in properties.sorted(by: { $0.key < $1.key }) {
            sections["kafka", default: []].append("  \(key): \(Self.quoted(value))")
        }
        if properties.isEmpty { sections["kafka"]?.removeLast() }
        return sections.sorted { $0.key < $1.key }.map { section, lines in
            section.isEmpty
                ? lines.joined(separator: "\n")
                : "\(section):\n" + lines.map { "  \($0)" }.joined(separator: "\n")
        }.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}

/// A worker that can be killed and started again.
public final class WorkerProcess: Sendable {
    /// The process.
    public let process: ChildProcess
    /// What it has said so far.
    public let log: ProcessLog
    private let folder: TemporaryFolder

    /// Starts a worker.
    public init(_ settings: WorkerSettings) throws {
        folder = try TemporaryFolder("worker")
        let file = folder.appending("muster.yaml")
        var policies: URL?
        if let text = settings.policies {
            let url = folder.appending("policies.yaml")
            try Data(text.utf8).write(to: url)
            policies = url
        }
        try Data(settings.file(policies: policies).utf8).write(to: file)
        let output = folder.appending("log")
        process = try ChildProcess(
            Executables.path(of: "muster"),
            ["run", "--config", file.path],
            output: output
        )
        log = ProcessLog(output)
    }

    /// Waits until the log has a line for each of so many partitions that decides.
    public func awaitLive(partitions: Int, within limit: Duration = .seconds(60)) throws {
        try waitUntil("\(partitions) live partitions: \(log.text)", within: limit) {
            if let ending = process.ending {
                throw Missed(description: "the worker ended: \(ending)\n\(log.text)")
            }
            return log.count(of: "partition is live") >= partitions
        }
    }
}

/// What a process wrote to its output.
public struct ProcessLog: Sendable {
    private let file: URL

    /// Reads a file that a process appends to.
    public init(_ file: URL) { self.file = file }

    /// All of it so far; empty when there is none.
    public var text: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    /// The number of lines that contain a text.
    public func count(of part: String) -> Int {
        text.split(separator: "\n").count { $0.contains(part) }
    }
}
