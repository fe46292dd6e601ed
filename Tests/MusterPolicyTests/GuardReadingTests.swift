// Guards and approvals as they are written, and as they are read.

import MusterModel
import MusterPolicy
import MusterYAML
import Testing

@Suite struct GuardReadingTests {
    private func guards(_ text: String) throws -> [Guard] {
        let (changes, diagnostics) = read(text)
        #expect(diagnostics.map { "\($0)" } == [])
        return changes.compactMap { change in
            if case .set(.guardrail(let guardrail), _) = change { guardrail } else { nil }
        }
    }

    @Test("every limit may be given, in each of its forms")
    func limits() throws {
        let read = try guards(
            """
            apiVersion: muster/v1
            kind: Guard
            name: all
            domain: prod
            maxInFlight: 20
            maxChanges: "12.5%"
            maxUnusable: {share: "40%", within: 5m}
            improve: {gainAtLeast: 5}
            cooldown: 2m
            flapping: {changes: 5, within: 10m, quarantine: 15m}
            ---
            apiVersion: muster/v1
            kind: Guard
            name: some
            maxChanges: 3
            improve: {gainAtLeast: never}
            ---
            apiVersion: muster/v1
            kind: Guard
            name: short
            improve: never
            """
        )
        var all = Guard(name: "all", domain: DomainID("prod"))
        all.maxInFlight = 20
        all.maxChanges = .share(thousandthsOfPercent: 12_500)
        all.maxUnusable = .init(share: 40_000, within: .seconds(300))
        all.improve = .gain(atLeast: 5)
        all.cooldown = .seconds(120)
        all.flapping = .init(changes: 5, within: .seconds(600), quarantine: .seconds(900))
        var some = Guard(name: "some")
        some.maxChanges = .number(3)
        some.improve = .never
        var short = Guard(name: "short")
        short.improve = .never
        #expect(read == [all, some, short])
    }

    @Test("an event may set and withdraw guards, keep them in a configuration, and answer a plan")
    func events() throws {
        let (changes, diagnostics) = read(
            """
            [{apiVersion: muster/v1, kind: Guard, name: g, maxChanges: 1},
             {apiVersion: muster/v1, kind: Guard, name: h, deleted: true},
             {apiVersion: muster/v1, kind: Configuration, guards: [{name: i, maxInFlight: 2}]},
             {apiVersion: muster/v1, kind: Approval, name: a, plan: 42, decision: reject}]
            """,
            from: .bus
        )
        #expect(diagnostics == [])
        try #require(changes.count == 4)
        guard case .set(.guardrail(let set), _) = changes[0],
            case .withdraw(.guardrail, name: "h") = changes[1],
            case .replaceAll(let all) = changes[2],
            case .approval(let approval) = changes[3]
        else {
            Issue.record("not the expected changes")
            return
        }
        #expect(set.maxChanges == .number(1))
        #expect(all.map(\.0.name) == ["i"])
        #expect(approval == Approval(name: "a", plan: 42, decision: .reject))
    }
}
