// What is done on a change (contract, section 6), row by row, with the solver's calls counted.

import MusterEngine
import MusterModel
import Testing

@Suite struct ChangeTests {
    /// Two parts that share nothing: `a…` for the one policy, `b…` for the other.
    private static let twoParts = """
        kind: Policy
        name: two-a
        require: {count: {resource: "a*"}, exactly: 2}
        ---
        kind: Policy
        name: two-b
        require: {count: {resource: "b*"}, exactly: 2}
        """

    /// Both parts satisfied, with one spare each.
    private func settled() throws -> Scene {
        var scene = try Scene(Self.twoParts)
        _ = scene.report(
            vm("a1", .online),
            vm("a2", .online),
            vm("a3"),
            vm("b1", .online),
            vm("b2", .online),
            vm("b3")
        )
        return scene
    }

    @Test("a newer timestamp alone renews the lease and is not searched for")
    func newerTimestamp() throws {
        var scene = try settled()
        let solves = scene.domain.solves
        _ = scene.report(vm("a1", .online, ttl: .seconds(30)))
        #expect(scene.domain.nextDeadline == scene.now + .seconds(30))
        _ = scene.wait(.seconds(20))
        #expect(scene.report(vm("a1", .online, ttl: .seconds(30))).isEmpty)
        #expect(scene.wait(.seconds(20)).isEmpty)
        #expect(scene.domain.solves == solves)
    }

    @Test("the loss of a resource outside the implemented configuration is not searched for")
    func lossOutside() throws {
        var scene = try settled()
        let solves = scene.domain.solves
        let directives = scene.report(vm("a3", .faulted))
        #expect(scene.domain.solves == solves)
        #expect(directives.commands.isEmpty)
        #expect(directives.notices(.resourcesChanged).count == 1)
        #expect(scene.desired("a1") == .online)
    }

    @Test("the loss of a resource inside is answered in its part alone")
    func lossInside() throws {
        var scene = try settled()
        let solves = scene.domain.solves
        #expect(scene.report(vm("a1", .faulted)).orders == ["start a3"])
        #expect(scene.domain.solves == solves + 1)
        #expect(scene.desired("b1") == .online)
        #expect(scene.desired("b3") == .offline)
    }

    @Test("a resource that leaves its state by itself is brought back or replaced")
    func drift() throws {
        var scene = try settled()
        let solves = scene.domain.solves
        let directives = scene.report(vm("a1", .offline))
        #expect(directives.commands.count == 1)
        #expect(directives.commands.first?.action == .start)
        #expect(scene.domain.solves == solves + 1)
    }

