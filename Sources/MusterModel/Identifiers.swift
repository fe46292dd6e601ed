// Identities are types of their own, so that a domain can never stand where a resource should.

/// The unit of solving, and the key of inbound records.
public struct DomainID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as users write it.
    public let name: String

    /// Makes the identity of the domain called `name`.
    public init(_ name: String) { self.name = name }

    /// The name.
    public var description: String { name }

    /// In order of name.
    public static func < (a: DomainID, b: DomainID) -> Bool { a.name < b.name }
}

/// Something that can be online or offline, named uniquely within its domain.
public struct ResourceID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as users write it; 1 to 253 bytes of UTF-8.
    public let name: String

    /// Makes the identity of the resource called `name`.
    public init(_ name: String) { self.name = name }

    /// The name.
    public var description: String { name }

    /// In order of name.
    public static func < (a: ResourceID, b: ResourceID) -> Bool { a.name < b.name }
}
