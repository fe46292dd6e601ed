// Carrying a plan out: order, confirmation, repetition.

import MusterEngine
import MusterModel
import Testing

@Suite struct ExecutionTests {
    @Test("a host starts before its guests, which wait for its report")
    func hostFirst() throws {
        var scene = try Scene(
            "kind: Policy\nname: up\nrequire: {count: {kind: vm}, atLeast: 1}"
        )
        let estate = [node("n", .offline), vm("v", on: "n")]
        let first = scene.report(estate)
        #expect(first.orders == ["start n"])
        #expect(first.commands.map(\.stage) == [1])
        // On its way is not there yet.
        #expect(scene.report(node("n", .starting)).commands.isEmpty)
        let second = scene.report(node("n", .online))
        #expect(second.orders == ["start v"])
        #expect(second.commands.map(\.stage) == [2])
        let last = scene.report(vm("v", .online, on: "n"))
        #expect(last.notices(.planCompleted).count == 1)
        #expect(scene.wait(.seconds(1)).isEmpty)
    }

    @Test("a report that says nothing new confirms a command that took another back")
    func confirmedByRenewal() throws {
        var scene = try Scene(
            "kind: Policy\nname: up\nrequire: {count: {kind: vm}, atLeast: 1}"
        )
        #expect(scene.report(vm("a")).orders == ["start a"])
        // It has not said that it started, so it stays as it was reported.
        let back = try scene.configure("kind: Maintenance\nname: all\nwhere: {}\neffect: drain")
        #expect(back.orders == ["stop a"])
        #expect(scene.report(vm("a")).notices(.planCompleted).count == 1)
        #expect(scene.wait(.seconds(120)).orders == [])
    }

    @Test("a command that is overdue is not sent again by the turn that makes it pointless")
    func pointlessRetry() throws {
        for (change, orders) in [("atMost: 0", ["stop a"]), ("atLeast: 0", [])] {
            var scene = Scene()
            let policy = "kind: Policy\nname: p\nrequire: {count: {resource: a}, "
            _ = scene.report(vm("a"))
            #expect(try scene.configure(policy + "atLeast: 1}").orders == ["start a"])
            scene.now = scene.now + .seconds(600)
            let last = try scene.configure(policy + change + "}")
            // Asked for nothing, it is left where its command is taking it.
            #expect(last.orders == (orders.isEmpty ? ["start a"] : orders))
        }
    }

    @Test("a command that is overdue is not sent again to what has just become unusable")
    func hopelessRetry() throws {
        var scene = try Scene("kind: Policy\nname: p\nrequire: {count: {kind: vm}, atLeast: 1}")
        #expect(scene.report(node("n"), vm("a", on: "n")).orders == ["start a"])
        scene.now = scene.now + .seconds(600)
        #expect(scene.report(node("n", .faulted)).orders == [])
    }

    @Test("a drained host stops after its guests")
    func guestsStopFirst() throws {
        var scene = try Scene(
            """
            kind: Maintenance
            name: work
            where: {resource: n}
            effect: drain
            ---
            kind: Policy
            name: any
            require: {count: {kind: vm}, atLeast: 0}
            """
        )
        let estate = [node("n"), vm("v", .online, on: "n")]
        let first = scene.report(estate)
        #expect(first.orders == ["stop v"])
        #expect(scene.obey(first, estate).orders == ["stop n"])
    }

    @Test("a group starts after the one that it needs, and stops before it")
    func groups() throws {
        let documents = """
            kind: ServiceGroup
            name: web
            dependsOn: [{group: db, atLeast: 1, binding: firm}]
            ---
            kind: Policy
            name: up
            require: {count: {serviceGroup: web}, atLeast: 1}
            """
        var scene = try Scene(documents)
        let estate = [vm("w", group: "web"), vm("x", group: "db")]
        let first = scene.report(estate)
        #expect(first.orders == ["start x"])
        let second = scene.obey(first, estate)
        #expect(second.orders == ["start w"])
        _ = scene.obey(second, estate)
        let down = try scene.configure(
            "kind: Maintenance\nname: all\nwhere: {}\neffect: drain"
        )
        #expect(down.orders == ["stop w"])
        #expect(scene.obey(down, estate).orders == ["stop x"])
    }

    @Test("without an upper bound the new one starts before the old one stops, with one after")
    func makeOrBreak() throws {
        for (bound, orders) in [
            ("atLeast: 1", [["start b"], ["stop a"]]), ("exactly: 1", [["stop a"], ["start b"]]),
        ] {
            var scene = try Scene(
                """
                kind: Policy
                name: one
                require: {count: {}, \(bound)}
                minimize: [{sum: price, of: {}, weight: 10}]
                """
            )
            let estate = [
                vm("a", .online, capacity: ["price": 5]), vm("b", capacity: ["price": 1]),
            ]
            let first = scene.report(estate)
            #expect(first.orders == orders[0])
            #expect(scene.obey(first, estate).orders == orders[1])
        }
    }

