// A worker's connection to brokers in memory. At every call something can be made to go wrong:
// before it has had its effect, or after.

import MusterKafka
import MusterMessages

@testable import MusterWorker

/// What goes wrong at a call.
enum Fault {
    /// The worker's process ends: nothing after this has any effect.
    case crash
    /// The call fails and the transaction has to be aborted.
    case abort
    /// No answer comes in time; the same call has to be made again.
    case timeout
}

/// One worker's connection.
final class MemoryConnection: BusConnection {
    private let log: MemoryLog
    private let settings: Settings
    private let name: String
    private let id: String
    private let epoch: Int
    private var generation = 0
    private var incarnation = 0
    private var listener: ((GroupEvent) -> Void)?
    private var positions: [Lane: Int64] = [:]
    private var ended: Set<Lane> = []
    private var paused: Set<Lane> = []
    /// Lanes that were to be read where nothing is any more.
    private var lost: Set<Lane> = []
    /// Records of the changelog that the next commit publishes, where that is no transaction.
    private var held: [ChangelogRecord] = []
    /// Whether a commit has had its effect, and the answer was lost.
    private var hasCommitted = false
    private(set) var isDead = false
    /// Asked at each call, before and after its effect.
    private let fault: () -> Fault?
    /// Called inside of each poll: other threads go on meanwhile.
    var onPoll: () -> Void = {}

    let wake: @Sendable () -> Void = {}

    init(
        _ log: MemoryLog,
        _ settings: Settings,
        name: String,
        fault: @escaping () -> Fault? = { nil }
    ) {
        self.log = log
        self.settings = settings
        self.name = name
        self.fault = fault
        id = "\(settings.group)-\(name)"
        epoch = log.begin(id)
    }

    /// Makes what may go wrong go wrong; where the call is not for publishing, only the process.
    private func seam(isPublishing: Bool = true, isAborting: Bool = false) throws(KafkaError) {
        if !isDead {
            switch fault() {
            case nil: return
            case .abort where !isPublishing || isAborting, .timeout where !isPublishing: return
            case .crash: isDead = true
            case .abort:
                var error = KafkaError(.state, "the transaction has failed")
                error.requiresAbort = true
                throw error
            case .timeout:
                var error = KafkaError(.timedOut)
                error.isRetriable = true
                throw error
            }
        }
        var error = KafkaError(.transport, "the process has crashed")
        error.isFatal = true
        throw error
    }

    /// Ends the process from outside.
    func kill() { isDead = true }

