// Brings a domain back from the records that it wrote. Records are decoded as they come and put
// where they belong, so that a million of them never stand side by side in bytes.

public import MusterModel
import MusterPolicy

/// A domain on its way back from its changelog.
///
/// Records are given in the order of the log, compacted or not: a later one of a key goes before an
/// earlier one. After an error the restoration is of no further use.
public struct DomainRestoration: Sendable {
    private let id: DomainID
    private let zones: TimeZones
    private let prefix: [UInt8]
    private var domain: Domain
    /// The domain before any record.
    private let beginning: Domain
    private var record: DomainRecord?
    private var documents: [Configuration.Name: Baseline.Entry] = [:]
    private var alerts: [String: Notice] = [:]
    private var flights: [ResourceID: Command] = [:]
    private var changes: [ResourceID: ResourceRecord.PlannedChange] = [:]
    /// What is implemented, by slot.
    private var placements: [Placement?] = []
    private var blocked: Set<Int> = []
    private var reblocked: Set<Int> = []
    private var restraints: [ResourceID: RestraintRecord] = [:]
    private var restraintHead: RestraintHead?
    private var sharing = Sharing()

    /// Begins with nothing; `baseline`, `options` and `zones` are those of this process.
    ///
    /// The domain's name must have 1 to 255 bytes.
    public init(
        _ id: DomainID,
        baseline: Baseline,
        options: Options = Options(),
        zones: TimeZones = .utc
    ) {
        self.id = id
        self.zones = zones
        prefix = StateKey.prefix(of: id)
        domain = Domain(id, baseline: baseline, options: options, zones: zones)
        beginning = domain
    }

    /// Whether nothing is left of the domain: there were no records, or tombstones have followed.
    public var isEmpty: Bool {
        record == nil && documents.isEmpty && alerts.isEmpty && changes.isEmpty
            && restraints.isEmpty && restraintHead == nil
            && domain.announced.isEmpty && domain.situation.inventory.slots.isEmpty
    }

    /// Takes in the next record.
    ///
    /// - Throws: ``StateError`` when the record is not one of the domain's, or cannot be read.
    /// - Complexity: O(bytes).
    public mutating func apply(key: [UInt8], value: [UInt8]?) throws(StateError) {
        guard key.count > prefix.count, key.starts(with: prefix) else {
            throw malformed("an unknown key", "belongs to another domain")
        }
        guard let kind = StateKey.Kind(rawValue: key[prefix.count]) else {
            throw .newerKind(domain: id, kind: Int(key[prefix.count]))
        }
        let start = prefix.count + 1
        guard let name = String(validating: key[start...], as: UTF8.self) else {
            throw malformed("a \(kind)", "has a name that is not UTF-8")
        }
        do {
            guard let value else { return try remove(kind, name) }
            var reader = ByteReader(value)
            let version = try reader.byte()
            guard version <= kind.version else {
                throw StateError.newerVersion(
                    domain: id,
                    entity: Self.entity(kind, name),
                    found: Int(version),
                    supported: Int(kind.version)
                )
            }
            // What an earlier version wrote is read by branching on it.
            guard version > 0 else { throw ByteReader.Flaw.outOfRange }
            try put(kind, name, version, &reader)
        } catch let flaw as ByteReader.Flaw {
            throw malformed(Self.entity(kind, name), flaw.problem)
        } catch let error as StateError {
            throw error
        } catch {
            throw malformed(Self.entity(kind, name), "cannot be read")
        }
    }

    // MARK: Records

