// Decisions that change more than a guard allows: they are held, told, answered, and lapse, and
// meanwhile what is said to be implemented is what is there.

import MusterModel
import MusterPolicy
import Testing

@testable import MusterEngine

@Suite struct HeldPlanTests {
    private static func policies(_ more: String = "") -> String {
        """
        kind: Policy
        name: web
        parameters: {n: 1}
        require: {count: {labels: {app: web}}, atLeast: "${n}"}
        ---
        kind: Policy
        name: db
        require: {count: {labels: {app: db}}, atLeast: 1}
        ---
        kind: Guard
        name: default
        maxChanges: 2

        """ + more
    }

    private static func web(_ count: Int) -> [Resource] {
        (1...count).map { vm("w\($0)", $0 == 1 ? .online : .offline, labels: ["app": "web"]) }
    }

    private static let db = [
        vm("d1", .online, labels: ["app": "db"]), vm("d2", labels: ["app": "db"]),
    ]

    private func scene(_ more: String = "") throws -> Scene {
        var scene = try Scene(Self.policies(more))
        #expect(scene.report(Self.web(6) + Self.db).commands.isEmpty)
        return scene
    }

    private func approval(_ plan: Int, _ decision: String) -> String {
        "kind: Approval\nname: a\nplan: \(plan)\ndecision: \(decision)"
    }

    private func ask(_ n: Int, _ scene: inout Scene) throws -> [Directive] {
        try scene.configure("kind: Policy\nname: web\nparameters: {n: \(n)}")
    }

