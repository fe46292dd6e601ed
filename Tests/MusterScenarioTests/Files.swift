// Test files in memory, as tests of the reader and the runner give them.

import MusterEngine
import MusterPolicy
import MusterScenario
import Testing

extension ScenarioSurroundings {
    /// Files by path, and no settings.
    static func memory(_ files: [String: String] = [:]) -> ScenarioSurroundings {
        ScenarioSurroundings(
            policies: { path in
                files[path].map { [DocumentSource(name: path, bytes: Array($0.utf8))] }
            },
            reports: { path in files[path].map { Array($0.utf8) } },
            options: { node in
                .failure(ScenarioFailure([Diagnostic("no-settings", "none here", at: node.span)]))
            }
        )
    }
}

/// What is found in a test file, a line each: place, code, message and help.
func findings(_ yaml: String, _ files: [String: String] = [:]) -> [String] {
    let reading = ScenarioReader.read(
        file: "t/a.test.yaml",
        bytes: Array(yaml.utf8),
        .memory(files)
    )
    return reading.diagnostics.map(\.line)
}

/// What a test file's tests fail by; the file itself must be right.
func failures(_ yaml: String, _ files: [String: String] = [:]) throws -> [String] {
    let reading = ScenarioReader.read(
        file: "t/a.test.yaml",
        bytes: Array(yaml.utf8),
        .memory(files)
    )
    try #require(reading.diagnostics.isEmpty, "\(reading.diagnostics.map(\.line))")
    try #require(!reading.scenarios.isEmpty)
    return reading.scenarios.flatMap { $0.run() }.map(\.line)
}

extension Diagnostic {
    var line: String { "\(span.start) \(code): \(message)" + (help.map { "; \($0)" } ?? "") }
}
