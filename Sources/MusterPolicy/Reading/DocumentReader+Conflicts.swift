// What only shows when documents are looked at together.

import MusterModel

extension DocumentDecoder {
    /// Checks what was read as one load or one event.
    mutating func checkTogether(_ changes: [ConfigurationChange]) {
        var documents: [Document] = []
        for change in changes {
            switch change {
            case .set(let document, _): documents.append(document)
            case .replaceAll(let all):
                // It replaces what came before it, so it is held against itself only.
                findings.append(
                    contentsOf: DocumentReader.conflicts(among: all.map(\.0))
                )
            case .parameters, .withdraw, .statusRequest, .release, .approval: break
            }
        }
        findings.append(contentsOf: DocumentReader.conflicts(among: documents))
    }
}

extension DocumentReader {
    private struct Key: Hashable {
        var kind: DocumentKind
        var name: String
    }

    static func duplicates(among documents: [Document]) -> [Diagnostic] {
        var earlier: [Key: [DomainID?: SourceSpan]] = [:]
        var findings: [Diagnostic] = []
        for document in documents {
            let key = Key(kind: document.kind, name: document.name)
            var places = earlier[key] ?? [:]
            // One without a domain stands in every domain, and so meets all of its name.
            let first =
                document.domain == nil
                ? places.values.min { ($0.source, $0.start) < ($1.source, $1.start) }
                : places[document.domain] ?? places[nil]
            if let first {
                findings.append(
                    Diagnostic(
                        "duplicate-document",
                        "the \(document.kind.rawValue) \(document.name.quoted) is given twice"
                            + (document.domain.map { " for the domain \($0.name.quoted)" } ?? ""),
                        at: document.span,
                        help: "give one of them another name",
                        related: [.init("first given here", at: first)]
                    )
                )
            } else {
                places[document.domain] = document.span
            }
            earlier[key] = places
        }
        return findings
    }

    static func cycles(among documents: [Document]) -> [Diagnostic] {
        let groups = documents.compactMap { document -> ServiceGroup? in
            if case .serviceGroup(let group) = document { group } else { nil }
        }
        let domains = Set(groups.compactMap(\.domain)).sorted()
        let shared = groups.filter { $0.domain == nil }
        var findings: [Diagnostic] = []
        var seen: Set<SourceSpan> = []
        for domain in [nil] + domains.map(Optional.some) {
            let members = domain == nil ? shared : shared + groups.filter { $0.domain == domain }
            let search = CycleSearch(members)
            for isFirm in [true, false] {
                for cycle in search.cycles(firmOnly: isFirm) where seen.insert(cycle.span).inserted
                {
                    findings.append(cycle.diagnostic)
                }
            }
        }
        return findings
    }
}

/// A way from a group back to itself.
private struct Cycle {
    var names: [String]
    var isFirm: Bool
    /// Where the dependency stands that closes it.
    var span: SourceSpan

    var diagnostic: Diagnostic {
        let most = 8
        var way = names.prefix(most).joined(separator: " → ")
        if names.count > most { way += " → …" }
        way += " → \(names[0])"
        return isFirm
            ? Diagnostic(
                "dependency-cycle",
                "the groups depend on each other in a circle: \(way)",
                at: span,
                help: "none of them could ever start; make one dependency soft"
            )
            : Diagnostic(
                "soft-cycle",
                "no order of starting suits all of these groups: \(way)",
                at: span,
                severity: .warning,
                help: "remove one of the dependencies"
            )
    }
}

/// A depth-first search with a stack of its own: chains of groups can be longer than the
/// program's stack is deep.
private struct CycleSearch {
    private enum Color { case white, grey, black }

    private let names: [String]
    private let edges: [[(target: Int, dependency: ServiceGroup.Dependency)]]

    init(_ groups: [ServiceGroup]) {
        var index: [String: Int] = [:]
        for group in groups where index[group.name] == nil { index[group.name] = index.count }
        var names = [String](repeating: "", count: index.count)
        var edges = [[(target: Int, dependency: ServiceGroup.Dependency)]](
            repeating: [],
            count: index.count
        )
        for group in groups {
            guard let from = index[group.name] else { continue }
            names[from] = group.name
            for dependency in group.dependsOn {
                guard let target = index[dependency.group] else { continue }
                edges[from].append((target, dependency))
            }
        }
        self.names = names
        self.edges = edges
    }

    /// One cycle for each dependency that leads back to a group on the way to it.
    func cycles(firmOnly: Bool) -> [Cycle] {
        var colors = [Color](repeating: .white, count: names.count)
        var found: [Cycle] = []
        for root in names.indices where colors[root] == .white {
            // The way from the root, with the next edge to try at each group.
            var way: [(group: Int, next: Int)] = [(root, 0)]
            colors[root] = .grey
            while let last = way.last {
                guard last.next < edges[last.group].count else {
                    colors[last.group] = .black
                    way.removeLast()
                    continue
                }
                way[way.count - 1].next += 1
                let edge = edges[last.group][last.next]
                if firmOnly, edge.dependency.binding == .soft { continue }
                switch colors[edge.target] {
                case .white:
                    colors[edge.target] = .grey
                    way.append((edge.target, 0))
                case .grey:
                    if found.count < 100, let cycle = cycle(way, closedBy: edge, firmOnly: firmOnly)
                    {
                        found.append(cycle)
                    }
                case .black: break
                }
            }
        }
        return found
    }

    /// The end of the way as a cycle; `nil` for a firm one where soft ones are looked for.
    private func cycle(
        _ way: [(group: Int, next: Int)],
        closedBy edge: (target: Int, dependency: ServiceGroup.Dependency),
        firmOnly: Bool
    ) -> Cycle? {
        guard let start = way.firstIndex(where: { $0.group == edge.target }) else { return nil }
        let part = way[start...]
        let isFirm = part.allSatisfy {
            edges[$0.group][$0.next - 1].dependency.binding == .firm
        }
        guard firmOnly || !isFirm else { return nil }
        return Cycle(
            names: part.map { names[$0.group] },
            isFirm: isFirm,
            span: edge.dependency.span
        )
    }
}
