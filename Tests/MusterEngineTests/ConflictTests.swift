// Policies that can never hold together: found wherever they are, told once, and over once.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct ConflictTests {
    private static let few = "kind: Policy\nname: few\nrequire: {count: {kind: vm}, atMost: 1}"
    private static let many = "kind: Policy\nname: many\nrequire: {count: {kind: vm}, atLeast: 2}"

    @Test("a conflict fires once, says both places, and resolves once")
    func once() throws {
        var scene = try Scene("\(Self.few)\n---\n\(Self.many)")
        let estate = [vm("a"), vm("b"), vm("c", .faulted)]
        let fired = scene.report(estate).notices(.policiesConflict)
        #expect(fired.map(\.status) == [.firing])
        let notice = try #require(fired.first)
        #expect(notice.policy == "few")
        #expect(notice.outlook == .never)
        #expect(notice.explanation.map(\.source) == ["policy few", "policy many"])
        #expect(notice.explanation.compactMap(\.place) == ["case:4:10", "case:9:10"])
        #expect(
            notice.summary.hasPrefix("policies few and many can never hold together: at most 1")
        )
        #expect(scene.report(vm("d")).notices(.policiesConflict).isEmpty)
        #expect(scene.report(vm("a", .faulted)).notices(.policiesConflict).isEmpty)
        let resolved = try scene.configure(Self.few.replacing("atMost: 1", with: "atMost: 2"))
            .notices(.policiesConflict)
        #expect(resolved.map(\.status) == [.resolved])
        #expect(resolved.first?.fingerprint == notice.fingerprint)
        #expect(try scene.configure(Self.few).notices(.policiesConflict).map(\.status) == [.firing])
    }

    @Test("what too few are registered for is no conflict, and becomes one when more are")
    func registration() throws {
        var scene = try Scene(
            """
            \(Self.few)
            ---
            kind: Policy
            name: all
            require: {count: {kind: vm}, atLeast: "100%"}
            """
        )
        #expect(scene.report(vm("a")).notices(.policiesConflict).isEmpty)
        #expect(scene.report(vm("b")).notices(.policiesConflict).map(\.status) == [.firing])
        let gone = scene.handle(.reports([.removed(ResourceID("b"))]))
        #expect(gone.notices(.policiesConflict).map(\.status) == [.resolved])
    }

    @Test("a policy that leaves ends its conflicts, and one that only observes has none")
    func withdrawal() throws {
        var scene = try Scene(Self.few)
        _ = scene.report(vm("a"), vm("b"))
        let watching = Self.many.replacing("require", with: "mode: observe\nrequire")
        #expect(try scene.configure(watching).notices(.policiesConflict).isEmpty)
        #expect(try scene.configure(Self.many).notices(.policiesConflict).count == 1)
        let directives = try scene.configure("kind: Policy\nname: many\ndeleted: true")
        #expect(directives.notices(.policiesConflict).map(\.status) == [.resolved])
    }

    @Test("what is unusable, or under maintenance, for now only makes no conflict")
    func temporary() throws {
        var scene = try Scene(
            """
            \(Self.many)
            ---
            kind: Policy
            name: gold
            require: {count: {labels: {tier: gold}}, atMost: 0}
            ---
            kind: Maintenance
            name: out
            where: {resource: a}
            effect: drain
            """
        )
        let gold = vm("c", labels: ["tier": "gold"])
        let directives = scene.report(vm("a"), vm("b", .faulted), gold)
        #expect(directives.notices(.policiesConflict).isEmpty)
        #expect(directives.notices(.configurationUnsatisfied).count == 1)
    }

    @Test("conflicts are those that brute force finds over every state of every resource")
    func bruteForce() {
        var found = 0
        for seed in 0..<150 {
            var source = RandomDocuments(seed: 90_000 + seed)
            let resources = source.resources(source.chance.pick(3...5))
            let documents = source.documents(policies: 4)
            var scene = Scene(documents)
            _ = scene.report(resources)
            let situation = scene.domain.situation
            let states = Self.states(of: situation)
            let enforced = situation.policies.filter { $0.isEnforced && $0.require != nil }
            let holding = enforced.map { ground in
                Set(states.indices.filter { Self.holds(ground, states[$0]) })
            }
            var expected: [[String]] = []
            for first in enforced.indices where !holding[first].isEmpty {
                for second in enforced.indices where second > first && !holding[second].isEmpty {
                    if holding[first].isDisjoint(with: holding[second]) {
                        expected.append([first, second].map { enforced[$0].policy.name })
                    }
                }
            }
            let conflicts = scene.domain.policyConflicts()
            #expect(conflicts.map(\.names) == expected, "seed \(seed)")
            found += expected.count
        }
        #expect(found > 3)
    }

    @Test("hundreds of policies over the same resources are looked at within the budget")
    func many() throws {
        var documents: [Document] = []
        for number in 0..<300 {
            var policy = Policy(name: "p\(number)")
            let isCap = number % 2 == 0
            policy.require = Condition(
                .comparison(
                    Quantity(.count, of: Selector([.field(.kind, [Pattern("vm")])])),
                    [.init(isCap ? .atMost : .atLeast, .integer(isCap ? 3 : 4))]
                )
            )
            documents.append(.policy(policy))
        }
        var scene = Scene(documents)
        let directives = scene.report((0..<20).map { vm("v\($0)") })
        let conflicts = directives.notices(.policiesConflict)
        #expect(!conflicts.isEmpty)
        var search = ConflictSearch(scene.domain.situation, work: 100_000)
        _ = search.conflicts(of: scene.domain.situation.policies.indices)
        #expect(search.work < 0 && search.work > -100_000)
    }

    // MARK: Brute force

    private struct State {
        var usable: Set<Int>
        var online: Set<Int>
    }

    /// Every state that resources could ever be in together.
    private static func states(of situation: Situation) -> [State] {
        let slots = Array(situation.inventory.registered)
        var states = [State(usable: [], online: [])]
        for slot in slots {
            states = states.flatMap { state -> [State] in
                var offline = state
                offline.usable.insert(slot)
                var online = offline
                online.online.insert(slot)
                return [state, offline, online]
            }
        }
        return states.filter { state in
            state.usable.allSatisfy { slot in
                situation.inventory.host(of: slot).map { state.usable.contains($0) } ?? true
            }
                && state.online.allSatisfy { slot in
                    (situation.inventory.host(of: slot).map { state.online.contains($0) } ?? true)
                        && situation.needs[slot].allSatisfy { index in
                            let dependency = situation.dependencies[index]
                            let online = dependency.providers.count { state.online.contains($0) }
                            return online >= dependency.need.atLeast
                        }
                }
        }
    }

    private static func holds(_ ground: GroundPolicy, _ state: State) -> Bool {
        var ground = ground
        for quantity in ground.quantities.indices {
            ground.quantities[quantity].reset()
            for (term, entry) in ground.quantities[quantity].terms.enumerated() {
                ground.quantities[quantity].update(
                    term: term,
                    usable: state.usable.contains(entry.slot) ? 1 : 0,
                    online: state.online.contains(entry.slot) ? 1 : 0
                )
            }
        }
        return ground.isSatisfied
    }
}
