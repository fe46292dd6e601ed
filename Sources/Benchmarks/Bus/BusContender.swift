// The two that are compared: the bare loop in C and the worker, each a process of its own, with
// the same settings of their clients.

internal import Foundation
internal import MusterBusKit
internal import MusterKafka

/// How the contenders publish.
enum Guarantee: String {
    case exactlyOnce = "exactly-once"
    case atLeastOnce = "at-least-once"
}

/// One of those that are compared.
enum BusContender: String {
    case bareLoop = "bare loop"
    case worker = "worker"
}

/// What a contender runs with.
struct ContenderSettings {
    let bootstrapServers: String
    let topics: BusTopics
    let group: String
    var guarantee: Guarantee
    var commitInterval: Int

    /// Properties of a consumer; the worker's own, so that both have the same.
    static let consumer = Consumer.defaults.merging(["fetch.wait.max.ms": "50"]) { $1 }
    /// Properties of a producer.
    static let producer = Producer.defaults.filter { $0.key != "message.timeout.ms" }
}

/// A contender that runs.
final class RunningContender {
    let process: ChildProcess
    let log: ProcessLog
    private let worker: WorkerProcess?
    private let folder: TemporaryFolder?

    init(_ contender: BusContender, _ settings: ContenderSettings, partitions: Int) throws {
        switch contender {
        case .worker:
            var own = WorkerSettings(
                bootstrapServers: settings.bootstrapServers,
                group: settings.group,
                instance: "w-0",
                topics: settings.topics
            )
            own.policies = BusWorkload.policy
            own.more["worker.commitInterval"] = "\(settings.commitInterval)ms"
            own.more["processing.guarantee"] = settings.guarantee.rawValue
            let running = try WorkerProcess(own)
            (worker, folder) = (running, nil)
            (process, log) = (running.process, running.log)
            try running.awaitLive(partitions: partitions)
        case .bareLoop:
            let own = try TemporaryFolder("bare-loop")
            (worker, folder) = (nil, own)
            process = try ChildProcess(
                Executables.path(of: "bare-loop"),
                Self.arguments(settings),
                output: own.appending("log")
            )
            log = ProcessLog(own.appending("log"))
            try waitUntil("the bare loop: \(log.text)") { [log] in log.count(of: "live") > 0 }
        }
    }

    private static func arguments(_ settings: ContenderSettings) -> [String] {
        var arguments = [
            "bootstrap=\(settings.bootstrapServers)", "in=\(settings.topics.resourceAvailability)",
            "out=\(settings.topics.commands)", "group=\(settings.group)",
            "interval=\(settings.commitInterval)",
        ]
        if settings.guarantee == .exactlyOnce { arguments.append("id=\(settings.group)-w-0") }
        arguments += ContenderSettings.consumer.map { "consumer.\($0.key)=\($0.value)" }
        arguments += ContenderSettings.producer.map { "producer.\($0.key)=\($0.value)" }
        return arguments
    }

    /// Its processor time so far in microseconds.
    func processorTime() throws -> Double {
        guard let figures = ProcessFigures(of: process.id), process.ending == nil else {
            throw Missed(description: "ended: \(String(describing: process.ending))\n\(log.text)")
        }
        return figures.processorTime
    }
}
