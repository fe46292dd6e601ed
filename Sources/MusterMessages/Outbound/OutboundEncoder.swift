// Commands and notices as CloudEvents 1.0 in binary mode (contract, section 7). Members come in the
// contract's order; optional ones without a value are left out, lists are always there.

public import MusterModel

/// Encodes what the worker publishes.
public struct OutboundEncoder: Hashable, Sendable {
    /// What a command's record is keyed by, so what its order is kept for.
    public enum CommandKey: String, Hashable, Sendable, CaseIterable {
        case resource, domain
        /// The resource's host; the resource itself where it has none.
        case node
    }

    /// `ce_source` of everything: `/muster/` and the consumer group.
    public let source: String
    /// What commands are keyed by.
    public let commandKey: CommandKey

    /// Makes an encoder for the workers of a consumer group.
    public init(group: String, commandKey: CommandKey = .resource) {
        source = "/muster/" + group
        self.commandKey = commandKey
    }

    /// The record of a command.
    ///
    /// - Parameters:
    ///   - command: What is to be sent.
    ///   - time: When it was decided.
    ///   - traceParent: Of the record that caused it, where it had one.
    ///   - origin: The record that caused it; `nil` where only time has passed.
    /// - Returns: a CloudEvent in binary mode; the same for the same command.
    public func record(
        of command: Command,
        at time: Instant,
        traceParent: TraceParent? = nil,
        origin: RecordOrigin? = nil
    ) -> OutboundRecord {
        let key =
            switch commandKey {
            case .resource: command.resource.name
            case .domain: command.domain.name
            case .node: (command.node ?? command.resource).name
            }
        let headers = headers(
            type: "muster.command",
            id: command.id,
            subject: command.resource.name,
            at: time,
            traceParent,
            origin
        )
        return OutboundRecord(
            topic: .commands,
            key: Array(key.utf8),
            value: Self.value(of: command),
            headers: headers
        )
    }

    /// The record of a notice.
    ///
    /// - Parameters:
    ///   - notice: What is to be told.
    ///   - time: When it was decided.
    ///   - traceParent: Of the record that caused it, where it had one.
    ///   - origin: The record that caused it; `nil` where only time has passed.
    /// - Returns: a CloudEvent in binary mode; the same for the same notice.
    public func record(
        of notice: Notice,
        at time: Instant,
        traceParent: TraceParent? = nil,
        origin: RecordOrigin? = nil
    ) -> OutboundRecord {
        let headers = headers(
            type: "muster.notification",
            id: notice.id,
            subject: notice.domain.name,
            at: time,
            traceParent,
            origin
        )
        return OutboundRecord(
            topic: .notifications,
            key: Array(notice.domain.name.utf8),
            value: Self.value(of: notice),
            headers: headers
        )
    }

    private func headers(
        type: String,
        id: String,
        subject: String,
        at time: Instant,
        _ traceParent: TraceParent?,
        _ origin: RecordOrigin?
    ) -> [RecordHeader] {
        var headers = [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id),
            RecordHeader("ce_source", source), RecordHeader("ce_type", type),
            RecordHeader("ce_subject", subject), RecordHeader("ce_time", time.rfc3339),
            RecordHeader("content-type", "application/json"),
        ]
        if let traceParent { headers.append(RecordHeader("traceparent", traceParent.text)) }
        if let origin { headers.append(RecordHeader(RecordOrigin.header, origin.text)) }
        return headers
    }
}

// MARK: - Values

extension OutboundEncoder {
    private static func value(of command: Command) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("domain", command.domain.name)
            object.member("plan", command.plan)
            object.member("stage", command.stage)
            object.member("resource", command.resource.name)
            object.member("node", command.node?.name)
            object.member("kind", command.kind)
            object.member("action", command.action.rawValue)
            object.member("attempt", command.attempt)
            object.member("deadline", command.deadline.rfc3339)
            object.key("reason")
            object.object { reason in
                reason.member("policies", command.policies)
                reason.member("cause", command.cause)
            }
        }
        return writer.bytes
    }

    private static func value(of notice: Notice) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("domain", notice.domain.name)
            object.member("type", notice.kind.rawValue)
            object.member("severity", notice.severity.rawValue)
            object.member("status", notice.status.rawValue)
            object.member("fingerprint", notice.fingerprint)
            object.member("policy", notice.policy)
            object.member("summary", notice.summary)
            write(notice.outlook, to: &object)
            object.key("explanation")
            object.array(notice.explanation, write)
            object.member("suggestions", notice.suggestions.map(\.text))
            let remedies = notice.suggestions.compactMap(\.remedy)
            if !remedies.isEmpty {
                object.key("remedies")
                object.array(remedies, write)
            }
            object.member("startsAt", notice.startsAt.rfc3339)
            object.member("endsAt", notice.endsAt?.rfc3339)
            object.key("changed")
            object.array(notice.changed, write)
        }
        return writer.bytes
    }

    /// The outlook is a word; the resources whose recovery would do stand beside it.
    private static func write(_ outlook: Notice.Outlook?, to object: inout JSONWriter) {
        switch outlook {
        case .never: object.member("outlook", "never")
        case .recovery(let resources):
            object.member("outlook", "recovery")
            object.member("recovery", resources.map(\.name))
        case nil: break
        }
    }

    private static func write(_ writer: inout JSONWriter, _ reason: Notice.Reason) {
        writer.object { object in
            object.member("source", reason.source)
            object.member("condition", reason.condition)
            object.member("place", reason.place)
            object.member("needs", reason.needs)
            object.member("has", reason.has)
        }
    }

    private static func write(_ writer: inout JSONWriter, _ change: Notice.Change) {
        writer.object { object in
            object.member("subject", change.subject)
            object.member("from", change.from)
            object.member("to", change.to)
        }
    }
}
