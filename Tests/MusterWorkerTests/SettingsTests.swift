import MusterEngine
import MusterMessages
import MusterPolicy
import Testing

@testable import MusterWorker

@Suite("Settings")
struct SettingsTests {
    private func file(_ text: String) throws -> Node? {
        try Settings.document(in: Array(text.utf8), path: "muster.yaml")
    }

    private func problems(
        overrides: [String] = [],
        environment: [String: String] = [:],
        file text: String = ""
    ) throws -> [String] {
        let document = try file(text)
        let error = #expect(throws: SettingsError.self) {
            _ = try Settings.resolve(
                overrides: overrides,
                environment: environment,
                file: document
            )
        }
        return error?.problems.map(\.description) ?? []
    }

    @Test("Without anything said the defaults hold, and records take effect exactly once")
    func defaults() throws {
        let settings = try Settings.resolve().settings
        #expect(settings == Settings())
        #expect(settings.guarantee == .exactlyOnce)
        #expect(settings.limits.commitInterval == .milliseconds(50))
        #expect(settings.topics.partitions == 4)
        #expect(settings.kafka.bootstrapServers == nil)
        #expect(settings.commandKey == .resource)
    }

    @Test("What limits and spreads commands and asks for reports is set by name")
    func execution() throws {
        let settings = try Settings.resolve(
            overrides: [
                "commands.jitter=25", "commands.maxInFlight=20", "reports.every=1h",
                "reports.onRestore=false",
            ]
        ).settings
        #expect(settings.options.commandJitter == 25)
        #expect(settings.options.maxInFlight == 20)
        #expect(settings.options.reportInterval == .seconds(3600))
        #expect(!settings.asksOnRestore)
        #expect(Settings().asksOnRestore)
        #expect(Settings().options.maxInFlight == nil)
        #expect(Settings().options.reportInterval == nil)
        #expect(
            try problems(
                overrides: ["commands.jitter=101", "commands.maxInFlight=0", "reports.every=0s"]
            ) == [
                "commands.jitter: `101` is not a whole number from 0 to 100 (from --set)",
                "commands.maxInFlight: `0` is not a whole number from 1 on (from --set)",
                "reports.every: `0s` is not a duration such as 500ms, 30s, 5m or 2h (from --set)",
            ]
        )
    }

    @Test("An override goes before the environment, that before the file")
    func layers() throws {
        let document = try file("group: file\ninstance: file\nworker:\n  inFlight: 3\n")
        let resolution = try Settings.resolve(
            overrides: ["group=first", "group=last"],
            environment: ["MUSTER_GROUP": "environment", "MUSTER_INSTANCE": "environment"],
            file: document
        )
        #expect(resolution.settings.group == "last")
        #expect(resolution.settings.instance == "environment")
        #expect(resolution.settings.limits.inFlight == 3)
        #expect(resolution.origins["group"] == .override)
        #expect(resolution.origins["instance"] == .environment("MUSTER_INSTANCE"))
        #expect(resolution.origins["worker.inFlight"]?.description == "from muster.yaml:4:13")
        #expect(resolution.origins["commands.key"] == nil)
    }

    @Test("A wrong value is named with the place it comes from")
    func wrongValues() throws {
        let found = try problems(
            overrides: ["commands.attempts=0"],
            environment: ["MUSTER_COMMANDS_TIMEOUT": "soon"],
            file: "worker:\n  inFlight: many\n"
        )
        #expect(
            found == [
                "worker.inFlight: `many` is not a whole number from 1 to 10000 "
                    + "(from muster.yaml:2:13)",
                "commands.timeout: `soon` is not a duration such as 500ms, 30s, 5m or 2h "
                    + "(from the environment variable MUSTER_COMMANDS_TIMEOUT)",
                "commands.attempts: `0` is not a whole number from 1 to 1000 (from --set)",
            ]
        )
    }

    @Test("An unknown key is an error that offers the key that was probably meant")
    func unknownKeys() throws {
        let found = try problems(
            overrides: ["gruop=g", "nonsense"],
            file: "worker:\n  inFligt: 2\nbootstrapServers: a:9092\n"
        )
        #expect(
            found == [
                "no setting is called `worker.inFligt` (from muster.yaml:2:3); "
                    + "did you mean worker.inFlight?",
                "no setting is called `bootstrapServers` (from muster.yaml:3:1); "
                    + "did you mean kafka.bootstrapServers?",
                "no setting is called `gruop` (from --set); did you mean group?",
                "an override must be key=value, `nonsense` is not (from --set)",
            ]
        )
    }

    @Test("An unknown variable is only warned of, as Kubernetes sets some by itself")
    func unknownVariables() throws {
        let resolution = try Settings.resolve(environment: [
            "MUSTER_PORT": "tcp://10.0.0.1:80", "MUSTER_GRUOP": "g", "PATH": "/bin",
        ])
        #expect(
            resolution.warnings.map(\.description) == [
                "there is no such setting (from the environment variable MUSTER_GRUOP); "
                    + "did you mean MUSTER_GROUP?",
                "there is no such setting (from the environment variable MUSTER_PORT)",
            ]
        )
    }

    @Test("A worker with a name is a static member of its group, and one without is not")
    func staticMembership() throws {
        let named = try Settings.resolve(overrides: ["instance=w-3", "group=g"]).settings
        #expect(named.consumerProperties()["group.instance.id"] == "w-3")
        #expect(named.consumerProperties()["group.id"] == "g")
        #expect(Settings().consumerProperties()["group.instance.id"] == nil)
    }

    @Test("Properties come from every layer, and librdkafka judges them where they were written")
    func properties() throws {
        let settings = try Settings.resolve(
            overrides: ["kafka.properties.sasl.username=me"],
            environment: ["MUSTER_KAFKA_PROPERTIES_SASL_PASSWORD": "hush"],
            file: try file("kafka:\n  properties:\n    security.protocol: SASL_SSL\n")
        ).settings
        #expect(
            settings.kafka.properties.values == [
                "security.protocol": "SASL_SSL", "sasl.username": "me", "sasl.password": "hush",
            ]
        )
        let found = try problems(
            overrides: ["kafka.properties.group.id=x"],
            file: "kafka: {properties: {acsk: all, linger.ms: soon}}"
        )
        #expect(found.count == 3)
        #expect(
            found[0] == "kafka.properties.group.id: is for Muster to set (from --set); use group"
        )
        #expect(found[1].contains("acsk") && found[1].hasSuffix("(from muster.yaml:1:28)"))
        #expect(found[2].hasPrefix("kafka.properties.linger.ms: "))
    }

    @Test("A secret is shown neither by printing settings nor by a problem")
    func secrets() throws {
        let settings = try Settings.resolve(overrides: [
            "kafka.properties.sasl.password=hush", "kafka.properties.ssl.key.password=hush",
        ]).settings
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hush"))
        #expect(!"\(settings)".contains("hush"))
        #expect("\(settings)".contains("sasl.password=…"))
        let found = try problems(overrides: ["sasl.passwordhush"])
        #expect(!found.joined().contains("hush"))
    }

    @Test("A file that is no mapping, holds two documents or is no YAML is refused with its place")
    func badFiles() throws {
        #expect(try problems(file: "- 1\n").first?.contains("muster.yaml:1:1") == true)
        #expect(try problems(file: "worker: 3\n").first?.contains("muster.yaml:1:9") == true)
        for text in ["group: a\n---\ngroup: b\n", "group: [a\n"] {
            #expect(throws: SettingsError.self) { _ = try file(text) }
        }
    }

    @Test("Lists are lists in a file and separated by commas elsewhere")
    func lists() throws {
        let fromFile = try Settings.resolve(file: try file("policies: [a, b]")).settings
        #expect(fromFile.policies == ["a", "b"])
        let fromOverride = try Settings.resolve(overrides: ["policies=a,b"]).settings
        #expect(fromOverride.policies == ["a", "b"])
        #expect(try problems(file: "group: [a, b]").first?.contains("not a list") == true)
    }

    @Test("Each setting has a variable of its own")
    func variables() {
        let variables = Setting.all.map(\.variable)
        #expect(Set(variables).count == variables.count)
        #expect(variables.contains("MUSTER_KAFKA_BOOTSTRAP_SERVERS"))
        #expect(variables.contains("MUSTER_WORKER_IN_FLIGHT_PER_PARTITION"))
    }
}
