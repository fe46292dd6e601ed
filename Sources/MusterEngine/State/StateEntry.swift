// What of a domain outlasts a process: records of the changelog, and what may be wrong with them.

public import MusterModel

/// One record of the changelog.
///
/// A key is one byte with the length of the domain's name, the name, one byte for the kind of
/// entity, and the entity's own name. A value begins with one byte, the version of the encoding.
public struct StateEntry: Hashable, Sendable {
    /// The domain and the entity that it is about.
    public var key: [UInt8]
    /// What is known of the entity; `nil` when it is gone.
    public var value: [UInt8]?

    /// Makes an entry; a value of `nil` is a tombstone.
    public init(key: [UInt8], value: [UInt8]?) {
        self.key = key
        self.value = value
    }

    /// The domain that a key belongs to; `nil` when the key cannot be one of ours.
    ///
    /// The kind of entity is not looked at, so that a record of a later version is still found to
    /// be ours, and refused where it is read.
    public static func domain(ofKey key: [UInt8]) -> DomainID? {
        StateKey.domainName(of: key).map { DomainID($0) }
    }
}

/// Why a domain cannot be brought back from its changelog.
public enum StateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A record cannot be read, or does not fit the others; `entity` says which record, `problem`
    /// what is wrong with it.
    case malformed(domain: DomainID, entity: String, problem: String)
    /// A later version of Muster has written a record.
    case newerVersion(domain: DomainID, entity: String, found: Int, supported: Int)

    /// A later version of Muster has written a record of a kind that this one does not know.
    case newerKind(domain: DomainID, kind: Int)

    /// What is wrong, where, and what can be done about it.
    public var description: String {
        switch self {
        case .malformed(let domain, let entity, let problem):
            "the state of domain \(domain) cannot be restored: the record of \(entity) \(problem); "
                + "delete the domain's records from the changelog to have its state built anew "
                + "from the inbound topics"
        case .newerVersion(let domain, let entity, let found, let supported):
            "the state of domain \(domain) cannot be restored: the record of \(entity) has version "
                + "\(found), and this version of Muster reads up to \(supported); run the version "
                + "of Muster that wrote it, or a later one"
        case .newerKind(let domain, let kind):
            "the state of domain \(domain) cannot be restored: it holds a record of kind \(kind), "
                + "which this version of Muster does not know; run the version of Muster that "
                + "wrote it, or a later one"
        }
    }
}
