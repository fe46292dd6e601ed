// What people are told. An alert fires once and resolves once, however often it is looked at.

import MusterModel
import MusterPolicy

/// The alerts that are open.
struct Alerts: Sendable {
    /// The notice that opened each, by fingerprint.
    private(set) var open: [String: Notice] = [:]
    /// Fingerprints of those that were opened or closed since the last ``takeTouched()``.
    private var touched: Set<String> = []

    /// Begins with those that are open.
    init(open: [String: Notice] = [:]) { self.open = open }

    /// Opens an alert with the notice that fires it.
    mutating func fire(_ notice: Notice) {
        open[notice.fingerprint] = notice
        touched.insert(notice.fingerprint)
    }

    /// Closes an alert.
    ///
    /// - Returns: the notice that opened it; `nil` when it is not open.
    mutating func resolve(_ fingerprint: String) -> Notice? {
        guard let notice = open.removeValue(forKey: fingerprint) else { return nil }
        touched.insert(fingerprint)
        return notice
    }

    /// The fingerprints of those that were opened or closed since the last call.
    mutating func takeTouched() -> Set<String> {
        defer { touched = [] }
        return touched
    }
}

extension Domain {
    /// Adds a notice to the directives.
    mutating func notify(
        _ turn: inout Turn,
        _ kind: Notice.Kind,
        _ severity: Severity,
        summary: String,
        changed: [Notice.Change] = []
    ) {
        turn.directives.append(
            .notify(
                Notice(
                    id: nextNoticeID(kind),
                    domain: id,
                    kind: kind,
                    severity: severity,
                    status: .info,
                    fingerprint: "\(id)/\(kind.rawValue)",
                    summary: summary,
                    startsAt: turn.now,
                    changed: changed
                )
            )
        )
    }

    private mutating func nextNoticeID(_ kind: Notice.Kind) -> String {
        noticeCount += 1
        return "\(idPrefix)/notice/\(noticeCount)/\(kind.rawValue)"
    }

    /// Says what changed, and fires and resolves alerts.
    mutating func alert(_ turn: inout Turn) {
        tellChanges(&turn)
        tellStaleness(&turn)
        let suspects =
            turn.isStructural ? Array(situation.policies.indices) : situation.moved.sorted()
        for index in suspects {
            let ground = situation.policies[index]
            let fingerprint = fingerprint(of: ground.policy)
            let isOpen = alerts.open[fingerprint] != nil
            if ground.isSatisfied {
                if isOpen {
                    resolve(
                        fingerprint,
                        summary: "policy \(ground.policy.name) holds again",
                        &turn
                    )
                }
            } else if !isOpen {
                fire(index, fingerprint, &turn)
            }
        }
        if turn.isStructural { resolveWithdrawn(&turn) }
    }

    /// Ends alerts about what is there no longer.
    private mutating func resolveWithdrawn(_ turn: inout Turn) {
        let inForce = Set(situation.policies.map { fingerprint(of: $0.policy) })
        for (fingerprint, notice) in alerts.open.sorted(by: { $0.key < $1.key }) {
            if let resource = silentResource(notice) {
                guard situation.inventory.slots[resource] == nil else { continue }
                resolve(fingerprint, summary: "\(resource) was removed", &turn)
            } else if !inForce.contains(fingerprint) {
                resolve(
                    fingerprint,
                    summary: "policy \(notice.policy ?? "") is not in force any more",
                    &turn
                )
            }
        }
    }

    /// How many alerts of one turn are explained in full.
    private static var explanationsPerTurn: Int { 20 }

    private func fingerprint(of policy: Policy) -> String {
        "\(id)/\(policy.name)/\(Notice.Kind.configurationUnsatisfied.rawValue)"
    }

