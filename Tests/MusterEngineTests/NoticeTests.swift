// What people are told, and how often.

import MusterEngine
import MusterModel
import Testing

@Suite struct NoticeTests {
    private static let three = "kind: Policy\nname: three\nrequire: {count: {}, atLeast: 3}"

    @Test("guests of many hosts that fail are told of together, by their hosts")
    func manyHosts() throws {
        var scene = try Scene("kind: Policy\nname: p\nrequire: {count: {kind: vm}, atLeast: 3}")
        let hosts = (0..<4).map { "n\($0)" }
        _ = scene.report(
            hosts.map { node($0, .faulted) }
                + (0..<8).map { vm("v\($0)", on: hosts[$0 % 4]) } + [vm("w", .faulted)]
        )
        let alert = try #require(
            scene.domain.explanation(of: "p")?.reasons.first { $0.has.contains("usable of") }
        )
        #expect(
            alert.has == "0 online, 0 usable of 9; 8 on hosts that are not usable "
                + "(n0, n1 and 2 more), 1 faulted (w)"
        )
    }

    @Test("an alert fires once and resolves once")
    func once() throws {
        var scene = try Scene(Self.three)
        let fired = scene.report(vm("a", .online), vm("b", .online), vm("c", .faulted))
            .notices(.configurationUnsatisfied)
        #expect(fired.map(\.status) == [.firing])
        #expect(scene.report(vm("b", .faulted)).notices(.configurationUnsatisfied).isEmpty)
        let resolved = scene.report(vm("b", .online), vm("c", .online))
            .notices(.configurationUnsatisfied)
        #expect(resolved.map(\.status) == [.resolved])
        #expect(resolved.first?.fingerprint == fired.first?.fingerprint)
        #expect(scene.report(vm("d")).notices(.configurationUnsatisfied).isEmpty)
    }

    @Test("a withdrawn policy's alert resolves, and the baseline's comes back")
    func withdrawn() throws {
        var scene = try Scene("kind: Policy\nname: x\nrequire: {count: {}, atLeast: 0}")
        _ = scene.report(vm("a", .online))
        let fired = try scene.configure("kind: Policy\nname: x\nrequire: {count: {}, atLeast: 9}")
        #expect(fired.notices(.configurationUnsatisfied).map(\.status) == [.firing])
        let back = try scene.configure("kind: Policy\nname: x\ndeleted: true")
        #expect(back.notices(.configurationUnsatisfied).map(\.status) == [.resolved])
        #expect(scene.domain.summary.policies.map(\.name) == ["x"])
    }

    @Test("it says what is needed, what there is, and which recovery would do")
    func explained() throws {
        var scene = try Scene(Self.three)
        let notice = try #require(
            scene.report(vm("a", .online), vm("b", .online), vm("c", .faulted))
                .notices(.configurationUnsatisfied).first
        )
        #expect(notice.outlook == .recovery([ResourceID("c")]))
        #expect(notice.explanation.count == 1)
        #expect(notice.explanation.first?.needs == "at least 3")
        #expect(notice.explanation.first?.has == "2 online, 2 usable of 3; c faulted")
        #expect(notice.explanation.first?.place?.hasPrefix("case:") == true)
        let texts = notice.suggestions.map(\.text)
        #expect(texts.contains { $0.hasSuffix(": at least 2 instead of at least 3") })
        #expect(texts.contains("recover c"))
    }

    @Test("what could not hold with everything usable is never")
    func never() throws {
        var scene = try Scene(Self.three)
        let notice = scene.report(vm("a", .online), vm("b", .faulted))
            .notices(.configurationUnsatisfied).first
        #expect(notice?.outlook == .never)
    }

    @Test("policies that contradict each other are named, and withdrawing one is suggested")
    func conflict() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: few
            priority: 10
            require: {count: {}, atMost: 1}
            ---
            kind: Policy
            name: many
            require: {count: {}, atLeast: 2}
            ---
            kind: Policy
            name: bystander
            priority: 10
            require: {count: {resource: a}, atLeast: 1}
            """
        )
        let notice = try #require(
            scene.report(vm("a"), vm("b"), vm("c")).notices(.configurationUnsatisfied).first
        )
        #expect(notice.policy == "many")
        #expect(Set(notice.explanation.map(\.source)) == ["policy few", "policy many"])
        #expect(notice.suggestions.contains { $0.text == "withdraw policy few" })
    }

    @Test("a policy that only observes is evaluated and told of, and never commands")
    func observe() throws {
        var scene = try Scene(
            "kind: Policy\nname: watch\nmode: observe\nrequire: {count: {}, atLeast: 1}"
        )
        let directives = scene.report(vm("a"))
        #expect(directives.commands.isEmpty)
        #expect(directives.notices(.configurationUnsatisfied).map(\.policy) == ["watch"])
        #expect(scene.domain.summary.isSatisfied)
    }

    @Test("a silent resource is stale until it reports again")
    func stale() throws {
        var scene = try Scene("kind: Policy\nname: up\nrequire: {count: {}, atLeast: 1}")
        _ = scene.report(vm("a", .online, ttl: .seconds(5)), vm("b"))
        let silent = scene.wait(.seconds(6))
        #expect(silent.notices(.resourceStale).map(\.status) == [.firing])
        #expect(silent.orders == ["start b"])
        let back = scene.report(vm("a", .online, ttl: .seconds(5)))
        #expect(back.notices(.resourceStale).map(\.status) == [.resolved])
    }

    @Test("a configuration applies as a whole or not at all")
    func allOrNothing() throws {
        var scene = try Scene("kind: Policy\nname: up\nrequire: {count: {}, atLeast: 0}")
        _ = scene.report(vm("a"))
        let directives = try scene.configure(
            """
            kind: Policy
            name: more
            require: {count: {}, atLeast: 1}
            ---
            kind: Policy
            name: unknown
            deleted: true
            """
        )
        #expect(directives.notices(.configurationRejected).count == 1)
        #expect(directives.commands.isEmpty)
        #expect(
            directives.contains { if case .reject(record: 7, _) = $0 { true } else { false } }
        )
        #expect(scene.domain.summary.policies.map(\.name) == ["up"])
    }

    @Test("parameters set anew stay set, each until it is set again")
    func parameters() throws {
        var scene = try Scene(
            """
            kind: Policy
            name: p
            parameters: {low: 1, high: 3}
            require: {count: {}, between: ["${low}", "${high}"]}
            """
        )
        #expect(scene.report(vm("a"), vm("b"), vm("c")).commands.count == 1)
        #expect(
            try scene.configure("kind: Policy\nname: p\nparameters: {low: 2}").commands.count == 1
        )
        #expect(try scene.configure("kind: Policy\nname: p\nparameters: {high: 2}").orders.isEmpty)
        #expect(
            try scene.configure("kind: Policy\nname: p\nparameters: {low: 1}").orders.isEmpty
        )
        let wrong = try scene.configure("kind: Policy\nname: p\nparameters: {hihg: 2}")
        #expect(wrong.notices(.configurationRejected).count == 1)
    }

    @Test("what is off for lack of what it needs would hold once that recovers")
    func recoveryOfNeeds() throws {
        var scene = try Scene(
            """
            kind: ServiceGroup
            name: web
            dependsOn: [{group: db, atLeast: 1, binding: firm}]
            ---
            kind: Policy
            name: up
            require: {count: {serviceGroup: web}, atLeast: 1}
            """
        )
        let notices = scene.report(vm("w", group: "web"), vm("x", .faulted, group: "db"))
            .notices(.configurationUnsatisfied)
        #expect(notices.first?.outlook == .recovery([ResourceID("x")]))
    }

    @Test("a request to report is not carried out when its event is refused")
    func refusedRequest() throws {
        var scene = try Scene("kind: Policy\nname: up\nrequire: {count: {}, atLeast: 0}")
        _ = scene.report(vm("a"))
        let directives = try scene.configure(
            "kind: StatusRequest\n---\nkind: Policy\nname: unknown\ndeleted: true"
        )
        #expect(directives.commands.isEmpty)
        #expect(try scene.configure("kind: StatusRequest").orders == ["report a"])
    }
}