    @Test("where only one of them can be kept, a firm dependency gives way and an upper bound not")
    func upperBoundBeforeDependency() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: one
            require: {count: {serviceGroup: db}, exactly: 1}
            ---
            kind: ServiceGroup
            name: web
            dependsOn: [{group: db, atLeast: 1}]
            ---
            kind: Policy
            name: web
            require: {count: {serviceGroup: web}, atLeast: 1}
            """
        )
        var (old, new) = (vm("old", .online), vm("new"))
        (old.serviceGroup, new.serviceGroup) = ("db", "db")
        var web = vm("web", .online)
        web.serviceGroup = "web"
        let estate = [old, new, web]
        #expect(scene.report(estate).commands.isEmpty)
        var directives = try scene.configure(
            "kind: Maintenance\nname: m\nwhere: {resource: old}\neffect: drain"
        )
        #expect(directives.orders == ["stop old"])
        directives = scene.obey(directives, estate)
        #expect(directives.orders == ["start new"])
    }

    @Test("a command that nothing asks for any more is not sent again")
    func unwantedCommand() throws {
        var scene = Scene()
        let policy = "kind: Policy\nname: p\n"
        _ = scene.report(vm("a"), vm("b"))
        let start = try scene.configure(policy + "require: {count: {resource: a}, atLeast: 1}")
        #expect(start.orders == ["start a"])
        _ = try scene.configure(policy + "deleted: true")
        for _ in 0..<10 { #expect(scene.wait(.seconds(100)).orders.isEmpty) }
        // Nor is it held against the resource.
        #expect(scene.domain.summary.usable == 2)
    }

    @Test("a guest that stays as it is holds no host back")
    func unmanagedGuest() throws {
        var scene = try Scene(
            "kind: Maintenance\nname: m\nwhere: {resource: b}\neffect: drain"
        )
        // A host that shall go keeps on for the sake of a guest that nobody manages.
        #expect(scene.report(node("a"), vm("b", .online, on: "a")).orders == ["stop b"])
        #expect(scene.report(vm("b", .offline, on: "a")).notices(.planCompleted).count == 1)
    }

    @Test("an unconfirmed command is sent again, ever later, then given up and decided anew")
    func retries() throws {
        var options = Options()
        options.commandTimeout = .seconds(10)
        options.commandJitter = 0
        options.commandAttempts = 2
        options.quarantine = .seconds(600)
        var scene = try Scene(
            "kind: Policy\nname: up\nrequire: {count: {}, atLeast: 1}",
            options: options
        )
        let first = scene.report(vm("a"), vm("b"))
        let chosen = try #require(first.commands.first?.resource)
        #expect(scene.wait(.seconds(9)).isEmpty)
        let again = scene.wait(.seconds(1))
        #expect(again.commands.map(\.attempt) == [2])
        #expect(again.commands.map(\.resource) == [chosen])
        #expect(scene.domain.nextDeadline == scene.now + .seconds(20))
        let last = scene.wait(.seconds(20))
        #expect(last.notices(.commandFailed).count == 1)
        #expect(last.commands.count == 1)
        #expect(last.commands.first?.resource != chosen)
    }

    @Test("a change under way supersedes the plan, and says so")
    func superseded() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: up
            require: {count: {kind: vm}, atLeast: 1}
            """
        )
        _ = scene.report(node("n", .offline), vm("v", on: "n"))
        let directives = try scene.configure(
            "kind: Policy\nname: up\nrequire: {count: {kind: vm}, exactly: 0}"
        )
        #expect(directives.notices(.planSuperseded).count == 1)
        // The host is on its way up, and nothing needs it down.
        #expect(scene.report(node("n", .online)).commands.isEmpty)
    }

    @Test("what is not managed is never commanded")
    func unmanaged() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: one
            require: {count: {labels: {tier: gold}}, exactly: 1}
            ---
            kind: Maintenance
            name: work
            where: {resource: n}
            effect: drain
            """
        )
        let directives = scene.report(
            vm("gold", labels: ["tier": "gold"]),
            vm("other", .online, on: "n"),
            node("n")
        )
        // The node carries work that nobody may stop, so it stays.
        #expect(directives.orders == ["start gold"])
        #expect(scene.desired("other") == nil)
        #expect(scene.desired("n") == .online)
    }

    @Test("ids depend on what happened, not on when it was run")
    func deterministic() throws {
        func run() throws -> [Directive] {
            var scene = try Scene(
                "kind: Policy\nname: up\nrequire: {count: {}, atLeast: 2}"
            )
            return scene.report(vm("a"), vm("b"), vm("c")) + scene.report(vm("a", .faulted))
        }
        #expect(try run() == run())
        #expect(try run().commands.first?.id.hasSuffix("/1/1/a/1") == true)
    }
}
