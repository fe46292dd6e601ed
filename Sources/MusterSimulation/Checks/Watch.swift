// What guards go by, noted from what a domain was given and from what came of it: who failed, who
// came and went by itself, and whose change was begun when. It forgets early rather than late, so
// what it asks for is due by the contract whatever the engine remembers.

import MusterEngine
import MusterModel
import MusterPolicy

/// The memory of the guards of one domain.
struct Watch {
    /// Managed resources that were online and usable when that was last looked at.
    private var inUse: Set<ResourceID> = []
    private var failedAt: [ResourceID: Instant] = [:]
    private var begunAt: [ResourceID: Instant] = [:]
    /// By the reports' own time: changes of state that no command asked for.
    private var flaps: [ResourceID: [Instant]] = [:]
    /// The latest such change of which it is not clear whether it still counts, or has led to a
    /// quarantine already, since guards changed about then.
    private var unclear: [ResourceID: Instant] = [:]
    /// All of them, never forgotten but for newer ones.
    private var allFlaps: [ResourceID: [Instant]] = [:]
    /// Who must be in quarantine for flapping now.
    private var due: Set<ResourceID> = []
    private var wasFlapping: Set<ResourceID> = []
    /// The guards that were in force before the batch, or came with it.
    private var guards: [Guard] = []
    /// Whether documents came with it.
    private var isReconfigured = false

    // MARK: Before a batch

    /// Notes what a batch says, before the domain takes it in.
    mutating func take(_ events: [Event], _ domain: Domain, at now: Instant) {
        guards = domain.documentsInForce.guards
        due = []
        take(documentsOf: events)
        let holdings = domain.holdings
        wasFlapping = Set(holdings.filter(\.isFlapping).map(\.report.id))
        var reports = Dictionary(uniqueKeysWithValues: holdings.map { ($0.report.id, $0) })
            .mapValues { (report: $0.report, holding: Optional($0)) }
        for case .reports(let batch) in events {
            for report in batch {
                switch report {
                case .removed(let id):
                    reports[id] = nil
                    forget(id)
                case .observed(let new):
                    guard let known = reports[new.id] else {
                        reports[new.id] = (new, nil)
                        continue
                    }
                    guard Knowledge.holds(new, over: known.report) else { continue }
                    note(new, after: known.report, known.holding, at: now)
                    reports[new.id]?.report = new
                }
            }
        }
    }

    private mutating func take(documentsOf events: [Event]) {
        isReconfigured = false
        for event in events {
            switch event {
            case .baseline(let baseline):
                isReconfigured = true
                guards += baseline.entries.map(\.document).guards
            case .configuration(let changes, _):
                isReconfigured = true
                for case .set(.guardrail(let limits), _) in changes { guards.append(limits) }
                for case .replaceAll(let all) in changes { guards += all.map(\.0).guards }
            default: break
            }
        }
        guard isReconfigured else { return }
        // An answer forgives what has failed, a release ends quarantines, and a guard may have been
        // gone for a moment.
        failedAt = [:]
        begunAt = [:]
        for (id, times) in flaps { unclear[id] = times.max() ?? unclear[id] }
        flaps = [:]
    }

    private mutating func forget(_ id: ResourceID) {
        inUse.remove(id)
        failedAt[id] = nil
        begunAt[id] = nil
        flaps[id] = nil
        unclear[id] = nil
        due.remove(id)
    }

    private mutating func note(
        _ new: Resource,
        after old: Resource,
        _ holding: Domain.Holding?,
        at now: Instant
    ) {
        guard let holding, holding.placement != nil, old.standing != new.standing,
            holding.flight?.action.standing != new.standing
        else { return }
        let last = new.observedAt
        allFlaps[new.id] = (allFlaps[new.id] ?? []).suffix(15) + [last]
        let limits = guards.compactMap(\.flapping)
        guard let longest = limits.map(\.within).max() else { return }
        guard !isReconfigured, unclear[new.id].map({ $0 + longest <= last }) ?? true else {
            unclear[new.id] = max(last, unclear[new.id] ?? last)
            return
        }
        flaps[new.id] = (flaps[new.id] ?? []).filter { $0 + longest > last } + [last]
        let isTooMuch = limits.contains { limit in
            last + limit.within > now
                && flaps[new.id, default: []].count { $0 + limit.within > last } >= limit.changes
        }
        if isTooMuch {
            due.insert(new.id)
            flaps[new.id] = []
        }
    }

    // MARK: After it

