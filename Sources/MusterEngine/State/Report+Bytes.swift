// A resource's report in bytes. What most resources have in common stands in blocks, so that
// reading finds a block that it has seen before and shares what came of it.

import MusterModel

/// Which parts of a report are there.
private struct Parts: OptionSet {
    let rawValue: UInt64

    static let available = Parts(rawValue: 1)
    static let node = Parts(rawValue: 1 << 1)
    static let cluster = Parts(rawValue: 1 << 2)
    static let serviceGroup = Parts(rawValue: 1 << 3)
    static let applications = Parts(rawValue: 1 << 4)
    static let labels = Parts(rawValue: 1 << 5)
    static let capacity = Parts(rawValue: 1 << 6)
    static let sequence = Parts(rawValue: 1 << 7)
    static let ttl = Parts(rawValue: 1 << 8)
    /// The time to live has a fraction of a millisecond.
    static let exactTTL = Parts(rawValue: 1 << 9)
    static let all = Parts(rawValue: 1 << 10 - 1)
}

private let attosecondsPerMillisecond: Int64 = 1_000_000_000_000_000

extension ByteWriter {
    /// A report, without the id, which stands in the key.
    mutating func report(_ resource: Resource) {
        var parts: Parts = []
        if resource.isAvailable { parts.insert(.available) }
        if resource.node != nil { parts.insert(.node) }
        if resource.cluster != nil { parts.insert(.cluster) }
        if resource.serviceGroup != nil { parts.insert(.serviceGroup) }
        if !resource.applications.isEmpty { parts.insert(.applications) }
        if !resource.labels.isEmpty { parts.insert(.labels) }
        if !resource.capacity.isEmpty { parts.insert(.capacity) }
        if resource.sequence != nil { parts.insert(.sequence) }
        let isExact = resource.ttl.map { !$0.isWholeMilliseconds } ?? false
        if resource.ttl != nil { parts.insert(.ttl) }
        if isExact { parts.insert(.exactTTL) }
        unsigned(parts.rawValue)
        byte(resource.state.tag)
        text(resource.kind)
        if let node = resource.node { text(node.name) }
        if let cluster = resource.cluster { text(cluster) }
        if let group = resource.serviceGroup { text(group) }
        if !resource.applications.isEmpty { block { $0.texts(resource.applications) } }
        if !resource.labels.isEmpty { block { $0.labels(resource.labels) } }
        if !resource.capacity.isEmpty { block { $0.capacity(resource.capacity) } }
        signed(resource.observedAt.milliseconds)
        if let sequence = resource.sequence { signed(Int64(sequence)) }
        if let ttl = resource.ttl {
            if isExact {
                signed(ttl.components.seconds)
                signed(ttl.components.attoseconds)
            } else {
                signed(ttl.milliseconds)
            }
        }
    }

    /// Labels, in order of key.
    mutating func labels(_ labels: [String: String]) {
        count(labels.count)
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            text(key)
            text(value)
        }
    }

    /// Amounts, in order of name.
    mutating func capacity(_ capacity: [String: Int]) {
        count(capacity.count)
        for (name, amount) in capacity.sorted(by: { $0.key < $1.key }) {
            text(name)
            signed(Int64(amount))
        }
    }
}

extension ByteReader {
    /// A report of the resource with this id.
    mutating func report(_ id: ResourceID, _ sharing: inout Sharing) throws(Flaw) -> Resource {
        let parts = Parts(rawValue: try unsigned())
        guard parts.isSubset(of: .all) else { throw .outOfRange }
        var resource = Resource(id: id)
        resource.isAvailable = parts.contains(.available)
        let tag = Int(try byte())
        guard ReportedState.tagged.indices.contains(tag) else { throw .outOfRange }
        resource.state = ReportedState.tagged[tag]
        resource.kind = try text(&sharing)
        if parts.contains(.node) { resource.node = ResourceID(try text(&sharing)) }
        if parts.contains(.cluster) { resource.cluster = try text(&sharing) }
        if parts.contains(.serviceGroup) { resource.serviceGroup = try text(&sharing) }
        if parts.contains(.applications) {
            resource.applications = try block(&sharing.lists) { (reader) throws(Flaw) in
                try reader.texts()
            }
        }
        if parts.contains(.labels) {
            resource.labels = try block(&sharing.labels) { (reader) throws(Flaw) in
                try reader.pairs { (reader) throws(Flaw) in try reader.text() }
            }
        }
        if parts.contains(.capacity) {
            resource.capacity = try block(&sharing.capacities) { (reader) throws(Flaw) in
                try reader.pairs { (reader) throws(Flaw) in
                    let amount = Int(try reader.signed())
                    guard amount >= 0 else { throw .outOfRange }
                    return amount
                }
            }
        }
        resource.observedAt = Instant(milliseconds: try signed())
        if parts.contains(.sequence) { resource.sequence = Int(try signed()) }
        if parts.contains(.exactTTL) {
            resource.ttl = .init(
                secondsComponent: try signed(),
                attosecondsComponent: try signed()
            )
        } else if parts.contains(.ttl) {
            resource.ttl = .milliseconds(try signed())
        }
        return resource
    }

    /// A text, shared where it is too long to be stored in place.
    private mutating func text(_ sharing: inout Sharing) throws(Flaw) -> String {
        let range = try stretch()
        func make() throws(Flaw) -> String {
            guard let text = String(validating: bytes[range], as: UTF8.self) else {
                throw .notText
            }
            return text
        }
        guard range.count > 15 else { return try make() }
        return try sharing.texts.value(of: bytes, in: range, make)
    }

    /// What a block holds, shared with what an equal block held before.
    private mutating func block<Value>(
        _ pool: inout Sharing.Pool<Value>,
        _ read: (inout Self) throws(Flaw) -> Value
    ) throws(Flaw) -> Value {
        let range = try stretch()
        let bytes = bytes
        return try pool.value(of: bytes, in: range) { () throws(Flaw) in
            var inner = ByteReader(bytes, in: range)
            let value = try read(&inner)
            try inner.finish()
            return value
        }
    }

    private mutating func pairs<Value>(
        _ read: (inout Self) throws(Flaw) -> Value
    ) throws(Flaw) -> [String: Value] {
        let length = try length()
        var result: [String: Value] = [:]
        result.reserveCapacity(length)
        for _ in 0..<length {
            let key = try text()
            let value = try read(&self)
            guard result.updateValue(value, forKey: key) == nil else {
                throw Flaw(problem: "names something twice")
            }
        }
        return result
    }
}

extension ReportedState {
    /// The states by the byte that stands for them; the order is part of the encoding.
    fileprivate static let tagged: [ReportedState] = [
        .online, .offline, .starting, .stopping, .faulted, .unknown,
    ]

    fileprivate var tag: UInt8 {
        switch self {
        case .online: 0
        case .offline: 1
        case .starting: 2
        case .stopping: 3
        case .faulted: 4
        case .unknown: 5
        }
    }
}

extension Duration {
    fileprivate var isWholeMilliseconds: Bool {
        components.attoseconds % attosecondsPerMillisecond == 0
            && self == .milliseconds(milliseconds)
    }
}
