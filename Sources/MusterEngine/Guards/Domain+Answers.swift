// People's answers to plans that are held, and what they are told of them.

import MusterModel
import MusterPolicy

extension Domain {
    /// Finds out whether an answer is one to the plan that is held.
    ///
    /// - Throws: why it cannot be taken.
    func check(_ approval: Approval) throws(Configuration.Refusal) {
        if let waiting = restraints.asking, waiting.plan == approval.plan,
            waiting.status == .asking
        {
            return
        }
        let now = restraints.asking.map { "plan \($0.plan) is held" } ?? "no plan is held"
        throw Configuration.Refusal(
            reason: "plan \(approval.plan) waits for no answer in domain \(id): it was never held, "
                + "was answered, or has lapsed; \(now)"
        )
    }

    /// Takes in an answer to the plan that is held.
    mutating func take(_ approval: Approval, _ turn: inout Turn) {
        guard let waiting = restraints.asking, waiting.plan == approval.plan else { return }
        turn.isRestrained = true
        turn.reconsidered.insert(waiting.id)
        switch approval.decision {
        case .approve:
            restraints.answer(waiting.id, .approved)
            // Whoever lets a plan go has seen what failed, so that counts no longer.
            restraints.rememberAll {
                $0.failedAt = nil
                $0.isInMassFailure = false
            }
        case .reject:
            restraints.answer(waiting.id, .dropped)
            resolveHeld(
                waiting,
                "it was rejected, and is not proposed again unless something else is decided",
                &turn
            )
        }
    }

    /// The fingerprint of the alert that a plan is held.
    private func fingerprint(ofPlan plan: Int) -> String {
        "\(id)/plan/\(plan)/\(Notice.Kind.planHeld.rawValue)"
    }

    /// Asks people about a plan.
    mutating func fireHeld(_ entry: Withheld, _ turn: inout Turn) {
        turn.heldPlan = entry.plan
        let changes = entry.changes.sorted { $0.key < $1.key }
        let starts = changes.count { $0.value == .online }
        let what =
            changes.isEmpty
            ? "nothing more is commanded"
            : "\(starts) to start, \(changes.count - starts) to stop"
        let notice = Notice(
            id: nextNoticeID(.planHeld),
            domain: id,
            kind: .planHeld,
            severity: .warning,
            status: .firing,
            fingerprint: fingerprint(ofPlan: entry.plan),
            summary: "plan \(entry.plan) is held: \(what), because \(turn.cause); \(entry.reason)",
            suggestions: [
                .init("send an Approval with plan \(entry.plan) and decision approve to let it go"),
                .init("send an Approval with plan \(entry.plan) and decision reject to drop it"),
            ],
            startsAt: turn.now,
            changed: Self.told(changes)
        )
        alerts.fire(notice)
        turn.directives.append(.notify(notice))
    }

    /// Says what became of a plan that was held.
    mutating func resolveHeld(_ entry: Withheld, _ outcome: String, _ turn: inout Turn) {
        resolve(
            fingerprint(ofPlan: entry.plan),
            summary: "plan \(entry.plan) is no longer held: \(outcome)",
            &turn
        )
    }

    /// Says which changes are not made.
    mutating func tellSkipped(
        _ changes: [ResourceID: Placement],
        because reason: String,
        _ turn: inout Turn
    ) {
        let starts = changes.values.count { $0 == .online }
        notify(
            &turn,
            .changeSkipped,
            .info,
            summary: "an improvement is not made: \(starts) to start, \(changes.count - starts) to "
                + "stop; \(reason)",
            changed: Self.told(changes.sorted { $0.key < $1.key })
        )
    }

    private static func told(_ changes: [(key: ResourceID, value: Placement)]) -> [Notice.Change] {
        changes.prefix(100).map { id, target in
            .init(
                subject: id.name,
                from: target == .online ? "offline" : "online",
                to: target.rawValue
            )
        }
    }

    /// The plan that would make a policy hold and is not carried out, in words.
    func heldPlan(helping policy: String) -> String? {
        let entry = restraints.withheld.last {
            $0.status != .skipped && $0.policies.contains(policy)
        }
        guard let entry else { return nil }
        return entry.status == .dropped
            ? "plan \(entry.plan) was rejected" : "plan \(entry.plan) waits for approval"
    }

    /// While too much has failed, a plan under way stops too, and people are asked about that even
    /// where nothing new has been decided.
    mutating func holdUp(_ turn: inout Turn) {
        guard restraints.isFrozen, restraints.asking == nil, execution.isUnderWay
        else { return }
        let managed = situation.isManaged.count { $0 }
        let number = execution.reserve()
        restraints.lastPlan = number
        let id = restraints.withhold(
            [:],
            .asking,
            plan: number,
            reason: "plan \(execution.plan) goes no further; "
                + massFailureReason(managed: managed)
        )
        if let entry = restraints[id] { fireHeld(entry, &turn) }
    }
}
