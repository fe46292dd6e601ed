// What a worker meets after a restart: other files, a backlog, and time that has passed.

import MusterModel
import MusterPolicy
import Testing

@testable import MusterEngine

@Suite struct RestartTests {
    private static func policy(_ name: String, atLeast number: Int) -> String {
        "kind: Policy\nname: \(name)\nrequire: {count: {kind: vm}, atLeast: \(number)}"
    }

    private func restored(_ scene: inout Scene, _ yaml: String) throws {
        let entries = scene.domain.takeStateChanges()
        scene.domain = try Domain(entries, baseline: try baseline(yaml))
    }

    @Test("right after a restore there is nothing to do, and ids go on")
    func quiet() throws {
        let yaml = Self.policy("p", atLeast: 2)
        var scene = try Scene(yaml)
        let estate = [vm("a"), vm("b")]
        let first = scene.report(estate)
        try restored(&scene, yaml)
        let solves = scene.domain.solves
        #expect(scene.wait(.seconds(1)).isEmpty)
        #expect(scene.domain.solves == solves)
        // The plan under way is followed, not made anew.
        let done = scene.obey(first, estate)
        #expect(done.notices(.planCompleted).count == 1)
        #expect(done.notices(.planStarted).isEmpty)
        let ids = (first + done).compactMap {
            if case .notify(let notice) = $0 { notice.id } else { nil }
        }
        #expect(Set(ids).count == ids.count)
    }

    @Test("a command's deadline, a lease and a quarantine end as they would have")
    func time() throws {
        var options = Options()
        options.commandAttempts = 1
        options.commandJitter = 0
        let yaml = Self.policy("p", atLeast: 1)
        var scene = try Scene(yaml, options: options)
        _ = scene.report(vm("a", ttl: .seconds(600)))
        scene.domain = try Domain(
            scene.domain.takeStateChanges(),
            baseline: try baseline(yaml),
            options: options
        )
        #expect(scene.domain.nextDeadline == scene.now + options.commandTimeout)
        #expect(scene.wait(options.commandTimeout).notices(.commandFailed).count == 1)
        let until = try #require(scene.domain.quarantines[ResourceID("a")])
        scene.domain = try Domain(
            scene.domain.takeStateChanges(),
            baseline: try baseline(yaml),
            options: options
        )
        #expect(scene.domain.quarantines[ResourceID("a")] == until)
        #expect(scene.wait(.seconds(560)).notices(.resourceStale).count == 1)
        scene.domain = try Domain(
            scene.domain.takeStateChanges(),
            baseline: try baseline(yaml),
            options: options
        )
        #expect(scene.report(vm("a")).notices(.resourceStale).count == 1)
        #expect(scene.desired("a") == .offline)
        #expect(scene.wait(options.quarantine).orders == ["start a"])
    }