    @Test("a decision within the limit goes, a larger one is held and told")
    func hold() throws {
        var scene = try scene()
        #expect(try ask(3, &scene).orders == ["start w2", "start w3"])
        let directives = try ask(6, &scene)
        #expect(directives.commands.isEmpty)
        let held = directives.notices(.planHeld)
        #expect(
            held.map(\.summary) == [
                "plan 2 is held: 3 to start, 0 to stop, because Policy web is changed; "
                    + "it changes 3 of 8 managed resources, and a guard allows 2"
            ]
        )
        #expect(held.map(\.status) == [.firing])
        #expect(held[0].changed.map(\.subject) == ["w4", "w5", "w6"])
        #expect(held[0].suggestions.count == 2)
        #expect(scene.desired("w4") == .offline)
        // It does not hold, and that is said as it is: nothing is impossible.
        let unsatisfied = directives.notices(.configurationUnsatisfied)
        #expect(
            unsatisfied.map(\.summary) == [
                "policy web does not hold, and plan 2 waits for approval: at least 6 online "
                    + "resources with app=web (3 online, 6 usable of 6)"
            ]
        )
    }

    @Test("what is held is let go only as far as rules that have changed allow it")
    func rulesChange() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: web
            require: {resource: w, is: online}
            ---
            kind: Guard
            name: g
            maxChanges: 0
            """
        )
        let held = scene.report(node("n", .online), vm("w", on: "n"))
        #expect(held.notices(.planHeld).count == 1)
        let freed = try scene.configure(
            """
            kind: Guard
            name: g
            maxChanges: 5
            ---
            kind: Maintenance
            name: m
            where: {resource: n}
            effect: drain
            """
        )
        #expect(freed.orders == ["stop n"])
        #expect(scene.desired("w") == .offline)
        #expect(freed.notices(.planHeld).map(\.status) == [.resolved])
    }

    @Test("a repair and what is decided beside it count as one decision")
    func repairCounts() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: a
            require: {resource: a, is: online}
            ---
            kind: Policy
            name: x
            require: {resource: x, is: offline}
            ---
            kind: Guard
            name: g
            maxChanges: 1
            """
        )
        let spare = [vm("c1", labels: ["app": "c"]), vm("c2", labels: ["app": "c"])]
        #expect(scene.report([vm("a", .online), vm("x")] + spare).orders.isEmpty)
        let asked = try scene.configure(
            "kind: Policy\nname: c\nrequire: {count: {labels: {app: c}}, atLeast: 2}"
        )
        #expect(asked.notices(.planHeld).count == 1)
        _ = try scene.configure(approval(1, "reject"))
        let faulted = vm("c1", .faulted, labels: ["app": "c"])
        let directives = scene.report([vm("a"), vm("x", .online), faulted])
        #expect(directives.orders.count == 1)
        #expect(directives.notices(.planHeld).map(\.status) == [.firing])
    }

    @Test("what is approved goes, under its own number")
    func approve() throws {
        var scene = try scene()
        _ = try ask(6, &scene)
        // Something small goes on meanwhile, and takes the next number.
        let small = scene.report(vm("d1", .faulted, labels: ["app": "db"]))
        #expect(small.orders == ["start d2"])
        #expect(small.commands.map(\.plan) == [2])
        let approved = try scene.configure(approval(1, "approve"))
        #expect(approved.commands.map(\.plan) == [1, 1, 1, 1, 1])
        #expect(approved.orders == ["start w2", "start w3", "start w4", "start w5", "start w6"])
        #expect(
            approved.notices(.planHeld).map(\.summary)
                == ["plan 1 is no longer held: it was approved"]
        )
        #expect(approved.notices(.planHeld).map(\.status) == [.resolved])
        #expect(approved.notices(.configurationUnsatisfied).map(\.status) == [.resolved])
        #expect(scene.domain.restraints.withheld.isEmpty)
        // The next number is one that was never used.
        let next = scene.report(vm("w2", .faulted, labels: ["app": "web"]))
        #expect(next.notices(.planHeld).isEmpty)
        _ = try scene.configure("kind: Policy\nname: db\nrequire: {count: {}, exactly: 0}")
        #expect(scene.domain.restraints.asking?.plan == 3)
    }

    @Test("what is rejected is dropped, and asked for again only when something else is decided")
    func reject() throws {
        var scene = try scene()
        _ = try ask(6, &scene)
        let rejected = try scene.configure(approval(1, "reject"))
        #expect(rejected.commands.isEmpty)
        #expect(rejected.notices(.planHeld).map(\.status) == [.resolved])
        // The same is decided anew: nobody is asked.
        let w2 = scene.report(vm("w2", labels: ["app": "web", "more": "1"]))
        #expect(w2.commands.isEmpty)
        #expect(w2.notices(.planHeld).isEmpty)
        #expect(scene.report(vm("d1", .faulted, labels: ["app": "db"])).orders == ["start d2"])
        let other = try ask(5, &scene)
        #expect(other.notices(.planHeld).map(\.status) == [.firing])
        #expect(other.commands.isEmpty)
    }

    @Test("a plan lapses when something else would be decided, and a smaller one goes")
    func lapse() throws {
        var scene = try scene()
        _ = try ask(6, &scene)
        let moved = try ask(4, &scene)
        #expect(
            moved.notices(.planHeld).map(\.summary) == [
                "plan 1 is no longer held: the situation has moved on",
                "plan 2 is held: 3 to start, 0 to stop, because Policy web is changed; "
                    + "it changes 3 of 8 managed resources, and a guard allows 2",
            ]
        )
        let small = try ask(2, &scene)
        #expect(small.orders == ["start w2"])
        #expect(small.notices(.planHeld).map(\.status) == [.resolved])
        #expect(scene.domain.restraints.withheld.isEmpty)
        let late = try scene.configure(approval(1, "approve"))
        #expect(
            late.notices(.configurationRejected).map(\.summary) == [
                "plan 1 waits for no answer in domain d: it was never held, was answered, or has "
                    + "lapsed; no plan is held"
            ]
        )
        #expect(late.commands.isEmpty)
    }

    @Test("what a held plan would start and fails makes it another plan")
    func outdated() throws {
        var scene = try scene()
        _ = try ask(5, &scene)
        let before = try #require(scene.domain.restraints.asking)
        let gone = try #require(before.changes.keys.min())
        let directives = scene.report(vm(gone.name, .faulted, labels: ["app": "web"]))
        #expect(directives.notices(.planHeld).map(\.status) == [.resolved, .firing])
        #expect(scene.domain.restraints.asking?.changes[gone] == nil)
        #expect(scene.domain.restraints.asking?.changes.count == 4)
        let removed = scene.handle(.reports([.removed(ResourceID("w6"))]))
        #expect(removed.commands.isEmpty)
        #expect(scene.domain.restraints.asking?.changes[ResourceID("w6")] == nil)
    }

    @Test("limits that allow it let a held plan go")
    func limits() throws {
        var scene = try scene()
        _ = try ask(6, &scene)
        let raised = try scene.configure("kind: Guard\nname: default\nmaxChanges: \"70%\"")
        #expect(raised.orders.count == 5)
        #expect(
            raised.notices(.planHeld).map(\.summary)
                == ["plan 1 is no longer held: the limits allow it now"]
        )
    }

    @Test("what breaks in the same part while a plan is held is repaired with the fewest changes")
    func repair() throws {
        // Both policies read the same machines, so they are decided together.
        var scene = try Scene(
            """
            kind: Policy
            name: many
            parameters: {n: 1}
            require: {count: {kind: vm}, atLeast: "${n}"}
            ---
            kind: Policy
            name: gold
            require: {count: {labels: {tier: gold}}, atLeast: 1}
            ---
            kind: Guard
            name: default
            maxChanges: 2
            """
        )
        var estate = (1...6).map { vm("v\($0)") }
        estate += [vm("g1", .online, labels: ["tier": "gold"]), vm("g2", labels: ["tier": "gold"])]
        #expect(scene.report(estate).commands.isEmpty)
        let held = try scene.configure("kind: Policy\nname: many\nparameters: {n: 6}")
        #expect(held.commands.isEmpty)
        #expect(scene.domain.restraints.asking?.changes.count == 5)
        let failed = scene.report(vm("g1", .faulted, labels: ["tier": "gold"]))
        #expect(failed.orders == ["start g2"])
        #expect(scene.desired("g2") == .online)
        #expect(failed.notices(.planHeld).map(\.status) == [.resolved, .firing])
        let asking = try #require(scene.domain.restraints.asking)
        #expect(asking.changes.count == 5)
        #expect(asking.changes[ResourceID("g2")] == nil)
        // That the repair is confirmed changes nothing of what is held.
        let confirmed = scene.obey(failed, estate)
        #expect(confirmed.notices(.planHeld).isEmpty)
        #expect(scene.domain.restraints.asking?.plan == asking.plan)
        let approved = try scene.configure(approval(asking.plan, "approve"))
        #expect(approved.commands.count == 5)
    }

    @Test("resources that leave their state in large numbers are said to be where they are")
    func departed() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: web
            require: {count: {kind: vm}, atLeast: 4}
            ---
            kind: Guard
            name: default
            maxChanges: 2
            """
        )
        let estate = (1...4).map { vm("v\($0)", .online) }
        #expect(scene.report(estate).commands.isEmpty)
        let directives = scene.report((1...3).map { vm("v\($0)") })
        #expect(directives.commands.isEmpty)
        #expect(directives.notices(.planHeld).count == 1)
        #expect(directives.notices(.configurationUnsatisfied).count == 1)
        #expect(scene.desired("v1") == .offline)
        #expect(!scene.domain.summary.isSatisfied)
        // One that comes back by itself is one less to start, and the rest is allowed.
        let back = scene.report(vm("v1", .online))
        #expect(back.orders == ["start v2", "start v3"])
    }

    @Test("two decisions that are held become one plan")
    func together() throws {
        var scene = try scene()
        _ = try ask(6, &scene)
        let more = try scene.configure(
            "kind: Policy\nname: more\nrequire: {count: {labels: {app: x}}, atLeast: 3}"
        )
        #expect(more.notices(.planHeld).isEmpty)
        let directives = scene.report((1...3).map { vm("x\($0)", labels: ["app": "x"]) })
        #expect(directives.commands.isEmpty)
        #expect(
            directives.notices(.planHeld).map(\.status) == [.resolved, .firing]
        )
        #expect(scene.domain.restraints.asking?.changes.count == 8)
        #expect(try scene.configure(approval(2, "approve")).commands.count == 8)
    }

    @Test("a held plan, and the answer to it, outlast the process")
    func restart() throws {
        var scene = try scene()
        _ = try ask(6, &scene)
        var other = scene
        other.domain = try Domain(
            scene.domain.snapshot,
            baseline: try baseline(Self.policies())
        )
        #expect(other.domain.snapshot == scene.domain.snapshot)
        let approved = try scene.configure(approval(1, "approve"))
        #expect(try other.configure(approval(1, "approve")) == approved)
        #expect(approved.commands.count == 5)
        #expect(other.domain.snapshot == scene.domain.snapshot)
    }

    @Test("an approval in a backlog counts if the same is decided in the end")
    func backlog() throws {
        var scene = try scene()
        _ = try ask(6, &scene)
        scene.now = scene.now + .seconds(1)
        let answer = try changes(approval(1, "approve"), from: .bus)
        let silent = scene.domain.absorb([.configuration(answer, record: 1)], at: scene.now)
        #expect(silent.isEmpty)
        #expect(scene.handle(.clock).commands.map(\.plan) == [1, 1, 1, 1, 1])
    }
}
