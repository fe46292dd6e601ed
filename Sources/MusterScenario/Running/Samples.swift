// Commands and notices are expected in the form in which they are published, whatever it is by now:
// a field that is added there can be expected here without more ado.

import MusterEngine
import MusterMessages
import MusterModel
import MusterPolicy

/// What commands, notices and planned changes look like as trees.
enum Samples {
    private static let encoder = OutboundEncoder(group: "test")

    static func tree(_ command: Command) -> Node {
        tree(encoder.record(of: command, at: command.deadline))
    }

    static func tree(_ notice: Notice) -> Node {
        tree(encoder.record(of: notice, at: notice.startsAt))
    }

    static func tree(_ change: Domain.Summary.PlannedChange) -> Node {
        mapping([
            ("stage", number(change.stage)), ("resource", text(change.resource.name)),
            ("action", text(change.target == .online ? "start" : "stop")),
            ("policies", Node(.sequence(change.policies.map(text)), at: .none)),
        ])
    }

    private static func tree(_ record: OutboundRecord) -> Node {
        let (node, _) = JSONDocument.read(record.value ?? [], source: "")
        return node ?? mapping([])
    }

    private static func mapping(_ members: [(String, Node)]) -> Node {
        Node(
            .mapping(members.map { Node.Entry(key: $0, keySpan: .none, value: $1) }),
            at: .none
        )
    }

    static func text(_ text: String) -> Node {
        Node(.scalar(.string(text), text: text, isQuoted: true), at: .none)
    }

    static func number(_ number: Int) -> Node {
        Node(.scalar(.int(number), text: "\(number)", isQuoted: false), at: .none)
    }

    // MARK: With every field

    /// A command with every field that there is.
    static let command = tree(
        Command(
            id: "x",
            domain: DomainID("x"),
            plan: 1,
            stage: 1,
            resource: ResourceID("x"),
            node: ResourceID("x"),
            kind: "vm",
            action: .start,
            attempt: 1,
            deadline: .zero,
            policies: ["x"],
            cause: "x"
        )
    )

    /// A notice with every field that there is.
    static let notice = tree(sampleNotice)

    static let sampleNotice = Notice(
        id: "x",
        domain: DomainID("x"),
        kind: .configurationUnsatisfied,
        severity: .error,
        status: .firing,
        fingerprint: "x",
        policy: "x",
        summary: "x",
        outlook: .recovery([ResourceID("x")]),
        explanation: [.init(source: "x", condition: "x", place: "x", needs: "x", has: "x")],
        suggestions: [.init("x")],
        startsAt: .zero,
        endsAt: .zero,
        changed: [.init(subject: "x", from: "x", to: "x")]
    )

    /// A planned change with every field that there is.
    static let change = mapping([
        ("stage", number(1)), ("resource", text("x")), ("action", text("start")),
        ("policies", Node(.sequence([text("x")]), at: .none)),
    ])

    /// The fields that hold one of a few words.
    static let words: [String: [String]] = [
        "type": Notice.Kind.allCases.map(\.rawValue),
        "status": Notice.Status.allCases.map(\.rawValue),
        "severity": Severity.allCases.map(\.rawValue),
        "outlook": ["never", "recovery"],
        "action": Command.Action.allCases.map(\.rawValue),
    ]
}
