// Whether a policy could hold once more resources are usable, where other policies have a say.

import MusterModel
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct OutlookTests {
    private func outlook(
        of policy: String,
        under policies: String,
        _ estate: Resource...
    ) throws -> Notice.Outlook? {
        var scene = try Scene(policies)
        _ = scene.report(estate)
        return scene.domain.explanation(of: policy)?.outlook
    }

    @Test("what maintenance takes out of management recovers only where it helps")
    func ignoredStaysBroken() throws {
        let policies = """
            kind: Policy
            name: memory
            require: {sum: mem, of: {}, atLeast: 3}
            ---
            kind: Maintenance
            name: hands-off
            where: {kind: gadget}
            effect: ignore
            """
        var gadget = vm("g", .online, on: "n", capacity: ["mem": 3], available: false)
        gadget.kind = "gadget"
        let found = try outlook(
            of: "memory",
            under: policies,
            vm("n", .faulted, capacity: ["mem": 6]),
            gadget
        )
        #expect(found == .recovery([ResourceID("n")]))
    }

    @Test("a policy holds once what recovers makes another one give way")
    func rivalGivesWay() throws {
        let policies = """
            kind: Policy
            name: first
            priority: 10
            require: {resource: b, is: online}
            ---
            kind: Policy
            name: quiet
            require: {nor: [{resource: a, is: online}, {resource: b, is: online}]}
            ---
            kind: Policy
            name: late
            require: {resource: a, is: online}
            """
        let found = try outlook(of: "late", under: policies, vm("a"), vm("b", .faulted))
        #expect(found == .recovery([ResourceID("b")]))
    }

    @Test("a policy never holds where another one wins with every resource usable")
    func rivalWins() throws {
        let policies = """
            kind: Policy
            name: resting
            priority: 5
            require: {resource: b, is: offline}
            ---
            kind: Policy
            name: working
            require: {resource: b, is: online}
            """
        #expect(try outlook(of: "working", under: policies, vm("b", .faulted)) == .never)
        #expect(
            try outlook(of: "resting", under: policies, vm("b", .faulted))
                == .recovery([ResourceID("b")])
        )
    }

    @Test("of many that are broken, no more are named than are needed")
    func fewRecover() throws {
        let policies = """
            kind: Policy
            name: first
            priority: 10
            require: {count: {kind: vm, resource: "b*"}, atLeast: 2}
            ---
            kind: Policy
            name: quiet
            require: {nor: [{resource: a, is: online}, {count: {resource: "b*"}, atLeast: 2}]}
            ---
            kind: Policy
            name: late
            require: {resource: a, is: online}
            """
        var scene = try Scene(policies)
        _ = scene.report([vm("a")] + (1...9).map { vm("b\($0)", .faulted) })
        guard case .recovery(let named) = scene.domain.explanation(of: "late")?.outlook else {
            Issue.record("no recovery was found")
            return
        }
        #expect(named.count == 2)
    }
}
