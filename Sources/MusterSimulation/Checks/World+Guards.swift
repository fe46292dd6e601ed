// Guards, reckoned from the documents in force: what may be begun without asking.

import MusterEngine
import MusterModel
import MusterPolicy

/// What a domain was about before a decision, for seeing what the decision begins.
struct Undertaking {
    /// Where the plan and commands in flight were taking resources.
    let targets: [ResourceID: Placement]
    /// Where commands in flight were taking resources.
    let flights: [ResourceID: Placement]
    /// Whether an answer to a held plan is among the events, which may let it go.
    let isAnswered: Bool
    /// Whether nothing was to be commanded.
    let isFrozen: Bool
    /// What was held back.
    let held: [Domain.HeldBack]

    init(_ domain: Domain, _ events: [Event]) {
        targets = domain.underWay
        flights = domain.flightTargets
        isFrozen = domain.isFrozen
        held = domain.heldBack
        isAnswered = events.contains { event in
            guard case .configuration(let changes, _) = event else { return false }
            return changes.contains { if case .approval = $0 { true } else { false } }
        }
    }
}

/// What the guards in force allow; of several, each holds.
private struct Allowance {
    var flights: Int
    var changes: Int?
    var gain: Int?
    var hasMassFailure = false

    init(_ guards: [Guard], flights: Int, managed: Int) {
        self.flights = flights
        for limits in guards {
            if let most = limits.maxInFlight { self.flights = min(self.flights, most) }
            switch limits.maxChanges {
            case .number(let number)?: changes = min(changes ?? number, number)
            case .share(let thousandths)?:
                // A share that is not nothing allows one change.
                let most = thousandths == 0 ? 0 : max(1, thousandths * managed / 100_000)
                changes = min(changes ?? most, most)
            case nil: break
            }
            switch limits.improve {
            case .gain(let least)?: gain = max(gain ?? least, least)
            case .never?: gain = .max
            case nil: break
            }
            if limits.maxUnusable != nil { hasMassFailure = true }
        }
    }
}

extension World {
    func checkGuards(
        _ tenant: Tenant,
        _ directives: [Directive],
        _ holdings: [Domain.Holding],
        _ judge: Judge,
        since before: Undertaking,
        at now: Instant
    ) throws(Violation) {
        let domain = tenant.domain
        let guards = domain.documentsInForce.guards
        let allowance = Allowance(
            guards,
            flights: shape.flights,
            managed: judge.managed.nonzeroBitCount
        )
        let sent = directives.compactMap { directive in
            if case .send(let command) = directive, command.action != .report {
                command
            } else {
                nil
            }
        }
        let flights = holdings.count { $0.flight != nil }
        // A limit that has become stricter recalls nothing, and a command may take another's place.
        if !sent.isEmpty, flights > max(allowance.flights, before.flights.count) {
            throw Violation(
                .guards,
                "\(domain.id) awaits \(flights) commands, \(before.flights.count) of them from "
                    + "before, and may await \(allowance.flights)"
            )
        }
        if domain.isFrozen, let command = sent.first {
            throw Violation(.guards, "\(command.id) is sent though too much has failed")
        }
        if domain.isFrozen, !allowance.hasMassFailure {
            throw Violation(.guards, "\(domain.id) stands still, and no guard says so")
        }
        try checkHeld(domain, holdings, directives, judge, before)
        try tenant.book.watch.judgeFailures(
            domain,
            holdings,
            guards,
            judge,
            wasFrozen: before.isFrozen,
            at: now
        )
        // What a command is under way to already is not begun by keeping to it.
        let begun = domain.underWay.filter { id, target in
            before.targets[id] != target && before.flights[id] != target
        }
        let hasty = tenant.book.watch.hasty(begun.keys, guards, at: now)
        tenant.book.watch.begin(begun.keys, guards, at: now)
        guard !before.isAnswered, !directives.tell(.planHeld, .resolved) else { return }
        if let most = allowance.changes, begun.count > most {
            throw Violation(
                .guards,
                "\(domain.id) begins \(begun.count) changes at once, and may begin \(most)"
            )
        }
        guard allowance.gain != nil || hasty != nil, !begun.isEmpty else { return }
        let earlier = Judge(
            holdings.map { holding in
                .init(
                    report: holding.report,
                    isBarred: holding.isStale || holding.quarantineEnd != nil,
                    target: holding.flight.flatMap { _ in before.flights[holding.report.id] }
                )
            },
            domain.documentsInForce,
            at: now
        )
        guard let gain = gain(holdings, earlier, before) else { return }
        if let least = allowance.gain, gain < least {
            throw Violation(
                .guards,
                "\(begun.keys.sorted()) of \(domain.id) are changed for a gain of \(gain), and "
                    + "\(least) is asked for"
            )
        }
        if let hasty {
            throw Violation(
                .guards,
                "\(hasty) of \(domain.id) is changed for cost alone before it has cooled down"
            )
        }
    }

