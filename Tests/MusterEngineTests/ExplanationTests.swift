// Explanations against brute force: what is said to contradict itself does, all of it is needed,
// and what is suggested helps, on domains of any shape.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct ExplanationTests {
    /// A small domain of any shape, decided, with what is asked of its policies that do not hold.
    private struct Trial {
        var scene: Scene
        let resources: [Resource]
        let documents: [Document]
        let reference: Reference

        init(seed: Int) {
            var source = RandomDocuments(seed: 70_000 + seed)
            resources = source.resources(source.chance.pick(4...7))
            documents =
                source.documents(policies: source.chance.pick(1...4))
                + Self.opposed(&source).prefix(seed % 3)
            var options = Options()
            options.isDryRun = true
            scene = Scene(documents, options: options)
            _ = scene.report(resources)
            reference = Reference(resources, documents)
        }

        /// Policies that pull in opposite directions: by chance alone few do.
        private static func opposed(_ source: inout RandomDocuments) -> [Document] {
            let few = Quantity(.count, of: source.selector(depth: 1))
            let many = Quantity(.count, of: source.selector(depth: 1))
            let bounds = [
                Condition(.comparison(few, [.init(.atMost, .integer(source.chance.pick(0...1)))])),
                Condition(
                    .comparison(many, [.init(.atLeast, .integer(source.chance.pick(1...3)))])
                ),
            ]
            return bounds.enumerated().map { index, bound in
                var policy = Policy(name: "opposed\(index)")
                policy.priority = 5 + 4 * index
                policy.require = bound
                let place = Mark(line: 1000 + index, column: 1)
                policy.require?.span = SourceSpan(source: "random", start: place, end: place)
                return .policy(policy)
            }
        }

        var situation: Situation { scene.domain.situation }

        /// Enforced policies that do not hold, each explained.
        var explained: [(policy: GroundPolicy, explanation: Explanation)] {
            situation.policies.indices.compactMap { index in
                let ground = situation.policies[index]
                guard ground.isEnforced, !ground.isSatisfied else { return nil }
                var work = 100_000_000
                return (ground, situation.explain(index, work: &work))
            }
        }

        /// Whether a policy holds when other documents and reports are decided on.
        func holds(_ name: String, _ documents: [Document], _ resources: [Resource]) -> Bool {
            var options = Options()
            options.isDryRun = true
            var scene = Scene(documents, options: options)
            _ = scene.report(resources)
            return scene.domain.summary.policies.first { $0.name == name }?.isSatisfied ?? false
        }

        func resources(recovered: Set<ResourceID>) -> [Resource] {
            resources.map { resource in
                guard recovered.contains(resource.id) else { return resource }
                var copy = resource
                copy.isAvailable = true
                if copy.state == .faulted { copy.state = .offline }
                return copy
            }
        }
    }

    @Test("what is said to contradict itself does, and each part of it is needed")
    func minimalContradictions() {
        var sizes: [Int: Int] = [:]
        for seed in 0..<150 {
            let trial = Trial(seed: seed)
            for (policy, explanation) in trial.explained {
                let label = "seed \(seed), \(policy.policy.name)"
                // It does not hold in a best choice, so it cannot hold beside what counts more.
                #expect(!explanation.core.isEmpty, "\(label): explained")
                let judge = ElementJudge(trial.situation)
                #expect(!judge.canHold(explanation.core), "\(label): a contradiction")
                for element in explanation.core {
                    let rest = explanation.core.filter { $0 != element }
                    #expect(judge.canHold(rest), "\(label): needs \(element)")
                }
                #expect(!explanation.summary.isEmpty && !explanation.reasons.isEmpty, "\(label)")
                sizes[explanation.core.count, default: 0] += 1
            }
        }
        // Were there only trivial ones, this would prove little.
        #expect(sizes[2, default: 0] > 10, "\(sizes)")
    }

    @Test("what is said of recoveries is so, and none that is smaller would do")
    func outlooks() {
        var found: [String: Int] = [:]
        for seed in 0..<150 {
            let trial = Trial(seed: seed)
            for (policy, explanation) in trial.explained {
                let label = "seed \(seed), \(policy.policy.name)"
                let broken = trial.resources.filter { !$0.isAvailable || $0.state == .faulted }
                let subsets = broken.map(\.id).subsets.sorted { $0.count < $1.count }
                /// Whether it could hold beside what holds and counts as much or more.
                func could(_ recovered: Set<ResourceID>) -> Bool {
                    var reference = Reference(
                        trial.resources(recovered: recovered),
                        trial.documents
                    )
                    reference.targets = [:]
                    let demands = trial.situation.policies.filter { other in
                        other.policy.name == policy.policy.name
                            || other.isEnforced && other.isSatisfied
                                && other.policy.priority >= policy.policy.priority
                    }.compactMap(\.policy.require)
                    return reference.choices.contains { choice in
                        let world = World(reference, choice)
                        return demands.allSatisfy { world.holds($0) }
                    }
                }
                switch explanation.outlook {
                case .never:
                    found["never", default: 0] += 1
                    #expect(!subsets.contains(where: could), "\(label): never")
                    let all = trial.resources(recovered: Set(broken.map(\.id)))
                    #expect(
                        !trial.holds(policy.policy.name, trial.documents, all),
                        "\(label): never"
                    )
                case .recovery(let resources):
                    found["recovery", default: 0] += 1
                    let helped = trial.resources(recovered: Set(resources))
                    #expect(
                        trial.holds(policy.policy.name, trial.documents, helped),
                        "\(label): recovered \(resources)"
                    )
                    let smaller = subsets.filter { $0.count < resources.count }
                    #expect(!smaller.contains(where: could), "\(label): fewer than \(resources)")
                case nil: Issue.record("\(label): nothing is said")
                }
            }
        }
        #expect(found["never", default: 0] > 20 && found["recovery", default: 0] > 5, "\(found)")
    }

    @Test("every suggestion helps when it is followed, and no smaller one of its kind does")
    func suggestions() throws {
        var kinds: [String: Int] = [:]
        for seed in 0..<150 {
            let trial = Trial(seed: seed)
            for (policy, explanation) in trial.explained {
                let name = policy.policy.name
                for suggestion in explanation.suggestions {
                    let label = "seed \(seed), \(name): \(suggestion.text)"
                    let remedy = try #require(suggestion.remedy, "\(label)")
                    kinds[remedy.kind, default: 0] += 1
                    let changed = follow(remedy, trial)
                    let helps = trial.holds(name, changed.documents, changed.resources)
                    #expect(helps, "\(label)")
                    for less in lesser(remedy, trial) {
                        let helps = trial.holds(name, less.documents, less.resources)
                        #expect(!helps, "less: \(label)")
                    }
                }
            }
        }
        for kind in ["relax", "recover", "add", "withdraw", "end-maintenance"] {
            #expect(kinds[kind, default: 0] > 0, "\(kinds)")
        }
    }

    // MARK: Following

    private typealias Input = (documents: [Document], resources: [Resource])

    private func follow(_ remedy: Notice.Remedy, _ trial: Trial) -> Input {
        switch remedy {
        case .relax(let policy, let changes):
            let documents = changes.reduce(trial.documents) { documents, change in
                documents.map { $0.changing(change, in: policy) }
            }
            #expect(documents != trial.documents, "\(changes)")
            return (documents, trial.resources)
        case .recover(let resources):
            return (trial.documents, trial.resources(recovered: Set(resources)))
        case .add(let addition):
            return (trial.documents, trial.resources + new(addition, addition.count, trial))
        case .withdraw(let policy):
            return (trial.documents.filter { $0.name != policy }, trial.resources)
        case .endMaintenance(let name):
            return (trial.documents.filter { $0.name != name }, trial.resources)
        }
    }

    private func new(_ addition: Notice.Addition, _ count: Int, _ trial: Trial) -> [Resource] {
        let isKnown = trial.resources.contains { $0.id == addition.like.id }
        return (0..<count).map { number in
            var resource = addition.like
            if isKnown || number > 0 {
                resource.id = ResourceID("\(addition.like.id)-\(number)")
            }
            resource.isAvailable = true
            resource.state = .offline
            if let node = addition.nodes.last { resource.node = node }
            return resource
        }
    }

    /// The same with less; only where what is less is plain.
    private func lesser(_ remedy: Notice.Remedy, _ trial: Trial) -> [Input] {
        switch remedy {
        case .relax(let policy, let changes):
            guard changes.count == 1, let from = Int(changes[0].from), let to = Int(changes[0].to)
            else { return [] }
            return (min(from, to)...max(from, to)).filter { $0 != to }.map { number in
                var change = changes[0]
                change.to = String(number)
                return (trial.documents.map { $0.changing(change, in: policy) }, trial.resources)
            }
        case .add(let addition):
            return [(trial.documents, trial.resources + new(addition, addition.count - 1, trial))]
        case .recover, .withdraw, .endMaintenance: return []
        }
    }
}

