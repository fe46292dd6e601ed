// Publishing with either guarantee. Exactly once: everything between two commits is one
// transaction, and the offsets are part of it. At least once: first commands and notices are
// acknowledged, then the changelog, then the offsets are committed. In any other order a failure
// in between could lose a command: the changelog would say that it was sent.

internal import Logging
internal import MusterKafka
internal import MusterMessages

extension KafkaConnection {
    /// How long one call may wait for the brokers; retriable errors continue it.
    private static var patience: Duration { .seconds(2) }

    func publish(_ record: OutboundRecord) throws(KafkaError) {
        try publish(
            to: settings.topics.name(of: record.topic),
            partition: nil,
            key: record.key,
            value: record.value,
            headers: record.headers.map { Header($0.name, $0.value) }
        )
    }

    func publish(_ record: ChangelogRecord) throws(KafkaError) {
        switch settings.guarantee {
        case .exactlyOnce: try produce(record)
        case .atLeastOnce: held.append(record)
        }
    }

    private func produce(_ record: ChangelogRecord) throws(KafkaError) {
        try publish(
            to: settings.topics.state,
            partition: record.partition,
            key: record.key,
            value: record.value,
            headers: []
        )
    }

    private func publish(
        to topic: String,
        partition: Int32?,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header]
    ) throws(KafkaError) {
        let bytes =
            (key?.count ?? 0) + (value?.count ?? 0)
            + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
        if let limit = tooLarge[topic], bytes >= limit { throw KafkaError(.messageTooLarge) }
        try beginIfNeeded()
        try producer.produce(
            to: topic,
            partition: partition,
            key: key,
            value: value,
            headers: headers,
            token: failures.token(topic: topic, bytes: bytes)
        )
    }

    private func beginIfNeeded() throws(KafkaError) {
        guard settings.guarantee == .exactlyOnce, transaction == .idle else { return }
        try producer.beginTransaction()
        transaction = .open
    }

    func serve() throws(KafkaError) { try producer.poll() }

    func commit(_ positions: [Lane: Int64]) throws(KafkaError) {
        switch settings.guarantee {
        case .exactlyOnce: try commitTransaction(positions)
        case .atLeastOnce: try commitInOrder(positions)
        }
    }

    private func commitInOrder(_ positions: [Lane: Int64]) throws(KafkaError) {
        try producer.flush(within: Self.patience)
        try checkFailures()
        while !held.isEmpty {
            var count = 0
            // As many as fit; the flush makes room for the others.
            do throws(KafkaError) {
                for record in held {
                    try produce(record)
                    count += 1
                }
            } catch {
                guard error.code == .queueFull else { throw error }
            }
            held.removeFirst(count)
            try producer.flush(within: Self.patience)
            try checkFailures()
        }
        if !positions.isEmpty { try consumer.commit(byPartition(positions)) }
    }

    private func commitTransaction(_ positions: [Lane: Int64]) throws(KafkaError) {
        try beginIfNeeded()
        do throws(KafkaError) {
            if transaction == .open {
                // The broker checks by these whether the partitions are still ours, so no
                // transaction goes without them.
                if !positions.isEmpty {
                    try producer.send(
                        byPartition(positions),
                        of: consumer,
                        within: Self.patience
                    )
                }
                transaction = .offsetsSent
            }
            try producer.commitTransaction(within: Self.patience)
            transaction = .idle
        } catch {
            // Its reason says more than the transaction's, which only failed because of it.
            if error.requiresAbort { try checkFailures() }
            throw error
        }
    }

    /// Takes in which records the broker has refused.
    ///
    /// - Throws: a fatal error for what will not be taken later either; one that requires an abort
    ///   otherwise.
    private func checkFailures() throws(KafkaError) {
        var first: KafkaError?
        for failure in failures.take() {
            var error = failure.error
            error.reason = "a record for \(failure.topic): \(error.reason)"
            switch error.code {
            case .messageTooLarge:
                tooLarge[failure.topic] = min(tooLarge[failure.topic] ?? .max, failure.bytes)
            case .unknownTopic, .topicAuthorizationFailed, .invalidRecord:
                error.isFatal = true
                throw error
            default: break
            }
            error.requiresAbort = true
            first = first ?? error
        }
        if let first { throw first }
    }

    func abort() throws(KafkaError) {
        defer { _ = failures.take() }
        held = []
        guard transaction != .idle else { return }
        try producer.abortTransaction(within: Self.patience)
        transaction = .idle
    }
}
