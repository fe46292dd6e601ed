// From the shards' results to the broker, and the offsets after them.

internal import Logging
internal import MusterKafka
internal import MusterMessages

extension PollLoop {
    /// Takes what shards have left, publishes it, and notes what was acknowledged.
    func takeResults() throws(WorkerError) {
        for result in mailbox.drain() where result.epoch == epoch {
            let round: Int? = if case .batch(let round) = result.cause { round } else { nil }
            for output in result.outputs {
                outbox.append((output, ledger.publish(for: round)))
            }
            guard result.isLast else { continue }
            if let round { ledger.finish(batchOf: round) }
            timers.finished(
                result.shard,
                next: result.nextDeadline,
                wasClock: result.cause == .clock
            )
        }
        try publish()
        do throws(KafkaError) {
            try producer.poll()
        } catch {
            throw .failed(error)
        }
        try takeDeliveries()
        toCommit.merge(ledger.settle()) { $1 }
    }

    /// Gives the producer what it has room for.
    private func publish() throws(WorkerError) {
        while outboxStart < outbox.count {
            let (output, token) = outbox[outboxStart]
            do throws(KafkaError) {
                try send(output, token)
            } catch {
                if error.code == .queueFull { return }
                try refused(token, output, error)
            }
            outboxStart += 1
        }
        outbox.removeAll(keepingCapacity: true)
        outboxStart = 0
    }

    private func send(_ output: OutboundRecord, _ token: Int) throws(KafkaError) {
        try producer.produce(
            to: settings.topics.name(of: output.topic),
            key: output.key,
            value: output.value,
            headers: output.headers.map { Header($0.name, $0.value) },
            token: token
        )
        deliveries.sent(output, token)
    }

    private func takeDeliveries() throws(WorkerError) {
        for delivery in deliveries.take() {
            guard let error = delivery.error else {
                ledger.acknowledge(delivery.token)
                context.counters.add { $0.delivered += 1 }
                continue
            }
            guard let output = delivery.output else { continue }
            try refused(delivery.token, output, error)
        }
    }

    /// A record that is too large is given up, after a dead letter was tried without its value.
    /// Nothing else may be lost: without it the offsets must not move, so the worker ends.
    private func refused(
        _ token: Int,
        _ output: OutboundRecord,
        _ error: KafkaError
    ) throws(WorkerError) {
        let topic = settings.topics.name(of: output.topic)
        guard error.code == .messageTooLarge else { throw .undeliverable(topic: topic, error) }
        if let smaller = output.withoutValue() {
            // Behind the others, which is no harm among dead letters.
            outbox.append((smaller, token))
            return
        }
        logger.error(
            "a record is too large for its topic",
            metadata: ["topic": "\(topic)", "bytes": "\(output.value?.count ?? 0)"]
        )
        context.counters.add { $0.undelivered += 1 }
        ledger.acknowledge(token)
    }

    func commitIfDue() {
        guard !toCommit.isEmpty, ContinuousClock.now >= nextCommit else { return }
        commit(waiting: false)
    }

    /// Commits the positions of rounds that are done.
    func commit(waiting: Bool) {
        guard !toCommit.isEmpty else { return }
        let offsets = Dictionary(
            uniqueKeysWithValues: toCommit.map { (partition(of: $0.key), $0.value) }
        )
        do throws(KafkaError) {
            if waiting {
                try consumer.commit(offsets, within: .seconds(3))
            } else {
                try consumer.commit(offsets)
            }
            toCommit = [:]
        } catch {
            logger.warning("committing failed", metadata: ["reason": "\(error)"])
        }
        nextCommit = ContinuousClock.now + settings.limits.commitInterval
    }

    /// Ends in order: nothing new is read, what is in flight is finished as far as time allows,
    /// offsets are committed, the group is left.
    func drain() throws(WorkerError) {
        logger.info("stopping", metadata: ["roundsInFlight": "\(ledger.inFlight)"])
        let deadline = ContinuousClock.now + settings.limits.drainTimeout
        holdBack(all: true)
        while ContinuousClock.now < deadline {
            try takeResults()
            if ledger.isEmpty, outbox.isEmpty { break }
            do throws(KafkaError) {
                // Records that were fetched before the pause are not committed, so they may go.
                _ = try consumer.poll(for: .milliseconds(5))
            } catch {
                if error.isFatal { throw .failed(error) }
            }
        }
        if !ledger.isEmpty {
            logger.warning(
                "stopping with work undone",
                metadata: ["rounds": "\(ledger.inFlight)"]
            )
        }
        // Closing revokes, and that commits.
        consumer.close(within: .seconds(5))
    }
}
