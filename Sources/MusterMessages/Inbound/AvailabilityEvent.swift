// What a record of the availability topic says (contract, section 3.1).

public import MusterModel

/// Reports of one or several resources, applied in order as one change.
public struct AvailabilityEvent: Hashable, Sendable {
    /// The domain that the body names, where it does.
    public var domain: DomainID?
    /// What is reported, in the order written.
    public var reports: [Report]

    /// Makes an event.
    public init(domain: DomainID? = nil, reports: [Report]) {
        self.domain = domain
        self.reports = reports
    }
}

/// What is read of an event at most, so that no record can take the worker down.
enum AvailabilityLimits {
    static let nameBytes = 253
    static let stringBytes = 65_536
    static let entries = 256
    static let resources = 100_000
}

/// The fields of an event, by the names that users write.
enum AvailabilityField: UInt8, CaseIterable {
    case domain, resource, resources, removed, kind, available, state, node, cluster
    case serviceGroup, applications, labels, capacity, observedAt, sequence, ttl

    /// The field that a key names, or `nil` when it is none of an event's.
    @inline(__always)
    init?(_ key: JSONScanner.Text, in json: borrowing JSONScanner) {
        if key.hasEscapes {
            let name = json.string(key)
            guard let field = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = field
            return
        }
        guard !key.range.isEmpty,
            let field = Self(count: key.range.count, first: json.bytes[key.range.lowerBound]),
            json.word(key) == field.word
        else { return nil }
        self = field
    }

    /// The only field that a name of `count` bytes with this first byte can mean; the caller
    /// compares the whole name.
    @inline(__always)
    private init?(count: Int, first: UInt8) {
        switch (count, first) {
        case (3, UInt8(ascii: "t")): self = .ttl
        case (4, UInt8(ascii: "k")): self = .kind
        case (4, UInt8(ascii: "n")): self = .node
        case (5, UInt8(ascii: "s")): self = .state
        case (6, UInt8(ascii: "d")): self = .domain
        case (6, UInt8(ascii: "l")): self = .labels
        case (7, UInt8(ascii: "c")): self = .cluster
        case (7, UInt8(ascii: "r")): self = .removed
        case (8, UInt8(ascii: "r")): self = .resource
        case (8, UInt8(ascii: "c")): self = .capacity
        case (8, UInt8(ascii: "s")): self = .sequence
        case (9, UInt8(ascii: "r")): self = .resources
        case (9, UInt8(ascii: "a")): self = .available
        case (10, UInt8(ascii: "o")): self = .observedAt
        case (12, UInt8(ascii: "s")): self = .serviceGroup
        case (12, UInt8(ascii: "a")): self = .applications
        default: return nil
        }
    }

    /// The name as users write it.
    var name: String { String(describing: literal) }

    /// The name in the form that keys are compared in; a constant, once compiled.
    @inline(__always)
    private var word: ShortText { ShortText(literal) }

    @inline(__always)
    private var literal: StaticString {
        switch self {
        case .domain: "domain"
        case .resource: "resource"
        case .resources: "resources"
        case .removed: "removed"
        case .kind: "kind"
        case .available: "available"
        case .state: "state"
        case .node: "node"
        case .cluster: "cluster"
        case .serviceGroup: "serviceGroup"
        case .applications: "applications"
        case .labels: "labels"
        case .capacity: "capacity"
        case .observedAt: "observedAt"
        case .sequence: "sequence"
        case .ttl: "ttl"
        }
    }

    /// The bit that stands for it in a set of fields.
    @inline(__always)
    var bit: UInt32 { 1 << UInt32(rawValue) }
}
