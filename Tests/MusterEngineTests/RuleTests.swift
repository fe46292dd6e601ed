// Events that rules settle, and their neighbours that they must not.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct RuleTests {
    /// Two of three machines suffice, and one of them is off.
    private func scene(
        _ policies: String = "kind: Policy\nname: two\nrequire: {count: {kind: vm}, atLeast: 2}",
        _ estate: [Resource] = [vm("a", .online), vm("b", .online), vm("c")]
    ) throws -> Scene {
        var scene = try Scene(policies)
        let directives = scene.report(estate)
        _ = scene.obey(directives, estate)
        return scene
    }

    /// How often the solver was asked in an event.
    private func solves(_ scene: inout Scene, _ resources: Resource...) -> Int {
        let before = scene.domain.solves
        _ = scene.report(resources)
        return scene.domain.solves - before
    }

    // MARK: What is not in use

    @Test("what is not in use is lost and comes back without a solve, and people are told")
    func unusedIsLost() throws {
        var scene = try scene()
        let solves = scene.domain.solves
        let lost = scene.report(vm("c", available: false))
        #expect(
            lost.notices(.resourcesChanged).map(\.summary) == [
                "c is unavailable; the implemented configuration stays"
            ]
        )
        let back = scene.report(vm("c"))
        #expect(
            back.notices(.resourcesChanged).map(\.summary) == [
                "c is usable; the implemented configuration stays"
            ]
        )
        #expect(scene.domain.solves == solves)
    }

    @Test("a report is taken in without a turn only if nothing follows from it")
    func idleReports() throws {
        let scene = try scene()
        func stamped(_ resource: Resource) -> Resource {
            var copy = resource
            copy.observedAt = scene.now + .seconds(10)
            return copy
        }
        var domain = scene.domain
        func takes(_ resource: Resource) -> Bool { domain.takeIdle(resource) }
        #expect(takes(stamped(vm("a", .online))), "a renewed lease")
        #expect(takes(stamped(vm("c", .faulted))), "not in use")
        #expect(takes(stamped(vm("c"))), "back, and too dear")
        #expect(!takes(stamped(vm("c", .online))), "online where it shall not be")
        #expect(!takes(stamped(vm("a", .offline))), "in use")
        #expect(!takes(stamped(vm("a", .online, group: "web"))), "looks different")
        #expect(!takes(stamped(vm("d"))), "not known")
        #expect(takes(vm("a", .offline)), "older than the one held")
        let told = domain.handle([.clock], at: scene.now + .seconds(11))
        #expect(told.isEmpty, "c failed and is back")
    }

    @Test("reports that are taken in together are told in one notice, each resource once")
    func toldTogether() throws {
        var scene = try scene()
        let directives = scene.report(vm("c", .faulted), vm("a", .online), vm("c", .faulted))
        let notices = directives.notices(.resourcesChanged)
        #expect(notices.map { $0.changed.map(\.to) } == [["faulted"]])
    }

    @Test("what counts although it is off is decided on when it is lost")
    func usabilityCounts() throws {
        let policy = """
            kind: Policy
            name: spare
            require:
              or:
                - {count: {kind: vm}, state: offline, atLeast: 1}
                - {count: {kind: vm}, atLeast: 3}
            """
        var scene = try scene(policy)
        #expect(solves(&scene, vm("c", available: false)) > 0)
    }

    // MARK: What recovers

    @Test(
        "what recovers is decided on while a policy that it may help is unsatisfied"
    )
    func recoveryHelps() throws {
        let policies = """
            kind: Policy
            name: three
            priority: 5
            require: {count: {kind: vm}, atLeast: 3}
            """
        var scene = try scene(policies, [vm("a", .online), vm("b"), vm("c", .faulted)])
        #expect(scene.desired("b") == .offline)
        #expect(solves(&scene, vm("c")) > 0)
        #expect(scene.desired("b") == .online)
    }

    @Test("what recovers is decided on where it may stand in for something dearer")
    func recoverySaves() throws {
        let policies = """
            kind: Policy
            name: one
            require: {count: {kind: vm}, atLeast: 1}
            minimize: [{sum: price, of: {kind: vm}}]
            """
        let dear = vm("a", .online, capacity: ["price": 9])
        let cheap = vm("b", .faulted, capacity: ["price": 1])
        var scene = try scene(policies, [dear, cheap])
        #expect(scene.desired("a") == .online)
        var back = cheap
        back.state = .offline
        #expect(solves(&scene, back) > 0)
        #expect(scene.desired("b") == .online)
    }

    @Test("what is told does not depend on whether a search was needed")
    func sameWords() throws {
        let policies = """
            kind: Policy
            name: one
            require: {count: {kind: vm}, atLeast: 1}
            minimize: [{sum: price, of: {kind: vm}}]
            """
        let spare = vm("b", .faulted, capacity: ["price": 9])
        var scene = try scene(policies, [vm("a", .online, capacity: ["price": 9]), spare])
        let solves = scene.domain.solves
        let directives = scene.report(vm("b", capacity: ["price": 9]))
        #expect(scene.domain.solves > solves)
        #expect(
            directives.notices(.resourcesChanged).map(\.summary) == [
                "b is usable; the implemented configuration stays"
            ]
        )
    }

    @Test("what recovers is too dear where changes cost more than they save")
    func recoveryIsTooDear() throws {
        let policies = """
            kind: Policy
            name: one
            require: {count: {kind: vm}, atLeast: 1}
            minimize: [{sum: price, of: {kind: vm}}]
            changes: [{of: {}, cost: 20}]
            """
        let dear = vm("a", .online, capacity: ["price": 9])
        let cheap = vm("b", .faulted, capacity: ["price": 1])
        var scene = try scene(policies, [dear, cheap])
        var back = cheap
        back.state = .offline
        #expect(solves(&scene, back) == 0)
        #expect(scene.desired("a") == .online)
    }

    // MARK: What is in use

    @Test("what is in use is lost without a solve where nothing is the worse for it")
    func superfluousIsLost() throws {
        var scene = try scene(
            "kind: Policy\nname: one\nrequire: {count: {kind: vm}, atLeast: 1}"
        )
        #expect(solves(&scene, vm("b", .faulted)) == 0)
        #expect(scene.desired("a") == .online)
        #expect(scene.desired("b") == .offline)
    }

    @Test("what is in use is replaced where it is needed")
    func neededIsLost() throws {
        var scene = try scene()
        #expect(solves(&scene, vm("b", .faulted)) > 0)
        #expect(scene.desired("c") == .online)
    }

    @Test("what is in use and could do harm is decided on when it is lost")
    func harmfulIsLost() throws {
        let policies = """
            kind: Policy
            name: few
            require: {count: {kind: vm}, atMost: 2}
            prefer: [{that: {count: {labels: {tier: gold}}, atLeast: 2}, weight: 9}]
            """
        let gold = ["tier": "gold"]
        var scene = try scene(
            policies,
            [vm("a", .online), vm("b", .online, labels: gold), vm("c", labels: gold)]
        )
        _ = solves(&scene, vm("a", .faulted))
        #expect(scene.desired("b") == .online)
        #expect(scene.desired("c") == .online)
    }

    @Test("a host is lost with what it carries where nothing is the worse for it")
    func hostIsLost() throws {
        var scene = try scene(
            "kind: Policy\nname: one\nrequire: {count: {kind: vm}, atLeast: 1}",
            [node("n"), vm("a", .online), vm("b", .online, on: "n")]
        )
        let before = scene.domain.solves
        var lost = node("n", .faulted)
        lost.observedAt = scene.now + .seconds(1)
        _ = scene.report(lost)
        #expect(scene.domain.solves == before)
        #expect(scene.desired("b") == .offline)
    }

    @Test("hosts that carry each other are lost together")
    func ringIsLost() throws {
        let ring = [vm("a", .online, on: "b"), vm("b", .online, on: "a")]
        var scene = try scene(
            "kind: Policy\nname: one\nrequire: {count: {kind: vm}, atLeast: 1}",
            ring + [vm("c", .online)]
        )
        _ = scene.report(vm("a", .faulted, on: "b"))
        #expect(["a", "b", "c"].map(scene.desired) == [.offline, .offline, .online])
    }
}
