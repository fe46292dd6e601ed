// After any history a domain is where it would be had it only ever known the state that holds.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct IncrementalTests {
    @Test("after every event the choice is as good as one made from scratch")
    func incrementalIsFromScratch() throws {
        for seed in 0..<60 {
            var history = RandomHistory(seed: seed)
            for step in 0..<30 {
                _ = history.step()
                let label = "seed \(seed), step \(step)"
                let summary = history.scene.domain.summary
                try expectBest(summary, in: history.reference, label)
            }
        }
    }
}
