// What is decided, against brute force over every assignment: on domains of any shape, so that
// no form of the language is trusted because another one works.

import MusterEngine
import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@Suite struct ChoiceTests {
    @Test("a choice is valid, truthful and as good as any other, for whatever is asked")
    func choicesAreBest() throws {
        for seed in 0..<400 {
            var source = RandomDocuments(seed: seed)
            let resources = source.resources(source.chance.pick(2...8))
            let documents = source.documents(policies: source.chance.pick(1...4))
            var options = Options()
            options.isDryRun = true
            var scene = Scene(documents, options: options)
            _ = scene.report(resources)
            let reference = Reference(resources, documents)
            let summary = scene.domain.summary
            try expectBest(summary, in: reference, "seed \(seed)")
            #expect(summary.isOptimal, "seed \(seed)")
        }
    }

    @Test("who reported first does not matter")
    func order() {
        for seed in 0..<200 {
            var source = RandomDocuments(seed: 20_000 + seed)
            let resources = source.resources(8)
            let documents = source.documents(policies: 3)
            func decide(_ resources: [Resource]) -> [String] {
                var scene = Scene(documents)
                let orders = scene.report(resources).orders
                let summary = scene.domain.summary
                return orders + summary.desired.map { "\($0.resource) \($0.placement)" }
                    + summary.changes.map { "\($0.stage) \($0.resource)" }
            }
            #expect(decide(resources) == decide(resources.reversed()), "seed \(seed)")
        }
    }
}

/// Expects that what a summary says is chosen is valid, what it says of it is true, and that no
/// choice is better.
func expectBest(_ summary: Domain.Summary, in reference: Reference, _ label: String) throws {
    let desired = Dictionary(uniqueKeysWithValues: summary.desired.map { ($0, $1) })
    #expect(Set(desired.keys) == reference.managed, "\(label): managed")
    let unmanaged = reference.usable.filter { desired[$0] == nil && reference.isOnline($0) }
    let online = unmanaged.union(desired.filter { $0.value == .online }.keys)
    #expect(reference.choices.contains(online), "\(label): a valid choice")
    let score = reference.score(online)
    #expect(reference.score(of: summary.objective) == score, "\(label): a true objective")
    #expect(reference.best == score, "\(label): the best objective")
}
