// What is checked after each decision, before anybody has seen it.

import MusterEngine
import MusterModel
import MusterPolicy

extension World {
    /// Checks a decision against what the contract says of it.
    func check(
        _ tenant: Tenant,
        _ directives: [Directive],
        since before: Undertaking,
        at now: Instant
    ) throws(Violation) {
        let domain = tenant.domain
        let holdings = domain.holdings
        try tenant.book.watch.judgeFlaps(domain.id, holdings)
        let judge = Judge(
            holdings.map {
                .init(
                    report: $0.report,
                    isBarred: $0.isStale || $0.quarantineEnd != nil,
                    target: $0.flight.map { $0.action == .start ? .online : .offline }
                )
            },
            domain.documentsInForce,
            at: now
        )
        let online = try checkPlacements(domain, holdings, judge)
        try checkGoodness(tenant, judge, online)
        try checkAlerts(domain, holdings, judge, online)
        try checkLeases(tenant, holdings, at: now)
        try checkCommands(tenant, directives, holdings, judge, at: now)
        try checkPassage(tenant, directives, judge, online)
        try checkGuards(tenant, directives, holdings, judge, since: before, at: now)
        // Commands that are overdue since a standstill are looked at once it has ended.
        let isThawed = before.isFrozen && !domain.isFrozen
        if !isThawed, let deadline = domain.nextDeadline, deadline <= now {
            throw Violation(.deadline, "\(domain.id) wants to be called at once again")
        }
    }

    /// - Returns: who is online.
    private func checkPlacements(
        _ domain: Domain,
        _ holdings: [Domain.Holding],
        _ judge: Judge
    ) throws(Violation) -> Judge.Members {
        var online: Judge.Members = 0
        for (index, holding) in holdings.enumerated() {
            let isManaged = judge.managed >> index & 1 == 1
            guard isManaged == (holding.placement != nil) else {
                throw Violation(
                    .managed,
                    "\(holding.report.id) of \(domain.id) is \(isManaged ? "not " : "")taken as "
                        + "managed"
                )
            }
            let isOnline =
                isManaged
                ? holding.placement == .online
                : (judge.usable & judge.current) >> index & 1 == 1
            if isOnline { online |= 1 << index }
        }
        // What is held back leaves resources where they are, by the rules or not.
        if domain.heldBack.isEmpty, let flaw = judge.flaw(of: online) {
            throw Violation(.valid, "in \(domain.id), \(flaw)")
        }
        return online
    }

    private func checkGoodness(
        _ tenant: Tenant,
        _ judge: Judge,
        _ online: Judge.Members
    ) throws(Violation) {
        let summary = tenant.domain.summary
        let score = judge.score(online)
        let told = Judge.Score(summary.objective, judge.priorities)
        guard score == told else {
            throw Violation(.objective, "\(tenant.domain.id) tells \(told), it is \(score)")
        }
        for (state, judged) in zip(summary.policies, judge.cases) {
            guard state.name == judged.policy.name,
                state.isSatisfied == judge.holds(judged, online)
            else {
                throw Violation(
                    .satisfaction,
                    "policy \(state.name) of \(tenant.domain.id) is told to "
                        + (state.isSatisfied ? "hold" : "fail")
                )
            }
        }
        guard summary.isOptimal, tenant.domain.heldBack.isEmpty,
            isSampled(tenant, freedom: judge.freedom)
        else { return }
        tally.comparisons += 1
        guard let best = judge.best, best == score else {
            throw Violation(
                .optimal,
                "\(tenant.domain.id) chose \(score), "
                    + (judge.best.map { "best is \($0)" } ?? "nothing is valid")
            )
        }
    }

    /// Comparing with every choice takes time that doubles with each resource.
    private func isSampled(_ tenant: Tenant, freedom: Int) -> Bool {
        switch freedom {
        case 0...4: true
        case 5...7: tenant.book.decisions % 4 == 0
        default: tenant.book.decisions % 32 == 0
        }
    }

    private func checkAlerts(
        _ domain: Domain,
        _ holdings: [Domain.Holding],
        _ judge: Judge,
        _ online: Judge.Members
    ) throws(Violation) {
        let kinds: Set<Notice.Kind> = [
            .commandFailed, .configurationUnsatisfied, .planHeld, .resourceStale,
        ]
        let open = Set(
            domain.openAlerts.filter { kinds.contains($0.kind) }.map(\.fingerprint)
        )
        var due: Set<String> = []
        for judged in judge.cases where !judge.holds(judged, online) {
            due.insert("\(domain.id)/\(judged.policy.name)/configuration-unsatisfied")
        }
        for holding in holdings {
            let alert = "\(domain.id)/\(holding.report.id)"
            if holding.isStale { due.insert("\(alert)/resource-stale") }
            if holding.quarantineEnd != nil { due.insert("\(alert)/command-failed") }
        }
        for entry in domain.heldBack where entry.isAsking {
            due.insert("\(domain.id)/plan/\(entry.plan)/plan-held")
        }
        // Whether it had failed before it came and went by itself is not known any more.
        let unclear = Set(
            holdings.filter(\.isFlapping).map { "\(domain.id)/\($0.report.id)/command-failed" }
        )
        if let wrong = open.symmetricDifference(due).subtracting(unclear).min() {
            throw Violation(
                .alert,
                "\(wrong) is \(open.contains(wrong) ? "open without reason" : "not open")"
            )
        }
    }

