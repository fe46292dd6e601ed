import MusterEngine
import MusterMetrics
import MusterModel
import Testing

@testable import MusterWorker

@Suite("While a partition is restored") struct RestoreProgressTests {
    /// A changelog in which one resource has reported again and again.
    private struct LongChangelog: Changelog {
        let entries: [StateEntry]
        let count: Int
        let onRead: (Int) -> Void

        func read(
            _ partition: Int32,
            isCancelled: () -> Bool,
            _ body: (_ key: [UInt8], _ value: [UInt8]?, _ progress: Range<Int64>)
                throws(WorkerError) -> Void
        ) throws(WorkerError) {
            for index in 0..<count {
                let entry = entries[index % entries.count]
                try body(entry.key, entry.value, Int64(index)..<Int64(count))
                onRead(index + 1)
            }
        }
    }

    @Test("Readiness and metrics tell how far it is")
    func progress() throws {
        let context = WorkerContext.quiet()
        let (health, metrics) = (context.health, context.metrics)
        var domain = Domain(DomainID("d"), baseline: Baseline())
        _ = domain.handle(
            [.reports([.observed(Resource(id: ResourceID("a"), state: .online))])],
            at: .zero
        )
        health.assigned(partitions: 2)
        var told: [Int: (readiness: String, metrics: String)] = [:]
        let changelog = LongChangelog(entries: domain.takeStateChanges(), count: 40_000) { read in
            guard read % 10_000 == 0 else { return }
            told[read] = (
                health.readiness.checks[1].trouble ?? "", metrics.registry.exposition()
            )
        }
        let restoration = changelog.restore(0, epoch: 0, context: context) { false }

        #expect(try restoration.outcome.get().map(\.id.name) == ["d"])
        #expect(restoration.entries == 40_000)
        // Of two partitions, so half of what is read of the first.
        #expect(told[10_000]?.readiness == "restoring 12 %")
        #expect(told[30_000]?.readiness == "restoring 37 %")
        #expect(told[20_000]?.metrics.contains("muster_restored_entries_total 20000\n") == true)
        #expect(
            told[20_000]?.metrics.contains("muster_restore_entries_remaining 20001\n") == true
        )
        #expect(metrics.registry.exposition().contains("muster_restored_entries_total 40000\n"))
        #expect(metrics.registry.exposition().contains("muster_restore_entries_remaining 0\n"))
    }
}