    private mutating func put(
        _ kind: StateKey.Kind,
        _ name: String,
        _ version: UInt8,
        _ reader: inout ByteReader
    ) throws(ByteReader.Flaw) {
        switch kind {
        case .resource:
            let id = ResourceID(name)
            let record = try ResourceRecord(
                &reader,
                version: version,
                id: id,
                domain: self.id,
                sharing: &sharing
            )
            put(record, id)
        case .domain: record = try DomainRecord(&reader, version: version)
        case .alert:
            alerts[name] = try Notice(&reader, domain: id, fingerprint: name)
        case .document:
            let name = try Self.documentName(name)
            documents[name] = try Baseline.Entry(&reader, named: name, zones: zones)
        case .baseline:
            domain.announced[try Self.documentName(name)] = try BaselineRecord.digest(&reader)
        case .restraint: restraints[ResourceID(name)] = try RestraintRecord(&reader)
        case .restraints: restraintHead = try RestraintHead(&reader)
        }
    }

    private mutating func put(_ record: ResourceRecord, _ id: ResourceID) {
        guard let resource = record.resource else {
            forget(id)
            changes[id] = record.change
            return
        }
        let slot = domain.situation.inventory.restore(
            resource,
            isStale: record.isStale,
            isQuarantined: record.quarantine != nil
        )
        if slot == placements.count {
            placements.append(record.placement)
        } else {
            placements[slot] = record.placement
        }
        note(record.isBlocked, slot, &blocked)
        note(record.isReblocked, slot, &reblocked)
        // Looking for what is mostly not there is dear a million times.
        if record.quarantine != nil || !domain.quarantines.isEmpty {
            domain.quarantines[id] = record.quarantine
        }
        if record.change != nil || !changes.isEmpty { changes[id] = record.change }
        if record.flight != nil || !flights.isEmpty { flights[id] = record.flight }
    }

    private func note(_ isMember: Bool, _ slot: Int, _ slots: inout Set<Int>) {
        if isMember {
            slots.insert(slot)
        } else if !slots.isEmpty {
            slots.remove(slot)
        }
    }

    private mutating func remove(
        _ kind: StateKey.Kind,
        _ name: String
    ) throws(ByteReader.Flaw) {
        switch kind {
        case .resource: forget(ResourceID(name))
        case .domain: record = nil
        case .alert: alerts[name] = nil
        case .document: documents[try Self.documentName(name)] = nil
        case .baseline: domain.announced[try Self.documentName(name)] = nil
        case .restraint: restraints[ResourceID(name)] = nil
        case .restraints: restraintHead = nil
        }
    }

    private mutating func forget(_ id: ResourceID) {
        if let slot = domain.situation.inventory.unrestore(id) {
            placements[slot] = nil
            blocked.remove(slot)
            reblocked.remove(slot)
        }
        domain.quarantines[id] = nil
        changes[id] = nil
        flights[id] = nil
    }

    // MARK: The domain

    /// The domain as it was. Nothing is solved and nobody is told anything; what the files of this
    /// process say otherwise than before is told, and decided on, at the next call.
    ///
    /// - Parameter mayBeTorn: Whether the last records may be the first of several that belong
    ///   together, as without transactions. Then a plan that is not whole is dropped, and all is
    ///   decided anew at the next call.
    /// - Returns: the domain.
    /// - Throws: ``StateError`` when the records do not fit together.
    /// - Complexity: O(resources × log + what grounding the policies takes).
    public consuming func finish(mayBeTorn: Bool = false) throws(StateError) -> Domain {
        guard let record else {
            guard isEmpty || mayBeTorn else {
                throw malformed("the domain itself", "is missing, but others are there")
            }
            // The events behind a domain's very first records come again.
            var domain = beginning
            domain.journal.begin(nil)
            return domain
        }
        domain.epoch = record.epoch
        domain.noticeCount = record.noticeCount
        domain.requestCount = record.requestCount
        domain.askedAt = record.askedAt
        domain.ruledAt = record.ruledAt
        domain.isDecisionDue = record.isDecisionDue || mayBeTorn
        domain.unproven = Set(record.unproven)
        domain.alerts = Alerts(open: alerts)
        domain.restraints.restore(restraints, restraintHead)
        try resume(record, mayBeTorn)
        domain.situation.inventory.link(sharing: sharing)
        domain.situation.restore(placements, blocked: blocked, reblocked: reblocked)
        domain.configuration.restore(documents)
        domain.journal.begin(record)
        domain.ground()
        return domain
    }

