// What a worker counts and measures, in one place, so that names are given once and the loop says
// in plain words what happened. Labels are topics, partitions and words from fixed lists: never
// domains or resources, of which there may be millions.

internal import Foundation
internal import MusterMessages
internal import MusterMetrics

/// A worker's metrics. Every method may be called from any thread and returns at once.
final class WorkerMetrics: Sendable {
    /// How a transaction ended.
    enum Outcome: String, CaseIterable {
        case committed, aborted
    }

    /// What the group did with partitions.
    enum Rebalance: String, CaseIterable {
        case assigned, revoked, lost
    }

    /// A partition of a topic, in the order in which lag is listed.
    struct Partition: Hashable, Comparable {
        var topic: String
        var number: Int

        static func < (a: Partition, b: Partition) -> Bool {
            (a.topic, a.number) < (b.topic, b.number)
        }
    }

    /// More partitions than this one worker is not assumed to have; lag beyond is not listed.
    static let partitionLimit = 20_000
    /// The value of `code` for one that is not in the list.
    static let otherCode = "other"
    /// The codes of dead letters: those of records that cannot be read, and of documents that
    /// cannot be applied.
    static let deadLetterCodes =
        DecodingFailure.Code.allCases.map(\.rawValue)
        + ["rejected", PartitionTask.tooManyDomains, otherCode]

    /// Where all of them are registered.
    let registry: Registry

    private let records: CounterSet<InboundRecord.Topic>
    private let missedRecords: CounterSet<InboundRecord.Topic>
    private let lag: GaugeSet<Partition>
    private let batchRecords: Histogram
    private let transactions: CounterSet<Outcome>
    private let commitDuration: Histogram
    private let decisions: Counter
    private let solveDuration: Histogram
    private let commands: Counter
    private let notices: Counter
    private let deadLetters: CounterSet<String>
    private let rebalances: CounterSet<Rebalance>
    private let restoreDuration: Histogram
    private let restoredEntries: Counter
    private let entriesToRestore: Gauge
    private let changelogEntries: Counter
    private let partitions: Gauge
    private let domains: Gauge

    /// Registers everything.
    ///
    /// - Parameters:
    ///   - topics: The names that inbound topics have.
    ///   - health: Asked whether the worker is ready, and when it polled.
    ///   - registry: Where to register; nothing else of a worker may be there already.
    init(topics: Settings.Topics, health: Health, registry: Registry = Registry()) {
        self.registry = registry
        let inbound: [(InboundRecord.Topic, String)] = [
            (.availability, topics.resourceAvailability),
            (.configuration, topics.desiredConfig),
        ]
        records = registry.makeCounters(
            "muster_records_total",
            help: "Inbound records read.",
            label: "topic",
            values: inbound
        )
        missedRecords = registry.makeCounters(
            "muster_missed_records_total",
            help: "Offsets passed over, as the records there were deleted before they were read.",
            label: "topic",
            values: inbound
        )
        lag = registry.makeGauges(
            "muster_consumer_lag",
            help: "Inbound records of an assigned partition that are not processed yet.",
            labels: ["topic", "partition"],
            limit: Self.partitionLimit
        ) { [$0.topic, String($0.number)] }
        batchRecords = registry.makeHistogram(
            "muster_batch_records",
            help: "Inbound records taken in by one round.",
            bounds: Histogram.counts
        )
        transactions = registry.makeCounters(
            "muster_transactions_total",
            help: "Kafka transactions that ended."
                + " Without exactly-once, commits of offsets.",
            label: "outcome"
        )
        commitDuration = registry.makeHistogram(
            "muster_commit_duration_seconds",
            help: "Time that a commit took.",
            bounds: Histogram.durations
        )
        decisions = registry.makeCounter(
            "muster_decisions_total",
            help: "Decisions of domains."
        )
        solveDuration = registry.makeHistogram(
            "muster_solve_duration_seconds",
            help: "Time that one decision of a domain took.",
            bounds: [0.000_01, 0.000_05, 0.000_1] + Histogram.durations
        )
        commands = registry.makeCounter("muster_commands_total", help: "Commands published.")
        notices = registry.makeCounter("muster_notices_total", help: "Notices published.")
        deadLetters = registry.makeCounters(
            "muster_dead_letters_total",
            help: "Records put on the dead-letter topic, by what is wrong with them.",
            label: "code",
            values: Self.deadLetterCodes.map { ($0, $0) }
        )
        rebalances = registry.makeCounters(
            "muster_rebalances_total",
            help: "Times that the group assigned or took away partitions.",
            label: "kind"
        )
        restoreDuration = registry.makeHistogram(
            "muster_restore_duration_seconds",
            help: "Time from an assignment until its partitions were restored.",
            bounds: [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
        )
        restoredEntries = registry.makeCounter(
            "muster_restored_entries_total",
            help: "Entries read back from the changelog."
        )
        entriesToRestore = registry.makeGauge(
            "muster_restore_entries_remaining",
            help: "Entries of the changelog that are still to be read back."
        )
        changelogEntries = registry.makeCounter(
            "muster_changelog_entries_total",
            help: "Entries written to the changelog."
        )
        partitions = registry.makeGauge(
            "muster_partitions_assigned",
            help: "Partitions that the group has assigned."
        )
        domains = registry.makeGauge("muster_domains", help: "Domains held in memory.")
        registry.observeGauge(
            "muster_ready",
            help: "1 when the worker is ready for work, else 0."
        ) { health.readiness.isOK ? 1 : 0 }
        registry.observeGauge(
            "muster_last_poll_timestamp_seconds",
            help: "When the polling thread last came round, in seconds since 1970."
        ) { Date().timeIntervalSince1970 - health.silence.inSeconds }
    }
}

extension WorkerMetrics {
    /// Records of an inbound topic were read.
    func read(_ count: Int, from topic: InboundRecord.Topic) {
        records[topic].increment(by: count)
    }

