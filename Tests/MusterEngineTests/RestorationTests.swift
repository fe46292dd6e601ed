// A domain that is brought back from its changelog goes on as if nothing had happened.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct RestorationTests {
    @Test("a restored domain does what the one that went on does, record for record")
    func sameAsUninterrupted() throws {
        for seed in 0..<60 {
            var trial = StateTrial(seed: seed)
            for step in 0..<40 { try trial.step("seed \(seed), step \(step)") }
        }
    }
}
