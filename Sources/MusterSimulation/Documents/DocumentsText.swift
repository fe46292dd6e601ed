// Texts to documents, by the reader that the worker uses.

import MusterEngine
import MusterPolicy

/// Reads what runs name by text.
enum DocumentsText {
    /// Why a text cannot be read.
    struct Flaw: Error {
        let reason: String
    }

    static func read(
        _ text: String,
        from origin: DocumentReader.Origin
    ) -> Result<[ConfigurationChange], Flaw> {
        let (node, problems) = JSONDocument.read(Array(text.utf8), source: "text")
        guard let node, problems.isEmpty else {
            return .failure(Flaw(reason: problems.first?.message ?? "the text is empty"))
        }
        let (changes, diagnostics) = DocumentReader.read([node], from: origin)
        if let error = diagnostics.first(where: { $0.severity == .error }) {
            return .failure(Flaw(reason: error.message))
        }
        return .success(changes)
    }

    /// The files of a worker; what cannot be read leaves it without any.
    static func baseline(_ text: String) -> Baseline {
        guard case .success(let changes) = read(text, from: .file) else { return Baseline() }
        return Baseline(
            changes.compactMap { change in
                guard case .set(let document, let source) = change else { return nil }
                return .init(document, source: source)
            }
        )
    }
}
