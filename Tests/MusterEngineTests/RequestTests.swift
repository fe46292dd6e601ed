// Requests to report.

import MusterModel
import MusterPolicy
import Testing

@testable import MusterEngine

@Suite struct RequestTests {
    @Test("after a restore every resource is asked once, and ids go on")
    func restored() throws {
        var scene = Scene()
        _ = scene.report(vm("b"), vm("a"))
        let asked = try scene.configure("kind: StatusRequest")
        #expect(asked.orders == ["report a", "report b"])
        scene.domain = try Domain(scene.domain.takeStateChanges())
        let again = scene.handle(.restored)
        #expect(again.orders == ["report a", "report b"])
        #expect(again.commands.map(\.cause) == ["restart", "restart"])
        #expect(scene.wait(.seconds(1)).isEmpty)
        let ids = (asked + again).commands.map(\.id)
        #expect(Set(ids).count == 4)
    }

    @Test("where reports were missed every resource is asked once, also beside a restore")
    func missed() throws {
        var scene = Scene()
        _ = scene.report(vm("b"), vm("a"))
        let asked = scene.handle(.reportsMissed)
        #expect(asked.orders == ["report a", "report b"])
        #expect(asked.commands.map(\.cause) == ["missed reports", "missed reports"])
        scene.domain = try Domain(scene.domain.takeStateChanges())
        let both = scene.domain.handle([.restored, .reportsMissed], at: scene.now)
        #expect(both.commands.map(\.cause) == ["restart", "restart"])
        #expect(scene.wait(.seconds(1)).isEmpty)
    }

    @Test("a restore in front of a backlog is answered once it has been caught up with")
    func backlog() throws {
        var scene = Scene()
        _ = scene.report(vm("a"))
        scene.domain = try Domain(scene.domain.takeStateChanges())
        var later = vm("b")
        later.observedAt = scene.now
        #expect(
            scene.domain.absorb([.restored, .reports([.observed(later)])], at: scene.now).isEmpty
        )
        #expect(scene.wait(.seconds(1)).orders == ["report a", "report b"])
    }

    @Test("several requests of one time ask each resource once")
    func together() throws {
        var scene = Scene()
        _ = scene.report(vm("a"), vm("b"))
        let directives = try scene.configure(
            "kind: StatusRequest\nwhere: {resource: b}\n---\nkind: StatusRequest"
        )
        #expect(directives.orders == ["report b", "report a"])
    }

    @Test("a clock that was set back a little makes nobody wait")
    func clockSetBack() throws {
        var scene = Scene()
        _ = scene.report(vm("a"))
        #expect(try scene.configure("kind: StatusRequest").orders == ["report a"])
        scene.now = scene.now + .milliseconds(-1500)
        #expect(try scene.configure("kind: StatusRequest").orders == ["report a"])
    }

    @Test("very many are asked a batch at a time")
    func batches() throws {
        var scene = Scene()
        _ = scene.report((0..<(Inquiry.batch + 5)).map { vm("v\($0)") })
        let first = try scene.configure("kind: StatusRequest")
        #expect(first.commands.count == Inquiry.batch)
        #expect(scene.domain.nextDeadline == scene.now + Inquiry.pause)
        // What comes meanwhile does not hurry it.
        scene.now = scene.now + .milliseconds(-999)
        #expect(scene.report(vm("w")).commands.isEmpty)
        let second = scene.wait(Inquiry.pause)
        #expect(second.commands.count == 5)
        #expect(scene.domain.nextDeadline == nil)
        #expect(Set((first + second).commands.map(\.resource)).count == Inquiry.batch + 5)
    }

    @Test("each resource is asked once in every interval, spread over it, also after a restart")
    func rounds() throws {
        var options = Options()
        options.reportInterval = .seconds(3600)
        var scene = Scene(options: options)
        _ = scene.report((0..<100).map { vm("v\($0)") })
        for _ in 0..<3 {
            var asked: [ResourceID: Int] = [:]
            let end = scene.now + .seconds(3600)
            var calls = 0
            while let next = scene.domain.nextDeadline, next <= end {
                scene.now = next
                let directives = scene.domain.handle([.clock], at: next)
                for command in directives.commands {
                    #expect(command.cause == "periodic request")
                    asked[command.resource, default: 0] += 1
                }
                calls += 1
                if calls % 7 == 0 {
                    scene.domain = try Domain(scene.domain.snapshot, options: options)
                }
            }
            scene.now = end
            #expect(asked.count == 100)
            #expect(asked.values.allSatisfy { $0 == 1 })
            #expect(calls <= 60)
        }
    }
}
