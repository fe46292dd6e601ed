// Kafka's promises, as far as a worker's core relies on them: partitions in order, transactions
// over several of them, consumers that read what is committed, and offsets that are part of a
// transaction. What a transaction wrote is there at once, and counts once it is committed.

import MusterEngine
import MusterModel
import MusterPolicy

/// The topics.
struct SimulatedLog {
    /// A record of an inbound topic.
    struct Inbound {
        /// What a record says.
        enum Content {
            case reports([Report])
            case changes([ConfigurationChange])
            case unreadable(String)
        }

        let domain: Int
        let content: Content
    }

    /// What has become of a transaction.
    enum Fate {
        case open, committed, aborted
    }

    /// An entry that belongs to a transaction.
    private struct Entry<Value> {
        let value: Value
        let transaction: Int
    }

    /// Where both lanes of a partition stand.
    typealias Positions = [Action.Lane: Int]

    private(set) var inbound: [[Action.Lane: [Inbound]]]
    private(set) var committed: [Positions]
    /// Which assignment of each partition is in force; transactions of an earlier one are refused.
    private(set) var generations: [Int]
    private var changelogs: [[Entry<StateEntry>]]
    private var outputs: [[Entry<Directive>]]
    private var fates: [Fate] = []
    private var open: Set<Int> = []

    /// Whether somebody has left a transaction open, which hides what comes behind it.
    var hasOpen: Bool { !open.isEmpty }

    init(partitions: Int, domains: Int) {
        inbound = Array(repeating: [.availability: [], .configuration: []], count: partitions)
        committed = Array(
            repeating: [.availability: 0, .configuration: 0],
            count: partitions
        )
        generations = Array(repeating: 0, count: partitions)
        changelogs = Array(repeating: [], count: partitions)
        outputs = Array(repeating: [], count: domains)
    }

    // MARK: Inbound

    /// The partition of a domain.
    func partition(of domain: Int) -> Int { domain % inbound.count }

    mutating func append(_ record: Inbound, to lane: Action.Lane) {
        inbound[partition(of: record.domain)][lane, default: []].append(record)
    }

    /// The next offset of a lane.
    func end(_ partition: Int, _ lane: Action.Lane) -> Int { inbound[partition][lane]?.count ?? 0 }

    func records(
        _ partition: Int,
        _ lane: Action.Lane,
        _ range: Range<Int>
    ) -> ArraySlice<Inbound> {
        inbound[partition][lane]?[range] ?? []
    }

    /// Gives a partition to somebody anew.
    mutating func reassign(_ partition: Int) { generations[partition] += 1 }

    // MARK: Transactions

    mutating func begin() -> Int {
        fates.append(.open)
        open.insert(fates.count - 1)
        return fates.count - 1
    }

    mutating func write(_ entry: StateEntry, partition: Int, in transaction: Int) {
        changelogs[partition].append(Entry(value: entry, transaction: transaction))
    }

    mutating func write(_ directive: Directive, domain: Int, in transaction: Int) {
        outputs[domain].append(Entry(value: directive, transaction: transaction))
    }

    mutating func commit(_ transaction: Int, offsets: [Int: Positions]) {
        fates[transaction] = .committed
        open.remove(transaction)
        for (partition, positions) in offsets { committed[partition] = positions }
    }

    mutating func abort(_ transaction: Int) {
        fates[transaction] = .aborted
        open.remove(transaction)
    }

    /// Ends what somebody left open, as the coordinator does before others go on.
    mutating func abortOpen() {
        for transaction in open { fates[transaction] = .aborted }
        open = []
    }

    // MARK: Reading

    /// The next output of a domain that a consumer of committed records sees from a position on,
    /// and the position behind it; `nil` at the end, and before a transaction that is open.
    func output(_ domain: Int, from position: Int) -> (directive: Directive, next: Int)? {
        var index = position
        while index < outputs[domain].count {
            let entry = outputs[domain][index]
            index += 1
            switch fates[entry.transaction] {
            case .open: return nil
            case .aborted: continue
            case .committed: return (entry.value, index)
            }
        }
        return nil
    }

    /// The committed records of a partition's changelog, in order.
    func changelog(_ partition: Int) -> [StateEntry] {
        changelogs[partition].filter { fates[$0.transaction] == .committed }.map(\.value)
    }

    /// Leaves of each key the latest committed record, and what is not yet decided.
    mutating func compact(_ partition: Int) {
        var seen: Set<[UInt8]> = []
        var kept: [Entry<StateEntry>] = []
        for entry in changelogs[partition].reversed() {
            switch fates[entry.transaction] {
            case .open: kept.append(entry)
            case .aborted: continue
            case .committed:
                let isLatest = seen.insert(entry.value.key).inserted
                if isLatest, entry.value.value != nil { kept.append(entry) }
            }
        }
        changelogs[partition] = kept.reversed()
    }
}
