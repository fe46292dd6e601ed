// A member of a consumer group. One thread does everything with it; that is not only simpler but
// also what librdkafka 2.0.2 needs, where seeking, pausing and polling in parallel go wrong.

internal import CLibRdKafka

/// What a group has decided about this member's partitions.
public enum RebalanceEvent: Hashable, Sendable {
    /// These are ours from now on. The listener calls ``Consumer/assign(_:)`` to start reading; if
    /// it does not, they are read from where the group left off.
    case assigned([TopicPartition])
    /// These are ours until the listener returns: the last moment to commit.
    case revoked([TopicPartition])
    /// These are another's already; nothing can be committed any more.
    case lost([TopicPartition])
}

/// What a poll brought.
public enum Polled: ~Copyable {
    /// Nothing in the time given, or the consumer was woken.
    case nothing
    /// A record.
    case message(Message)
    /// The end of a partition was reached; the next record will have this offset.
    case end(TopicPartition, offset: Int64)
    /// The brokers have nothing at the offset that a partition was to be read at, which is not read
    /// any more before it is assigned again: only where `auto.offset.reset` is `error`.
    case unavailable(TopicPartition, offset: Int64, reason: String)
}

/// A consumer: used by the thread that made it, and by no other.
///
/// Not `Sendable` on purpose: callbacks run on the thread that polls, inside of
/// ``poll(for:)`` and ``close()``. Only its ``waker`` may travel.
@safe
public final class Consumer {
    /// Settings that differ from librdkafka's; properties given to ``init(_:log:)`` go before.
    ///
    /// The eager `range` assignor gives one member the same partition numbers of co-partitioned
    /// topics, which the cooperative ones do not; those also have open bugs in 2.0.2. Nagle is off
    /// because it costs up to 40 ms on each request. 8 MiB of records fetched ahead are plenty.
    public static let defaults = [
        "enable.auto.commit": "false",
        "enable.partition.eof": "true",
        "auto.offset.reset": "earliest",
        "partition.assignment.strategy": "range",
        "socket.nagle.disable": "true",
        "queued.max.messages.kbytes": "8192",
    ]

    /// Called inside of ``poll(for:)`` and ``close()``, on the same thread.
    public var onRebalance: ((RebalanceEvent) -> Void)? {
        get { callbacks.onRebalance }
        set { callbacks.onRebalance = newValue }
    }

    /// Wakes a poll from any thread.
    public let waker: Waker

    let client: ClientHandle
    private let callbacks: ConsumerCallbacks
    private var isClosed = false

    /// Makes a consumer that has not joined its group yet.
    ///
    /// - Throws: an error that names the property when one is unknown or has a wrong value.
    public init(
        _ properties: [String: String],
        log: @escaping LogSink
    ) throws(KafkaError) {
        callbacks = ConsumerCallbacks(log: log)
        client = try ClientHandle(
            RD_KAFKA_CONSUMER,
            properties,
            defaults: Self.defaults,
            callbacks: callbacks
        )
        unsafe rd_kafka_poll_set_consumer(client.raw)
        unsafe waker = Waker(consuming: rd_kafka_queue_get_consumer(client.raw))
    }

    deinit { close() }

    /// Joins the group for these topics; what it assigns comes to ``onRebalance``.
    public func subscribe(to topics: [String]) throws(KafkaError) {
        let list = PartitionList(topics.map { TopicPartition($0, RD_KAFKA_PARTITION_UA) })
        try unsafe KafkaError.check(rd_kafka_subscribe(client.raw, list.raw))
    }

    /// Reads these partitions from these offsets on, real or logical ones, and no others.
    public func assign(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        callbacks.hasAssigned = true
        let list = PartitionList(offsets)
        try unsafe KafkaError.check(rd_kafka_assign(client.raw, list.raw))
    }

    /// Whether the group has gone on without this member; ``onRebalance`` is about to hear of it,
    /// unless partitions are assigned before.
    public var hasLostAssignment: Bool { unsafe rd_kafka_assignment_lost(client.raw) != 0 }

