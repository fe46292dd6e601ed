// What commands print, word for word, as a user runs them: the executable is started as a process.
// Each case's output is in Goldens; setting MUSTER_RECORD_GOLDENS writes these anew, and fails all
// the same, so that nobody takes a recording for a check.

import Foundation
import Testing

@Suite struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Goldens")
    private static let inputs = ["--policies", "estate.yaml", "--resources", "estate.jsonl"]

    /// A command line, what its output is recorded as, and the status it ends with.
    private struct Case {
        let name: String
        let arguments: [String]
        let status: Int32
    }

    private static let cases: [Case] = [
        Case(name: "capacity", arguments: ["explain"] + inputs + ["capacity"], status: 0),
        Case(name: "budget", arguments: ["explain"] + inputs + ["budget"], status: 3),
        Case(name: "batch", arguments: ["explain"] + inputs + ["batch"], status: 3),
        Case(name: "spread", arguments: ["explain"] + inputs + ["spread", "room"], status: 0),
        Case(name: "observed", arguments: ["explain"] + inputs + ["balance"], status: 0),
        Case(name: "dependency", arguments: ["explain"] + inputs + ["queue"], status: 3),
        Case(name: "maintenance", arguments: ["explain"] + inputs + ["standby"], status: 3),
        Case(name: "unknown", arguments: ["explain"] + inputs + ["capcity"], status: 1),
        Case(
            name: "why-policies",
            arguments: ["explain"] + inputs + ["--why", "web-1"],
            status: 0
        ),
        Case(
            name: "why-tie",
            arguments: ["explain"] + inputs + ["--why", "spare-1", "--why-not", "spare-2"],
            status: 0
        ),
        Case(
            name: "why-cost",
            arguments: ["explain"] + inputs + ["--why-not", "idle-1"],
            status: 0
        ),
        Case(
            name: "why-faulted",
            arguments: ["explain"] + inputs + ["--why-not", "web-5"],
            status: 0
        ),
        Case(
            name: "why-drained",
            arguments: ["explain"] + inputs + ["--why-not", "standby-1"],
            status: 0
        ),
        Case(
            name: "why-dependency",
            arguments: ["explain"] + inputs + ["--why-not", "queue-1"],
            status: 0
        ),
        Case(
            name: "why-nobody",
            arguments: ["explain"] + inputs + ["--why", "wbe-1"],
            status: 1
        ),
        Case(
            name: "json",
            arguments: ["explain", "--output", "json"] + inputs + ["budget"],
            status: 3
        ),
        Case(name: "usage", arguments: ["explain", "--policies", "estate.yaml"], status: 64),
        Case(
            name: "check",
            arguments: ["check", "conflicts.yaml", "--resources", "estate.jsonl"],
            status: 0
        ),
    ]

    @Test("commands print what is recorded, and end with the status that goes with it")
    func goldens() throws {
        let isRecording = ProcessInfo.processInfo.environment["MUSTER_RECORD_GOLDENS"] != nil
        for golden in Self.cases {
            let (output, status) = try run(golden.arguments)
            #expect(status == golden.status, "\(golden.name)")
            let recording = Self.folder.appending(path: golden.name + ".expected")
            if isRecording {
                try output.write(to: recording, atomically: true, encoding: .utf8)
                Issue.record("recorded \(recording.lastPathComponent)")
            } else {
                let expected = try String(contentsOf: recording, encoding: .utf8)
                #expect(output == expected, "\(golden.name)")
            }
        }
    }

    @Test("one JSON document is printed and nothing else")
    func json() throws {
        let arguments = ["explain", "--output", "json"] + Self.inputs
        let (output, _) = try run(arguments, withErrors: false)
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        let domains = object?["domains"] as? [[String: Any]]
        let policies = domains?.first?["policies"] as? [[String: Any]]
        #expect(domains?.count == 1)
        #expect(policies?.contains { $0["name"] as? String == "budget" } == true)
    }

    private func run(
        _ arguments: [String],
        withErrors: Bool = true
    ) throws -> (output: String, status: Int32) {
        try Executable.run(arguments, in: Self.folder, withErrors: withErrors)
    }
}
