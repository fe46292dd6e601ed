// What commands say of the files that they are given, and of what cannot come true with them.

import Foundation
import Testing

@Suite struct InputTests {
    private static let policy = """
        apiVersion: muster/v1
        kind: Policy
        name: web
        require: {count: {application: shpo}, atLeast: 1}

        """
    private static let reports = """
        {"domain":"d","resource":"vm-1","applications":["shop"],"state":"offline"}
        {"domain":"d","resource":"vm-2","available":false}

        """

    /// Runs the command line in a folder with some files, and removes it.
    private func run(
        _ arguments: [String],
        _ files: [String: String]
    ) throws -> (output: String, status: Int32) {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "muster-input-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let url = folder.appending(path: name)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        return try Executable.run(arguments, in: folder)
    }

    @Test("check says of a policy that it can never hold with the resources, and what would help")
    func impossible() throws {
        let arguments = ["check", "p.yaml", "--resources", "r.jsonl"]
        let files = ["p.yaml": Self.policy, "r.jsonl": Self.reports]
        let (output, status) = try run(arguments, files)
        #expect(status == 0)
        #expect(output.contains("`web` can never hold with these resources"), "\(output)")
        #expect(output.contains("p.yaml:1:1"), "\(output)")
        #expect(try run(arguments + ["--strict"], files).status == 1)
    }

    @Test("check is silent of a policy that holds once something recovers")
    func recoverable() throws {
        let text = Self.policy.replacing("{application: shpo}", with: "{resource: vm-2}")
        let (output, status) = try run(
            ["check", "p.yaml", "--resources", "r.jsonl", "--strict"],
            ["p.yaml": text, "r.jsonl": Self.reports]
        )
        #expect(status == 0)
        #expect(!output.contains("warning:"), "\(output)")
    }

    @Test("a file that is named twice, or lies in a folder that is named too, is read once")
    func twice() throws {
        let (output, status) = try run(
            ["check", "p.yaml", "./p.yaml", "."],
            ["p.yaml": Self.policy]
        )
        #expect(status == 0)
        #expect(output == "1 file read: 1 document valid, 0 warnings\n")
    }

    @Test(
        "what cannot be read is named with the reason",
        arguments: [
            ["plan", "--policies", "p.yaml", "--resources", "nothing"],
            ["solve", "nothing"],
            ["verify", "nothing"],
            ["run", "--config", "nothing"],
        ]
    )
    func missing(_ arguments: [String]) throws {
        let (output, status) = try run(arguments, ["p.yaml": Self.policy])
        #expect(status == (arguments[0] == "run" ? 78 : 1))
        #expect(output.contains("cannot be read: no such file or directory"), "\(output)")
    }

    @Test("a folder in the place of a file is called one")
    func folder() throws {
        let (output, status) = try run(["solve", "."], [:])
        #expect(status == 1)
        #expect(output.contains("`.` cannot be read: it is a folder"), "\(output)")
    }

    @Test("policies and resources may come through pipes")
    func pipes() throws {
        let text = Self.policy.replacing("{application: shpo}", with: "{resource: vm-1}")
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data(text.utf8))
        try pipe.fileHandleForWriting.close()
        let own = ProcessInfo.processInfo.processIdentifier
        let path = "/proc/\(own)/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        let (output, status) = try run(
            ["plan", "--policies", path, "--resources", "r.jsonl"],
            ["r.jsonl": Self.reports]
        )
        #expect(status == 0)
        #expect(output.contains("1 of 1 policy satisfied"), "\(output)")
        try pipe.fileHandleForReading.close()
    }

    @Test("what cannot be written is named with the reason")
    func unwritable() throws {
        let arguments = ["plan", "--policies", "p.yaml", "--resources", "r.jsonl", "--proof"]
        let text = Self.policy.replacing("{application: shpo}", with: "{resource: vm-1}")
        let (output, status) = try run(
            arguments + ["nowhere/proof"],
            ["p.yaml": text, "r.jsonl": Self.reports]
        )
        #expect(status == 1)
        #expect(output.contains("cannot be written: no such file or directory"), "\(output)")
    }
}
