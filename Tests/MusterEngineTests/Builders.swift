// Short ways to say what a case is about.

import MusterEngine
import MusterModel
import MusterPolicy
import MusterYAML
import Testing

/// A domain with the time it is at and what it has been told to do.
struct Scene {
    var domain: Domain
    var now = Instant(milliseconds: 1_700_000_000_000)
    /// What the domain was last given.
    var last: [Event]?

    /// A domain under policies written in YAML; what they need besides `apiVersion` is given.
    init(_ yaml: String, options: Options = Options()) throws {
        domain = Domain(DomainID("d"), baseline: try baseline(yaml), options: options)
    }

    /// A domain under documents made in code, at first none.
    init(_ documents: [Document] = [], options: Options = Options()) {
        domain = Domain(
            DomainID("d"),
            baseline: Baseline(documents.map { .init($0, source: Node(.mapping([]), at: .none)) }),
            options: options
        )
    }

    /// Takes in events a second later.
    mutating func handle(_ events: Event...) -> [Directive] { call(events, after: .seconds(1)) }

    private mutating func call(_ events: [Event], after duration: Duration) -> [Directive] {
        now = now + duration
        last = events
        return domain.handle(events, at: now)
    }

    /// Takes in reports a second later.
    mutating func report(_ resources: Resource...) -> [Directive] { report(resources) }

    mutating func report(_ resources: [Resource]) -> [Directive] {
        let later = now + .seconds(1)
        return handle(.reports(resources.map { .observed(stamped($0, at: later)) }))
    }

    /// Takes in documents from the bus a second later.
    mutating func configure(_ yaml: String) throws -> [Directive] {
        handle(.configuration(try changes(yaml, from: .bus), record: 7))
    }

    /// Lets time pass.
    mutating func wait(_ duration: Duration) -> [Directive] {
        call([.clock], after: duration)
    }

    /// Obeys commands: each resource reports the state that it was told to take.
    mutating func obey(_ directives: [Directive], _ estate: [Resource]) -> [Directive] {
        let orders = Dictionary(
            directives.commands.map { ($0.resource, $0.action) },
            uniquingKeysWith: { _, last in last }
        )
        return report(
            estate.filter { orders[$0.id] != nil }.map { resource in
                var copy = resource
                copy.state = orders[resource.id] == .start ? .online : .offline
                return copy
            }
        )
    }

    private func stamped(_ resource: Resource, at instant: Instant) -> Resource {
        var copy = resource
        if copy.observedAt == .zero { copy.observedAt = instant }
        return copy
    }

    /// The state decided for a resource.
    func desired(_ name: String) -> Placement? {
        domain.summary.desired.first { $0.resource.name == name }?.placement
    }
}

/// A machine, offline unless said otherwise.
func vm(
    _ name: String,
    _ state: ReportedState = .offline,
    on node: String? = nil,
    group: String? = nil,
    labels: [String: String] = [:],
    capacity: [String: Int] = [:],
    available: Bool = true,
    ttl: Duration? = nil
) -> Resource {
    Resource(
        id: ResourceID(name),
        isAvailable: available,
        state: state,
        node: node.map { ResourceID($0) },
        serviceGroup: group,
        labels: labels,
        capacity: capacity,
        ttl: ttl
    )
}

/// A node, online unless said otherwise.
func node(_ name: String, _ state: ReportedState = .online) -> Resource {
    Resource(id: ResourceID(name), kind: "node", state: state)
}

/// What documents ask for; each begins with its `kind`.
func changes(
    _ yaml: String,
    from origin: DocumentReader.Origin
) throws -> [ConfigurationChange] {
    let text = yaml.replacing("kind: ", with: "apiVersion: muster/v1\nkind: ", maxReplacements: 1)
        .replacing("---\nkind: ", with: "---\napiVersion: muster/v1\nkind: ")
    let read = DocumentText.read(
        [DocumentText(source: "case", bytes: Array(text.utf8), format: .yaml)],
        from: origin
    )
    try #require(!read.diagnostics.hasErrors, "\(read.diagnostics)")
    return read.changes
}

func baseline(_ yaml: String) throws -> Baseline {
    Baseline(
        try changes(yaml, from: .file).compactMap { change in
            if case .set(let document, let source) = change {
                .init(document, source: source)
            } else {
                nil
            }
        }
    )
}

extension [Directive] {
    /// The commands among them.
    var commands: [Command] {
        compactMap { if case .send(let command) = $0 { command } else { nil } }
    }

    /// The notices of a kind among them.
    func notices(_ kind: Notice.Kind) -> [Notice] {
        compactMap { if case .notify(let notice) = $0, notice.kind == kind { notice } else { nil } }
    }

    /// The commands as words: `start a`.
    var orders: [String] { commands.map { "\($0.action.rawValue) \($0.resource)" } }
}
