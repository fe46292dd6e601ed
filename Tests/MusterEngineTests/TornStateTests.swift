// Without transactions a process may end between two records that belong together. What is left of
// that must come back as some domain, which decides anew.

import MusterModel
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite("State that was written down in part")
struct TornStateTests {
    @Test("A domain comes back from any part of what a step wrote, and goes on")
    func everyPart() throws {
        var torn = 0
        for seed in 0..<12 {
            var trial = StateTrial(seed: seed)
            for step in 0..<30 {
                let before = trial.log.all.count
                try trial.step("seed \(seed), step \(step)")
                for count in before..<trial.log.all.count {
                    let label = "seed \(seed), step \(step), \(count - before) of the records"
                    let entries = Array(trial.log.all[..<count])
                    // What is whole is refused by nobody; what is not, by whoever has transactions.
                    if (try? Domain(entries)) == nil { torn += 1 }
                    var domain = try Domain(entries, mayBeTorn: true)
                    let now = trial.history.scene.now
                    _ = domain.handle([.clock], at: now)
                    let snapshot = domain.snapshot
                    let again = try Domain(snapshot, mayBeTorn: true)
                    try #require(again.snapshot.count == snapshot.count, "\(label)")
                }
            }
        }
        #expect(torn > 0)
    }
}