    /// What is held back could be done, is not implemented, and was told when it was new.
    private func checkHeld(
        _ domain: Domain,
        _ holdings: [Domain.Holding],
        _ directives: [Directive],
        _ judge: Judge,
        _ before: Undertaking
    ) throws(Violation) {
        let entries = domain.heldBack
        if !entries.isEmpty { tally.heldBack += 1 }
        for entry in entries {
            for (id, target) in entry.changes {
                guard let place = holdings.firstIndex(where: { $0.report.id == id }),
                    judge.usable >> place & 1 == 1, holdings[place].placement != target
                else {
                    throw Violation(
                        .guards,
                        "the change of \(id) in \(domain.id) is held back, though it is made or "
                            + "cannot be"
                    )
                }
            }
            let isNew = !before.held.contains {
                $0.plan == entry.plan && $0.changes == entry.changes
            }
            let isTold = directives.tell(entry.plan > 0 ? .planHeld : .changeSkipped)
            guard !isNew || isTold else {
                throw Violation(.guards, "what is held back in \(domain.id) is not told")
            }
        }
    }

    /// By how much the cost falls; `nil` where that is not all that a decision is for: where every
    /// policy stands as it would without what is begun, and nothing was invalid, it is.
    private func gain(
        _ holdings: [Domain.Holding],
        _ judge: Judge,
        _ before: Undertaking
    ) -> Int? {
        var old: Judge.Members = 0
        var new: Judge.Members = 0
        for (place, holding) in holdings.enumerated() where judge.usable >> place & 1 == 1 {
            let isCurrent = judge.current >> place & 1 == 1
            let isManaged = judge.managed >> place & 1 == 1
            // A command that is not awaited any more, as its resource was removed, leads nowhere.
            let isAwaited = before.flights[holding.report.id] == nil || holding.flight != nil
            let target = isManaged && isAwaited ? before.targets[holding.report.id] : nil
            if target.map({ $0 == .online }) ?? isCurrent { old |= 1 << place }
            if holding.placement.map({ $0 == .online }) ?? isCurrent { new |= 1 << place }
        }
        guard judge.flaw(of: old) == nil, judge.standing(old) == judge.standing(new) else {
            return nil
        }
        return judge.score(old).cost - judge.score(new).cost
    }
}

extension Judge {
    /// How far each policy is from holding.
    fileprivate func standing(_ online: Members) -> [Int] {
        let state = State(online: online, usable: usable)
        return cases.map { judged in
            guard let require = judged.require, !require.holds(state) else { return -1 }
            return judged.policy.whenUnsatisfiable == .bestEffort ? require.shortfall(state) : 0
        }
    }
}

extension [Directive] {
    /// Whether a notice of this kind is among them, and of this status where one is given.
    func tell(_ kind: Notice.Kind, _ status: Notice.Status? = nil) -> Bool {
        contains { directive in
            guard case .notify(let notice) = directive else { return false }
            return notice.kind == kind && notice.status == status ?? notice.status
        }
    }
}
