// Kafka's promises in memory: partitions with transactions, control records and aborted records;
// transactional ids that fence by epoch; a consumer group that fences by generation. No clock and
// no threads: everything happens when it is called, in the order it is called.

import MusterKafka
import MusterMessages

@testable import MusterWorker

/// Brokers in memory.
final class MemoryLog {
    /// A record as it was produced.
    struct Record: Hashable {
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [RecordHeader] = []
        var timestamp: Int64 = 0
    }

    /// What stands at an offset.
    private enum Entry {
        case record(Record, transaction: Int?)
        /// The mark that a transaction has ended; consumers pass over it, but it has an offset.
        case control
    }

    private enum Fate {
        case open, committed, aborted
    }

    /// A partition of a topic.
    struct Place: Hashable, Comparable {
        var topic: String
        var partition: Int32

        static func < (a: Place, b: Place) -> Bool {
            (a.topic, a.partition) < (b.topic, b.partition)
        }
    }

    /// A transactional id.
    private struct Producer {
        var epoch = 0
        var transaction: Int?
        var places: Set<Place> = []
        var offsets: [Place: Int64] = [:]
    }

    /// A member of the group.
    private struct Member {
        /// Which process of this name it is, as members are static.
        var incarnation = 0
        /// The generation that it takes part in.
        var generation = 0
        var assignment: Set<Int32> = []
        /// Whether it has given everything back and waits for a new assignment.
        var hasJoined = false
        /// Whether it has been told of its assignment.
        var isTold = false
    }

    let partitions: Int32
    private var entries: [Place: [Entry]] = [:]
    /// Where partitions begin whose oldest records are deleted.
    private var beginnings: [Place: Int64] = [:]
    private var fates: [Fate] = []
    private var producers: [String: Producer] = [:]
    private(set) var committed: [Place: Int64] = [:]
    private var members: [String: Member] = [:]
    private(set) var generation = 0
    private var isRebalancing = false
    private var incarnations = 0
    /// How often anything was appended, committed or assigned.
    private(set) var changes = 0
    /// Numbers of partitions that metadata tells, where they differ from what there is.
    var toldCounts: [String: Int] = [:]
    /// Called with the producer's id after each commit.
    var onCommit: (String) -> Void = { _ in }

    init(partitions: Int32) { self.partitions = partitions }

    // MARK: Producing

    /// Takes over a transactional id.
    ///
    /// - Returns: the epoch that later calls have to name.
    func begin(_ id: String) -> Int {
        end(id, as: .aborted)
        producers[id, default: Producer()].epoch += 1
        return producers[id]?.epoch ?? 0
    }

    /// Appends a record; with an epoch, as part of that id's transaction.
    func append(_ record: Record, to place: Place, id: String? = nil, epoch: Int = 0)
        throws(KafkaError)
    {
        var transaction: Int?
        if let id {
            try check(id, epoch)
            if producers[id]?.transaction == nil {
                fates.append(.open)
                producers[id]?.transaction = fates.count - 1
            }
            transaction = producers[id]?.transaction
            producers[id]?.places.insert(place)
        }
        entries[place, default: []].append(.record(record, transaction: transaction))
        changes += 1
    }

    /// Makes offsets part of an id's transaction, for a member of a generation.
    func send(
        _ offsets: [Place: Int64],
        member: String,
        generation: Int,
        id: String,
        epoch: Int
    ) throws(KafkaError) {
        try check(id, epoch)
        guard members[member]?.generation == generation, generation > 0 else {
            var error = KafkaError(.state, "the member's generation is over")
            error.requiresAbort = true
            throw error
        }
        if producers[id]?.transaction == nil {
            fates.append(.open)
            producers[id]?.transaction = fates.count - 1
        }
        producers[id]?.offsets.merge(offsets) { $1 }
    }

    func commit(_ id: String, epoch: Int) throws(KafkaError) {
        try check(id, epoch)
        guard producers[id]?.transaction != nil else { return }
        committed.merge(producers[id]?.offsets ?? [:]) { $1 }
        end(id, as: .committed)
        onCommit(id)
    }

    func abort(_ id: String, epoch: Int) throws(KafkaError) {
        try check(id, epoch)
        end(id, as: .aborted)
    }

    /// Whether a transaction that has not ended would move what is committed of a place.
    func isUnstable(_ place: Place) -> Bool {
        producers.values.contains { $0.transaction != nil && $0.offsets[place] != nil }
    }

    /// Commits offsets outside of any transaction.
    func commit(_ offsets: [Place: Int64], member: String, generation: Int) throws(KafkaError) {
        guard members[member]?.generation == generation else {
            throw KafkaError(.state, "the member's generation is over")
        }
        committed.merge(offsets) { $1 }
        changes += 1
        onCommit(member)
    }

    private func check(_ id: String, _ epoch: Int) throws(KafkaError) {
        guard producers[id]?.epoch == epoch else {
            var error = KafkaError(.fenced, "a newer producer has this transactional id")
            error.isFatal = true
            throw error
        }
    }

