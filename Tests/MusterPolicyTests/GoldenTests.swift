// What people are told about bad documents, word for word. Each file in Goldens is a bad input
// with what is rendered for it beside it; setting MUSTER_RECORD_GOLDENS writes these anew, and
// fails all the same, so that nobody takes a recording for a check.

import Foundation
import MusterModel
import MusterPolicy
import MusterYAML
import Testing

@Suite struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Goldens")

    @Test("every bad input is told as recorded")
    func goldens() throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.folder,
            includingPropertiesForKeys: nil
        )
        let inputs = files.filter { ["yaml", "json"].contains($0.pathExtension) }
        #expect(inputs.count >= 15)
        let isRecording = ProcessInfo.processInfo.environment["MUSTER_RECORD_GOLDENS"] != nil
        for input in inputs.sorted(by: { $0.path < $1.path }) {
            let rendered = try rendered(input)
            let recording = input.deletingPathExtension().appendingPathExtension("expected")
            if isRecording {
                try rendered.write(to: recording, atomically: true, encoding: .utf8)
                Issue.record("recorded \(recording.lastPathComponent)")
            } else {
                let expected = try String(contentsOf: recording, encoding: .utf8)
                #expect(rendered == expected, "\(input.lastPathComponent)")
            }
        }
    }

    /// The findings of a file; those that begin with `bus-` are read as events.
    private func rendered(_ file: URL) throws -> String {
        let name = file.lastPathComponent
        let bytes = Array(try Data(contentsOf: file))
        let isEvent = name.hasPrefix("bus-")
        let (changes, diagnostics) = DocumentText.read(
            [DocumentText(file: name, bytes: bytes)],
            from: isEvent ? .bus : .file,
            expectedDomain: isEvent ? DomainID("prod") : nil,
            zones: .few
        )
        #expect(diagnostics.hasErrors, "\(name)")
        #expect(changes.isEmpty, "\(name)")
        let renderer = DiagnosticRenderer(sources: [name: bytes])
        return renderer.text(diagnostics) + DiagnosticRenderer.counts(diagnostics) + "\n"
    }
}
