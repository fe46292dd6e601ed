// `muster test`: unit tests of policies, before a policy meets machines.

import ArgumentParser
import Foundation
import MusterEngine
import MusterModel
import MusterPolicy
import MusterScenario
import MusterWorker
import MusterYAML

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs unit tests of policies, written in YAML.",
        discussion: """
            In a folder, every file that ends in .test.yaml, .test.yml or .test.json is a test \
            file. Exit status 1 means that a test failed or a file is wrong.
            """
    )

    @Argument(help: "Test files, or folders of them.")
    var paths: [String]

    @Option(help: "Run only the tests whose name contains this text.")
    var filter: String?

    @Option(
        help: ArgumentHelp("Write a JUnit report to a file, for CI servers.", valueName: "file")
    )
    var junit: String?

    @Option(help: "text, or json: one object with every result on standard output.")
    var output: OutputFormat = .text

    func run() throws {
        let files = try testFiles()
        let begin = Date()
        let report = TestReport(files: files.map(result))
        if let junit { try write(report.junit(timestamp: Self.text(begin)), to: junit) }
        switch output {
        case .json: Terminal.output.write(report.json)
        case .text: TestText(terminal: .output).write(report)
        }
        guard report.isPassed else { throw ExitCode.invalidInput }
        if report.testCount == 0 {
            let reason = filter.map { "no test has `\($0)` in its name" } ?? "there is no test"
            Terminal.error.write("error: \(reason)")
            throw ExitCode.invalidInput
        }
    }

    private func testFiles() throws -> [String] {
        var all: [String] = []
        for path in paths {
            guard let found = FileTree.files(at: path, .tests) else {
                Terminal.error.write("error: there is no file or folder `\(path)`")
                if let nearest = FileTree.nearest(to: path) {
                    Terminal.error.write("  help: did you mean `\(nearest)`?")
                }
                throw ExitCode.invalidInput
            }
            if found.isEmpty {
                Terminal.error.write(
                    "error: there is no test file in `\(path)`; test files end in .test.yaml"
                )
                throw ExitCode.invalidInput
            }
            all += found.filter { !all.contains($0) }
        }
        return all
    }

    private func result(of file: String) -> TestReport.File {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.bytes(at: file)
        } catch {
            let start = Mark(line: 0, column: 0)
            let span = SourceSpan(source: file, start: start, end: start)
            return refused(file, [], Diagnostic("unreadable-file", "\(error)", at: span))
        }
        let nodes = DocumentText(file: file, bytes: bytes).nodes().nodes
        if let document = nodes.first(where: { $0["apiVersion"] != nil }),
            nodes.allSatisfy({ $0["tests"] == nil })
        {
            let finding = Diagnostic(
                "no-tests",
                "this file holds documents, not tests of them",
                at: document.span,
                help: "tests are in files that end in .test.yaml; `muster check` reads documents"
            )
            return refused(file, bytes, finding)
        }
        let reading = ScenarioReader.read(file: file, bytes: bytes, .files)
        let chosen = reading.scenarios.filter { filter.map($0.name.contains) ?? true }
        let tests = chosen.map { scenario in
            var failures: [Diagnostic] = []
            let duration = ContinuousClock().measure { failures = scenario.run() }
            return TestReport.Test(
                name: scenario.name,
                span: scenario.span,
                failures: failures,
                duration: duration
            )
        }
        return TestReport.File(
            path: file,
            tests: tests,
            diagnostics: reading.diagnostics,
            texts: reading.texts
        )
    }

    /// A file of which nothing is run.
    private func refused(
        _ file: String,
        _ bytes: [UInt8],
        _ finding: Diagnostic
    ) -> TestReport.File {
        TestReport.File(path: file, tests: [], diagnostics: [finding], texts: [file: bytes])
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            Terminal.error.write("error: \(FileFailure(path, cannotBe: .written, error))")
            throw ExitCode.invalidInput
        }
    }

    /// A time as JUnit's schema has it: without a zone.
    private static func text(_ date: Date) -> String {
        let seconds = Int64(date.timeIntervalSince1970)
        return String(Instant(milliseconds: seconds * 1000).rfc3339.prefix(19))
    }
}

extension ScenarioSurroundings {
    /// The file system, and settings as the worker reads them.
    static let files = ScenarioSurroundings(
        policies: { path in
            FileTree.files(at: path, .documents)?.compactMap { file in
                FileManager.default.contents(atPath: file).map {
                    DocumentSource(name: file, bytes: Array($0))
                }
            }
        },
        reports: { path in FileManager.default.contents(atPath: path).map { Array($0) } },
        options: { node in
            do throws(SettingsError) {
                return .success(try Settings.resolve(file: node).settings.options)
            } catch {
                return .failure(ScenarioFailure(error.problems.compactMap(\.diagnostic)))
            }
        },
        zones: .system
    )
}
