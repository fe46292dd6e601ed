// Runs that once broke a promise, as the simulation found and shortened them.

import MusterSimulation
import Testing

@Suite struct FoundTests {
    @Test("two requests to report in one moment, with a restart between them, have two ids")
    func requestsAroundRestart() throws {
        let trace = try Trace(
            "world domains=2 partitions=1 workers=1 machines=5 timeout=10 attempts=1 "
                + #"""
                quarantine=30 flights=2 interval=1000
                start 0 []
                assign 0 0
                add 1 1 413666
                tick 5000
                tick 2000
                deliver 1 0
                poll 0 0 availability 1
                tick 2000
                tick 1000
                tick 5000
                tick 1000
                tick 2000
                tick 2000
                tick 1000
                tick 1000
                tick 5000
                tick 1000
                tick 1000
                tick 5000
                tick 5000
                tick 2000
                tick 5000
                tick 500
                tick 10000
                tick 500
                live 0 0
                tick 5000
                tick 2000
                call 0 0
                commit 0 done
                assign 0 0
                live 0 0
                configure 1 {"apiVersion":"muster/v1","kind":"StatusRequest"}
                poll 0 0 configuration 1
                """#
        )
        #expect(trace.run() == nil)
    }
}