    /// Looks at the quarantines that a batch has led to.
    mutating func judgeFlaps(
        _ domain: DomainID,
        _ holdings: [Domain.Holding]
    ) throws(Violation) {
        for holding in holdings {
            let id = holding.report.id
            if due.contains(id), holding.quarantineEnd == nil {
                throw Violation(.guards, "\(id) of \(domain) flaps and is in no quarantine")
            }
            guard holding.isFlapping, !wasFlapping.contains(id) else { continue }
            let hasReason = guards.compactMap(\.flapping).contains { limit in
                let flaps = allFlaps[id] ?? []
                return flaps.contains { last in
                    flaps.count { $0 <= last && $0 + limit.within > last } >= limit.changes
                }
            }
            guard hasReason else {
                throw Violation(.guards, "\(id) of \(domain) is called flapping and is not")
            }
            flaps[id] = []
        }
    }

    /// Looks at whether too much has failed, once a domain has decided.
    mutating func judgeFailures(
        _ domain: Domain,
        _ holdings: [Domain.Holding],
        _ guards: [Guard],
        _ judge: Judge,
        wasFrozen: Bool,
        at now: Instant
    ) throws(Violation) {
        let managed = Set(holdings.filter { $0.placement != nil }.map(\.report.id))
        let unusable = Set(
            holdings.indices.filter { judge.usable >> $0 & 1 == 0 }.map { holdings[$0].report.id }
        )
        let limits = guards.compactMap(\.maxUnusable)
        for id in inUse where unusable.contains(id) && !isReconfigured {
            failedAt[id] = failedAt[id] ?? now
        }
        failedAt = failedAt.filter { unusable.contains($0.key) }
        if limits.isEmpty { failedAt = [:] }
        inUse = Set(holdings.filter { $0.placement == .online }.map(\.report.id))
            .subtracting(unusable)
        let most = unusable.intersection(managed).count
        let isAllowed = limits.allSatisfy { most * 100_000 <= $0.share * managed.count }
        if domain.isFrozen, !wasFrozen, isAllowed {
            throw Violation(.guards, "\(domain.id) stands still, and not so much has failed")
        }
        guard !domain.isFrozen else { return }
        for limit in limits {
            let recent = managed.filter { id in
                failedAt[id].map { $0 + limit.within > now } ?? false
            }
            let weight = failures(among: recent, holdings) * 100_000
            guard weight > limit.share * managed.count else { continue }
            throw Violation(
                .guards,
                "\(domain.id) goes on although \(recent.sorted()) have failed at once"
            )
        }
    }

    /// How many failures these are at least: what one reporter's silence may explain is one.
    private func failures(among failed: Set<ResourceID>, _ holdings: [Domain.Holding]) -> Int {
        let stale = Set(holdings.filter(\.isStale).map(\.report.id))
        var silent: Set<ResourceID> = []
        var others = 0
        for report in holdings.map(\.report) where failed.contains(report.id) {
            if stale.contains(report.id) || report.node.map(stale.contains) ?? false {
                silent.insert(report.node ?? report.id)
            } else {
                others += 1
            }
        }
        return silent.count + others
    }

    /// Notes what a decision has begun.
    mutating func begin(_ begun: some Sequence<ResourceID>, _ guards: [Guard], at now: Instant) {
        guard guards.contains(where: { $0.cooldown != nil }) else {
            begunAt = [:]
            return
        }
        for id in begun { begunAt[id] = now }
    }

    /// Who of these is changed again too soon, where that is done for cost alone.
    func hasty(
        _ begun: some Sequence<ResourceID>,
        _ guards: [Guard],
        at now: Instant
    ) -> ResourceID? {
        guard let cooldown = guards.compactMap(\.cooldown).max() else { return nil }
        return begun.filter { id in begunAt[id].map { $0 + cooldown > now } ?? false }.min()
    }
}

extension [Document] {
    /// The guards among them.
    var guards: [Guard] {
        compactMap { if case .guardrail(let limits) = $0 { limits } else { nil } }
    }
}

/// What a report comes to for those who count how often it changes.
private enum Standing { case online, offline, broken }

extension Resource {
    fileprivate var standing: Standing {
        guard isAvailable, state != .faulted else { return .broken }
        return state == .online || state == .starting ? .online : .offline
    }
}

extension Command.Action {
    /// What a report says once it is obeyed.
    fileprivate var standing: Standing? {
        switch self {
        case .start: .online
        case .stop: .offline
        case .report: nil
        }
    }
}