    func partitionCounts() throws(KafkaError) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: settings.topics.all.map { ($0, Int(log.partitions)) })
            .merging(log.toldCounts) { $1 }
    }

    // MARK: Reading

    func join(_ listener: @escaping (GroupEvent) -> Void) throws(KafkaError) {
        try seam()
        self.listener = listener
        incarnation = log.join(name)
    }

    func assign(_ positions: [Lane: Int64], paused: Set<Lane>) throws(KafkaError) {
        try seam()
        self.positions = positions
        ended = []
        lost = []
        self.paused = paused
    }

    var hasLostAssignment: Bool { log.isUnknown(name, incarnation) }

    func pause(_ lanes: Set<Lane>) throws(KafkaError) { paused.formUnion(lanes) }

    func resume(_ lanes: Set<Lane>) throws(KafkaError) { paused.subtract(lanes) }

    func committed(_ lanes: Set<Lane>) throws(KafkaError) -> [Lane: Int64] {
        try seam()
        // Brokers do not say it before they know it.
        guard !lanes.contains(where: { log.isUnstable(place(of: $0)) })
        else { throw KafkaError(.timedOut) }
        var found: [Lane: Int64] = [:]
        for lane in lanes { found[lane] = log.committed[place(of: lane)] }
        return found
    }

    func bounds(of lanes: Set<Lane>) throws(KafkaError) -> [Lane: Range<Int64>] {
        try seam()
        var bounds: [Lane: Range<Int64>] = [:]
        for lane in lanes {
            let place = place(of: lane)
            bounds[lane] = log.beginning(of: place)..<log.end(of: place)
        }
        return bounds
    }

    func knownEnd(of lane: Lane) -> Int64? { log.end(of: place(of: lane)) }

    func poll(for timeout: Duration, into round: Round) throws(KafkaError) -> Arrival {
        try seam(isPublishing: false)
        onPoll()
        try hearNews()
        for lane in positions.keys.sorted(by: { $0.order < $1.order })
        where !lost.contains(lane) {
            let position = positions[lane] ?? 0
            guard position >= log.beginning(of: place(of: lane)) else {
                // Also of one that is paused: it may have been asked for already.
                lost.insert(lane)
                return .unavailable(lane, offset: position)
            }
            if paused.contains(lane) { continue }
            let (record, offset) = log.next(in: place(of: lane), from: position)
            guard let record else {
                positions[lane] = offset
                if ended.insert(lane).inserted { return .end(lane, offset: offset) }
                continue
            }
            positions[lane] = offset + 1
            ended.remove(lane)
            round.add(Polled(record: record, offset: offset), lane: lane)
            return .record
        }
        return .nothing
    }

    private func hearNews() throws(KafkaError) {
        switch log.news(for: name, incarnation) {
        case .nothing: break
        case .fenced:
            var error = KafkaError(.fencedInstance, "another process has this member's name")
            error.isFatal = true
            throw error
        case .revoke:
            tell(GroupEvent.revoked)
            // A process that has crashed does not join again.
            if !isDead { log.rejoin(name, incarnation) }
        case .unknown:
            tell(GroupEvent.lost)
            if !isDead { incarnation = log.join(name) }
        case .assigned(let partitions, let generation):
            self.generation = generation
            listener?(.assigned(Set(partitions.flatMap(Lane.both))))
        }
    }

    private func tell(_ event: (Set<Lane>) -> GroupEvent) {
        let lanes = Set(positions.keys)
        positions = [:]
        if !lanes.isEmpty { listener?(event(lanes)) }
        positions = [:]
    }

    func leave(within timeout: Duration) {
        guard !isDead else { return }
        tell(GroupEvent.revoked)
        log.leave(name, incarnation)
    }

    // MARK: Publishing

    func publish(_ record: OutboundRecord) throws(KafkaError) {
        try append(
            MemoryLog.Record(key: record.key, value: record.value, headers: record.headers),
            to: MemoryLog.Place(
                topic: settings.topics.name(of: record.topic),
                partition: Partitioner.partition(
                    forKey: record.key ?? [],
                    count: log.partitions
                )
            )
        )
    }

    func publish(_ record: ChangelogRecord) throws(KafkaError) {
        switch settings.guarantee {
        case .exactlyOnce: try append(record)
        case .atLeastOnce: held.append(record)
        }
    }

    private func append(_ record: ChangelogRecord) throws(KafkaError) {
        try append(
            MemoryLog.Record(key: record.key, value: record.value),
            to: MemoryLog.Place(topic: settings.topics.state, partition: record.partition)
        )
    }

    private func append(_ record: MemoryLog.Record, to place: MemoryLog.Place)
        throws(KafkaError)
    {
        try seam()
        switch settings.guarantee {
        case .exactlyOnce: try log.append(record, to: place, id: id, epoch: epoch)
        case .atLeastOnce: try log.append(record, to: place)
        }
    }

    func commit(_ positions: [Lane: Int64]) throws(KafkaError) {
        try seam()
        if hasCommitted { return hasCommitted = false }
        var offsets: [MemoryLog.Place: Int64] = [:]
        for (lane, position) in positions { offsets[place(of: lane)] = position }
        guard settings.guarantee == .exactlyOnce else { return try commitInOrder(offsets) }
        try log.send(offsets, member: name, generation: generation, id: id, epoch: epoch)
        try seam()
        try log.commit(id, epoch: epoch)
        // Here a fault comes too late to undo anything; an answer that is lost is asked for again.
        switch isDead ? .crash : fault() {
        case .crash:
            isDead = true
            try seam()
        case .timeout:
            hasCommitted = true
            var error = KafkaError(.timedOut)
            error.isRetriable = true
            throw error
        case .abort, nil: break
        }
    }

    /// First what was published, then the changelog, then the offsets, each of which may be the
    /// last thing that this process does.
    private func commitInOrder(_ offsets: [MemoryLog.Place: Int64]) throws(KafkaError) {
        while let record = held.first {
            try append(record)
            held.removeFirst()
        }
        try seam()
        // Nobody waits for the answer; that the generation is over is only logged.
        try? log.commit(offsets, member: name, generation: generation)
    }

    func abort() throws(KafkaError) {
        try seam(isAborting: true)
        hasCommitted = false
        held = []
        guard settings.guarantee == .exactlyOnce else { return }
        try log.abort(id, epoch: epoch)
    }

    func serve() throws(KafkaError) { if isDead { try seam() } }

    private func place(of lane: Lane) -> MemoryLog.Place {
        MemoryLog.Place(topic: settings.topics.name(of: lane.topic), partition: lane.partition)
    }

    private struct Polled: PolledRecord {
        let record: MemoryLog.Record
        let offset: Int64
        var timestamp: Int64? { record.timestamp }
        var keyCount: Int? { record.key?.count }
        var valueCount: Int? { record.value?.count }

        func appendKey(to target: inout [UInt8]) { target += record.key ?? [] }
        func appendValue(to target: inout [UInt8]) { target += record.value ?? [] }
        func forEachHeader(_ body: (_ name: String, _ value: [UInt8]?) -> Void) {
            for header in record.headers { body(header.name, header.value) }
        }
    }
}

extension Lane {
    /// Configuration first, so that an order is fixed.
    fileprivate var order: (Int32, Int) { (partition, topic == .configuration ? 0 : 1) }
}
