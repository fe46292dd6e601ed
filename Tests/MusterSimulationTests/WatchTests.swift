// What the simulation asks of guards, tried by hand: it has to speak where they failed, and to be
// silent where they did what they are for.

import MusterEngine
import MusterModel
import MusterPolicy
import Testing

@testable import MusterSimulation

@Suite struct WatchTests {
    private static let start = Instant(milliseconds: 1_700_000_000_000)

    /// A domain in which everything shall be online, under one guard.
    private static func domain(_ limits: (inout Guard) -> Void) -> (Domain, Guard) {
        let all = Quantity(.count, of: Selector([.field(.kind, [Pattern("vm")])]))
        let policy = Policy(
            name: "all",
            whenUnsatisfiable: .bestEffort,
            require: Condition(
                .comparison(all, [Comparison(.atLeast, .share(thousandthsOfPercent: 100_000))])
            )
        )
        var guardrail = Guard(name: "g")
        limits(&guardrail)
        let documents: [Document] = [.policy(policy), .guardrail(guardrail)]
        let source = Node(.mapping([]), at: .none)
        let baseline = Baseline(documents.map { .init($0, source: source) })
        return (Domain(DomainID("d"), baseline: baseline, options: Options()), guardrail)
    }

    private static func vm(_ name: String, _ state: ReportedState, at now: Instant) -> Report {
        .observed(
            Resource(id: ResourceID(name), kind: "vm", state: state, observedAt: now)
        )
    }

    // One machine that goes and comes; a deaf domain hears nothing of it after the first reports.
    private func flap(
        _ count: Int,
        of limit: Int,
        every pause: Duration = .seconds(1),
        isDeaf: Bool
    ) throws {
        var (domain, _) = Self.domain {
            $0.flapping = .init(changes: limit, within: .seconds(60), quarantine: .seconds(300))
        }
        var watch = Watch()
        var now = Self.start
        func events(_ state: ReportedState) -> [Event] {
            [.reports([Self.vm("a", state, at: now), Self.vm("b", .online, at: now)])]
        }
        watch.take(events(.online), domain, at: now)
        _ = domain.handle(events(.online), at: now)
        try watch.judgeFlaps(domain.id, domain.holdings)
        for step in 0..<count {
            now = now + pause
            let next = events(step.isMultiple(of: 2) ? .faulted : .online)
            watch.take(next, domain, at: now)
            var taken = domain
            _ = taken.handle(next, at: now)
            try watch.judgeFlaps(domain.id, (isDeaf ? domain : taken).holdings)
            domain = taken
        }
    }

    @Test("who flaps and is put into quarantine is no finding")
    func flapping() throws {
        try flap(8, of: 3, isDeaf: false)
        try flap(8, of: 3, every: .seconds(40), isDeaf: false)
    }

    @Test("who flaps and is in no quarantine is found, at the change that is one too many")
    func overlooked() throws {
        try flap(2, of: 3, isDeaf: true)
        let violation = #expect(throws: Violation.self) { try flap(3, of: 3, isDeaf: true) }
        #expect(violation?.check == .guards)
        #expect(violation?.message.contains("flaps and is in no quarantine") == true)
    }

    @Test("who comes and goes seldom enough need not be in quarantine")
    func seldom() throws {
        try flap(12, of: 3, every: .seconds(40), isDeaf: true)
    }

    @Test("who is called flapping and never moved is found")
    func slandered() throws {
        var (domain, _) = Self.domain {
            $0.flapping = .init(changes: 2, within: .seconds(60), quarantine: .seconds(300))
        }
        var now = Self.start
        _ = domain.handle([.reports([Self.vm("a", .online, at: now)])], at: now)
        var watch = Watch()
        watch.take([.clock], domain, at: now)
        for state in [ReportedState.faulted, .online] {
            now = now + .seconds(1)
            _ = domain.handle([.reports([Self.vm("a", state, at: now)])], at: now)
        }
        #expect(domain.holdings.contains { $0.isFlapping })
        let violation = #expect(throws: Violation.self) {
            try watch.judgeFlaps(domain.id, domain.holdings)
        }
        #expect(violation?.message.contains("is called flapping and is not") == true)
    }

    @Test("what is changed again within the cooldown is named, and not after it")
    func cooldown() {
        let (_, guardrail) = Self.domain { $0.cooldown = .seconds(60) }
        let ids = ["b", "a"].map { ResourceID($0) }
        var watch = Watch()
        watch.begin(ids, [guardrail], at: Self.start)
        #expect(watch.hasty(ids, [guardrail], at: Self.start + .seconds(59)) == ids[1])
        #expect(watch.hasty(ids, [guardrail], at: Self.start + .seconds(60)) == nil)
        #expect(watch.hasty(ids, [Guard(name: "other")], at: Self.start) == nil)
        watch.begin([ResourceID](), [Guard(name: "other")], at: Self.start + .seconds(1))
        #expect(watch.hasty(ids, [guardrail], at: Self.start + .seconds(2)) == nil)
    }

    // Machines of which one more fails each second; a deaf domain has no guard against that.
    private func fail(_ failed: Int, of count: Int, isDeaf: Bool) throws {
        let (guarded, guardrail) = Self.domain {
            $0.maxUnusable = .init(share: 30_000, within: .seconds(60))
        }
        let (free, _) = Self.domain { _ in }
        var domain = isDeaf ? free : guarded
        var watch = Watch()
        for step in 0...failed {
            let now = Self.start + .seconds(step)
            let reports = (0..<count).map { index in
                Self.vm("vm\(index)", index < step ? .faulted : .online, at: now)
            }
            let wasFrozen = domain.isFrozen
            watch.take([.reports(reports)], domain, at: now)
            _ = domain.handle([.reports(reports)], at: now)
            let holdings = domain.holdings
            let witnesses = holdings.map { holding in
                Judge.Witness(report: holding.report, isBarred: false, target: holding.placement)
            }
            try watch.judgeFailures(
                domain,
                holdings,
                [guardrail],
                Judge(witnesses, [], at: now),
                wasFrozen: wasFrozen,
                at: now
            )
        }
        #expect(domain.isFrozen == (!isDeaf && failed * 100 > 30 * count))
    }

    @Test("a domain that stands still once too much has failed is no finding")
    func massFailure() throws {
        for failed in 0...6 { try fail(failed, of: 10, isDeaf: false) }
    }

    @Test("a domain that goes on although too much has failed is found, and not before that")
    func overlookedMassFailure() throws {
        try fail(3, of: 10, isDeaf: true)
        let violation = #expect(throws: Violation.self) { try fail(4, of: 10, isDeaf: true) }
        #expect(violation?.check == .guards)
        #expect(violation?.message.contains("have failed at once") == true)
    }
}
