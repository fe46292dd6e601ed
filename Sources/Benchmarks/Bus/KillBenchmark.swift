// How workers fare that are killed again and again while records come in: what is lost, what is
// doubled.

internal import Foundation
internal import MusterBusKit

/// Kills workers and counts what became of the records.
enum KillBenchmark: Benchmark {
    static let name = "kills"
    static let purpose = "workers killed again and again under load: records lost and doubled"

    static func run() throws {
        let flags = Flags(known: ["cycles", "seed", "records"])
        let seed = UInt64(flags.number("seed", Int.random(in: 1...999_999)))
        var plan = KillRun.Plan(cycles: flags.number("cycles", 50), seed: seed)
        plan.recordsPerCycle = flags.number("records", plan.recordsPerCycle)
        say("seed \(seed)")
        let tally = try KillRun(plan) { say($0) }.run()
        say("\(tally)")
        for (what, places) in [("lost", tally.lost), ("doubled", tally.doubled)] {
            for place in places.prefix(20) { say("  \(what): \(place)") }
        }
        if !tally.lost.isEmpty || !tally.doubled.isEmpty { exit(1) }
    }
}