    private mutating func fire(_ index: Int, _ fingerprint: String, _ turn: inout Turn) {
        let policy = situation.policies[index].policy
        let isEnforced = policy.mode == .enforce
        // What only observes is told of as it is: nothing is decided for its sake, so there is no
        // asking what could be. And when very many fail at once, people are told of all in time,
        // and of the first ones why.
        turn.explained += 1
        let explanation =
            isEnforced && turn.explained <= Self.explanationsPerTurn
            ? situation.explain(index) : situation.describe(index)
        let notice = Notice(
            id: nextNoticeID(.configurationUnsatisfied),
            domain: id,
            kind: .configurationUnsatisfied,
            severity: policy.severity,
            status: .firing,
            fingerprint: fingerprint,
            policy: policy.name,
            summary: "policy \(policy.name) "
                + (isEnforced ? "cannot be satisfied: " : "does not hold: ")
                + explanation.summary,
            outlook: explanation.outlook,
            explanation: explanation.reasons,
            suggestions: explanation.suggestions,
            startsAt: turn.now
        )
        alerts.fire(notice)
        turn.directives.append(.notify(notice))
    }

    private mutating func resolve(
        _ fingerprint: String,
        summary: String,
        _ turn: inout Turn
    ) {
        guard var notice = alerts.resolve(fingerprint) else { return }
        notice.id = nextNoticeID(notice.kind)
        notice.status = .resolved
        notice.summary = summary
        notice.endsAt = turn.now
        notice.outlook = nil
        notice.explanation = []
        notice.suggestions = []
        turn.directives.append(.notify(notice))
    }

    /// The fingerprint of the alert that a resource is silent.
    func staleness(of resource: ResourceID) -> String {
        "\(id)/\(resource)/\(Notice.Kind.resourceStale.rawValue)"
    }

    /// The resource whose silence an alert is about; `nil` for an alert about something else.
    func silentResource(_ alert: Notice) -> ResourceID? {
        guard alert.kind == .resourceStale else { return nil }
        let name = alert.fingerprint.utf8.dropFirst(id.name.utf8.count + 1)
            .dropLast(Notice.Kind.resourceStale.rawValue.utf8.count + 1)
        return ResourceID(String(decoding: Array(name), as: UTF8.self))
    }

    private mutating func tellStaleness(_ turn: inout Turn) {
        for slot in situation.inventory.ordered(turn.touched) {
            let resource = situation.inventory[slot]
            let fingerprint = staleness(of: resource.id)
            let isStale = situation.inventory.isMarkedStale(slot)
            if isStale, alerts.open[fingerprint] == nil {
                let notice = Notice(
                    id: nextNoticeID(.resourceStale),
                    domain: id,
                    kind: .resourceStale,
                    severity: .warning,
                    status: .firing,
                    fingerprint: fingerprint,
                    summary: "\(resource.id) has not reported for "
                        + "\(resource.ttl?.text ?? "too long"); it is not used until it does",
                    startsAt: turn.now
                )
                alerts.fire(notice)
                turn.directives.append(.notify(notice))
            } else if !isStale {
                resolve(fingerprint, summary: "\(resource.id) reports again", &turn)
            }
        }
    }

    /// The most changes that one notice lists.
    private static var changesPerNotice: Int { 100 }

    private mutating func tellChanges(_ turn: inout Turn) {
        guard !turn.changes.isEmpty else { return }
        let count = turn.changes.count
        let what =
            count == 1
            ? "\(turn.changes[0].subject) is \(turn.changes[0].to)"
            : "\(count) resources changed"
        notify(
            &turn,
            .resourcesChanged,
            .info,
            summary: "\(what); \(outcome(of: turn))",
            changed: Array(turn.changes.prefix(Self.changesPerNotice))
        )
    }

    /// What was decided, in words.
    private func outcome(of turn: Turn) -> String {
        let commands = turn.directives.count {
            if case .send = $0 { true } else { false }
        }
        if commands > 0 { return "\(counted(commands, "command")) sent" }
        if turn.slots.isEmpty && turn.policies.isEmpty {
            return "the implemented configuration stays"
        }
        return "the implemented configuration is still the best"
    }
}