    private func checkLeases(
        _ tenant: Tenant,
        _ holdings: [Domain.Holding],
        at now: Instant
    ) throws(Violation) {
        for holding in holdings {
            let end = holding.report.ttl.map { holding.report.observedAt + $0 }
            if holding.isStale {
                guard let end, end <= tenant.book.latest else {
                    throw Violation(.lease, "\(holding.report.id) is stale before its time")
                }
            } else if let end, end <= now {
                throw Violation(.lease, "\(holding.report.id) is not stale, though it is time")
            }
            if let end = holding.quarantineEnd, end <= now {
                throw Violation(.lease, "\(holding.report.id) is in quarantine beyond its end")
            }
        }
    }

    // MARK: Commands

    private func checkCommands(
        _ tenant: Tenant,
        _ directives: [Directive],
        _ holdings: [Domain.Holding],
        _ judge: Judge,
        at now: Instant
    ) throws(Violation) {
        let places = Dictionary(
            uniqueKeysWithValues: holdings.enumerated().map { ($1.report.id, $0) }
        )
        var seen: Set<ResourceID> = []
        for case .send(let command) in directives where command.action != .report {
            guard let place = places[command.resource], judge.usable >> place & 1 == 1 else {
                throw Violation(.command, "\(command.id) is for what is not usable")
            }
            guard judge.managed >> place & 1 == 1 else {
                throw Violation(.command, "\(command.id) is for what is not managed")
            }
            let target: Placement = command.action == .start ? .online : .offline
            guard holdings[place].placement == target else {
                throw Violation(.command, "\(command.id) asks for what is not implemented")
            }
            guard command.deadline > now, seen.insert(command.resource).inserted else {
                throw Violation(.command, "\(command.id) is late, or one of two at once")
            }
            try checkOrder(tenant, command, holdings, places, judge)
        }
    }

    /// A plan that begins keeps on its way what any order could keep.
    private func checkPassage(
        _ tenant: Tenant,
        _ directives: [Directive],
        _ judge: Judge,
        _ online: Judge.Members
    ) throws(Violation) {
        guard directives.tell(.planStarted),
            let passage = Passage(
                judge,
                tenant.domain.summary.changes,
                implemented: online,
                isBackwards: mutates(.backwards, every: 1)
            )
        else { return }
        tally.passages += 1
        if let flaw = passage.flaw {
            throw Violation(
                .passage,
                "on the way of a plan of \(tenant.domain.id), \(flaw)"
            )
        }
    }

    /// A command comes when those of earlier stages of its plan are confirmed, or are beyond reach.
    private func checkOrder(
        _ tenant: Tenant,
        _ command: Command,
        _ holdings: [Domain.Holding],
        _ places: [ResourceID: Int],
        _ judge: Judge
    ) throws(Violation) {
        guard command.attempt == 1 else { return }
        let earlier =
            command.plan == tenant.book.plan
            ? tenant.book.sent.filter { $0.stage < command.stage } : []
        for other in earlier {
            guard let place = places[other.resource], judge.usable >> place & 1 == 1 else {
                continue
            }
            let state = holdings[place].report.state
            let target: Placement = other.action == .start ? .online : .offline
            // What is not wanted any more is nothing to wait for.
            guard holdings[place].placement == target else { continue }
            let isOnline = state == .online || state == .starting
            guard isOnline == (target == .online), holdings[place].flight?.id != other.id
            else {
                throw Violation(
                    .order,
                    "\(command.id) is sent while \(other.id) is not confirmed"
                )
            }
        }
        for change in tenant.domain.summary.changes where change.stage < command.stage {
            throw Violation(.order, "\(command.id) is sent before \(change.resource) is changed")
        }
    }
}

extension Judge.Score {
    /// What a domain tells of its objective.
    init(_ objective: Objective, _ priorities: [Int]) {
        self.init(
            unsatisfied: priorities.map { priority in
                objective.unsatisfied.first { $0.priority == priority }?.policies.count ?? 0
            },
            shortfall: priorities.map { priority in
                objective.shortfall.first { $0.priority == priority }?.amount ?? 0
            },
            cost: objective.cost
        )
    }
}
