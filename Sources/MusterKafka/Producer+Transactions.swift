// Transactions: what is produced between a beginning and a commit becomes visible to consumers
// that read committed records, together with the offsets sent along, or not at all.

internal import CLibRdKafka

extension Producer {
    /// Properties of a transactional producer with this id.
    ///
    /// librdkafka takes them only together: neither a record nor a request may outlive the time
    /// after which the broker aborts the transaction.
    ///
    /// - Parameters:
    ///   - id: the transactional id; whoever begins with it last fences the others off.
    ///   - timeout: after how long without an end the broker aborts a transaction.
    /// - Returns: what ``init(_:log:onDelivery:)`` takes, to be merged with other properties.
    public static func transactional(_ id: String, timeout: Duration) -> [String: String] {
        let milliseconds = String(timeout.timeout)
        return [
            "transactional.id": id,
            "transaction.timeout.ms": milliseconds,
            "message.timeout.ms": milliseconds,
            "socket.timeout.ms": milliseconds,
        ]
    }

    /// Takes over the transactional id: fences off who had it, and ends what that left open. To
    /// be called once, before anything else.
    ///
    /// - Throws: `timedOut` and others that are retriable: call it again.
    public func initTransactions(within timeout: Duration) throws(KafkaError) {
        try unsafe KafkaError.check(rd_kafka_init_transactions(client.raw, timeout.timeout))
    }

    /// Begins a transaction; what is produced belongs to it.
    public func beginTransaction() throws(KafkaError) {
        try unsafe KafkaError.check(rd_kafka_begin_transaction(client.raw))
    }

    /// Commits offsets of a group as part of the transaction, in the name of `consumer`: a broker
    /// refuses them once the group has gone on without that member.
    ///
    /// - Throws: errors that are retriable, require an abort, or are fatal.
    public func send(
        _ offsets: [TopicPartition: Int64],
        of consumer: Consumer,
        within timeout: Duration
    ) throws(KafkaError) {
        guard let group = unsafe rd_kafka_consumer_group_metadata(consumer.client.raw) else {
            throw KafkaError(.state, "the consumer is in no group")
        }
        defer { unsafe rd_kafka_consumer_group_metadata_destroy(group) }
        let list = PartitionList(offsets)
        try unsafe KafkaError.check(
            rd_kafka_send_offsets_to_transaction(client.raw, list.raw, group, timeout.timeout)
        )
    }

    /// Waits until everything produced is delivered, and commits.
    ///
    /// - Throws: errors that are retriable (make the same call again), require an abort, or are
    ///   fatal.
    public func commitTransaction(within timeout: Duration) throws(KafkaError) {
        try unsafe KafkaError.check(rd_kafka_commit_transaction(client.raw, timeout.timeout))
    }

    /// Drops everything produced since the transaction began.
    ///
    /// - Throws: errors that are retriable (make the same call again) or fatal.
    public func abortTransaction(within timeout: Duration) throws(KafkaError) {
        try unsafe KafkaError.check(rd_kafka_abort_transaction(client.raw, timeout.timeout))
    }
}
