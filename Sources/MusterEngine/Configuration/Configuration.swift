// The documents in force in a domain: the baseline from files, overridden by what the bus has set.

import MusterModel
import MusterPolicy

/// The two layers of a domain's configuration.
struct Configuration: Sendable {
    /// What a document is called within a domain.
    struct Name: Hashable, Comparable, Sendable {
        let kind: DocumentKind
        let name: String

        static func < (a: Name, b: Name) -> Bool {
            (a.kind.rawValue, a.name) < (b.kind.rawValue, b.name)
        }
    }

    /// Why a change cannot be applied.
    struct Refusal: Error {
        let reason: String
    }

    private let domain: DomainID
    /// The time zones that windows of policies may name.
    private let zones: TimeZones
    private(set) var baseline: [Name: Baseline.Entry] = [:]
    private(set) var bus: [Name: Baseline.Entry] = [:]
    /// What the bus has set, changed or withdrawn since the last ``takeTouched()``.
    private var touched: Set<Name> = []
    /// The documents in force, in order of kind and name; windows may be closed.
    private(set) var documents: [Document] = []
    /// What the guards in force allow.
    private(set) var limits = Limits()

    init(domain: DomainID, baseline: Baseline, zones: TimeZones = .utc) {
        self.domain = domain
        self.zones = zones
        setBaseline(baseline)
    }

    /// The document in force for each name.
    private var effective: [Name: Document] {
        baseline.merging(bus) { _, override in override }.mapValues(\.document)
    }

    /// Every policy, whether its window is open or not, in order of name.
    private var policies: [Policy] {
        documents.compactMap { if case .policy(let policy) = $0 { policy } else { nil } }
    }

    /// The policies in force at `now`, in order of name.
    func policies(at now: Instant) -> [Policy] { policies.filter { $0.isActive(at: now) } }

    /// The groups in force, and the maintenance entries active at `now`, in order of name.
    func rules(at now: Instant) -> Rules {
        var rules = Rules()
        for document in documents {
            switch document {
            case .serviceGroup(let group): rules.groups.append(group)
            case .maintenance(let entry) where entry.isActive(at: now):
                rules.maintenance.append(entry)
            default: break
            }
        }
        return rules
    }

    /// Replaces the baseline; documents for other domains are passed over.
    mutating func setBaseline(_ baseline: Baseline) {
        defer { sortDocuments() }
        self.baseline = [:]
        for entry in baseline.entries
        where entry.document.domain == nil || entry.document.domain == domain {
            self.baseline[Self.name(of: entry.document)] = entry
        }
    }

    /// Applies all changes, or none.
    ///
    /// - Throws: ``Refusal`` when one of them cannot be applied.
    mutating func apply(_ changes: [ConfigurationChange]) throws(Refusal) {
        var next = self
        for change in changes { try next.apply(change) }
        next.sortDocuments()
        self = next
    }

    private mutating func sortDocuments() {
        documents = effective.sorted { $0.key < $1.key }.map(\.value)
        limits = Limits(
            documents.compactMap { if case .guardrail(let limits) = $0 { limits } else { nil } }
        )
    }

    private mutating func apply(_ change: ConfigurationChange) throws(Refusal) {
        switch change {
        case .set(let document, let source):
            put(.init(document, source: source), at: Self.name(of: document))
        case .withdraw(let kind, let name):
            let name = Name(kind: kind, name: name)
            touched.insert(name)
            guard bus.removeValue(forKey: name) != nil else {
                let isBaseline = baseline[name] != nil
                throw Refusal(
                    reason: "\(kind.rawValue) \(name.name) "
                        + (isBaseline
                            ? "comes from a file; only what the bus has set can be withdrawn"
                            : "is not known in domain \(domain)")
                )
            }
        case .replaceAll(let documents):
            touched.formUnion(bus.keys)
            bus = [:]
            for (document, source) in documents {
                put(.init(document, source: source), at: Self.name(of: document))
            }
        case .parameters(let policy, let parameters):
            try set(parameters, of: policy)
        case .statusRequest, .release, .approval:
            break
        }
    }

    private mutating func set(_ parameters: Node, of policy: String) throws(Refusal) {
        let name = Name(kind: .policy, name: policy)
        guard let entry = bus[name] ?? baseline[name] else {
            throw Refusal(
                reason: "policy \(policy) is not known in domain \(domain), so its parameters "
                    + "cannot be set; send the whole policy first"
            )
        }
        // What was set before stays set; only the names given now are new.
        let merged = merge(entry.parameters, parameters)
        let (read, diagnostics) = DocumentReader.policy(
            from: entry.source,
            parameters: merged,
            zones: zones
        )
        guard let read else {
            throw Refusal(
                reason: diagnostics.first { $0.severity == .error }?.message
                    ?? "the parameters do not fit policy \(policy)"
            )
        }
        put(.init(.policy(read), source: entry.source, parameters: merged), at: name)
    }

    private mutating func put(_ entry: Baseline.Entry, at name: Name) {
        bus[name] = entry
        touched.insert(name)
    }

    // MARK: State

    /// What the bus has set, changed or withdrawn since the last call.
    mutating func takeTouched() -> Set<Name> {
        defer { touched = [] }
        return touched
    }

    /// Puts back what the bus had set.
    mutating func restore(_ entries: [Name: Baseline.Entry]) {
        bus = entries
        sortDocuments()
    }

    private func merge(_ old: Node?, _ new: Node) -> Node {
        guard case .mapping(let kept) = old?.content, case .mapping(let added) = new.content
        else { return new }
        let names = Set(added.map(\.key))
        return Node(.mapping(kept.filter { !names.contains($0.key) } + added), at: new.span)
    }

    static func name(of document: Document) -> Name {
        Name(kind: document.kind, name: document.name)
    }

    /// What differs from `old`, in words, in order of kind and name.
    func changes(since old: Configuration) -> [Notice.Change] {
        Self.changes(from: old.effective, to: effective)
    }

    /// What of the files differs from what it was when these digests were made, in words, in order
    /// of kind and name. What the bus overrides is passed over.
    func changes(since digests: [Name: UInt128]) -> [Notice.Change] {
        let visible = baseline.filter { bus[$0.key] == nil }.mapValues(\.document.digest)
        return Self.changes(from: digests.filter { bus[$0.key] == nil }, to: visible)
    }

    private static func changes<Value: Equatable>(
        from before: [Name: Value],
        to after: [Name: Value]
    ) -> [Notice.Change] {
        Set(before.keys).union(after.keys).sorted().compactMap { name in
            guard before[name] != after[name] else { return nil }
            let subject = "\(name.kind.rawValue) \(name.name)"
            switch (before[name], after[name]) {
            case (nil, _): return .init(subject: subject, from: "absent", to: "in force")
            case (_, nil): return .init(subject: subject, from: "in force", to: "withdrawn")
            default: return .init(subject: subject, from: "in force", to: "changed")
            }
        }
    }

    /// Whether the policies in force are the same as those of `old`, written in the same places.
    func stands(as old: Configuration) -> Bool {
        let (before, after) = (old.policies, policies)
        return before.count == after.count
            && zip(before, after).allSatisfy { $0 == $1 && $0.stands(as: $1) }
    }
}