    private mutating func resume(
        _ record: DomainRecord,
        _ mayBeTorn: Bool
    ) throws(StateError) {
        var stages: [(number: Int, items: [Execution.Item])] = []
        do throws(StateError) {
            stages = try planned(record)
        } catch {
            guard mayBeTorn else { throw error }
        }
        var commands: [Command] = []
        for (id, flight) in flights {
            guard let slot = domain.situation.inventory.slots[id] else { continue }
            var command = flight
            command.id = domain.commandID(flight)
            commands.append(command)
            domain.situation.targets[slot] = flight.target
        }
        domain.execution.restore(
            record,
            lastNumber: domain.restraints.lastPlan,
            stages: stages,
            flights: commands
        )
        // Earlier versions kept changes of resources that are gone.
        for id in changes.keys where domain.situation.inventory.slots[id] == nil {
            domain.execution.finish(id, hasLapsed: true)
        }
    }

    /// The stages of the plan that are left.
    private func planned(
        _ record: DomainRecord
    ) throws(StateError) -> [(number: Int, items: [Execution.Item])] {
        var stages: [(number: Int, items: [Execution.Item])] = []
        let ordered = changes.sorted { ($0.value.stage, $0.key) < ($1.value.stage, $1.key) }
        for (id, change) in ordered {
            guard change.stage >= record.stage else {
                throw malformed(
                    "resource \(id)",
                    "is in stage \(change.stage), which the plan has left behind"
                )
            }
            if stages.last?.number != change.stage { stages.append((change.stage, [])) }
            stages[stages.count - 1].items.append(
                .init(resource: id, target: change.target, policies: change.policies)
            )
        }
        return stages
    }

    // MARK: Words

    private static func documentName(
        _ name: String
    ) throws(ByteReader.Flaw) -> Configuration.Name {
        guard let tag = name.utf8.first, let kind = DocumentKind(tag: tag) else {
            throw ByteReader.Flaw(problem: "is of a kind that is not known")
        }
        return Configuration.Name(kind: kind, name: String(name.unicodeScalars.dropFirst()))
    }

    private static func entity(_ kind: StateKey.Kind, _ name: String) -> String {
        switch kind {
        case .resource: "resource \(name)"
        case .domain: "the domain itself"
        case .alert: "alert \(name)"
        case .document: "document \(name.dropFirst())"
        case .baseline: "the file's document \(name.dropFirst())"
        case .restraint: "what guards remember of \(name)"
        case .restraints: "what guards remember"
        }
    }

    private func malformed(_ entity: String, _ problem: String) -> StateError {
        .malformed(domain: id, entity: entity, problem: problem)
    }
}

extension Domain {
    /// Finds out what follows from restored state.
    fileprivate mutating func ground() {
        let inventory = situation.inventory
        for slot in inventory.registered {
            rounds?.insert(slot, inventory[slot].id)
            if let end = inventory.leaseEnd(slot) { leases.note(slot, end) }
        }
        boundary = configuration.nextBoundary(after: ruledAt)
        unannounced = configuration.changes(since: announced)
        if unannounced.isEmpty { announceBaseline() }
        guard unannounced.isEmpty, !isDecisionDue else {
            // Everything is grounded anew at the next call, from the placements that were restored.
            situation.forgetChanges()
            nextDeadline = .zero
            return
        }
        situation.reground(
            configuration.policies(at: ruledAt),
            rules: configuration.rules(at: ruledAt),
            keeping: { _ in false }
        )
        // Another version may see other resources as managed than the one that wrote the state.
        if !situation.replaced.isEmpty { isDecisionDue = true }
        situation.forgetChanges()
        unsettled = Set(inventory.registered.filter(isUnsettled))
        nextDeadline = isDecisionDue ? .zero : earliestDeadline
    }
}
