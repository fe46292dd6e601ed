// What is kept from event to event is what one would find by looking at everything.

import MusterModel
import MusterPolicy
import Testing

@testable import MusterEngine

@Suite struct InvariantTests {
    @Test("standing, blocked slots and regions are kept as they would be found anew")
    func keptAsFound() throws {
        for seed in 0..<40 {
            var history = RandomHistory(seed: 1000 + seed)
            for step in 0..<40 {
                _ = history.step()
                try checkInvariants(history.scene.domain.situation, "seed \(seed), step \(step)")
            }
        }
    }

    /// Compares what a situation keeps with what follows from the rest of it.
    private func checkInvariants(_ situation: Situation, _ label: String) throws {
        #expect(situation.standings == situation.policies.map { .init($0) }, "\(label)")
        #expect(
            situation.imperfect
                == situation.policies.indices.filter {
                    situation.isEnforced[$0] && !situation.standings[$0].isPerfect
                },
            "\(label)"
        )
        #expect(situation.reblocked.isEmpty, "\(label): a rule's doing waits for a later event")
        if !situation.isBlockedStale {
            var copy = situation
            copy.isBlockedStale = true
            copy.refreshBlocked()
            #expect(copy.blocked == situation.blocked, "\(label)")
        }
        guard situation.regions.isMade else { return }
        var regions = situation.regions
        let everything = situation.parts(
            touching: situation.inventory.registered,
            policies: situation.policies.indices.filter { situation.isEnforced[$0] }
        )
        for part in everything {
            var found = Set(part.slots.map { regions.region(ofSlot: $0) })
            found.formUnion(part.policies.map { regions.region(ofPolicy: $0) })
            #expect(found.count <= 1, "\(label): a part is in several regions")
        }
    }
}
