// Maintenance settles resources by rule alone, so what has to be decided anew are the policies
// that read them, wherever they are.

import MusterEngine
import MusterModel
import Testing

@Suite struct MaintenanceTests {
    private static func entry(_ effect: String, _ selector: String, _ more: String = "") -> String {
        "---\nkind: Maintenance\nname: \(effect)\nwhere: \(selector)\neffect: \(effect)\n\(more)\n"
    }

    private static func policy(_ condition: String) -> String {
        "kind: Policy\nname: p\nrequire: \(condition)\n"
    }

    private func online(_ scene: Scene) -> [String] {
        scene.domain.summary.desired.filter { $0.placement == .online }.map(\.resource.name)
    }

    @Test("draining a host moves what its guests did elsewhere")
    func drain() throws {
        var scene = try Scene(Self.policy("{count: {kind: vm}, exactly: 2}"))
        let estate = [
            node("a"), node("b"), vm("a1", .online, on: "a"), vm("a2", .online, on: "a"),
            vm("b1", on: "b"), vm("b2", on: "b"),
        ]
        #expect(scene.report(estate).commands.isEmpty)
        var directives = try scene.configure(Self.entry("drain", "{resource: a}"))
        var orders: [String] = []
        for _ in 0..<20 where !directives.commands.isEmpty {
            orders += directives.orders
            directives = scene.obey(directives, estate)
        }
        #expect(online(scene) == ["b", "b1", "b2"])
        #expect(Set(orders) == ["stop a1", "stop a2", "start b1", "start b2", "stop a"])
        #expect(orders.last == "stop a")
        #expect(scene.domain.summary.isSatisfied)
    }

    @Test("a guest that must not be online itself keeps no host on")
    func forbiddenGuest() throws {
        var scene = try Scene(
            """
            kind: Maintenance
            name: out
            where: {kind: node}
            effect: drain
            ---
            kind: Maintenance
            name: stays
            where: {resource: v2}
            effect: ignore
            """
        )
        // v2 is not managed and runs on v1, which runs on a. A second chain has only v1's like.
        _ = scene.report([node("a"), vm("v1", .online, on: "a"), vm("v2", .online, on: "v1")])
        #expect(online(scene).contains("a"))
        _ = try scene.configure(Self.entry("drain", "{resource: v1}"))
        #expect(online(scene) == ["a", "v1"])
        var gone = vm("v2", .offline, on: "v1")
        gone.observedAt = scene.now
        _ = scene.report([gone])
        #expect(online(scene) == [])
    }

    @Test("a host that is told to go takes guests of guests with it, and their policies move")
    func drainDeep() throws {
        var scene = try Scene(Self.policy("{count: {kind: app}, atLeast: 1}"))
        var deep = vm("app1", .online, on: "v1")
        deep.kind = "app"
        var other = vm("app2", on: "v2")
        other.kind = "app"
        _ = scene.report([
            node("a"), vm("v1", .online, on: "a"), deep, vm("v2", .online), other,
        ])
        #expect(online(scene).contains("app1"))
        _ = try scene.configure(Self.entry("drain", "{resource: a}"))
        #expect(online(scene) == ["app2", "v2"])
        #expect(scene.domain.summary.isSatisfied)
    }

    @Test("draining what a group firmly needs moves what the group did elsewhere")
    func drainNeeded() throws {
        var scene = try Scene(
            Self.policy("{count: {labels: {role: web}}, atLeast: 1}")
                + "---\nkind: ServiceGroup\nname: web\ndependsOn: [{group: db, atLeast: 1}]\n"
        )
        _ = scene.report([
            vm("db", .online, group: "db"),
            vm("web", .online, group: "web", labels: ["role": "web"]),
            vm("spare", labels: ["role": "web"]),
        ])
        #expect(online(scene) == ["db", "web"])
        _ = try scene.configure(Self.entry("drain", "{resource: db}"))
        #expect(online(scene) == ["spare"])
        #expect(scene.domain.summary.isSatisfied)
    }

    @Test("a window begins and ends by the clock alone")
    func window() throws {
        var scene = try Scene(Self.policy("{count: {kind: vm}, atLeast: 1}"))
        let estate = [vm("v1", .online), vm("v2")]
        _ = scene.report(estate)
        let from = scene.now + .seconds(60)
        let until = scene.now + .seconds(120)
        let times = "from: \(from.rfc3339)\nuntil: \(until.rfc3339)"
        _ = try scene.configure(Self.entry("drain", "{resource: v1}", times))
        #expect(online(scene) == ["v1"])
        #expect(scene.domain.nextDeadline == from)
        let begun = scene.wait(.seconds(59))
        #expect(begun.orders == ["start v2"])
        #expect(online(scene) == ["v2"])
        #expect(scene.obey(begun, estate).orders == ["stop v1"])
        #expect(scene.wait(.seconds(120)).commands.map(\.attempt).allSatisfy { $0 > 1 })
        #expect(online(scene).count == 1)
    }

    @Test("what is cordoned is not started, what is ignored is not managed and still counts")
    func cordonAndIgnore() throws {
        var scene = try Scene(
            Self.policy("{count: {kind: vm}, atLeast: 2}")
                + Self.entry("cordon", "{resource: v1}") + Self.entry("ignore", "{resource: v2}")
        )
        #expect(scene.report(vm("v1"), vm("v2", .online), vm("v3")).orders == ["start v3"])
        #expect(scene.domain.summary.desired.map(\.resource.name) == ["v1", "v3"])
        #expect(scene.domain.summary.isSatisfied)
    }
}
