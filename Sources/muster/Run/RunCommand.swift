// `muster run`: the worker, on the broker that settings name or on one of its own.

import ArgumentParser
import Dispatch
import Foundation
import Logging
import MusterEngine
import MusterKafka
import MusterWorker

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the worker.",
        discussion: """
            Without kafka.bootstrapServers it starts a broker of its own on the loopback \
            interface and prints its address. SIGTERM and SIGINT end it in order.
            """
    )

    @Option(help: "The file of settings.")
    var config: String?

    @Option(help: "Policy files, or folders of them; may be given several times.")
    var policies: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "One setting; may be given several times.",
            valueName: "key=value"
        )
    )
    var overrides: [String] = []

    func run() async throws {
        ProcessMemory.keepFreed()
        var settings = try SettingsFile.resolve(config: config, overrides: overrides)
        let files = PolicyFiles(settings.policies + policies)
        try files.requireValid()
        // From here on, whoever wants it to end has it end in order, even before it has got
        // anywhere; before, signals end it at once.
        let request = StopRequest()
        let signals = StopSignals { request.make() }
        let redaction = Redaction(settings.kafka.properties)
        let logger = Log.make(
            level: settings.logLevel,
            format: settings.logFormat,
            redaction: redaction
        )
        // Where programs read the log, its last line is one for them as well.
        let isForPrograms = Log.style(settings.logFormat) == .json
        let log = isForPrograms ? logger : nil
        try await WorkerExit.translating(hiding: redaction, log: log) {
            var broker: EmbeddedBroker?
            if settings.kafka.bootstrapServers == nil {
                let own = try Worker.startEmbeddedBroker(for: settings, logger: logger)
                settings.kafka.bootstrapServers = own.bootstrapServers
                // It knows no transactions.
                settings.guarantee = .atLeastOnce
                broker = own
                Guide(settings: settings, address: own.bootstrapServers).write()
            }
            let worker = Worker(settings: settings, baseline: files.baseline, logger: logger)
            request.whenMade { worker.stop() }
            try await Operations.serving(worker, settings.http, logger: logger) {
                try await worker.run()
            }
            signals.cancel()
            // The broker goes last: what was published while draining went through it.
            withExtendedLifetime(broker) {}
        }
        logger.info("ended in order")
    }
}