    private func end(_ id: String, as fate: Fate) {
        guard let transaction = producers[id]?.transaction else { return }
        fates[transaction] = fate
        changes += 1
        for place in producers[id]?.places.sorted() ?? [] { entries[place]?.append(.control) }
        producers[id]?.transaction = nil
        producers[id]?.places = []
        producers[id]?.offsets = [:]
    }

    // MARK: Reading

    /// Deletes the records before an offset, as retention does.
    func delete(before offset: Int64, in place: Place) {
        beginnings[place] = max(beginning(of: place), min(offset, end(of: place)))
        changes += 1
    }

    /// The offset of the oldest record.
    func beginning(of place: Place) -> Int64 { beginnings[place] ?? 0 }

    /// The offset behind the last record.
    func end(of place: Place) -> Int64 { Int64(entries[place]?.count ?? 0) }

    /// The offset of the first record whose transaction is open, else the end.
    func stableEnd(of place: Place) -> Int64 {
        let open = entries[place]?.firstIndex { entry in
            if case .record(_, let transaction?) = entry {
                fates[transaction] == .open
            } else {
                false
            }
        }
        return Int64(open ?? entries[place]?.count ?? 0)
    }

    /// The first committed record from an offset on; `nil` and the end where there is none.
    func next(in place: Place, from offset: Int64) -> (record: Record?, offset: Int64) {
        let end = stableEnd(of: place)
        var offset = max(offset, beginning(of: place))
        while offset < end {
            if case .record(let record, let transaction)? = entries[place]?[Int(offset)],
                transaction.map({ fates[$0] == .committed }) ?? true
            {
                return (record, offset)
            }
            offset += 1
        }
        return (nil, max(offset, end))
    }

    /// What a consumer of committed records sees of a topic, by partition.
    func visible(_ topic: String) -> [[Record]] {
        (0..<partitions).map { partition in
            var records: [Record] = []
            var offset: Int64 = 0
            let place = Place(topic: topic, partition: partition)
            while case (let record?, let found) = next(in: place, from: offset) {
                records.append(record)
                offset = found + 1
            }
            return records
        }
    }

    /// Where two lists of records differ first, in words.
    static func difference(_ found: [Record], _ wanted: [Record]) -> String? {
        for (index, pair) in zip(found, wanted).enumerated() where pair.0 != pair.1 {
            return "record \(index) is \(text(pair.0)) instead of \(text(pair.1))"
        }
        if let more = found.dropFirst(wanted.count).first { return "too much: \(text(more))" }
        return wanted.dropFirst(found.count).first.map { "missing: \(text($0))" }
    }

    private static func text(_ record: Record) -> String {
        let headers = record.headers.map {
            "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))"
        }
        let value = String(decoding: record.value ?? [], as: UTF8.self)
        return "\(value) {\(headers.joined(separator: ", "))}"
    }

    // MARK: The group

    /// A process joins under a static member's name, and takes that from whoever had it.
    ///
    /// - Returns: what it has to name itself by.
    @discardableResult
    func join(_ member: String) -> Int {
        incarnations += 1
        members[member] = Member(incarnation: incarnations, hasJoined: true)
        rebalance()
        return incarnations
    }

    /// The member has left, or was silent for so long that the group goes on without it.
    func leave(_ member: String, _ incarnation: Int? = nil) {
        guard let state = members[member], state.incarnation == incarnation ?? state.incarnation
        else { return }
        members.removeValue(forKey: member)
        rebalance()
    }

    func isMember(_ member: String) -> Bool { members[member] != nil }

    /// Whether the group has gone on without this process of a member.
    func isUnknown(_ member: String, _ incarnation: Int) -> Bool {
        members[member]?.incarnation != incarnation
    }

    private func rebalance() {
        isRebalancing = true
        completeIfPossible()
    }

    private func completeIfPossible() {
        guard isRebalancing, members.values.allSatisfy(\.hasJoined) else { return }
        isRebalancing = false
        generation += 1
        changes += 1
        let names = members.keys.sorted()
        for name in names {
            members[name] = Member(
                incarnation: members[name]?.incarnation ?? 0,
                generation: generation
            )
        }
        guard !names.isEmpty else { return }
        // Ranges, as the assignor of that name makes them.
        for partition in 0..<partitions {
            let owner = names[Int(partition) * names.count / Int(partitions)]
            members[owner]?.assignment.insert(partition)
        }
    }

    /// What a member hears of the group when it polls.
    enum News {
        case nothing
        /// It has to give back what it has, and then to call ``rejoin(_:)``.
        case revoke
        case assigned(Set<Int32>, generation: Int)
        /// The group has gone on without it.
        case unknown
        /// Another process has its name.
        case fenced
    }

    func news(for member: String, _ incarnation: Int) -> News {
        guard let state = members[member] else { return .unknown }
        if state.incarnation != incarnation { return .fenced }
        if isRebalancing { return state.hasJoined ? .nothing : .revoke }
        if state.isTold { return .nothing }
        members[member]?.isTold = true
        return .assigned(state.assignment, generation: state.generation)
    }

    func rejoin(_ member: String, _ incarnation: Int) {
        guard members[member]?.incarnation == incarnation else { return }
        members[member]?.hasJoined = true
        completeIfPossible()
    }
}