    @Test("what known resources report is told also beside one that is new or looks different")
    func besideStructure() throws {
        var scene = try settled()
        let drifted = scene.report(vm("a1", .offline), vm("b4"))
        #expect(
            drifted.notices(.resourcesChanged).flatMap(\.changed) == [
                .init(subject: "b4", from: "absent", to: "registered"),
                .init(subject: "a1", from: "online", to: "offline by itself"),
            ]
        )
        #expect(drifted.notices(.planStarted).map(\.summary).first?.contains("a1 went") == true)
        let lost = scene.report(vm("a3", .faulted), vm("b4", labels: ["tier": "gold"]))
        #expect(
            lost.notices(.resourcesChanged).flatMap(\.changed) == [
                .init(subject: "a3", from: "usable", to: "faulted")
            ]
        )
    }

    @Test("a recovery is searched for only where something could become better")
    func recovery() throws {
        var scene = try settled()
        _ = scene.report(vm("a3", .faulted))
        let solves = scene.domain.solves
        #expect(scene.report(vm("a3", .offline)).commands.isEmpty)
        #expect(scene.domain.solves == solves)

        _ = scene.report(vm("b1", .faulted), vm("b3", .faulted))
        #expect(scene.domain.summary.objective.unsatisfied.map(\.policies) == [["two-b"]])
        #expect(scene.report(vm("b3", .offline)).orders == ["start b3"])
        #expect(scene.domain.summary.isSatisfied)
    }

    @Test("a policy that changes touches its own part alone")
    func policyChange() throws {
        var scene = try settled()
        let solves = scene.domain.solves
        let directives = try scene.configure(
            """
            kind: Policy
            name: two-a
            require: {count: {resource: "a*"}, exactly: 3}
            """
        )
        #expect(directives.orders == ["start a3"])
        #expect(scene.domain.solves == solves + 1)
    }

    @Test("the same policy once more changes nothing")
    func samePolicy() throws {
        var scene = try settled()
        _ = try scene.configure(
            "kind: Policy\nname: x\nrequire: {count: {resource: a1}, exactly: 1}"
        )
        let solves = scene.domain.solves
        #expect(
            try scene.configure(
                "kind: Policy\nname: x\nrequire: {count: {resource: a1}, exactly: 1}"
            ).isEmpty
        )
        #expect(scene.domain.solves == solves)
    }

    @Test("hold leaves things as they are, bestEffort comes as close as possible")
    func unsatisfiable() throws {
        for (fallback, orders) in [("hold", []), ("bestEffort", ["start a", "start b"])] {
            var scene = try Scene(
                """
                kind: Policy
                name: three
                whenUnsatisfiable: \(fallback)
                require: {count: {}, atLeast: 3}
                """
            )
            let directives = scene.report(vm("a"), vm("b"))
            #expect(directives.orders == orders)
            #expect(directives.notices(.configurationUnsatisfied).count == 1)
        }
    }

    @Test("an older report is ignored")
    func olderReport() throws {
        var scene = try settled()
        var late = vm("a1", .faulted)
        late.observedAt = Instant(milliseconds: 1)
        #expect(scene.report(late).isEmpty)
        #expect(scene.desired("a1") == .online)
    }

    @Test("what a dependency rules out far from the change is decided anew where it is read")
    func ruledOut() throws {
        var scene = try Scene(
            """
            kind: ServiceGroup
            name: web
            dependsOn: [{group: db, atLeast: 1, binding: firm}]
            ---
            kind: Policy
            name: one
            require: {count: {resource: [w, x]}, atLeast: 1}
            """
        )
        _ = scene.report(
            vm("w", .online, group: "web"),
            vm("x"),
            vm("y", .online, group: "db")
        )
        #expect(scene.desired("w") == .online)
        let directives = scene.report(vm("y", .faulted, group: "db"))
        #expect(scene.desired("w") == .offline)
        #expect(
            Set(directives.orders + scene.domain.summary.changes.map { "\($0.resource)" })
                .isSuperset(of: ["start x", "w"])
        )
        #expect(scene.desired("x") == .online)
    }

    @Test("a host whose last guest moved away is decided anew")
    func movedGuest() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: p
            require: {count: {kind: vm}, atLeast: 1}
            minimize: [{count: {kind: node}, weight: 10}]
            """
        )
        let hosts = [node("a"), node("b")]
        #expect(scene.report(hosts + [vm("g", .online, on: "a")]).orders == ["stop b"])
        #expect(scene.report(node("b", .offline)).orders.isEmpty)
        #expect(scene.desired("a") == .online)
        _ = scene.report(node("b", .online), vm("g", .online, on: "b"))
        #expect(scene.desired("a") == .offline)
        #expect(scene.desired("b") == .online)
    }

    @Test("a host whose last guest became unusable is decided anew")
    func lostGuest() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: p
            require: {count: {resource: g}, atLeast: 1}
            minimize: [{count: {kind: node}, weight: 10}]
            """
        )
        #expect(scene.report(node("a"), vm("g", .online, on: "a")).commands.isEmpty)
        #expect(scene.report(vm("g", .faulted, on: "a")).orders == ["stop a"])
    }

    @Test("without the resource that it firmly needed, a group is decided anew")
    func removedProvider() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: p
            require: {count: {serviceGroup: web}, atLeast: 1}
            ---
            kind: ServiceGroup
            name: web
            dependsOn: [{group: db, atLeast: 1}]
            """
        )
        var (db, web) = (vm("db", .online), vm("web", .online))
        (db.serviceGroup, web.serviceGroup) = ("db", "web")
        #expect(scene.report(db, web).commands.isEmpty)
        let gone = scene.handle(.reports([.removed(db.id)]))
        #expect(gone.orders == ["stop web"])
        #expect(!scene.domain.summary.isSatisfied)
        #expect(scene.report(vm("web", .offline)).commands.isEmpty)
        var other = vm("db2", .online)
        other.serviceGroup = "db"
        web.state = .offline
        #expect(scene.report(other, web).orders == ["start web"])
        // One that leaves the group is as good as gone.
        other.serviceGroup = nil
        web.state = .online
        #expect(scene.report(other, web).orders == ["stop web"])
    }

    @Test("what a host kept from starting is decided anew once the host is gone")
    func hostRemoved() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: wish
            prefer: [{that: {count: {resource: v}, atLeast: 1}, weight: 2}]
            """
        )
        // Starting both costs as much as it gains; without the host one start is worth it.
        #expect(scene.report(node("h", .offline), vm("v", on: "h")).orders.isEmpty)
        #expect(scene.handle(.reports([.removed(ResourceID("h"))])).orders == ["start v"])
    }
}
