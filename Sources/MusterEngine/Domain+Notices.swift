// What people are told. An alert fires once and resolves once, however often it is looked at.

import MusterModel
import MusterPolicy

/// The alerts that are open.
struct Alerts: Sendable {
    /// The notice that opened each, by fingerprint.
    private(set) var open: [String: Notice] = [:]
    /// The fingerprints of those that are about one resource, and of the others.
    private(set) var ofResources: Set<String> = []
    private(set) var others: Set<String> = []
    /// Fingerprints of those that were opened or closed since the last ``takeTouched()``.
    private var touched: Set<String> = []

    /// Begins with those that are open.
    init(open: [String: Notice] = [:]) {
        self.open = open
        for (fingerprint, notice) in open {
            if notice.kind.isAboutResource {
                ofResources.insert(fingerprint)
            } else {
                others.insert(fingerprint)
            }
        }
    }

    /// Opens an alert with the notice that fires it.
    mutating func fire(_ notice: Notice) {
        open[notice.fingerprint] = notice
        if notice.kind.isAboutResource {
            ofResources.insert(notice.fingerprint)
        } else {
            others.insert(notice.fingerprint)
        }
        touched.insert(notice.fingerprint)
    }

    /// Closes an alert.
    ///
    /// - Returns: the notice that opened it; `nil` when it is not open.
    mutating func resolve(_ fingerprint: String) -> Notice? {
        guard let notice = open.removeValue(forKey: fingerprint) else { return nil }
        ofResources.remove(fingerprint)
        others.remove(fingerprint)
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

    mutating func nextNoticeID(_ kind: Notice.Kind) -> String {
        noticeCount += 1
        return "\(idPrefix)/notice/\(noticeCount)/\(kind.rawValue)"
    }

    /// Says what changed, and fires and resolves alerts.
    mutating func alert(_ turn: inout Turn) {
        tellChanges(&turn)
        alertResources(&turn)
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
        tellConflicts(&turn)
    }

    /// Ends alerts about what is there no longer.
    private mutating func resolveWithdrawn(_ turn: inout Turn) {
        let inForce = Set(situation.policies.map { fingerprint(of: $0.policy) })
        let unsatisfied = alerts.others.filter {
            alerts.open[$0]?.kind == .configurationUnsatisfied
        }
        for fingerprint in unsatisfied.sorted() where !inForce.contains(fingerprint) {
            let policy = alerts.open[fingerprint]?.policy ?? ""
            resolve(fingerprint, summary: "policy \(policy) is not in force any more", &turn)
        }
    }

    private func fingerprint(of policy: Policy) -> String {
        "\(id)/\(policy.name)/\(Notice.Kind.configurationUnsatisfied.rawValue)"
    }

    private mutating func fire(_ index: Int, _ fingerprint: String, _ turn: inout Turn) {
        let policy = situation.policies[index].policy
        let isEnforced = policy.mode == .enforce
        // What only observes is told of as it is: nothing is decided for its sake, so there is no
        // asking what could be. And when very many fail at once, people are told of all in time:
        // of those that are left when the budget is spent, what they are short of.
        let held = isEnforced ? heldPlan(helping: policy.name) : nil
        let explanation =
            isEnforced && held == nil
            ? situation.explain(index, work: &turn.explanationWork) : situation.describe(index)
        let verdict =
            held.map { "does not hold, and \($0): " }
            ?? (isEnforced ? "cannot be satisfied: " : "does not hold: ")
        let notice = Notice(
            id: nextNoticeID(.configurationUnsatisfied),
            domain: id,
            kind: .configurationUnsatisfied,
            severity: policy.severity,
            status: .firing,
            fingerprint: fingerprint,
            policy: policy.name,
            summary: "policy \(policy.name) \(verdict)\(explanation.summary)",
            outlook: explanation.outlook,
            explanation: explanation.reasons,
            suggestions: explanation.suggestions,
            startsAt: turn.now
        )
        alerts.fire(notice)
        turn.directives.append(.notify(notice))
    }

    mutating func resolve(
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

    /// The most changes that one notice lists.
    static var changesPerNotice: Int { 100 }

    mutating func tellChanges(_ turn: inout Turn) {
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
        if let plan = turn.heldPlan { return "plan \(plan) waits for approval" }
        if commands > 0 { return "\(counted(commands, "command")) sent" }
        // Whether that took a search is not told: a restored domain may know of fewer ties between
        // regions, and has to say the same.
        return "the implemented configuration stays"
    }
}
