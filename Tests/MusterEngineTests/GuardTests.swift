// The other limits of guards: mass failures, improvements, cooldowns and flapping.

import MusterModel
import MusterPolicy
import Testing

@testable import MusterEngine

@Suite struct GuardTests {
    private static func policies(_ limits: String) -> String {
        """
        kind: Policy
        name: web
        require: {count: {kind: vm}, atLeast: 3}
        minimize: [{sum: price, of: {kind: vm}}]
        ---
        kind: Guard
        name: default
        \(limits)
        """
    }

    private static func estate(_ count: Int, price: Int = 1) -> [Resource] {
        (1...count).map { vm("v\($0)", $0 <= 3 ? .online : .offline, capacity: ["price": price]) }
    }

    private func failed(_ names: Int...) -> [Resource] {
        names.map { vm("v\($0)", .faulted, capacity: ["price": 1]) }
    }

    // MARK: Mass failures

    @Test("beyond the limit nothing is commanded until people let it")
    func massFailure() throws {
        var scene = try Scene(Self.policies("maxUnusable: {share: \"20%\", within: 5m}"))
        #expect(scene.report(Self.estate(10)).commands.isEmpty)
        #expect(scene.report(failed(1)).orders.count == 1)
        #expect(scene.report(failed(2)).orders.count == 1)
        let third = scene.report(failed(3))
        #expect(third.commands.isEmpty)
        let held = try #require(third.notices(.planHeld).first)
        #expect(
            held.summary.hasSuffix(
                "3 of 10 managed resources became unusable, and a guard allows 20% within 5m"
            )
        )
        // Commands under way are not sent again either, and nothing polls.
        #expect(scene.wait(.seconds(600)).commands.isEmpty)
        #expect(scene.domain.nextDeadline == nil)
        let plan = try #require(scene.domain.restraints.asking?.plan)
        let approved = try scene.configure(
            "kind: Approval\nname: a\nplan: \(plan)\ndecision: approve"
        )
        #expect(!approved.commands.isEmpty)
        #expect(!scene.domain.restraints.isFrozen)
        // What people have seen counts no longer.
        #expect(scene.report(failed(10)).notices(.planHeld).isEmpty)
    }

    @Test("what recovers lets commands go again")
    func recovery() throws {
        var scene = try Scene(Self.policies("maxUnusable: {share: \"20%\", within: 5m}"))
        _ = scene.report(Self.estate(10))
        #expect(scene.report(failed(1, 2, 3)).commands.isEmpty)
        #expect(scene.domain.restraints.isFrozen)
        // Time alone does not make it well.
        #expect(scene.wait(.seconds(3600)).commands.isEmpty)
        #expect(scene.domain.restraints.isFrozen)
        let back = scene.report(vm("v1", .online, capacity: ["price": 1]))
        #expect(!scene.domain.restraints.isFrozen)
        #expect(back.commands.count == 2)
        #expect(back.notices(.planHeld).allSatisfy { $0.status == .resolved })
    }

    @Test("failures far apart are no mass failure")
    func slowFailures() throws {
        var scene = try Scene(Self.policies("maxUnusable: {share: \"20%\", within: 5m}"))
        let estate = Self.estate(10)
        _ = scene.report(estate)
        for name in 1...4 {
            let directives = scene.report(failed(name))
            #expect(directives.notices(.planHeld).isEmpty)
            _ = scene.obey(directives, estate)
            _ = scene.wait(.seconds(200))
        }
    }

    @Test("a plan under way stops, and people are asked about that")
    func pausedPlan() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: web
            require: {count: {kind: vm}, atLeast: 1}
            ---
            kind: Guard
            name: default
            maxUnusable: {share: "20%", within: 5m}
            """
        )
        let started = scene.report([
            node("n", .offline), vm("v1", on: "n"), vm("v2", on: "n"), vm("v3", on: "n"),
            vm("v4", on: "n"), vm("v5", on: "n"),
        ])
        #expect(started.orders == ["start n"])
        // Nothing else has to be decided for these, but the guests' stage has to wait.
        let failed = scene.report(
            vm("v4", .faulted, on: "n"),
            vm("v5", .faulted, on: "n")
        )
        let held = try #require(failed.notices(.planHeld).first)
        #expect(held.summary.contains("plan 1 goes no further"))
        #expect(scene.report(node("n")).commands.isEmpty)
        let plan = try #require(scene.domain.restraints.asking?.plan)
        let approved = try scene.configure(
            "kind: Approval\nname: a\nplan: \(plan)\ndecision: approve"
        )
        #expect(approved.orders == ["start v1"])
    }

    @Test("resources of one reporter that fall silent together are one failure")
    func silentReporter() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: web
            require: {count: {kind: vm}, atLeast: 3}
            ---
            kind: Guard
            name: default
            maxUnusable: {share: "25%", within: 5m}
            """
        )
        let silent = (1...4).map {
            vm("a\($0)", $0 <= 3 ? .online : .offline, on: "a", ttl: .seconds(30))
        }
        let others = (1...3).map { vm("b\($0)") }
        _ = scene.report([node("b")] + silent + others)
        let directives = scene.wait(.seconds(60))
        #expect(directives.notices(.planHeld).isEmpty)
        #expect(directives.orders == ["start b1", "start b2", "start b3"])
        // As faults they are four of eight.
        var other = try Scene(
            "kind: Policy\nname: web\nrequire: {count: {kind: vm}, atLeast: 3}\n"
                + "---\nkind: Guard\nname: g\nmaxUnusable: {share: \"25%\", within: 5m}\n"
        )
        _ = other.report([node("b")] + silent + others)
        let faults = other.report((1...4).map { vm("a\($0)", .faulted, on: "a") })
        #expect(faults.commands.isEmpty)
        #expect(faults.notices(.planHeld).count == 1)
    }

    // MARK: Improvements

    @Test("what holds is changed for its cost only where the gain is worth it")
    func improvement() throws {
        var scene = try Scene(Self.policies("improve: {gainAtLeast: 5}"))
        _ = scene.report(Self.estate(3, price: 4))
        // Two for the change, so it gains one.
        let small = scene.report(vm("v4", capacity: ["price": 1]))
        #expect(small.commands.isEmpty)
        #expect(
            small.notices(.changeSkipped).map(\.summary) == [
                "an improvement is not made: 1 to start, 1 to stop; it gains 1, and a guard asks "
                    + "for at least 5"
            ]
        )
        // The same once more is not told again; more of it is worth it.
        #expect(scene.report(vm("v4", capacity: ["price": 1])).notices(.changeSkipped).isEmpty)
        let more = scene.report(vm("v1", .online, capacity: ["price": 20]))
        #expect(more.orders == ["start v4"])
        #expect(scene.domain.restraints.withheld.isEmpty)
    }

    @Test("what is skipped is told in one order, whoever reported first", arguments: [false, true])
    func orderOfSkipped(isReversed: Bool) throws {
        var scene = try Scene("kind: Guard\nname: never\nimprove: never")
        let estate = ["v1", "v2", "v3"].map { vm($0, .online) }
        for machine in isReversed ? estate.reversed() : estate { _ = scene.report(machine) }
        // Each is a part of its own, and better off.
        let directives = try scene.configure(
            "kind: Policy\nname: few\nminimize: [{count: {kind: vm}, weight: 5}]"
        )
        let told = directives.notices(.changeSkipped).map { $0.changed.map(\.subject) }
        #expect(told == [["v1"], ["v2"], ["v3"]])
    }

    @Test("what does not hold is changed whatever the gain")
    func necessity() throws {
        var scene = try Scene(Self.policies("improve: never"))
        _ = scene.report(Self.estate(4, price: 4))
        #expect(scene.report(vm("v1", .faulted, capacity: ["price": 4])).orders == ["start v4"])
        let cheap = scene.report(vm("v5", capacity: ["price": 0]))
        #expect(cheap.commands.isEmpty)
        #expect(cheap.notices(.changeSkipped).count == 1)
    }

    @Test("a resource that was changed is not changed for cost alone before it has cooled down")
    func cooldown() throws {
        var scene = try Scene(Self.policies("cooldown: 10m"))
        let estate = Self.estate(4, price: 4)
        _ = scene.report(estate)
        let needed = scene.report(vm("v1", .faulted, capacity: ["price": 4]))
        #expect(needed.orders == ["start v4"])
        let until = scene.now + .seconds(600)
        _ = scene.obey(needed, estate)
        // v4 is the dearest now, but has just been started.
        let cheap = scene.report(
            vm("v4", .online, capacity: ["price": 9]),
            vm("v5", capacity: ["price": 1])
        )
        #expect(cheap.commands.isEmpty)
        #expect(
            cheap.notices(.changeSkipped).first?.summary.hasSuffix(
                "v4 was changed less than 10m ago, and cools down until \(until.rfc3339)"
            ) == true
        )
        #expect(scene.domain.nextDeadline == until)
        let later = scene.wait(.milliseconds(until.milliseconds - scene.now.milliseconds))
        #expect(later.orders == ["start v5"])
        #expect(later.commands.map(\.cause) == ["a cooldown is over"])
    }

    // MARK: Flapping

    @Test("a resource that comes and goes by itself is left alone for a while")
    func flapping() throws {
        var scene = try Scene(
            Self.policies("flapping: {changes: 3, within: 10m, quarantine: 15m}")
        )
        let estate = Self.estate(4)
        _ = scene.report(estate)
        var quarantined: [Notice] = []
        for _ in 0..<3 {
            let gone = scene.report(vm("v1", .faulted, capacity: ["price": 1]))
            quarantined += gone.notices(.resourceQuarantined)
            guard quarantined.isEmpty else { break }
            let back = scene.report(vm("v1", .online, capacity: ["price": 1]))
            quarantined += back.notices(.resourceQuarantined)
        }
        #expect(
            quarantined.map(\.summary) == [
                "v1 changed its state by itself 3 times within 10m; it is left alone for 15m"
            ]
        )
        let end = scene.now + .seconds(900)
        #expect(scene.domain.quarantines[ResourceID("v1")]?.end == end)
        _ = scene.report(vm("v1", .online, capacity: ["price": 1]))
        #expect(scene.desired("v1") == .offline)
        _ = scene.wait(.seconds(1000))
        #expect(scene.domain.quarantines.isEmpty)
    }

    @Test("what a command asked for is no flapping, nor is what was long ago")
    func noFlapping() throws {
        var scene = try Scene(
            Self.policies("flapping: {changes: 3, within: 1m, quarantine: 15m}")
        )
        let estate = Self.estate(3)
        _ = scene.report(estate)
        for _ in 0..<6 {
            let gone = scene.report(vm("v1", capacity: ["price": 1]))
            #expect(gone.notices(.resourceQuarantined).isEmpty)
            #expect(gone.orders == ["start v1"])
            let back = scene.obey(gone, estate)
            #expect(back.notices(.resourceQuarantined).isEmpty)
            _ = scene.wait(.seconds(40))
        }
    }

    @Test("what takes a command back is the first to be sent once a mass failure has passed")
    func takesBack() throws {
        let estate =
            [vm("db1", .online, group: "db"), vm("db2", group: "db")]
            + [vm("web1", .online, group: "web")] + (1...5).map { vm("x\($0)") }
        var scene = try Scene(
            """
            kind: Policy
            name: db
            require: {count: {serviceGroup: db}, atLeast: 2}
            ---
            kind: ServiceGroup
            name: web
            dependsOn: [{group: db}]
            ---
            kind: Guard
            name: g
            maxUnusable: {share: "30%", within: 5m}
            """
        )
        #expect(scene.report(estate).orders == ["start db2"])
        let drain = "kind: Maintenance\nname: all\nwhere: {}\neffect: drain"
        #expect(try scene.configure(drain).orders == ["stop web1"])
        let failed = (1...3).map { vm("x\($0)", .faulted) }
        #expect(scene.report(failed).orders.isEmpty)
        #expect(scene.report(vm("web1", group: "web")).orders.isEmpty)
        let recovered = (1...3).map { vm("x\($0)") }
        #expect(scene.report(recovered).orders == ["stop db2", "stop db1"])
    }

    // MARK: Several guards

    @Test("of several guards the strictest of each limit holds")
    func strictest() {
        var first = Guard(name: "a")
        first.maxInFlight = 5
        first.maxChanges = .number(3)
        first.improve = .gain(atLeast: 2)
        first.cooldown = .seconds(60)
        var second = Guard(name: "b")
        second.maxInFlight = 2
        second.maxChanges = .share(thousandthsOfPercent: 10_000)
        second.improve = .gain(atLeast: 7)
        second.cooldown = .seconds(30)
        let limits = Limits([first, second])
        #expect(limits.maxInFlight == 2)
        #expect(limits.mostChanges(of: 100) == 3)
        #expect(limits.mostChanges(of: 20) == 2)
        #expect(limits.mostChanges(of: 5) == 1)
        #expect(limits.improve == .gain(atLeast: 7))
        #expect(limits.cooldown == .seconds(60))
        second.improve = .never
        second.maxChanges = .number(0)
        #expect(Limits([first, second]).improve == .never)
        #expect(Limits([second, first]).mostChanges(of: 100) == 0)
        #expect(!Limits().restrainDecisions)
    }
}