    /// Waits for a record, the end of a partition or a wake-up.
    ///
    /// - Throws: an error of the consumer; it may go on after any that is not fatal.
    public func poll(for timeout: Duration) throws(KafkaError) -> Polled {
        let polled = unsafe rd_kafka_consumer_poll(client.raw, timeout.timeout)
        if let fatal = callbacks.fatal { throw fatal }
        guard let polled = unsafe polled else { return .nothing }
        let message = unsafe Message(consuming: polled)
        let code = message.errorCode
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return .message(message) }
        switch code {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            return .end(TopicPartition(message.topic, message.partition), offset: message.offset)
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
            return .unavailable(
                TopicPartition(message.topic, message.partition),
                offset: message.offset,
                reason: message.errorText
            )
        case RD_KAFKA_RESP_ERR__FATAL:
            // What it is about is known to the client only, as when another took its name.
            if let fatal = unsafe KafkaError.fatal(of: client.raw) { throw fatal }
        default: break
        }
        throw KafkaError(.init(code), message.errorText)
    }

    /// Stops fetching these partitions; what was fetched already is dropped and fetched again.
    public func pause(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let list = PartitionList(partitions)
        try unsafe KafkaError.check(rd_kafka_pause_partitions(client.raw, list.raw))
    }

    /// Fetches these partitions again, from behind the last record that was polled.
    public func resume(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let list = PartitionList(partitions)
        try unsafe KafkaError.check(rd_kafka_resume_partitions(client.raw, list.raw))
    }

    /// Goes on reading elsewhere in partitions that are assigned.
    public func seek(
        _ offsets: [TopicPartition: Int64],
        within timeout: Duration
    ) throws(KafkaError) {
        let list = PartitionList(offsets)
        try unsafe KafkaError.check(
            rd_kafka_seek_partitions(client.raw, list.raw, timeout.timeout)
        )
        _ = try list.offsets()
    }

    /// Commits the offsets of the records to be read next, without waiting; a failure is logged.
    public func commit(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        let list = PartitionList(offsets)
        try unsafe KafkaError.check(rd_kafka_commit(client.raw, list.raw, 1))
    }

    /// Commits the offsets of the records to be read next, and waits for the broker's answer.
    ///
    /// - Throws: the answer, if it is an error; `timedOut` when there is none.
    public func commit(
        _ offsets: [TopicPartition: Int64],
        within timeout: Duration
    ) throws(KafkaError) {
        let list = PartitionList(offsets)
        // Not `rd_kafka_commit`: with the coordinator away, it waits for the session's timeout.
        let queue = unsafe rd_kafka_queue_new(client.raw)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        try unsafe KafkaError.check(
            rd_kafka_commit_queue(client.raw, list.raw, queue, nil, nil)
        )
        let event = unsafe rd_kafka_queue_poll(queue, timeout.timeout)
        defer { unsafe rd_kafka_event_destroy(event) }
        guard unsafe event != nil else { throw KafkaError(.timedOut) }
        try unsafe KafkaError.check(rd_kafka_event_error(event))
    }

    /// What the group has committed; partitions without a commit are left out.
    public func committed(
        _ partitions: some Collection<TopicPartition>,
        within timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let list = PartitionList(partitions)
        try unsafe KafkaError.check(rd_kafka_committed(client.raw, list.raw, timeout.timeout))
        return try list.offsets()
    }

    /// The offsets that the partitions' next records will have, for all in one request a broker.
    /// With `isolation.level=read_committed` they stop before the first open transaction.
    public func ends(
        of partitions: some Collection<TopicPartition>,
        within timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try offsets(at: LogicalOffset.end, of: partitions, within: timeout)
    }

    /// The offsets of the oldest records that are still there.
    public func beginnings(
        of partitions: some Collection<TopicPartition>,
        within timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try offsets(at: LogicalOffset.beginning, of: partitions, within: timeout)
    }

    private func offsets(
        at place: Int64,
        of partitions: some Collection<TopicPartition>,
        within timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        // librdkafka takes no question about nothing.
        if partitions.isEmpty { return [:] }
        // The query takes timestamps; the protocol's -1 asks for the end, -2 for the beginning.
        let list = PartitionList(
            Dictionary(partitions.map { ($0, place) }, uniquingKeysWith: { first, _ in first })
        )
        try unsafe KafkaError.check(
            rd_kafka_offsets_for_times(client.raw, list.raw, timeout.timeout)
        )
        return try list.offsets()
    }

    /// The partitions that are ours now.
    public var assignment: [TopicPartition] {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard unsafe rd_kafka_assignment(client.raw, &list) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let list = unsafe list
        else { return [] }
        return unsafe PartitionList(consuming: list).partitions
    }

    /// Leaves the group; ``onRebalance`` hears of the revocation. Later calls do nothing.
    ///
    /// - Returns: whether it is closed. It is not when the broker was away for so long; then the
    ///   group learns by the session's end, and the client's memory is left to the process's.
    @discardableResult
    public func close(within timeout: Duration = .seconds(10)) -> Bool {
        guard !isClosed else { return true }
        isClosed = true
        let isLeft = leave(within: timeout)
        // The queue must go before the client does, and the closure may hold on to our owner.
        waker.invalidate()
        callbacks.onRebalance = nil
        if !isLeft { client.abandon() }
        return isLeft
    }

    private func serve(consuming event: OpaquePointer) {
        defer { unsafe rd_kafka_event_destroy(event) }
        guard unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE,
            let list = unsafe rd_kafka_event_topic_partition_list(event)
        else { return }
        unsafe callbacks.rebalance(client.raw, rd_kafka_event_error(event), list)
    }

    private func leave(within timeout: Duration) -> Bool {
        let queue = unsafe rd_kafka_queue_new(client.raw)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        if let error = unsafe rd_kafka_consumer_close_queue(client.raw, queue) {
            unsafe rd_kafka_error_destroy(error)
            // It cannot be closed in the background after a fatal error, but at once.
            return unsafe rd_kafka_consumer_close(client.raw) != RD_KAFKA_RESP_ERR__TIMED_OUT
        }
        let deadline = ContinuousClock.now + timeout
        while unsafe rd_kafka_consumer_closed(client.raw) == 0 {
            guard ContinuousClock.now < deadline else { return false }
            // As events: records that nobody has polled are in the queue as well, and serving them
            // by callbacks makes librdkafka 2.0.2 end the process.
            if let event = unsafe rd_kafka_queue_poll(queue, 50) { unsafe serve(consuming: event) }
        }
        return true
    }
}

