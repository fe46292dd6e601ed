import MusterMessages
import MusterMetrics
import Testing

@testable import MusterWorker

@Suite("Metrics of a worker")
struct WorkerMetricsTests {
    private let health = Health()
    private let metrics: WorkerMetrics

    init() {
        var topics = Settings.Topics()
        topics.desiredConfig = "wanted"
        metrics = WorkerMetrics(topics: topics, health: health)
    }

    private var lines: Set<Substring> {
        Set(metrics.registry.exposition().split(separator: "\n"))
    }

    @Test("What happened is counted under the name that says so")
    func counting() {
        metrics.read(3, from: .availability)
        metrics.read(1, from: .configuration)
        metrics.dealtOut(records: 4)
        metrics.committed(in: .milliseconds(3))
        metrics.aborted()
        metrics.decided(in: .microseconds(80))
        metrics.published(commands: 2, notices: 1)
        metrics.deadLettered(code: "invalid-json")
        metrics.deadLettered(code: "a word that nobody knows\n")
        metrics.logged(entries: 7)
        metrics.domainsChanged(by: 5)
        metrics.domainsChanged(by: -2)
        #expect(
            lines.isSuperset(of: [
                "muster_records_total{topic=\"resource-availability\"} 3",
                "muster_records_total{topic=\"wanted\"} 1",
                "muster_batch_records_bucket{le=\"5\"} 1", "muster_batch_records_sum 4",
                "muster_transactions_total{outcome=\"committed\"} 1",
                "muster_transactions_total{outcome=\"aborted\"} 1",
                "muster_commit_duration_seconds_bucket{le=\"0.0025\"} 0",
                "muster_commit_duration_seconds_bucket{le=\"0.005\"} 1",
                "muster_decisions_total 1",
                "muster_solve_duration_seconds_bucket{le=\"0.0001\"} 1",
                "muster_commands_total 2", "muster_notices_total 1",
                "muster_dead_letters_total{code=\"invalid-json\"} 1",
                "muster_dead_letters_total{code=\"rejected\"} 0",
                "muster_dead_letters_total{code=\"other\"} 1",
                "muster_changelog_entries_total 7", "muster_domains 3",
            ])
        )
    }

    @Test("An assignment, its restore and its end show in the metrics")
    func assignment() {
        metrics.assigned(partitions: 2)
        metrics.restored(entries: 10, remaining: 5)
        metrics.lag(of: "wanted", partition: 10, is: 4)
        metrics.lag(of: "wanted", partition: 9, is: -1)
        #expect(
            lines.isSuperset(of: [
                "muster_partitions_assigned 2",
                "muster_rebalances_total{kind=\"assigned\"} 1", "muster_restored_entries_total 10",
                "muster_restore_entries_remaining 5",
                "muster_consumer_lag{topic=\"wanted\",partition=\"9\"} 0",
                "muster_consumer_lag{topic=\"wanted\",partition=\"10\"} 4",
            ])
        )
        metrics.restored(in: .seconds(2))
        #expect(lines.contains("muster_restore_duration_seconds_sum 2"))
        #expect(lines.contains("muster_restore_entries_remaining 0"))
        metrics.revoked(isLost: true)
        #expect(lines.contains("muster_rebalances_total{kind=\"lost\"} 1"))
        #expect(lines.contains("muster_partitions_assigned 0"))
        #expect(!lines.contains { $0.hasPrefix("muster_consumer_lag{") })
    }

    @Test("Readiness and the latest poll are told as they are when somebody asks")
    func observed() throws {
        #expect(lines.contains("muster_ready 0"))
        health.producerIs(ready: true)
        health.assigned(partitions: 0)
        #expect(lines.contains("muster_ready 1"))
        let poll = try #require(
            lines.first { $0.hasPrefix("muster_last_poll_timestamp_seconds ") }
        )
        #expect(try #require(Double(poll.split(separator: " ")[1])) > 1_700_000_000)
    }

    @Test("Two topics of one name share a line")
    func oneName() {
        var topics = Settings.Topics()
        topics.desiredConfig = topics.resourceAvailability
        let metrics = WorkerMetrics(topics: topics, health: health)
        metrics.read(1, from: .availability)
        metrics.read(1, from: .configuration)
        let text = metrics.registry.exposition()
        #expect(text.contains("muster_records_total{topic=\"resource-availability\"} 2\n"))
    }
}