    /// Records of an inbound topic were deleted before they were read.
    func missed(_ count: Int, from topic: InboundRecord.Topic) {
        missedRecords[topic].increment(by: count)
    }

    /// A round was dealt out with so many records.
    func dealtOut(records: Int) { batchRecords.observe(Double(records)) }

    /// How many records of a partition are still to be processed. Once a second is enough.
    func lag(of topic: String, partition: Int, is records: Int64) {
        lag.set(Partition(topic: topic, number: partition), to: Double(max(0, records)))
    }

    /// A transaction was committed, or offsets were.
    func committed(in duration: Duration) {
        transactions[.committed].increment()
        commitDuration.observe(duration)
    }

    /// A transaction was aborted, or a commit of offsets has failed.
    func aborted() { transactions[.aborted].increment() }

    /// A domain has decided, and that took so long.
    func decided(in duration: Duration) {
        decisions.increment()
        solveDuration.observe(duration)
    }

    /// Commands and notices were published.
    func published(commands: Int = 0, notices: Int = 0) {
        self.commands.increment(by: commands)
        self.notices.increment(by: notices)
    }

    /// A record was put aside; `code` is the dead letter's.
    func deadLettered(code: String) {
        (deadLetters.counter(for: code) ?? deadLetters[Self.otherCode]).increment()
    }

    /// The group gave partitions: so many numbers are assigned now.
    func assigned(partitions count: Int) {
        rebalances[.assigned].increment()
        partitions.set(count)
    }

    /// The group took all partitions away. Their lag is no longer known.
    func revoked(isLost: Bool) {
        rebalances[isLost ? .lost : .revoked].increment()
        partitions.set(0)
        entriesToRestore.set(0)
        lag.remove { _ in true }
    }

    /// Entries of the changelog were read back, and so many are left.
    func restored(entries: Int, remaining: Int) {
        restoredEntries.increment(by: entries)
        entriesToRestore.set(remaining)
    }

    /// Everything assigned is restored.
    func restored(in duration: Duration) {
        entriesToRestore.set(0)
        restoreDuration.observe(duration)
    }

    /// Entries were written to the changelog.
    func logged(entries: Int) { changelogEntries.increment(by: entries) }

    /// So many domains came into memory; negative when they left it.
    func domainsChanged(by count: Int) { domains.add(Double(count)) }
}
