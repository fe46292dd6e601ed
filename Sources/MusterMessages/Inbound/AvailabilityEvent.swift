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
        guard (3...12).contains(key.range.count),
            let field = Self(json.word(key), count: key.range.count)
        else { return nil }
        self = field
    }

    /// Length and first letter leave one field each, so that one comparison with a constant, two
    /// numbers, decides. A chain of string comparisons took a tenth of all decoding.
    @inline(__always)
    private init?(_ word: ShortText, count: Int) {
        @inline(__always)
        func matched(_ field: Self, _ name: StaticString) -> Self? {
            word == ShortText(name) ? field : nil
        }
        let field: Self?
        switch (count, word.first) {
        case (3, UInt8(ascii: "t")): field = matched(.ttl, "ttl")
        case (4, UInt8(ascii: "k")): field = matched(.kind, "kind")
        case (4, UInt8(ascii: "n")): field = matched(.node, "node")
        case (5, UInt8(ascii: "s")): field = matched(.state, "state")
        case (6, UInt8(ascii: "d")): field = matched(.domain, "domain")
        case (6, UInt8(ascii: "l")): field = matched(.labels, "labels")
        case (7, UInt8(ascii: "c")): field = matched(.cluster, "cluster")
        case (7, UInt8(ascii: "r")): field = matched(.removed, "removed")
        case (8, UInt8(ascii: "r")): field = matched(.resource, "resource")
        case (8, UInt8(ascii: "c")): field = matched(.capacity, "capacity")
        case (8, UInt8(ascii: "s")): field = matched(.sequence, "sequence")
        case (9, UInt8(ascii: "r")): field = matched(.resources, "resources")
        case (9, UInt8(ascii: "a")): field = matched(.available, "available")
        case (10, UInt8(ascii: "o")): field = matched(.observedAt, "observedAt")
        case (12, UInt8(ascii: "s")): field = matched(.serviceGroup, "serviceGroup")
        case (12, UInt8(ascii: "a")): field = matched(.applications, "applications")
        default: field = nil
        }
        guard let field else { return nil }
        self = field
    }

    /// The name as users write it.
    var name: String { "\(self)" }

    /// Whether its values are lists or objects.
    @inline(__always)
    var isContainer: Bool { self == .applications || self == .labels || self == .capacity }

    /// The bit that stands for it in a set of fields.
    @inline(__always)
    var bit: UInt32 { 1 << UInt32(rawValue) }
}
