// What guards remember, as records: one for each resource of which there is something, and one for
// the domain.

import MusterModel

/// What the changelog holds of one resource for the sake of guards.
struct RestraintRecord {
    var memory = Restraints.Memory()
    /// The change of it that is withheld, and what it is part of.
    var withheld: (id: Int, target: Placement)?

    /// Whether there is nothing to hold.
    var isEmpty: Bool { memory.isEmpty && withheld == nil }

    /// The record's value, version included.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 32)
        writer.byte(StateKey.Kind.restraint.version)
        writer.optional(memory.changedAt) { $0.signed($1.milliseconds) }
        writer.count(memory.flaps.count)
        for flap in memory.flaps { writer.signed(flap.milliseconds) }
        writer.optional(memory.failedAt) { $0.signed($1.milliseconds) }
        writer.byte(memory.isInMassFailure ? 1 : 0)
        writer.optional(withheld) { writer, change in
            writer.count(change.id)
            writer.byte(change.target == .online ? 1 : 0)
        }
        return writer.bytes
    }

    init() {}

    /// Reads a value behind its version.
    init(_ reader: inout ByteReader) throws(ByteReader.Flaw) {
        memory.changedAt = try reader.optional { (reader) throws(ByteReader.Flaw) in
            Instant(milliseconds: try reader.signed())
        }
        for _ in 0..<(try reader.length()) {
            memory.flaps.append(Instant(milliseconds: try reader.signed()))
        }
        memory.failedAt = try reader.optional { (reader) throws(ByteReader.Flaw) in
            Instant(milliseconds: try reader.signed())
        }
        memory.isInMassFailure = try reader.flag()
        withheld = try reader.optional { (reader) throws(ByteReader.Flaw) in
            (id: try reader.count(), target: try reader.flag() ? .online : .offline)
        }
        try reader.finish()
    }
}

/// What the changelog holds of a domain for the sake of guards.
struct RestraintHead {
    /// The number of the last plan, those that were held included.
    var lastPlan: Int
    var lastID: Int
    /// Without its changes, which stand with the resources.
    var withheld: [Withheld]

    /// The record's value, version included.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.byte(StateKey.Kind.restraints.version)
        writer.count(lastPlan)
        writer.count(lastID)
        writer.count(withheld.count)
        for entry in withheld {
            writer.count(entry.id)
            writer.byte(entry.status.rawValue)
            writer.count(entry.plan)
            writer.text(entry.reason)
            writer.texts(entry.policies)
            writer.optional(entry.until) { $0.signed($1.milliseconds) }
        }
        return writer.bytes
    }

    init(lastPlan: Int, lastID: Int, withheld: [Withheld]) {
        self.lastPlan = lastPlan
        self.lastID = lastID
        self.withheld = withheld
    }

    /// Reads a value behind its version.
    init(_ reader: inout ByteReader) throws(ByteReader.Flaw) {
        lastPlan = try reader.count()
        lastID = try reader.count()
        withheld = []
        for _ in 0..<(try reader.length()) {
            let id = try reader.count()
            guard let status = Withheld.Status(rawValue: try reader.byte()) else {
                throw .outOfRange
            }
            withheld.append(
                Withheld(
                    id: id,
                    status: status,
                    plan: try reader.count(),
                    reason: try reader.text(),
                    policies: try reader.texts(),
                    until: try reader.optional { (reader) throws(ByteReader.Flaw) in
                        Instant(milliseconds: try reader.signed())
                    }
                )
            )
        }
        try reader.finish()
    }
}

extension Domain {
    /// The record of what guards remember of a resource.
    func restraintEntry(_ prefix: [UInt8], _ resource: ResourceID) -> StateEntry {
        var record = RestraintRecord()
        record.memory = restraints.memories[resource] ?? .init()
        record.withheld = restraints.withheld(resource)
        return StateEntry(
            key: StateKey.key(prefix, .restraint, resource.name),
            value: record.isEmpty ? nil : record.encoded()
        )
    }

    /// The record of what guards remember of the domain.
    func restraintsEntry(_ prefix: [UInt8]) -> StateEntry {
        let head = RestraintHead(
            lastPlan: restraints.lastPlan,
            lastID: restraints.lastID,
            withheld: restraints.withheld
        )
        return StateEntry(
            key: StateKey.key(prefix, .restraints, ""),
            value: restraints.lastID == 0 ? nil : head.encoded()
        )
    }

    /// The records of what guards remember, whether it changed or not.
    func restraintSnapshot(_ prefix: [UInt8]) -> [StateEntry] {
        guard !restraints.isEmpty else { return [] }
        let resources = Set(restraints.memories.keys)
            .union(restraints.withheld.flatMap(\.changes.keys))
        return (resources.map { restraintEntry(prefix, $0) } + [restraintsEntry(prefix)])
            .filter { $0.value != nil }
    }

    /// The records of what guards remember that changed since the last call.
    mutating func takeRestraintChanges(_ prefix: [UInt8]) -> [StateEntry] {
        let (resources, isHeadTouched) = restraints.takeTouched()
        return resources.map { restraintEntry(prefix, $0) }
            + (isHeadTouched ? [restraintsEntry(prefix)] : [])
    }
}
