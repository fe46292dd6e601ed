// One record says all there is to know of a resource: its report, what has been noted of it, what
// is implemented for it, its place in the plan and the command that it has yet to obey.

import MusterModel

/// What the changelog holds of one resource.
struct ResourceRecord {
    /// A change of the plan in progress that concerns it.
    struct PlannedChange: Equatable {
        /// The number of the stage within the plan.
        var stage: Int
        var target: Placement
        var policies: [String]
    }

    /// The last report; `nil` when the resource is gone, and only the plan still names it.
    var resource: Resource?
    var isStale = false
    /// Its quarantine; `nil` when it is in none.
    var quarantine: Quarantine?
    /// What is implemented for it; `nil` when it is not managed.
    var placement: Placement?
    /// Whether no valid choice had it online when that was last looked at, and whether that is new
    /// since the last decision: what the next decision has to touch follows from both.
    var isBlocked = false
    var isReblocked = false
    var change: PlannedChange?
    /// The command that awaits confirmation; its `id` is not stored, see ``Domain/commandID(_:)``.
    var flight: Command?

    private struct Facts: OptionSet {
        let rawValue: UInt64

        static let resource = Facts(rawValue: 1)
        static let stale = Facts(rawValue: 1 << 1)
        static let quarantined = Facts(rawValue: 1 << 2)
        static let managed = Facts(rawValue: 1 << 3)
        static let online = Facts(rawValue: 1 << 4)
        static let change = Facts(rawValue: 1 << 5)
        static let flight = Facts(rawValue: 1 << 6)
        static let blocked = Facts(rawValue: 1 << 7)
        static let reblocked = Facts(rawValue: 1 << 8)
        static let all = Facts(rawValue: 1 << 9 - 1)
    }

    /// The record's value, version included.
    func encoded() -> [UInt8] {
        // A report with a few labels takes about a hundred bytes.
        var writer = ByteWriter(capacity: 128)
        writer.byte(StateKey.Kind.resource.version)
        var facts: Facts = []
        if resource != nil { facts.insert(.resource) }
        if isStale { facts.insert(.stale) }
        if quarantine != nil { facts.insert(.quarantined) }
        if placement != nil { facts.insert(.managed) }
        if placement == .online { facts.insert(.online) }
        if change != nil { facts.insert(.change) }
        if flight != nil { facts.insert(.flight) }
        if isBlocked { facts.insert(.blocked) }
        if isReblocked { facts.insert(.reblocked) }
        writer.unsigned(facts.rawValue)
        if let resource { writer.report(resource) }
        if let quarantine {
            writer.signed(quarantine.end.milliseconds)
            writer.byte(quarantine.cause.rawValue)
        }
        if let change {
            writer.count(change.stage)
            writer.byte(change.target == .online ? 1 : 0)
            writer.texts(change.policies)
        }
        if let flight { writer.flight(flight) }
        return writer.bytes
    }

    /// Reads a value behind its version; version 1 does not say why a resource is in quarantine.
    init(
        _ reader: inout ByteReader,
        version: UInt8,
        id: ResourceID,
        domain: DomainID,
        sharing: inout Sharing
    ) throws(ByteReader.Flaw) {
        let facts = Facts(rawValue: try reader.unsigned())
        guard facts.isSubset(of: .all) else { throw .outOfRange }
        isStale = facts.contains(.stale)
        isBlocked = facts.contains(.blocked)
        isReblocked = facts.contains(.reblocked)
        if facts.contains(.managed) { placement = facts.contains(.online) ? .online : .offline }
        if facts.contains(.resource) { resource = try reader.report(id, &sharing) }
        if facts.contains(.quarantined) {
            let end = Instant(milliseconds: try reader.signed())
            let cause = Quarantine.Cause(rawValue: version > 1 ? try reader.byte() : 0)
            guard let cause else { throw .outOfRange }
            quarantine = Quarantine(end: end, cause: cause)
        }
        if facts.contains(.change) {
            change = PlannedChange(
                stage: try reader.count(),
                target: try reader.placement(),
                policies: try reader.texts()
            )
        }
        if facts.contains(.flight) { flight = try reader.flight(id, domain) }
        try reader.finish()
        // Only the plan may speak of a resource that is gone.
        let needsResource: Facts = [
            .stale, .quarantined, .managed, .online, .flight, .blocked, .reblocked,
        ]
        guard resource != nil || (facts.isDisjoint(with: needsResource) && change != nil)
        else { throw .outOfRange }
    }

    init() {}
}

extension ByteWriter {
    fileprivate mutating func flight(_ flight: Command) {
        count(flight.plan)
        count(flight.stage)
        byte(flight.action == .start ? 1 : 0)
        count(flight.attempt)
        signed(flight.deadline.milliseconds)
        optional(flight.node) { $0.text($1.name) }
        text(flight.kind)
        texts(flight.policies)
        text(flight.cause)
    }
}

extension ByteReader {
    fileprivate mutating func placement() throws(Flaw) -> Placement {
        switch try byte() {
        case 0: .offline
        case 1: .online
        default: throw .outOfRange
        }
    }

    fileprivate mutating func flight(
        _ id: ResourceID,
        _ domain: DomainID
    ) throws(Flaw) -> Command {
        Command(
            id: "",
            domain: domain,
            plan: try count(),
            stage: try count(),
            resource: id,
            action: try placement() == .online ? .start : .stop,
            attempt: try count(),
            deadline: Instant(milliseconds: try signed()),
            node: try optional { (reader) throws(Flaw) in ResourceID(try reader.text()) },
            kind: try text(),
            policies: try texts(),
            cause: try text()
        )
    }
}

extension Command {
    /// The parts in the order in which a record has them.
    fileprivate init(
        id: String,
        domain: DomainID,
        plan: Int,
        stage: Int,
        resource: ResourceID,
        action: Action,
        attempt: Int,
        deadline: Instant,
        node: ResourceID?,
        kind: String,
        policies: [String],
        cause: String
    ) {
        self.init(
            id: id,
            domain: domain,
            plan: plan,
            stage: stage,
            resource: resource,
            node: node,
            kind: kind,
            action: action,
            attempt: attempt,
            deadline: deadline,
            policies: policies,
            cause: cause
        )
    }
}
