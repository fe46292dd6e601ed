// What happens when the group gives and takes partitions. Every rebalance of the eager kind takes
// everything first, so an assignment is always the whole of it.

internal import Logging
internal import MusterEngine
internal import MusterKafka
internal import MusterMessages
internal import MusterModel

extension WorkerLoop {
    /// Called inside of the connection's poll and when it leaves.
    func rebalance(_ event: GroupEvent) {
        switch event {
        case .assigned(let lanes):
            forget()
            assigned = lanes
            isUnprepared = true
            // Not where it is prepared: a rollback does that as well.
            context.metrics.assigned(partitions: Set(lanes.map(\.partition)).count)
        case .revoked(let lanes): revoked(lanes, isLost: false)
        case .lost(let lanes): revoked(lanes, isLost: true)
        }
    }

    private func revoked(_ lanes: Set<Lane>, isLost: Bool) {
        do throws(WorkerError) {
            // Nothing can be committed for what is another's already.
            if isLost { try abort() } else { try settleBeforeLeaving() }
        } catch {
            failure = failure ?? error
        }
        forget()
        assigned = []
        isUnprepared = false
        let numbers = Set(lanes.map { Int($0.partition) }).sorted()
        logger.info(
            isLost ? "partitions were lost" : "partitions were revoked",
            metadata: ["partitions": "\(numbers)"]
        )
        context.metrics.revoked(isLost: isLost)
        context.health.revoked()
        context.observe(.revoked(partitions: numbers))
    }

    /// Commits what is decided, within bounds: the group waits for us.
    private func settleBeforeLeaving() throws(WorkerError) {
        round.clear()
        if try settle(within: settings.revocationLimit) { return }
        logger.warning("partitions go with work undone; their new owner begins with it")
        if outbox.isDirty { try abort() }
    }

    /// Drops everything that is not committed, and whatever is in the tasks' hands.
    func forget() {
        epoch += 1
        mailbox.epoch = epoch
        runner.dropAll()
        outbox.drop()
        round.clear()
        inFlight = [:]
        committed = [:]
        starts = [:]
        catchUp = CatchUp()
        lostOffsets = [:]
        freshStarts = [:]
        timers = Timers()
        brake.reset(paused: [])
    }

    /// Finds out where newly assigned partitions begin and end, and begins to restore them. Tried
    /// again at the next turn while the broker does not answer.
    func prepareIfAssigned() throws(WorkerError) {
        guard isUnprepared, !isAborting else { return }
        let counts: [String: Int]
        do throws(KafkaError) {
            counts = try connection.partitionCounts()
            let missed: [Lane: Int64]
            (starts, missed) = try positions()
            try connection.assign(starts.mapValues(\.lowerBound), paused: assigned)
            note(missed: missed)
        } catch {
            if error.isFatal { throw WorkerError(fatal: error) }
            logger.warning("asking for offsets failed", metadata: ["reason": "\(error)"])
            if error.code == .offsetOutOfRange { try wait(for: error) }
            return
        }
        try noteCounts(counts)
        isUnprepared = false
        overrunSince = nil
        brake.reset(paused: assigned)
        let numbers = Set(assigned.map(\.partition)).sorted()
        logger.info("partitions were assigned", metadata: ["partitions": "\(numbers)"])
        context.observe(.assigned(partitions: numbers.map { Int($0) }))
        context.health.assigned(partitions: numbers.count)
        restoring = Restoring(partitions: numbers.count, since: context.elapsed())
        for partition in numbers { restorer.begin(partition, epoch: epoch) }
    }

    /// Takes in how many partitions there are.
    ///
    /// - Throws: where the topics differ, or have other numbers than at an earlier time.
    func noteCounts(_ counts: [String: Int]) throws(WorkerError) {
        let count = try Topology.partitionCount(in: counts, settings.topics)
        guard partitionCount == 0 || partitionCount == count else {
            throw .partitionsChanged(from: partitionCount, to: count)
        }
        partitionCount = count
    }

    /// Where each lane goes on and where it ends for now, and how many records that passes over.
    private func positions() throws(KafkaError)
        -> (starts: [Lane: Range<Int64>], missed: [Lane: Int64])
    {
        let bounds = try connection.bounds(of: assigned)
        let committed = try connection.committed(assigned)
        var starts: [Lane: Range<Int64>] = [:]
        var missed: [Lane: Int64] = [:]
        for (lane, bounds) in bounds {
            let position = committed[lane] ?? bounds.lowerBound
            let start = try start(of: lane, from: position, within: bounds)
            starts[lane] = start..<bounds.upperBound
            missed[lane] = start - position
        }
        return (starts, missed)
    }

    /// A broker that has just become a partition's leader may not know for a moment how far that
    /// goes; longer than that it is no answer.
    private func wait(for error: KafkaError) throws(WorkerError) {
        let now = context.elapsed()
        let since = overrunSince ?? now
        overrunSince = since
        if now - since >= settings.limits.restoreTimeout { throw .recordsLost(error) }
    }

    /// Begins to read a partition whose state is there.
    func restored(_ restoration: Restoration) throws(WorkerError) {
        let partition = restoration.partition
        let domains = try restoration.outcome.get()
        try checkPlaces(of: domains, partition)
        var positions: [Lane: Int64] = [:]
        for lane in Lane.both(partition) {
            guard let start = starts.removeValue(forKey: lane) else {
                throw .partialAssignment(partition: Int(partition))
            }
            positions[lane] = start.lowerBound
            committed[lane] = start.lowerBound
            catchUp.begin(lane, at: start.lowerBound, target: start.upperBound)
        }
        logger.info(
            "partition is restored",
            metadata: [
                "partition": "\(partition)", "domains": "\(domains.count)",
                "entries": "\(restoration.entries)",
            ]
        )
        context.observe(
            .restored(partition: Int(partition), domains: domains.count)
        )
        runner.start(
            TaskStart(
                partition: partition,
                epoch: epoch,
                partitionCount: partitionCount,
                positions: positions,
                domains: domains
            )
        )
        restoring.left -= 1
        context.health.restoredPartition()
        // From now on it is the brake that pauses and resumes it.
        inFlight[partition] = 0
        guard restoring.left == 0 else { return }
        context.metrics.restored(in: context.elapsed() - restoring.since)
        for partition in inFlight.keys.sorted() {
            runner.give(partition, .ask(partitions: inFlight.count))
        }
    }

    /// A domain that is not where its records go would be handled here and there.
    private func checkPlaces(of domains: [Domain], _ partition: Int32) throws(WorkerError) {
        for domain in domains {
            let right = Partitioner.partition(
                forKey: domain.id.name.utf8,
                count: Int32(partitionCount)
            )
            guard right == partition else {
                throw .movedDomain(
                    domain.id,
                    partition: partition,
                    belongsTo: right,
                    of: partitionCount
                )
            }
        }
    }
}
