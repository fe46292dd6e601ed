// Whether a simulation says the same in every process: hashing begins differently in each.

import Foundation
import MusterBusKit
import Testing

@Suite struct SimulationProcessTests {
    /// The last line that it wrote, and its status.
    private func simulate(_ arguments: [String]) throws -> (line: String, status: Int32?) {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).out")
        defer { try? FileManager.default.removeItem(at: file) }
        let child = try ChildProcess(
            Executables.path(of: "muster"),
            ["simulate"] + arguments,
            output: file
        )
        guard case .exited(let status) = child.waitForEnd(within: .seconds(120)) else {
            return ("", nil)
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        return (text.split(separator: "\n").last.map { String($0) } ?? "", status)
    }

    @Test("two processes give one digest for one seed")
    func digests() throws {
        let runs = try (0..<2).map { _ in
            try simulate(["--seed", "11", "--steps", "1500", "--output", "json"])
        }
        #expect(runs[0].status == 0)
        #expect(runs[0].line.contains("\"digest\":\""))
        #expect(runs[0].line == runs[1].line)
    }

    @Test("a broken promise ends the process with 70 and prints a run that can be repeated")
    func broken() throws {
        let planted = ["--plant", "skipRecord"]
        let run = try simulate(["--seed", "1", "--steps", "1500", "--output", "json"] + planted)
        #expect(run.status == 70)
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.line.utf8)) as? [String: Any]
        )
        let failure = try #require(report["failure"] as? [String: Any])
        let file = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID()).txt")
        defer { try? FileManager.default.removeItem(at: file) }
        try (failure["trace"] as? String)?.write(to: file, atomically: true, encoding: .utf8)
        let again = try simulate(["--trace", file.path] + planted)
        #expect(again.status == 70)
        #expect(again.line.hasPrefix("knowledge: "))
        #expect(try simulate(["--trace", file.path]).status == 0)
    }
}
