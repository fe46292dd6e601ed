// The policies that ship are what new users copy from, so nothing may be said against them.

import Foundation
import MusterModel
import MusterPolicy
import MusterYAML
import Testing

@Suite struct ExamplePolicyTests {
    /// The files, in the order of their names.
    private func files() throws -> [URL] {
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "../../config/policies").standardized
        return try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "yaml" && !$0.path.hasSuffix(".test.yaml") }
        .sorted { $0.path < $1.path }
    }

    @Test("the example policies are read together without a word")
    func examples() throws {
        let files = try files()
        #expect(files.count >= 6)
        let texts = try files.map { file in
            DocumentText(file: file.lastPathComponent, bytes: Array(try Data(contentsOf: file)))
        }
        let (changes, diagnostics) = DocumentText.read(texts, from: .file, zones: .few)
        let sources = Dictionary(uniqueKeysWithValues: texts.map { ($0.source, $0.bytes) })
        #expect(DiagnosticRenderer(sources: sources).text(diagnostics) == "")
        #expect(changes.count >= files.count)
        for case .set(let document, _) in changes {
            #expect(document.domain == DomainID("openb"), "\(document.name)")
        }
    }

    @Test("each example says in two lines of comment what it asks for")
    func comments() throws {
        for file in try files() {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            let comments = lines.prefix { $0.hasPrefix("# ") }
            #expect(comments.count == 2, "\(file.lastPathComponent)")
        }
    }
}
