// Policies that are in force for a part of the week only: their windows open and close by the
// clock that the domain is given, and that is an event like any other.

import MusterModel
import Testing

@testable import MusterEngine

@Suite struct PolicyWindowTests {
    private static let policies = """
        kind: Policy
        name: day
        active: {from: "22:15", until: "22:20"}
        require: {count: {kind: vm}, atLeast: 2}
        minimize: [{count: {kind: vm}, weight: 2}]
        ---
        kind: Policy
        name: always
        require: {count: {kind: vm}, atLeast: 1}
        minimize: [{count: {kind: vm}, weight: 2}]
        """

    @Test("a window opens and closes at its minute, is told, and nothing polls between")
    func openAndClose() throws {
        // The scene begins on a Tuesday, at 22:13:20 UTC.
        var scene = try Scene(Self.policies)
        let estate = [vm("a", .online), vm("b")]
        #expect(scene.report(estate).commands.isEmpty)
        let opens = try #require(Instant(rfc3339: "2023-11-14T22:15:00Z"))
        let closes = opens + .seconds(300)
        #expect(scene.domain.nextDeadline == opens)
        #expect(scene.domain.summary.policies.map(\.name) == ["always"])
        let wait = Duration.milliseconds(opens.milliseconds - scene.now.milliseconds)
        let opened = scene.wait(wait)
        #expect(opened.orders == ["start b"])
        #expect(
            opened.notices(.configurationUpdated).map(\.summary)
                == ["configuration of d changed: Policy day active"]
        )
        #expect(opened.commands.map(\.cause) == ["Policy day is active"])
        #expect(scene.obey(opened, estate).commands.isEmpty)
        #expect(scene.domain.nextDeadline == closes)
        let closed = scene.wait(.milliseconds(closes.milliseconds - scene.now.milliseconds))
        #expect(closed.commands.map(\.action) == [.stop])
        #expect(
            closed.notices(.configurationUpdated).map(\.changed)
                == [[.init(subject: "Policy day", from: "active", to: "inactive")]]
        )
    }

    @Test("an alert of a policy ends with its window")
    func alert() throws {
        var scene = try Scene(Self.policies)
        _ = scene.report(vm("a", .online))
        let opened = scene.wait(.seconds(120))
        #expect(opened.notices(.configurationUnsatisfied).map(\.status) == [.firing])
        let closed = scene.wait(.seconds(300))
        let resolved = closed.notices(.configurationUnsatisfied)
        #expect(resolved.map(\.status) == [.resolved])
        #expect(resolved.map(\.summary) == ["policy day is not in force any more"])
    }

    @Test("what opened while a worker was down is taken in when it is back")
    func restart() throws {
        var scene = try Scene(Self.policies)
        _ = scene.report(vm("a", .online), vm("b"))
        let state = scene.domain.snapshot
        scene.domain = try Domain(state, baseline: try baseline(Self.policies))
        let opens = try #require(Instant(rfc3339: "2023-11-14T22:15:00Z"))
        #expect(scene.domain.nextDeadline == opens)
        #expect(scene.wait(.seconds(150)).orders == ["start b"])
    }

    @Test("a clock that is put back closes a window that it has not come to yet")
    func clockPutBack() throws {
        var scene = try Scene(Self.policies)
        _ = scene.report(vm("a", .online), vm("b"))
        #expect(scene.wait(.seconds(120)).orders == ["start b"])
        let back = scene.wait(.seconds(-60))
        #expect(back.notices(.configurationUpdated).count == 1)
        #expect(scene.domain.summary.policies.map(\.name) == ["always"])
        #expect(scene.domain.nextDeadline == Instant(rfc3339: "2023-11-14T22:15:00Z"))
    }

    @Test("a report of which nothing follows does not hide that a clock was put back")
    func reportAfterPuttingBack() throws {
        var scene = try Scene(Self.policies)
        let estate = [vm("a", .online), vm("b")]
        let started = scene.report(estate)
        #expect(started.isEmpty == false)
        #expect(scene.wait(.seconds(120)).orders == ["start b"])
        _ = scene.report(vm("b", .online))
        scene.now = scene.now + .seconds(-65)
        let back = scene.report(vm("a", .online))
        #expect(back.notices(.configurationUpdated).count == 1)
    }
}
