// What must never happen, whenever a worker ends: a record without its effect, or with two.

import Foundation
import MusterBusKit
import Testing

@Suite(
    "Workers that are killed while load runs",
    .serialized,
    .enabled(if: BrokerProcess.source() != nil, Comment(rawValue: BrokerProcess.advice)),
    .timeLimit(.minutes(10))
)
struct KillTests {
    @Test("Killed again and again and scaled out, they lose nothing and double nothing")
    func kills() async throws {
        // A failing seed is named; MUSTER_SEED repeats it, MUSTER_KILLS makes the run longer.
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["MUSTER_SEED"].flatMap(UInt64.init) ?? .random(in: 1...999_999)
        let cycles = environment["MUSTER_KILLS"].flatMap(Int.init) ?? 8
        try await blocking {
            let tally = try KillRun(KillRun.Plan(cycles: cycles, seed: seed)).run()
            print("seed \(seed): \(tally)")
            #expect(tally.records >= cycles * 40, "seed \(seed)")
            #expect(tally.lost == [], "seed \(seed)")
            #expect(tally.doubled == [], "seed \(seed)")
            #expect(tally.strange == [], "seed \(seed)")
            #expect(tally.outputs == tally.records, "seed \(seed)")
        }
    }
}
