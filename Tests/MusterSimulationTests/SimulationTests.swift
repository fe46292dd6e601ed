// The simulation in small. CI runs it in large, with seeds of its own.

import MusterSimulation
import Testing

@Suite struct SimulationTests {
    @Test("what the contract promises holds through faults, and afterwards all comes to rest")
    func holds() {
        var held = 0
        for seed in 1...3 {
            var simulation = Simulation(seed: UInt64(seed), steps: 3000)
            let outcome = simulation.run()
            #expect(
                outcome.failure == nil,
                """
                seed \(seed), world \(outcome.failure?.world ?? 0): \
                \(outcome.failure?.violation.description ?? "")
                """
            )
            #expect(outcome.tally.steps >= 3000)
            #expect(outcome.tally.decisions > 100)
            #expect(outcome.tally.convergences > 0)
            held += outcome.tally.heldBack
        }
        #expect(held > 0, "guards had nothing to hold back")
    }

    @Test("one seed gives one digest, and another seed another")
    func digests() {
        let digests = [7, 7, 8].map { (seed: UInt64) in
            var simulation = Simulation(seed: seed, steps: 1000)
            return simulation.run().digest
        }
        #expect(digests[0] == digests[1])
        #expect(digests[0] != digests[2])
    }

    /// The promises that each planted mistake may be seen to break.
    private static let signs: [Mutation: Set<Violation.Check>] = [
        .skipRecord: [.knowledge],
        .dropConfirmation: [.knowledge],
        .skipResolution: [.numbering],
        .forgetEntry: [.restoration, .knowledge, .flight, .alert, .numbering],
        .repeatCommand: [.command, .identity],
        .loseOffsets: [.knowledge],
        .strayCommand: [.command],
        .hastyCommand: [.order],
        .backwards: [.passage],
        .heldCommand: [.command],
        .muteResource: [.flight],
        .readUncommitted: [.identity, .numbering, .alert, .flight, .plan],
    ]

    @Test("every mistake that is planted is found")
    func mutations() throws {
        for mutation in Mutation.allCases {
            let signs = try #require(Self.signs[mutation])
            var failure: Simulation.Failure?
            for seed in 0..<20 where failure == nil {
                var simulation = Simulation(seed: UInt64(seed), steps: 1500, mutation: mutation)
                failure = simulation.run().failure
            }
            let found = try #require(failure, "\(mutation) is not found")
            #expect(signs.contains(found.violation.check), "\(mutation): \(found.violation)")
        }
    }

    @Test("a run that breaks a promise is shortened, and breaks it still when it is read again")
    func shrinks() throws {
        var simulation = Simulation(seed: 1, steps: 1500, mutation: .skipRecord)
        let failure = try #require(simulation.run().failure)
        let shrunk = failure.shrunk(mutation: .skipRecord)
        #expect(shrunk.violation.check == failure.violation.check)
        #expect(shrunk.trace.count * 4 < failure.trace.count)
        let read = try Trace(shrunk.trace.text)
        #expect(read.text == shrunk.trace.text)
        #expect(read.run(mutation: .skipRecord)?.check == failure.violation.check)
        let test = shrunk.trace.test(named: "found")
        #expect(test.contains("#expect(trace.run() == nil)"))
        #expect(test.contains("#\"\"\"\n") && test.contains("\"\"\"#\n"))
    }

    @Test("a line of a trace that says nothing is refused with its number")
    func refuses() {
        #expect(throws: Trace.ReadingError(line: 3, text: "crash everything")) {
            try Trace("world domains=1\ntick 5\ncrash everything\n")
        }
        #expect(throws: Trace.ReadingError(line: 1, text: "world machines=99")) {
            try Trace("world machines=99")
        }
    }
}
