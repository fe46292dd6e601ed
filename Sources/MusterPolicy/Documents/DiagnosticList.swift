// Readers carry on after an error, so they collect findings; this keeps the collection bounded.

/// Findings in the order they were made, each once, and no more of a severity than the limit.
package struct DiagnosticList {
    /// What was found.
    package private(set) var all: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []
    private var errors = 0
    private var warnings = 0
    private let limit: Int

    package init(limit: Int) { self.limit = max(1, limit) }

    /// Whether there is an error among them. Errors are counted apart from warnings, so that a
    /// flood of warnings can never hide one.
    package var hasErrors: Bool { errors > 0 }

    /// Whether no further error is kept.
    package var isFull: Bool { errors >= limit }

    package mutating func append(_ diagnostic: Diagnostic) {
        switch diagnostic.severity {
        case .error:
            guard errors < limit, seen.insert(diagnostic).inserted else { return }
            errors += 1
        case .warning:
            guard warnings < limit, seen.insert(diagnostic).inserted else { return }
            warnings += 1
        }
        all.append(diagnostic)
    }

    package mutating func append(contentsOf diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { append(diagnostic) }
    }
}

extension [Diagnostic] {
    /// Whether one of them is an error.
    public var hasErrors: Bool { contains { $0.severity == .error } }

    /// The findings by place: sources in the order they first appear, then from top to bottom.
    package func inReadingOrder() -> [Diagnostic] {
        var rank: [String: Int] = [:]
        for diagnostic in self where rank[diagnostic.span.source] == nil {
            rank[diagnostic.span.source] = rank.count
        }
        return enumerated().sorted { a, b in
            let (rankA, rankB) = (
                rank[a.element.span.source] ?? 0, rank[b.element.span.source] ?? 0
            )
            guard rankA == rankB else { return rankA < rankB }
            let (startA, startB) = (a.element.span.start, b.element.span.start)
            return startA == startB ? a.offset < b.offset : startA < startB
        }.map(\.element)
    }
}
