// How entities are named in the changelog.

import MusterModel

/// The key of a record, and the entity that it names.
enum StateKey {
    /// The kinds of entities, each with its byte in keys.
    enum Kind: UInt8 {
        case alert = 0x61  // a
        case baseline = 0x62  // b
        case document = 0x63  // c
        case domain = 0x64  // d
        case restraints = 0x67  // g
        case restraint = 0x68  // h
        case resource = 0x72  // r

        /// The latest version of the encoding of values that is known.
        var version: UInt8 {
            switch self {
            case .domain, .resource: 2
            case .alert, .baseline, .document, .restraint, .restraints: 1
            }
        }
    }

    /// The domain's name; `nil` when the key is too short or its name is no text.
    static func domainName(of key: [UInt8]) -> String? {
        guard let length = key.first.map(Int.init), length > 0, key.count > length + 1
        else { return nil }
        return String(validating: key[1...length], as: UTF8.self)
    }

    /// What all keys of a domain begin with.
    ///
    /// A name has 1 to 255 bytes; the contract allows 253, and what reads records holds it to that.
    static func prefix(of domain: DomainID) -> [UInt8] {
        let name = domain.name.utf8
        precondition(1...255 ~= name.count, "a domain's name has 1 to 255 bytes")
        var prefix: [UInt8] = [UInt8(name.count)]
        prefix.append(contentsOf: name)
        return prefix
    }

    /// The key of an entity; `name` is empty for the domain itself.
    static func key(_ prefix: [UInt8], _ kind: Kind, _ name: String) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(prefix.count + 1 + name.utf8.count)
        key.append(contentsOf: prefix)
        key.append(kind.rawValue)
        key.append(contentsOf: name.utf8)
        return key
    }

    /// The key of a document, of the baseline or of the bus.
    static func key(_ prefix: [UInt8], _ kind: Kind, _ name: Configuration.Name) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(prefix.count + 2 + name.name.utf8.count)
        key.append(contentsOf: prefix)
        key.append(kind.rawValue)
        key.append(name.kind.tag)
        key.append(contentsOf: name.name.utf8)
        return key
    }

    /// Whether one key comes before another: byte by byte.
    static func isBefore(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        let count = min(a.count, b.count)
        var index = 0
        while index < count {
            if a[index] != b[index] { return a[index] < b[index] }
            index += 1
        }
        return a.count < b.count
    }
}
