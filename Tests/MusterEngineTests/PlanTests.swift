// Plans under way: how much is in flight, what makes them wrong, and what is said of their end.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct PlanTests {
    private static func atLeast(_ number: Int) -> String {
        "kind: Policy\nname: up\nrequire: {count: {}, atLeast: \(number)}"
    }

    @Test("no more commands await confirmation than may, and the rest of the stage waits its turn")
    func inFlight() throws {
        var options = Options()
        options.maxInFlight = 3
        var scene = try Scene(Self.atLeast(10), options: options)
        let estate = (0..<10).map { vm("v\($0)") }
        var directives = scene.report(estate)
        #expect(directives.orders == ["start v0", "start v1", "start v2"])
        // One is confirmed, one follows.
        directives = scene.report(vm("v1", .online))
        #expect(directives.orders == ["start v3"])
        var sent = 4
        while scene.domain.execution.isUnderWay {
            let flying = scene.domain.execution.flights.keys.sorted()
            try #require(!flying.isEmpty && flying.count <= 3)
            directives = scene.report(flying.map { vm($0.name, .online) })
            sent += directives.commands.count
        }
        #expect(sent == 10)
        #expect(directives.notices(.planCompleted).count == 1)
    }

    @Test("a limit that is full never keeps a command from being taken back")
    func takenBack() throws {
        var options = Options()
        options.maxInFlight = 1
        var scene = try Scene(Self.atLeast(2), options: options)
        #expect(scene.report(vm("a", .online), vm("b")).orders == ["start b"])
        let directives = try scene.configure(
            "kind: Policy\nname: up\nrequire: {count: {}, exactly: 0}"
        )
        #expect(directives.orders == ["stop b"])
        #expect(scene.report(vm("b", .offline)).orders == ["stop a"])
    }

    @Test("a report that comes with the deadline counts as in time")
    func reportAtDeadline() throws {
        var options = Options()
        options.commandAttempts = 1
        var scene = try Scene(Self.atLeast(1), options: options)
        #expect(scene.report(vm("a")).orders == ["start a"])
        scene.now = scene.now + .seconds(3600)
        let directives = scene.report(vm("a", .online))
        #expect(directives.notices(.commandFailed).isEmpty)
        #expect(directives.notices(.planCompleted).count == 1)
    }

    @Test("a change that has yet to be sent has not left its state by itself")
    func pendingIsNoDrift() throws {
        var scene = try Scene(Self.atLeast(2))
        _ = scene.report(node("n", .offline), vm("v", .unknown, on: "n"))
        let solves = scene.domain.solves
        #expect(scene.report(vm("v", .offline, on: "n")).isEmpty)
        #expect(scene.domain.solves == solves)
    }

    @Test("a plan ends with a word whatever ends it")
    func endings() throws {
        func scene() throws -> Scene {
            var scene = Scene()
            _ = scene.report(node("n", .offline), vm("v", on: "n"))
            let start = try scene.configure("kind: Policy\nname: up\n" + requirement)
            #expect(start.orders == ["start n"])
            return scene
        }
        let requirement = "require: {count: {kind: vm}, atLeast: 1}"
        // The policy is withdrawn.
        var withdrawn = try scene()
        var directives = try withdrawn.configure("kind: Policy\nname: up\ndeleted: true")
        #expect(
            directives.notices(.planSuperseded).map(\.summary)
                == [
                    "plan 1 is superseded with 2 changes left, none of which is wanted any more"
                ]
        )
        // What it is about is taken out of management.
        var ignored = try scene()
        directives = try ignored.configure(
            "kind: Maintenance\nname: m\nwhere: {}\neffect: ignore"
        )
        #expect(directives.notices(.planSuperseded).count == 1)
        // Its resources are removed, the one that waits first.
        var removed = try scene()
        #expect(
            removed.handle(.reports([.removed(ResourceID("v"))]))
                .notices(.planSuperseded).count == 1
        )
        // It is the only resource left that shall change.
        var both = try scene()
        directives = both.handle(
            .reports([.removed(ResourceID("n")), .removed(ResourceID("v"))])
        )
        #expect(
            directives.notices(.planCompleted).map(\.summary)
                == [
                    "plan 1 is complete: 0 changes confirmed, 2 dropped as their resources are "
                        + "gone or cannot be used"
                ]
        )
        #expect(!both.domain.execution.isUnderWay)
    }

    @Test("a plan that lost a resource says how much of it came about")
    func lapsed() throws {
        var scene = try Scene(
            "kind: Policy\nname: up\nwhenUnsatisfiable: bestEffort\n"
                + "require: {count: {}, atLeast: 2}"
        )
        #expect(scene.report(vm("a"), vm("b")).orders == ["start a", "start b"])
        _ = scene.report(vm("a", .faulted))
        #expect(
            scene.report(vm("b", .online)).notices(.planCompleted).map(\.summary)
                == [
                    "plan 1 is complete: 1 change confirmed, 1 dropped as its resource is gone "
                        + "or cannot be used"
                ]
        )
    }

    @Test("jitter spreads repetitions, stays in its range, and is the same after a restart")
    func jitter() throws {
        var options = Options()
        options.commandTimeout = .seconds(100)
        options.commandJitter = 20
        var scene = try Scene(Self.atLeast(50), options: options)
        let sent = scene.report((0..<50).map { vm("v\($0)") }).commands
        var others = try Domain(
            scene.domain.takeStateChanges(),
            baseline: try baseline(Self.atLeast(50)),
            options: options
        )
        var waits = Set(sent.map { $0.deadline.milliseconds - scene.now.milliseconds })
        #expect(waits.count > 40)
        #expect(waits.allSatisfy { (100_000...120_000).contains($0) })
        waits = []
        while let next = scene.domain.nextDeadline, next <= scene.now + .seconds(120) {
            scene.now = next
            let directives = scene.domain.handle([.clock], at: next)
            #expect(directives == others.handle([.clock], at: next))
            for command in directives.commands {
                #expect(command.attempt == 2)
                waits.insert(command.deadline.milliseconds - next.milliseconds)
            }
        }
        #expect(waits.count > 40)
        #expect(waits.allSatisfy { (200_000...240_000).contains($0) })
    }

    @Test("a resource that left its state is brought back, or replaced where that costs less")
    func drift() throws {
        for (cost, orders) in [(1, ["start a"]), (9, ["start b"])] {
            var scene = try Scene(
                """
                kind: Policy
                name: one
                require: {count: {}, atLeast: 1}
                changes: [{of: {resource: a}, cost: \(cost)}, {of: {resource: b}, cost: 5}]
                """
            )
            _ = scene.report(vm("a", .online), vm("b"))
            let directives = scene.report(vm("a", .offline))
            #expect(directives.orders == orders)
            #expect(
                directives.notices(.resourcesChanged).first?.summary
                    == "a is offline by itself; 1 command sent"
            )
        }
    }

    @Test("deadlines know the earliest, whatever was set, changed and taken out")
    func deadlines() {
        for seed in 0..<20 {
            var chance = SolverRandomness(seed: UInt64(seed))
            var deadlines = Deadlines<Int>()
            var reference: [Int: Instant] = [:]
            for _ in 0..<500 {
                let key = chance.pick(0...20)
                let instant = Instant(milliseconds: Int64(chance.pick(0...50)))
                switch chance.pick(0...9) {
                case 0:
                    let due = deadlines.takeDue(at: instant)
                    #expect(due == reference.filter { $0.value <= instant }.keys.sorted())
                    for key in due { reference[key] = nil }
                case 1, 2, 3:
                    deadlines[key] = nil
                    reference[key] = nil
                default:
                    deadlines[key] = instant
                    reference[key] = instant
                }
                #expect(deadlines.next == reference.values.min(), "seed \(seed)")
                #expect(deadlines.count == reference.count)
                #expect(deadlines[key] == reference[key])
            }
        }
    }

    @Test("a command names the policies that it may serve, not those that it costs something")
    func beneficiaries() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: enough
            require: {count: {kind: vm}, atLeast: 1}
            ---
            kind: Policy
            name: few
            require: {count: {kind: vm}, atMost: 3}
            ---
            kind: Policy
            name: thrifty
            minimize: [{count: {kind: vm}, weight: 1}]
            ---
            kind: Policy
            name: spare
            require: {count: {kind: vm}, state: offline, atLeast: 1}
            """
        )
        let starts = scene.report(vm("a"), vm("b"), vm("c"), vm("d"), vm("e")).commands
        #expect(starts.map(\.policies) == [["enough"]])
        // Four too many: what stops serves whoever wants few, and whoever wants some in reserve.
        let stops = scene.report(
            ["a", "b", "c", "d", "e"].map { vm($0, .online, labels: ["x": "y"]) }
        ).commands
        #expect(!stops.isEmpty)
        #expect(stops.allSatisfy { $0.policies == ["few", "spare", "thrifty"] })
    }

    @Test("a host is started for what runs on it, whatever else reads it")
    func beneficiariesOfHosts() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: nodes
            require: {count: {kind: node}, atMost: 5}
            ---
            kind: Policy
            name: web
            require: {count: {kind: vm}, atLeast: 1}
            """
        )
        let starts = scene.report(node("n", .offline), vm("a", on: "n")).commands
        #expect(starts.map(\.resource.name) == ["n"])
        #expect(starts.map(\.policies) == [["web"]])
    }
}
