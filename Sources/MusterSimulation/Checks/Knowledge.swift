// What inbound records amount to, by the contract's rules and without the engine.

import MusterEngine
import MusterModel
import MusterPolicy

/// The reports and documents that hold after some records.
struct Knowledge {
    private struct Name: Hashable, Comparable {
        let kind: String
        let name: String

        init(_ kind: DocumentKind, _ name: String) {
            self.kind = kind.rawValue
            self.name = name
        }

        static func < (a: Name, b: Name) -> Bool { (a.kind, a.name) < (b.kind, b.name) }
    }

    private struct Entry {
        var document: Document
        var source: Node
        var parameters: [Node.Entry] = []
    }

    private(set) var reports: [ResourceID: Resource] = [:]
    private var bus: [Name: Entry] = [:]

    mutating func take(_ content: SimulatedLog.Inbound.Content) {
        switch content {
        case .reports(let reports):
            for report in reports { take(report) }
        case .changes(let changes):
            // All of them, or none.
            var next = self
            if changes.allSatisfy({ next.take($0) }) { self = next }
        case .unreadable: break
        }
    }

    private mutating func take(_ report: Report) {
        switch report {
        case .removed(let id): reports[id] = nil
        case .observed(let resource):
            if let held = reports[resource.id], !Self.holds(resource, over: held) { return }
            reports[resource.id] = resource
        }
    }

    /// Whether a report holds in place of an earlier one.
    static func holds(_ new: Resource, over held: Resource) -> Bool {
        if let new = new.sequence, let old = held.sequence { return new >= old }
        return new.observedAt >= held.observedAt
    }

    /// - Returns: whether the change can be made.
    private mutating func take(_ change: ConfigurationChange) -> Bool {
        switch change {
        case .set(let document, let source):
            bus[Name(document.kind, document.name)] = Entry(document: document, source: source)
        case .withdraw(let kind, let name):
            return bus.removeValue(forKey: Name(kind, name)) != nil
        case .replaceAll(let documents):
            bus = [:]
            for (document, source) in documents {
                bus[Name(document.kind, document.name)] = Entry(document: document, source: source)
            }
        case .parameters(let policy, let parameters): return set(policy, parameters)
        // Requests and answers leave no document behind.
        default: break
        }
        return true
    }

    private mutating func set(_ policy: String, _ parameters: Node) -> Bool {
        let name = Name(.policy, policy)
        guard var entry = bus[name], case .mapping(let added) = parameters.content else {
            return false
        }
        let names = Set(added.map(\.key))
        entry.parameters = entry.parameters.filter { !names.contains($0.key) } + added
        let merged = Node(.mapping(entry.parameters), at: parameters.span)
        guard let read = DocumentReader.policy(from: entry.source, parameters: merged).policy
        else { return false }
        entry.document = .policy(read)
        bus[name] = entry
        return true
    }

    /// The documents in force where these files are the baseline, in order of kind and name.
    func documents(over baseline: Baseline) -> [Document] {
        var documents: [Name: Document] = [:]
        for entry in baseline.entries {
            documents[Name(entry.document.kind, entry.document.name)] = entry.document
        }
        for (name, entry) in bus { documents[name] = entry.document }
        return documents.sorted { $0.key < $1.key }.map(\.value)
    }
}