/// Judges elements over every assignment of the slots that are usable.
private struct ElementJudge {
    let situation: Situation
    private let assignments: [Set<Int>]

    init(_ situation: Situation) {
        self.situation = situation
        let ignored = situation.rules.maintenance.filter { $0.effect == .ignore }
        let slots = situation.inventory.registered.filter { situation.inventory.isUsable[$0] }
        let free = slots.filter { slot in
            situation.isManaged[slot]
                || ignored.contains { $0.selector.matches(situation.inventory[slot]) }
        }
        let settled = Set(slots.filter { !free.contains($0) && situation.isOnline[$0] })
        assignments = free.subsets.map { settled.union($0) }
    }

    func canHold(_ elements: [Element]) -> Bool {
        assignments.contains { online in elements.allSatisfy { holds($0, online) } }
    }

    private func holds(_ element: Element, _ online: Set<Int>) -> Bool {
        switch element {
        case .condition(let policy, let index):
            return situation.policies[policy].demands[index].holds(
                counted(situation.policies[policy], online)
            )
        case .policy(let policy):
            let ground = situation.policies[policy]
            return ground.require?.holds(counted(ground, online)) ?? true
        case .host(let slot):
            return online.contains(slot)
                || situation.inventory.guests(of: slot)
                    .allSatisfy { !online.contains($0) || !situation.isManaged[$0] }
        case .carrier(let slot): return online.contains(slot)
        case .dependency(let index):
            let dependency = situation.dependencies[index]
            return dependency.providers.count { online.contains($0) } >= dependency.need.atLeast
                || dependency.dependents.allSatisfy { !online.contains($0) }
        case .maintenance(let index):
            let entry = situation.rules.maintenance[index]
            return situation.inventory.registered.allSatisfy { slot in
                guard entry.selector.matches(situation.inventory[slot]),
                    situation.inventory.isUsable[slot]
                else { return true }
                let current = situation.isCurrentlyOnline(slot)
                let isOnline = online.contains(slot)
                switch entry.effect {
                case .ignore: return isOnline == current
                case .drain:
                    return !isOnline || situation.isProtected(slot) || !situation.isManaged[slot]
                case .cordon:
                    return !isOnline || current || situation.isProtected(slot)
                        || !situation.isManaged[slot]
                }
            }
        }
    }

    private func counted(_ ground: GroundPolicy, _ online: Set<Int>) -> [GroundQuantity] {
        ground.quantities.map { quantity in
            var quantity = quantity
            quantity.reset()
            for (term, entry) in quantity.terms.enumerated() {
                quantity.update(
                    term: term,
                    usable: situation.inventory.isUsable[entry.slot] ? 1 : 0,
                    online: online.contains(entry.slot) ? 1 : 0
                )
            }
            return quantity
        }
    }
}

extension Array where Element: Hashable {
    /// Every set of elements.
    fileprivate var subsets: [Set<Element>] {
        reduce([[]]) { sets, element in sets + sets.map { $0.union([element]) } }
    }
}