/// A consumer's callbacks; see `Callbacks` for who may touch what.
private final class ConsumerCallbacks: Callbacks {
    var onRebalance: ((RebalanceEvent) -> Void)?
    /// Whether the listener has assigned by itself.
    var hasAssigned = false

    /// Lets the listener hear of it, and does what it has left to do.
    func rebalance(
        _ client: OpaquePointer?,
        _ code: rd_kafka_resp_err_t,
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        let partitions = unsafe PartitionList.partitions(of: list)
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            hasAssigned = false
            onRebalance?(.assigned(partitions))
            if !hasAssigned { unsafe rd_kafka_assign(client, list) }
        default:
            let isLost = unsafe rd_kafka_assignment_lost(client) != 0
            onRebalance?(isLost ? .lost(partitions) : .revoked(partitions))
            unsafe rd_kafka_assign(client, nil)
        }
    }

    override func register(in configuration: OpaquePointer) {
        unsafe super.register(in: configuration)
        unsafe rd_kafka_conf_set_rebalance_cb(configuration) { client, code, list, opaque in
            guard let callbacks = unsafe ConsumerCallbacks.of(opaque), let list = unsafe list
            else { return }
            unsafe callbacks.rebalance(client, code, list)
        }
        unsafe rd_kafka_conf_set_offset_commit_cb(configuration) { _, code, _, opaque in
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET
            else { return }
            let reason = KafkaError.Code(code).description
            unsafe Callbacks.of(opaque)?.log(
                LogLine(level: 4, facility: "COMMIT", text: "commit failed: \(reason)")
            )
        }
    }
}
