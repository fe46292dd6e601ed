import Synchronization
import Testing

@testable import MusterWorker

@Suite("Health")
struct HealthTests {
    /// A clock that stands until it is moved.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)

        var now: @Sendable () -> ContinuousClock.Instant {
            { self.time.withLock { $0 } }
        }

        func advance(by duration: Duration) { time.withLock { $0 += duration } }
    }

    private func lines(_ report: Health.Report) -> [String] { report.checks.map(\.line) }

    @Test("A worker is ready once partitions are assigned and restored and it can publish")
    func becomingReady() {
        let health = Health()
        #expect(
            lines(health.readiness) == [
                "[-]assigned not ok: waiting for the group to assign partitions",
                "[-]restored not ok: nothing is assigned",
                "[-]producer not ok: waiting for the broker", "[+]running ok",
            ]
        )
        health.producerIs(ready: true)
        health.assigned(partitions: 2)
        #expect(lines(health.readiness)[1] == "[-]restored not ok: restoring 0 %")
        health.restoring(entries: 820, remaining: 180)
        #expect(lines(health.readiness)[1] == "[-]restored not ok: restoring 41 %")
        health.restoredPartition()
        #expect(lines(health.readiness)[1] == "[-]restored not ok: restoring 50 %")
        health.restoring(entries: 7, remaining: 0)
        #expect(lines(health.readiness)[1] == "[-]restored not ok: restoring 99 %")
        health.restored()
        #expect(health.readiness.isOK)
        #expect(lines(health.readiness).allSatisfy { $0.hasPrefix("[+]") && $0.hasSuffix(" ok") })
    }

    @Test("No partition is an assignment too, with nothing to restore")
    func noPartitions() {
        let health = Health()
        health.producerIs(ready: true)
        health.assigned(partitions: 0)
        #expect(health.readiness.isOK)
    }

    @Test("A worker that lost its partitions, cannot publish or is ending is not ready but lives")
    func becomingUnready() {
        let changes: [(String, (Health) -> Void)] = [
            ("assigned", { $0.revoked() }), ("producer", { $0.producerIs(ready: false) }),
            ("running", { $0.stopping() }),
        ]
        for (name, change) in changes {
            let health = Health()
            health.producerIs(ready: true)
            health.assigned(partitions: 0)
            change(health)
            #expect(!health.readiness.isOK, "\(name)")
            #expect(health.readiness.checks.first { $0.trouble != nil }?.name == name)
            #expect(health.liveness.isOK)
        }
    }

    @Test("A worker lives as long as its polling thread comes round")
    func liveness() {
        let clock = Clock()
        let health = Health(now: clock.now)
        clock.advance(by: .seconds(60))
        #expect(lines(health.liveness) == ["[+]polling ok"])
        clock.advance(by: .seconds(1))
        #expect(
            lines(health.liveness) == [
                "[-]polling not ok: the polling thread is silent for 61 s"
            ]
        )
        health.beat()
        #expect(health.liveness.isOK)
        #expect(health.silence == .zero)
    }

    @Test("No share of nothing, and no more than all, is told while restoring")
    func shares() {
        let health = Health()
        health.assigned(partitions: 1)
        for (entries, remaining, share) in [
            (0, 0, 0), (5, 0, 99), (-1, 10, 0), (1, 2, 33), (1, -5, 99),
        ] {
            health.restoring(entries: entries, remaining: remaining)
            #expect(lines(health.readiness)[1].hasSuffix("restoring \(share) %"))
        }
        health.restoredPartition()
        health.restoredPartition()
        #expect(lines(health.readiness)[1] == "[+]restored ok")
    }

    @Test("Progress of an assignment that is over changes nothing")
    func lateProgress() {
        let health = Health()
        health.assigned(partitions: 1)
        health.revoked()
        health.restoring(entries: 1, remaining: 1)
        health.restoredPartition()
        health.restored()
        #expect(lines(health.readiness)[0].hasPrefix("[-]assigned"))
        #expect(lines(health.readiness)[1] == "[-]restored not ok: nothing is assigned")
    }
}
