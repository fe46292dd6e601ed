// The files that ship beside the sources and that no compiler reads: settings, policies, and what
// makes the image.

import Foundation
import MusterPolicy
import MusterWorker
import MusterYAML
import Testing

@Suite struct ShippedFilesTests {
    private func settings(_ text: String) throws -> Settings.Resolution {
        let document = try Settings.document(in: Array(text.utf8), path: "config/muster.yaml")
        return try Settings.resolve(file: document)
    }

    @Test("The settings file says what holds without it")
    func defaults() throws {
        let resolution = try settings(try ProjectTree.file("config/muster.yaml").text)
        #expect(resolution.settings == Settings())
        #expect(resolution.warnings.isEmpty)
    }

    @Test("The settings file has every setting, if only as a comment")
    func completeness() throws {
        let text = try ProjectTree.file("config/muster.yaml").lines.map { line in
            let match = try line.matches(of: #"^( *)# ( *[A-Za-z.]+:(?: .*)?)$"#).first
            return match.map { $0[1] + $0[2] } ?? String(line)
        }
        let resolution = try settings(text.joined(separator: "\n"))
        for setting in Setting.all {
            #expect(resolution.origins[setting.key] != nil, "\(setting.key)")
        }
    }

    @Test("Every policy that ships is read without an error")
    func policies() throws {
        for folder in ["config/policies", "config/examples"] {
            let files = try ProjectTree.files(below: folder).filter {
                $0.path.hasSuffix(".yaml") && !$0.path.contains(".test.")
            }
            #expect(!files.isEmpty)
            var nodes: [Node] = []
            for file in files {
                let (documents, findings) = YAML.read(Array(file.text.utf8), source: file.path)
                #expect(findings.isEmpty, "\(file): \(findings.map(\.message))")
                nodes += documents
            }
            let (changes, findings) = DocumentReader.read(nodes, from: .file, zones: .system)
            #expect(findings.isEmpty, "\(findings.map(\.message))")
            #expect(changes.count >= files.count)
        }
    }

    @Test("The composition sets variables that exist, and its services wait for one another")
    func composition() throws {
        let text = try ProjectTree.file("docker/compose.yaml").text
        let known = Set(Setting.all.map(\.variable))
        let used = try text.matches(of: #"\bMUSTER_[A-Z_]+"#).map { $0[0] }
        #expect(used.count >= 3)
        for variable in used { #expect(known.contains(variable), "\(variable)") }
        for topic in Settings().topics.all {
            #expect(text.contains(topic), "\(topic)")
        }
    }

    @Test("What the Dockerfile copies is there and is not kept from the build")
    func dockerfile() throws {
        let ignored = try ProjectTree.file(".dockerignore").lines
        let copies = try ProjectTree.file("docker/Dockerfile").text
            .matches(of: #"^COPY (?!--from)(\S+) \S+$"#).map { $0[1] }
        #expect(copies.count >= 3)
        for path in copies {
            #expect(ProjectTree.exists(path), "\(path)")
            #expect(!ignored.contains { $0 == path }, "\(path)")
        }
    }

    @Test("Scripts can be started and stop at the first failure")
    func scripts() throws {
        for script in try ProjectTree.files(below: ".ci") {
            let url = ProjectTree.root.appending(path: script.path)
            #expect(FileManager.default.isExecutableFile(atPath: url.path), "\(script)")
            #expect(script.lines.contains("set -euo pipefail"), "\(script)")
        }
    }
}
