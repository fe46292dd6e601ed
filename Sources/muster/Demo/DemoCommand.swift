// `muster demo`: a broker, a worker and an estate with the shape of a production cluster, and a
// story of what happens to them.

import ArgumentParser
import Foundation
import MusterEngine
import MusterKafka
import MusterModel
import MusterWorker

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Plays a story on an embedded broker with a real inventory's shape.",
        discussion: "It needs nothing and ends by itself in under a minute. "
            + "MUSTER_LOG_LEVEL=debug shows what its worker logs."
    )

    @Option(help: "The folder of policies.")
    var policies = "config/policies"

    @Flag(name: .customLong("no-color"), help: "Print without colour.")
    var isPlain = false

    func run() async throws {
        var terminal = Terminal.output
        if isPlain { terminal.hasColour = false }
        let files = PolicyFiles([policies])
        try files.requireValid()
        var settings = try SettingsFile.resolve(config: nil, overrides: [])
        // What is shown is the story; the log is for when that breaks off.
        let level = ProcessInfo.processInfo.environment["MUSTER_LOG_LEVEL"]
        let logger = Log.make(level: level ?? "error", format: .text)
        let domain = DomainID("openb")
        let inventory = DemoInventory()
        try await WorkerExit.translating {
            let broker = try Worker.startEmbeddedBroker(for: settings, logger: logger)
            settings.kafka.bootstrapServers = broker.bootstrapServers
            // It knows no transactions.
            settings.guarantee = .atLeastOnce
            terminal.write("broker \(broker.bootstrapServers)")
            let estate = DemoEstate(domain: domain, settings: settings)
            let watch = DemoWatch()
            let worker = Worker(
                settings: settings,
                baseline: files.baseline,
                logger: logger,
                observer: watch.observe
            )
            estate.start()
            defer { estate.stop() }
            let story = DemoStory(estate: estate, watch: watch, terminal: terminal)
            async let running: Void = worker.run()
            defer { worker.stop() }
            try await story.play(1, start(inventory, documents: files.baseline.entries.count))
            for (index, step) in DemoStep.story.enumerated() {
                try await story.play(index + 2, step)
            }
            worker.stop()
            try await running
            tellTotals(worker.counters, terminal)
            withExtendedLifetime(broker) {}
        }
    }

    private func start(_ inventory: DemoInventory, documents: Int) -> DemoStep {
        let nodes = inventory.resources.count { $0.kind == "node" }
        let workloads = inventory.resources.count - nodes
        return DemoStep(title: "The estate reports, and the policies are in force") { estate in
            estate.report(inventory.resources)
            return "\(nodes) nodes and \(workloads) workloads report; \(documents) documents apply"
        }
    }

    private func tellTotals(_ counters: Counters, _ terminal: Terminal) {
        terminal.write("")
        terminal.write(
            "\(counters.records) records read, \(counters.decisions) decisions, "
                + "\(counters.commands) commands, \(counters.notices) notices, "
                + "\(counters.deadLetters) dead letters"
        )
        terminal.write(
            "Next: muster plan --help, muster run --help, and config/policies to change."
        )
    }
}
