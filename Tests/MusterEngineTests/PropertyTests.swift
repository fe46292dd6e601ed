// Properties over seeded random domains; a failure names the seed.

import MusterEngine
import MusterModel
import MusterPolicy
import Testing

@Suite struct PropertyTests {
    private static let now = Instant(milliseconds: 1_700_000_000_000)

    private func baseline(_ policies: [Policy]) -> Baseline {
        let nothing = Node(.mapping([]), at: .none)
        return Baseline(policies.map { .init(.policy($0), source: nothing) })
    }

    private func value(_ objective: Objective, of policies: [Policy]) -> Reference.Value {
        let priorities = Set(policies.map(\.priority)).sorted(by: >)
        return Reference.Value(
            unsatisfied: priorities.map { priority in
                objective.unsatisfied.first { $0.priority == priority }?.policies.count ?? 0
            },
            shortfall: priorities.map { priority in
                objective.shortfall.first { $0.priority == priority }?.amount ?? 0
            },
            cost: objective.cost
        )
    }

    @Test("every choice is truthful and as good as the best of all assignments")
    func optimal() {
        for seed in 0..<600 {
            var chance = Chance(seed: seed)
            let resources = (0..<(2 + chance.below(6))).map { chance.resource($0) }
            let policies = (0..<(1 + chance.below(3))).map { chance.policy($0) }
            var options = Options()
            options.isDryRun = true
            var domain = Domain(DomainID("d"), baseline: baseline(policies), options: options)
            _ = domain.handle([.reports(resources.map { .observed($0) })], at: Self.now)

            let reference = Reference(resources: resources, policies: policies)
            let desired = Dictionary(
                domain.summary.desired.map { ($0.resource, $0.placement) },
                uniquingKeysWith: { first, _ in first }
            )
            let online = Set(resources.indices.filter { desired[resources[$0].id] == .online })
            let claimed = value(domain.summary.objective, of: policies)
            #expect(claimed == reference.value(online), "seed \(seed): untruthful")
            #expect(claimed == reference.best(), "seed \(seed): not the best")
            #expect(domain.summary.isOptimal, "seed \(seed): not proven")
        }
    }

    @Test("after any history the choice is as good as one made from nothing")
    func incremental() {
        for seed in 0..<150 {
            var chance = Chance(seed: 10_000 + seed)
            let policies = (0..<3).map { chance.policy($0) }
            var domain = Domain(DomainID("d"), baseline: baseline(policies))
            var estate: [ResourceID: Resource] = [:]
            var now = Self.now
            for step in 0..<25 {
                now = now + .seconds(1)
                var changed = chance.resource(chance.below(7))
                changed.observedAt = now
                var event = Report.observed(changed)
                if chance.below(8) == 0 {
                    event = .removed(changed.id)
                    estate[changed.id] = nil
                } else {
                    estate[changed.id] = changed
                }
                obey(domain.handle([.reports([event])], at: now), &domain, &estate, &now)

                let resources = estate.values.sorted { $0.id < $1.id }
                let reference = Reference(resources: resources, policies: policies)
                let reached = value(domain.summary.objective, of: policies)
                #expect(reached == reference.best(), "seed \(seed), step \(step)")
                let online = Set(resources.indices.filter { resources[$0].state == .online })
                #expect(
                    reached == reference.value(online.filter { resources[$0].isAvailable }),
                    "seed \(seed), step \(step): not carried out"
                )
            }
        }
    }

    /// Lets the estate obey until nothing more is commanded.
    private func obey(
        _ first: [Directive],
        _ domain: inout Domain,
        _ estate: inout [ResourceID: Resource],
        _ now: inout Instant
    ) {
        var directives = first
        for _ in 0..<50 where !directives.commands.isEmpty {
            now = now + .seconds(1)
            var reports: [Report] = []
            for command in directives.commands {
                guard var resource = estate[command.resource] else { continue }
                resource.state = command.action == .start ? .online : .offline
                resource.observedAt = now
                estate[command.resource] = resource
                reports.append(.observed(resource))
            }
            directives = domain.handle([.reports(reports)], at: now)
        }
        #expect(directives.commands.isEmpty, "the commands do not end")
    }

    @Test("who reported first does not matter")
    func order() {
        for seed in 0..<150 {
            var chance = Chance(seed: 20_000 + seed)
            let reports = (0..<7).map { Report.observed(chance.resource($0)) }
            let policies = (0..<3).map { chance.policy($0) }
            func decide(_ reports: [Report]) -> [Placement] {
                var domain = Domain(DomainID("d"), baseline: baseline(policies))
                _ = domain.handle([.reports(reports)], at: Self.now)
                return domain.summary.desired.map(\.placement)
            }
            #expect(decide(reports) == decide(reports.reversed()), "seed \(seed)")
        }
    }

    @Test("huge numbers saturate and do not trap")
    func hostile() {
        let huge = Quantity(.sum("cpu"), of: Selector([]))
        let policy = Policy(
            name: "p",
            require: Condition(
                .comparison(
                    huge,
                    [
                        Comparison(.atLeast, .quantity(huge, times: 1_000_000_000, plus: 1)),
                        Comparison(.atMost, .integer(1_000_000_000_000)),
                    ]
                )
            ),
            minimize: [.init(huge, weight: 1_000_000_000)]
        )
        var domain = Domain(DomainID("d"), baseline: baseline([policy]))
        let reports = (0..<1000).map { number -> Report in
            var resource = vm("r\(number)", .online)
            resource.capacity = ["cpu": 1 << 53]
            return .observed(resource)
        }
        _ = domain.handle([.reports(reports)], at: Self.now)
        #expect(domain.summary.registered == 1000)
    }
}
