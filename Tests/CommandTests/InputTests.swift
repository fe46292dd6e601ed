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

    /// Runs command lines one after the other in a folder with some files, and removes it.
    ///
    /// - Returns: what each printed, and its status.
    private func run(
        _ arguments: [String]...,
        files: [String: String]
    ) throws -> [(output: String, status: Int32)] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "muster-input-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let url = folder.appending(path: name)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        return try arguments.map { try Executable.run($0, in: folder) }
    }

    /// Runs one command line.
    private func run(
        _ arguments: [String],
        _ files: [String: String]
    ) throws -> (output: String, status: Int32) {
        try #require(run(arguments, files: files).last)
    }

    @Test("verify that could not write what was to be extracted says so by its status")
    func extract() throws {
        let results = try run(
            ["plan", "--policies", "p.yaml", "--resources", "r.jsonl", "--proof", "proof"],
            ["verify", "proof", "--extract", "parts"],
            // What is to be the folder is a file.
            ["verify", "proof", "--extract", "p.yaml"],
            files: [
                "p.yaml": Self.policy.replacing("shpo", with: "shop"), "r.jsonl": Self.reports,
            ]
        )
        #expect(results[1].status == 0, Comment(rawValue: results[1].output))
        #expect(results[2].status == 1)
        #expect(results[2].output.contains("p.yaml"))
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

    @Test("a field that is nearly one that counts is told; others may be there")
    func misspeltFields() throws {
        let reports = """
            {"domain":"d","resource":"vm-1","stat":"offline","region":"eu"}
            {"domain":"d","resources":[{"resource":"vm-2","stat":"online"},{"resource":"vm-3"}]}

            """
        let text = Self.policy.replacing("{application: shpo}", with: "{resource: vm-1}")
        for command in [["plan", "--policies"], ["explain", "--policies"], ["check"]] {
            let (output, status) = try run(
                command + ["p.yaml", "--resources", "r.jsonl"],
                ["p.yaml": text, "r.jsonl": reports]
            )
            #expect(status == 0)
            #expect(
                output.contains(
                    "warning: r.jsonl:1: the field `stat` is passed over, here and 1 more time; "
                        + "did you mean `state`?"
                ),
                "\(output)"
            )
            #expect(!output.contains("region"), "\(output)")
        }
    }

    @Test(
        "JSON that is no line for each event is told as one mistake, with what mends it",
        arguments: [("[\n{\n\"resource\": \"a\"\n},\n{}\n]\n", ".[]"), ("\n{\n}\n", ".")]
    )
    func otherForms(_ text: String, _ filter: String) throws {
        let (output, status) = try run(
            ["plan", "--policies", "p.yaml", "--resources", "r.json"],
            ["p.yaml": Self.policy, "r.json": text]
        )
        #expect(status == 1)
        #expect(output.split(separator: "\n").count == 2, "\(output)")
        #expect(output.contains("jq -c '\(filter)' FILE"), "\(output)")
    }

    @Test("a file of policies in the place of events is told as one mistake, an empty one at all")
    func otherFiles() throws {
        let (output, status) = try run(
            ["plan", "--policies", "p.yaml", "--resources", "p.yaml"],
            ["p.yaml": "# ours\n---\n" + Self.policy]
        )
        #expect(status == 1)
        #expect(output.split(separator: "\n").count == 2, "\(output)")
        #expect(output.contains("p.yaml:3: this is a document of the policy language"))
        let (empty, _) = try run(
            ["plan", "--policies", "p.yaml", "--resources", "r.jsonl"],
            ["p.yaml": Self.policy, "r.jsonl": "\n"]
        )
        #expect(empty.contains("warning: r.jsonl: there are no events in it"), "\(empty)")
    }

    @Test(
        "what is wrong in a file of settings is shown without its secrets",
        arguments: [
            "kafka: {propertes: {sasl.password: hush-hush}}\n",
            "kafka:\n  properties:\n    sasl.password: {a: hush-hush}\n",
            "kafka:\n  properties:\n    sasl.password: hush-hush: no\n",
            "kafka: {properties: {linger.ms: x, sasl.password: hush-hush}}\n",
            "kafka:\n  properties:\n    ssl.key.password: |\n      hush-hush\n     x\n",
        ]
    )
    func secrets(_ text: String) throws {
        let (output, status) = try run(["run", "--config", "m.yaml"], ["m.yaml": text])
        #expect(status != 0)
        #expect(output.contains("m.yaml:"), "\(output)")
        #expect(!output.contains("hush"), "\(output)")
    }

    @Test("where a file of settings names no secret, the line that is wrong is shown")
    func settingsLines() throws {
        let (output, status) = try run(
            ["run", "--config", "m.yaml"],
            ["m.yaml": "# kafka: {properties: {sasl.password: …}}\nworker: {comitInterval: 7s}\n"]
        )
        #expect(status != 0)
        #expect(output.contains("worker: {comitInterval: 7s}"), "\(output)")
    }

    @Test("where no proof can be written is told before the work")
    func proofs() throws {
        let files = ["p.yaml": Self.policy, "r.jsonl": Self.reports]
        for (path, message) in [
            ("-", "--proof takes a file"), ("none/proof", "`none/proof` cannot be written"),
            ("p.yaml/proof", "`p.yaml/proof` cannot be written"),
        ] {
            let (output, status) = try run(
                ["plan", "--policies", "p.yaml", "--resources", "r.jsonl", "--proof", path],
                files
            )
            #expect(status != 0)
            #expect(output.contains(message), "\(output)")
            #expect(!output.contains("Domain"), "\(output)")
        }
    }

    @Test("policies and resources of different domains are told")
    func strangers() throws {
        let text = Self.policy.replacing("name: web", with: "name: web\ndomain: e")
        let files = ["p.yaml": text, "r.jsonl": Self.reports]
        let arguments = ["plan", "--policies", "p.yaml", "--resources", "r.jsonl"]
        let warning = "warning: documents are for domain `e`, of which r.jsonl reports nothing"
        #expect(try run(arguments, files).output.contains(warning))
        let own = ["p.yaml": Self.policy, "r.jsonl": Self.reports]
        #expect(try !run(arguments, own).output.contains("warning: documents"))
    }

    @Test("a test of policies in the place of a policy is passed over and told")
    func policyTest() throws {
        for name in ["web.test.yaml", "web.yaml"] {
            let (output, status) = try run(["check", name], [name: "tests: []\n"])
            #expect(status == 0)
            #expect(output.contains("`muster test \(name)` runs them"), "\(output)")
        }
    }

    @Test("check counts files of settings as such, and says when only --strict refuses")
    func verdicts() throws {
        let files = ["p.yaml": Self.policy, "muster.yaml": "group: muster\n"]
        func verdict(_ arguments: String...) throws -> Substring {
            let (output, _) = try run(["check"] + arguments, files)
            return output.split(separator: "\n").last ?? ""
        }
        #expect(
            try verdict("muster.yaml") == "1 file read: 1 settings file valid, 0 warnings"
        )
        #expect(
            try verdict("muster.yaml", "p.yaml")
                == "2 files read: 1 document and 1 settings file valid, 0 warnings"
        )
        let (output, status) = try run(["check", "--strict", "e.yaml"], ["e.yaml": "# nothing\n"])
        #expect(status == 1)
        #expect(
            output.contains(
                "1 file read: 0 documents valid, 1 warning; --strict refuses warnings\n"
            ),
            "\(output)"
        )
    }

    @Test("an empty policy file is told, and explain does not say that every policy holds")
    func emptyPolicies() throws {
        let files = ["p.yaml": "# nothing\n", "r.jsonl": Self.reports]
        let (output, status) = try run(["check", "--strict", "p.yaml"], files)
        #expect(status == 1)
        #expect(output.contains("`p.yaml` holds no document"), "\(output)")
        let arguments = ["explain", "--policies", "p.yaml", "--resources", "r.jsonl"]
        #expect(try run(arguments, files).output.contains("there is no policy"))
    }

    @Test("a file of settings in the place of policies is told, and so is a resource in theirs")
    func wrongKinds() throws {
        let results = try run(
            ["plan", "--policies", "s.yaml", "--resources", "r.jsonl"],
            ["plan", "--policies", "folder", "--resources", "r.jsonl"],
            ["explain", "vm-1", "--policies", "p.yaml", "--resources", "r.jsonl"],
            files: [
                "s.yaml": "kafka: {bootstrapServers: 'b:1'}\n", "p.yaml": Self.policy,
                "r.jsonl": Self.reports,
            ]
        )
        #expect(results[0].status == 0)
        #expect(results[0].output.contains("`s.yaml` holds settings, not policies"))
        #expect(results[1].output.contains("there is no file or folder `folder`"))
        #expect(results[2].status == 1)
        #expect(results[2].output.contains("ask with --why vm-1"), "\(results[2].output)")
    }

    @Test("a file in the place of one of another kind is told as what it is, once")
    func mixedUp() throws {
        let results = try run(
            ["plan", "--policies", "r.jsonl", "--resources", "p.yaml"],
            ["test", "p.yaml"],
            ["run", "--config", "p.yaml"],
            ["plan", "--policies", "q.yaml", "--resources", "r.jsonl"],
            ["run", "--config", "s.yaml"],
            ["plan", "--policies", "p.yalm/", "--resources", "r.jsonl"],
            ["run", "--set", "kafka=b:1"],
            files: [
                "p.yaml": Self.policy, "r.jsonl": Self.reports,
                "s.yaml": "kafak: {bootstrapServers: 'b:1'}\n",
            ]
        )
        let told = [
            "`r.jsonl` holds reports of resources, not policies",
            "this file holds documents, not tests of them",
            "this file holds documents such as policies, not settings",
            "did you mean `p.yaml`?", "did you mean kafka?",
            "did you mean `p.yaml`?", "`kafka` is a section of settings",
        ]
        for (result, text) in zip(results, told) {
            #expect(result.status != 0)
            #expect(result.output.contains(text), "\(result.output)")
            #expect(result.output.split(separator: "error[").count <= 2, "\(result.output)")
        }
    }

    @Test("a worker that is told to end before it has found its broker ends in order")
    func earlySignal() throws {
        let arguments = [
            "run", "--set", "kafka.bootstrapServers=127.0.0.1:1", "--set",
            "kafka.connectTimeout=600s",
        ]
        let (output, status) = try Executable.run(
            arguments,
            in: FileManager.default.temporaryDirectory,
            terminatedWhenItSays: "127.0.0.1:1"
        )
        #expect(status == 0, "\(output)")
        #expect(output.contains("ended in order"), "\(output)")
    }

    @Test("explain says that what it calls online is decided and not reported yet")
    func decidedNotReported() throws {
        let text = Self.policy.replacing("{application: shpo}", with: "{application: shop}")
        let (output, status) = try run(
            ["explain", "--policies", "p.yaml", "--resources", "r.jsonl", "web"],
            ["p.yaml": text, "r.jsonl": Self.reports]
        )
        #expect(status == 0)
        #expect(output.contains("1 change has yet to be made"), "\(output)")
    }

    @Test("a share of more than all is warned of")
    func moreThanAll() throws {
        let text = Self.policy.replacing("atLeast: 1", with: "atLeast: \"180%\"")
        let (output, status) = try run(["check", "p.yaml"], ["p.yaml": text])
        #expect(status == 0)
        #expect(output.contains("warning[more-than-all]"), "\(output)")
    }

    @Test("a mistake in a step of a test is told alone, without what follows from it")
    func followOn() throws {
        let text = """
            tests:
            - name: t
              domain: d
              resources: [{resource: vm-1}]
              steps:
              - {after: 1 minute, expect: {changes: []}}

            """
        let (output, status) = try run(["test", "t.test.yaml"], ["t.test.yaml": text])
        #expect(status == 1)
        #expect(output.contains("is not a time"), "\(output)")
        #expect(!output.contains("no step of the test expects"), "\(output)")
    }

    @Test(
        "a command that is nearly one is told which",
        arguments: [("chek", "`check`"), ("x", "--help")]
    )
    func unknownCommand(_ name: String, _ help: String) throws {
        let (output, status) = try run([name], [:])
        #expect(status == 64)
        #expect(output.contains("there is no command `\(name)`"), "\(output)")
        #expect(output.contains(help), "\(output)")
    }

    @Test("a trace that cannot be read is named with the reason")
    func missingTrace() throws {
        let (output, status) = try run(["simulate", "--trace", "nothing"], [:])
        #expect(status == 1)
        #expect(output.contains("cannot be read: no such file or directory"), "\(output)")
    }

    @Test("what maintenance lacks is told with what to write")
    func maintenance() throws {
        let text = "apiVersion: muster/v1\nkind: Maintenance\nname: m\ndrain: {kind: vm}\n"
        let (output, status) = try run(["check", "m.yaml"], ["m.yaml": text])
        #expect(status == 1)
        #expect(output.contains("write `where: {…}` and `effect: drain`"), "\(output)")
        #expect(output.contains("one of `drain`, `cordon`, `ignore`"), "\(output)")
    }

    @Test("a file that is no problem is refused at what is there, not at the line after it")
    func noProblem() throws {
        let (output, status) = try run(["solve", "h.opb"], ["h.opb": "hello\n"])
        #expect(status == 1)
        #expect(output.contains("h.opb:1:6"), "\(output)")
        #expect(output.contains("`>=`, `<=` or `=` is expected"), "\(output)")
    }
}
