// What the tests of reading share.

import MusterModel
import MusterPolicy
import MusterYAML
import Testing

/// Reads YAML as a file, or as an event.
func read(
    _ text: String,
    from origin: DocumentReader.Origin = .file,
    domain: DomainID? = nil
) -> (changes: [ConfigurationChange], diagnostics: [Diagnostic]) {
    let text = DocumentText(source: "t.yaml", bytes: Array(text.utf8), format: .yaml)
    return DocumentText.read([text], from: origin, expectedDomain: domain, zones: .few)
}

extension TimeZones {
    /// A few zones, each with the changes of one year: enough to name, and to look at both changes.
    static let few = TimeZones([
        .utc,
        ZoneRules(
            name: "Europe/Berlin",
            offset: 3600,
            transitions: [("2026-03-29T01:00:00Z", 7200), ("2026-10-25T01:00:00Z", 3600)]
                .compactMap { time, offset in
                    Instant(rfc3339: time).map { .init(at: $0, offset: offset) }
                }
        ),
        ZoneRules(name: "America/New_York", offset: -18_000),
        ZoneRules(name: "Asia/Kolkata", offset: 19_800),
    ])
}

/// The codes and places of what is found in YAML.
func findings(_ text: String, from origin: DocumentReader.Origin = .file) -> [String] {
    read(text, from: origin).diagnostics.map { "\($0.code) \($0.span.start)" }
}

/// The head that every policy needs, in one line less than its body starts at.
func policyText(_ body: String) -> String {
    "{apiVersion: muster/v1, kind: Policy, name: p}\n".dropLast(2) + ",\n" + body + "}\n"
}

/// The policy with this body, written in flow style and put on lines from 2 on.
func policy(_ body: String) throws -> Policy {
    let (changes, diagnostics) = read(policyText(body))
    #expect(diagnostics.map { "\($0)" } == [])
    guard case .set(.policy(let policy), _)? = changes.first else {
        throw diagnostics.first ?? Diagnostic("no-policy", "nothing was read", at: .none)
    }
    return policy
}

/// The form of a condition.
func condition(_ text: String) throws -> Condition {
    try #require(policy("require: \(text)").require)
}

/// What is found in a condition, which starts at column 10 of line 2.
func conditionFindings(_ text: String) -> [String] {
    findings(policyText("require: \(text)"))
}

extension Selector {
    /// Resources of a kind, with more requirements.
    static func kind(_ kind: String, _ more: Requirement...) -> Selector {
        Selector([.field(.kind, [Pattern(kind)])] + more)
    }
}

extension Selector.Requirement {
    static func on(_ node: String) -> Selector.Requirement { .field(.node, [Pattern(node)]) }
}
