// What happens when the group gives and takes partitions. Every rebalance of the eager kind takes
// everything first, so an assignment is always the whole of it.
//
// Inside of the callback only Kafka is waited for, never a shard: what a shard has not finished by
// then is dropped, and the new owner, which reads the partition from its beginning, decides it
// again from the same records.

internal import Logging
internal import MusterKafka

extension PollLoop {
    /// Called inside of the consumer's poll and close.
    func rebalance(_ event: RebalanceEvent) {
        switch event {
        case .assigned(let partitions): assigned(Set(partitions.compactMap(lane(of:))))
        case .revoked(let partitions): revoked(partitions, isLost: false)
        case .lost(let partitions): revoked(partitions, isLost: true)
        }
    }

    private func assigned(_ lanes: Set<Lane>) {
        epoch += 1
        mailbox.epoch = epoch
        forget()
        do throws(KafkaError) {
            let partitions = lanes.map(partition(of:))
            try consumer.assign(
                Dictionary(
                    uniqueKeysWithValues: partitions.map { ($0, LogicalOffset.beginning) }
                )
            )
            // An assignment undoes every pause. Nothing is read before its ends are known.
            try consumer.pause(partitions)
            brake.reset(paused: lanes)
        } catch {
            logger.error("assigning failed", metadata: ["reason": "\(error)"])
        }
        toPrepare = lanes
    }

    private func revoked(_ partitions: [TopicPartition], isLost: Bool) {
        if !isLost { settleBeforeLeaving() }
        epoch += 1
        mailbox.epoch = epoch
        forget()
        toPrepare = nil
        for shard in shards { shard.yield(.revoked) }
        let numbers = Set(partitions.map { Int($0.partition) }).sorted()
        logger.info(
            isLost ? "partitions were lost" : "partitions were revoked",
            metadata: ["partitions": "\(numbers)"]
        )
        context.observe(.revoked(partitions: numbers))
    }

    /// Publishes what is decided and commits what is done, within bounds.
    private func settleBeforeLeaving() {
        do throws(WorkerError) {
            try takeResults()
            try? producer.flush(within: .seconds(3))
            try takeResults()
        } catch {
            // The next turn runs into the same and ends the worker.
            logger.error("publishing failed", metadata: ["reason": "\(error)"])
        }
        commit(waiting: true)
    }

    /// Drops everything that belongs to partitions which are not, or no longer, ours.
    private func forget() {
        ledger.drop()
        replay = Replay()
        brake.reset(paused: [])
        round.clear()
        outbox = []
        outboxStart = 0
        deliveries.drop()
        toCommit = [:]
        timers = Timers(shards: shards.count)
    }

    /// Finds out where newly assigned partitions end and what was committed, and starts reading.
    /// Tried again at the next turn while the broker does not answer.
    func prepareIfAssigned() throws(WorkerError) {
        guard let lanes = toPrepare else { return }
        let partitions = lanes.map(partition(of:))
        let counts: [String: Int]
        let ends: [Lane: Int64]
        let committed: [Lane: Int64]
        do throws(KafkaError) {
            counts = try topology.admin.partitionCounts(within: .seconds(5))
            ends = byLane(try consumer.ends(of: partitions, within: .seconds(5)))
            committed = byLane(try consumer.committed(partitions, within: .seconds(5)))
        } catch {
            logger.warning("asking for offsets failed", metadata: ["reason": "\(error)"])
            return
        }
        guard ends.count == lanes.count else { return }
        partitionCount = try topology.inboundPartitions(in: counts)
        toPrepare = nil
        replay = Replay(ends: ends, committed: committed)
        let numbers = Set(lanes.map(\.partition))
        let assignment = Assignment(
            epoch: epoch,
            partitions: numbers,
            partitionCount: partitionCount
        )
        for shard in shards { shard.yield(.assigned(assignment)) }
        logger.info("partitions were assigned", metadata: ["partitions": "\(numbers.sorted())"])
        context.observe(.assigned(partitions: numbers.map { Int($0) }.sorted()))
    }

    private func byLane(_ offsets: [TopicPartition: Int64]) -> [Lane: Int64] {
        Dictionary(
            offsets.compactMap { partition, offset in lane(of: partition).map { ($0, offset) } },
            uniquingKeysWith: { a, _ in a }
        )
    }
}
