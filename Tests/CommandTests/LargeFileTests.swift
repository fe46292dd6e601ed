// Files as large as those who run many machines write them.

import Foundation
import Testing

@Suite struct LargeFileTests {
    @Test("a thousand policies may stand in one file, and each is planned for")
    func manyPolicies() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "muster-large-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let policies = (0..<1000).map { number in
            """
            apiVersion: muster/v1
            kind: Policy
            name: p\(number)
            require: {resource: r\(number), is: online}
            """
        }
        let reports = (0..<1000).map { #"{"domain":"d","resource":"r\#($0)","state":"offline"}"# }
        try policies.joined(separator: "\n---\n")
            .write(to: folder.appending(path: "p.yaml"), atomically: true, encoding: .utf8)
        try reports.joined(separator: "\n")
            .write(to: folder.appending(path: "r.jsonl"), atomically: true, encoding: .utf8)
        let (output, status) = try Executable.run(
            ["plan", "--policies", "p.yaml", "--resources", "r.jsonl"],
            in: folder
        )
        #expect(status == 0)
        #expect(output.contains("1000 to start, 0 to stop"), "\(output.suffix(300))")
        #expect(output.contains("1000 of 1000 policies satisfied"), "\(output.suffix(300))")
    }
}