    @Test("other files are told of and decided on at the next call, once")
    func otherFiles() throws {
        let both = Self.policy("p", atLeast: 1) + "\n---\n" + Self.policy("q", atLeast: 1)
        var scene = try Scene(both)
        _ = scene.report(vm("a", .online), vm("b"), vm("c"))
        let changed = Self.policy("p", atLeast: 2) + "\n---\n" + Self.policy("r", atLeast: 1)
        let before = scene.domain.snapshot
        try restored(&scene, changed)
        #expect(scene.domain.snapshot == before)
        #expect(scene.domain.nextDeadline == .zero)
        let directives = scene.wait(.seconds(1))
        #expect(
            directives.notices(.configurationUpdated).first?.changed == [
                .init(subject: "Policy p", from: "in force", to: "changed"),
                .init(subject: "Policy q", from: "in force", to: "withdrawn"),
                .init(subject: "Policy r", from: "absent", to: "in force"),
            ]
        )
        #expect(directives.commands.count == 1)
        #expect(scene.wait(.seconds(1)).isEmpty)
        try restored(&scene, changed)
        #expect(scene.wait(.seconds(1)).isEmpty)
    }

    @Test("files that only moved, or that the bus overrides, are not told of")
    func sameFiles() throws {
        var scene = try Scene(Self.policy("p", atLeast: 1))
        _ = scene.report(vm("a", .online))
        try restored(&scene, "# moved\n\n" + Self.policy("p", atLeast: 1))
        #expect(scene.wait(.seconds(1)).isEmpty)
        _ = try scene.configure(Self.policy("p", atLeast: 0))
        try restored(&scene, Self.policy("p", atLeast: 3))
        #expect(scene.wait(.seconds(1)).isEmpty)
        // What the bus hid is in force again once it withdraws.
        let directives = scene.handle(.configuration([.withdraw(.policy, name: "p")], record: 1))
        #expect(directives.notices(.configurationUnsatisfied).count == 1)
    }

    @Test("a backlog is taken in without a decision, and then decided on as a whole")
    func backlog() throws {
        var scene = try Scene(Self.policy("p", atLeast: 1))
        let directives = scene.domain.absorb(
            [
                .reports([.observed(vm("a", .online)), .observed(vm("b"))]),
                .configuration(try changes(Self.policy("q", atLeast: 2), from: .bus), record: 1),
                .configuration([.withdraw(.policy, name: "nobody")], record: 2),
                .configuration([.statusRequest(nil)], record: 3),
            ],
            at: scene.now
        )
        #expect(directives.count == 2)
        #expect(directives.notices(.configurationRejected).count == 1)
        #expect(directives.contains { if case .reject(2, _) = $0 { true } else { false } })
        #expect(scene.domain.solves == 0)
        #expect(scene.domain.nextDeadline == scene.now)
        try restored(&scene, Self.policy("p", atLeast: 1))
        #expect(scene.domain.nextDeadline == .zero)
        #expect(scene.wait(.seconds(1)).orders == ["start b"])
        #expect(scene.wait(.seconds(1)).isEmpty)
    }

    @Test("commands and alerts that a backlog settles are settled")
    func settledByBacklog() throws {
        var scene = try Scene(Self.policy("p", atLeast: 2))
        let estate = [vm("a"), vm("b", ttl: .seconds(30))]
        let first = scene.report(estate)
        #expect(first.orders == ["start a", "start b"])
        #expect(scene.wait(.seconds(31)).notices(.resourceStale).count == 1)
        scene.now = scene.now + .seconds(1)
        let reports = ["a", "b"].map { name in
            var report = vm(name, .online)
            report.observedAt = scene.now
            return Report.observed(report)
        }
        #expect(scene.domain.absorb([.reports(reports)], at: scene.now).isEmpty)
        let directives = scene.wait(.seconds(1))
        #expect(directives.notices(.resourceStale).map(\.status) == [.resolved])
        #expect(directives.notices(.configurationUnsatisfied).map(\.status) == [.resolved])
        #expect(directives.commands.isEmpty)
        #expect(scene.domain.execution.flights.isEmpty)
    }

    @Test("a policy that was sent again is explained at its new place, restored or not")
    func newPlace() throws {
        var scene = Scene()
        _ = scene.report(vm("a", .online))
        _ = try scene.configure(Self.policy("p", atLeast: 1))
        #expect(try scene.configure("# moved\n\n" + Self.policy("p", atLeast: 1)).isEmpty)
        var other = try Domain(scene.domain.takeStateChanges())
        let directives = scene.report(vm("a", .faulted))
        let others = other.handle(try #require(scene.last), at: scene.now)
        #expect(directives == others)
        let reason = directives.notices(.configurationUnsatisfied).first?.explanation.first
        // Two lines further down than the text that was sent first.
        #expect(reason?.place == "case:6:10")
    }

    @Test("the alert of a silent resource ends with the resource")
    func removedWhileSilent() throws {
        var scene = Scene()
        _ = scene.report(vm("a", ttl: .seconds(30)))
        #expect(scene.wait(.seconds(31)).notices(.resourceStale).map(\.status) == [.firing])
        let directives = scene.handle(.reports([.removed(ResourceID("a"))]))
        #expect(directives.notices(.resourceStale).map(\.status) == [.resolved])
        #expect(scene.domain.alerts.open.isEmpty)
    }
}
