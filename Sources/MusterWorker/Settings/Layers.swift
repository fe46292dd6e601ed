// The texts that settings are made of, gathered from the lowest layer to the highest.

internal import MusterKafka
internal import MusterPolicy

/// Values by key, each from the highest layer that has one.
struct Layers {
    /// What was written, and where.
    struct Value {
        var texts: [String]
        var origin: Origin
    }

    static let propertyPrefix = "kafka.properties."

    private(set) var values: [String: Value] = [:]
    private(set) var properties: [String: Value] = [:]
    var problems: [SettingProblem] = []
    private(set) var warnings: [SettingProblem] = []

    private static let settings = Dictionary(
        uniqueKeysWithValues: Setting.all.map { ($0.key, $0) }
    )
    private static let variables = Dictionary(
        uniqueKeysWithValues: Setting.all.map { ($0.variable, $0) }
    )
    /// Keys under which the file nests others: `kafka`, `kafka.properties`, `topics` and so on.
    private static let sections = Set(
        Setting.all.compactMap { setting -> String? in
            setting.key.lastIndex(of: ".").map { String(setting.key[..<$0]) }
        }
    )
    .union(["kafka.properties"])

    mutating func add(overrides: [String]) {
        for text in overrides {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                let shown = ClientProperties.isSecret(text) ? "" : ", `\(text)` is not"
                problems.append(
                    SettingProblem("", "an override must be key=value\(shown)", .override)
                )
                continue
            }
            set(
                String(text[..<equals]),
                [String(text[text.index(after: equals)...])],
                .override,
                splitting: true
            )
        }
    }

    /// A variable that is none of ours is only warned of: Kubernetes sets `MUSTER_PORT` and others
    /// in every container next to a service called muster.
    mutating func add(environment: [String: String]) {
        let prefix = "MUSTER_KAFKA_PROPERTIES_"
        for (variable, text) in environment.sorted(by: { $0.key < $1.key })
        where variable.hasPrefix("MUSTER_") {
            let origin = Origin.environment(variable)
            if variable.hasPrefix(prefix), variable != prefix {
                let name = variable.dropFirst(prefix.count).lowercased()
                    .replacing("_", with: ".")
                properties[name] = Value(texts: [text], origin: origin)
            } else if let setting = Self.variables[variable] {
                set(setting.key, [text], origin, splitting: true)
            } else {
                let nearest = Spelling.nearest(to: variable, among: Self.variables.keys.sorted())
                warnings.append(
                    SettingProblem(
                        "",
                        "there is no such setting",
                        origin,
                        help: nearest.map { "did you mean \($0)?" }
                    )
                )
            }
        }
    }

    mutating func add(file: Node) { add(file, under: "") }

    private mutating func add(_ node: Node, under section: String) {
        guard case .mapping(let entries) = node.content else {
            // An empty file, or a section with nothing in it, sets nothing.
            if node.isNull { return }
            problems.append(
                SettingProblem(section, "must be a mapping of settings", .file(node.span))
            )
            return
        }
        for entry in entries {
            let key = section.isEmpty ? entry.key : "\(section).\(entry.key)"
            if section == "kafka.properties" {
                if let texts = texts(of: entry.value, key) {
                    properties[entry.key] = Value(texts: texts, origin: .file(entry.value.span))
                }
            } else if Self.sections.contains(key) {
                add(entry.value, under: key)
            } else if Self.settings[key] == nil {
                problems.append(unknown(key, .file(entry.keySpan)))
            } else if let texts = texts(of: entry.value, key) {
                set(key, texts, .file(entry.value.span), splitting: false)
            }
        }
    }

    private mutating func set(
        _ key: String,
        _ texts: [String],
        _ origin: Origin,
        splitting: Bool
    ) {
        if key.hasPrefix(Self.propertyPrefix), key != Self.propertyPrefix {
            let name = String(key.dropFirst(Self.propertyPrefix.count))
            properties[name] = Value(texts: texts, origin: origin)
        } else if let setting = Self.settings[key] {
            let parts =
                splitting && setting.isList
                ? texts.flatMap { $0.split(separator: ",").map(String.init) } : texts
            values[key] = Value(texts: parts, origin: origin)
        } else {
            problems.append(unknown(key, origin))
        }
    }

    private func unknown(_ key: String, _ origin: Origin) -> SettingProblem {
        // A key without its section is as likely a slip as one with a wrong letter.
        let keys = Setting.all.map(\.key)
        var words = keys
        if case .file = origin {
            words += Self.sections
        } else if Self.sections.contains(key) {
            return SettingProblem(
                "",
                "`\(key)` is a section of settings",
                origin,
                help: keys.first { $0.hasPrefix("\(key).") }
                    .map { "name a setting in it, such as \($0)" }
            )
        }
        let nearest =
            Spelling.nearest(to: key, among: words) ?? keys.first { $0.hasSuffix(".\(key)") }
        return SettingProblem(
            "",
            "no setting is called `\(key)`",
            origin,
            help: nearest.map { "did you mean \($0)?" }
        )
    }

    /// The value's text as it was written, or those of a list.
    private mutating func texts(of node: Node, _ key: String) -> [String]? {
        switch node.content {
        case .scalar(.null, _, _):
            problems.append(SettingProblem(key, "has no value", .file(node.span)))
            return nil
        case .scalar(_, let text, _):
            return [text]
        case .sequence(let nodes):
            let lists = nodes.map { texts(of: $0, key) }
            return lists.contains { $0 == nil } ? nil : lists.flatMap { $0 ?? [] }
        case .mapping:
            problems.append(SettingProblem(key, "takes a value, not a mapping", .file(node.span)))
            return nil
        }
    }

    /// The properties for librdkafka, once what is wrong with them is noted.
    mutating func checkedProperties() -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            let key = Self.propertyPrefix + name
            if let instead = Self.reserved[name] {
                problems.append(
                    SettingProblem(key, "is for Muster to set", value.origin, help: instead)
                )
            } else if value.texts.count != 1 {
                problems.append(
                    SettingProblem(key, "takes one value, not a list", value.origin)
                )
            } else {
                texts[name] = value.texts.first
            }
        }
        for error in Client.problems(in: texts) {
            guard let name = error.property, let value = properties[name] else { continue }
            // librdkafka repeats a value that it refuses.
            let message =
                ClientProperties.isSecret(name) ? "librdkafka refuses the value" : error.reason
            problems.append(SettingProblem(Self.propertyPrefix + name, message, value.origin))
        }
        return texts
    }

    /// Properties that the worker depends on, with what to use in their stead.
    private static let reserved = [
        "bootstrap.servers": "use kafka.bootstrapServers",
        "metadata.broker.list": "use kafka.bootstrapServers",
        "group.id": "use group",
        "group.instance.id": "use instance",
        "enable.auto.commit": "offsets are committed together with what they led to",
        "enable.auto.offset.store": "offsets are committed together with what they led to",
        "enable.idempotence": "without it records could be doubled",
        "isolation.level": "only committed records are read",
        "transaction.timeout.ms": "use worker.transactionTimeout",
        "enable.partition.eof": "the worker needs to know the ends of partitions",
        "auto.offset.reset": "without a commit, a partition is read from its beginning",
        "partition.assignment.strategy": "co-partitioned topics need range",
        "partitioner": "keys must reach the partitions that Java clients choose",
        "transactional.id": "use instance",
    ]
}
