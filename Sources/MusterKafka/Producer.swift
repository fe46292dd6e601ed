// A producer that reports each delivery to whoever asked for it, by a number of the caller's.

internal import CLibRdKafka

/// A header of a record.
public struct Header: Hashable, Sendable {
    /// Its name, which may occur more than once.
    public var name: String
    /// Its value, which may be null.
    public var value: [UInt8]?

    /// Makes a header.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// Makes a header with a text as its value.
    public init(_ name: String, _ value: String) {
        self.init(name, Array(value.utf8))
    }
}

/// A producer: used by one thread at a time, which also polls it.
@safe
public final class Producer {
    /// Settings that differ from librdkafka's; properties given to ``init(_:log:onDelivery:)`` go
    /// before.
    ///
    /// The partitioner is the one of Java clients, so that keys meet in the same partitions.
    /// Deliveries never time out: what was decided is sent, however long the broker is away.
    public static let defaults = [
        "partitioner": "murmur2_random",
        "enable.idempotence": "true",
        "compression.type": "zstd",
        "linger.ms": "1",
        "message.timeout.ms": "0",
        "socket.nagle.disable": "true",
    ]

    let client: ClientHandle
    private let callbacks: ProducerCallbacks
    private var scratch = ProduceArguments()
    /// Topics that librdkafka shall keep in mind; they must go before the client does.
    private var topics = unsafe [OpaquePointer]()

    /// Records that the broker has acknowledged.
    public var delivered: Int { callbacks.delivered }
    /// Records that were given up.
    public var failed: Int { callbacks.failed }
    /// Records that are neither.
    public private(set) var produced = 0
    /// Records whose fate is not known yet.
    public var outstanding: Int { produced - delivered - failed }

    /// Makes a producer.
    ///
    /// `onDelivery` is called inside of ``poll(for:)`` and ``flush(within:)``, with the token of
    /// each record and the error if it was given up.
    ///
    /// - Throws: an error that names the property when one is unknown or has a wrong value.
    public init(
        _ properties: [String: String],
        log: @escaping LogSink,
        onDelivery: @escaping (_ token: Int, _ error: KafkaError?) -> Void = { _, _ in }
    ) throws(KafkaError) {
        callbacks = ProducerCallbacks(log: log, onDelivery: onDelivery)
        client = try ClientHandle(
            RD_KAFKA_PRODUCER,
            properties,
            defaults: Self.defaults,
            callbacks: callbacks
        )
    }

    /// Learns where the partitions of topics are, which the first record to each would otherwise
    /// wait up to a second for.
    ///
    /// - Throws: `timedOut` or `transport` when no broker answers; nothing is lost by it.
    public func prepare(
        topics names: [String],
        within timeout: Duration
    ) throws(KafkaError) {
        for name in names {
            guard let topic = unsafe rd_kafka_topic_new(client.raw, name, nil) else {
                throw KafkaError(.init(rd_kafka_last_error()))
            }
            unsafe topics.append(topic)
        }
        var answer: UnsafePointer<rd_kafka_metadata>?
        try unsafe KafkaError.check(
            rd_kafka_metadata(client.raw, 0, nil, &answer, timeout.timeout)
        )
        unsafe rd_kafka_metadata_destroy(answer)
    }

    /// Queues a record; its bytes are copied.
    ///
    /// Without a partition the partitioner finds one. The timestamp is in milliseconds since the
    /// Unix epoch, now when left out. The token comes back with the delivery.
    ///
    /// - Throws: `queueFull`, after which polling makes room; `messageTooLarge`.
    public func produce(
        to topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = [],
        timestamp: Int64? = nil,
        token: Int = 0
    ) throws(KafkaError) {
        try scratch.produce(
            client,
            topic: topic,
            partition: partition ?? RD_KAFKA_PARTITION_UA,
            key: key,
            value: value,
            headers: headers,
            timestamp: timestamp ?? 0,
            token: token
        )
        produced += 1
    }

    /// Serves deliveries.
    ///
    /// - Throws: the error after which the producer is of no more use.
    public func poll(for timeout: Duration = .zero) throws(KafkaError) {
        unsafe rd_kafka_poll(client.raw, timeout.timeout)
        if let fatal = callbacks.fatal { throw fatal }
    }

    /// Waits until every record has been delivered or given up.
    ///
    /// - Throws: `timedOut` when some have not.
    public func flush(within timeout: Duration) throws(KafkaError) {
        try unsafe KafkaError.check(rd_kafka_flush(client.raw, timeout.timeout))
        if let fatal = callbacks.fatal { throw fatal }
    }

    deinit {
        // Whoever wanted the queued records delivered has flushed; without this, destroying the
        // client would leave their memory to librdkafka's own clean-up with callbacks pending.
        unsafe rd_kafka_purge(client.raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        for index in unsafe topics.indices { unsafe rd_kafka_topic_destroy(topics[index]) }
    }
}

/// A producer's callbacks; see `Callbacks` for who may touch what.
private final class ProducerCallbacks: Callbacks {
    let onDelivery: (Int, KafkaError?) -> Void
    var delivered = 0
    var failed = 0

    init(log: @escaping LogSink, onDelivery: @escaping (Int, KafkaError?) -> Void) {
        self.onDelivery = onDelivery
        super.init(log: log)
    }

    override func register(in configuration: OpaquePointer) {
        unsafe super.register(in: configuration)
        unsafe rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
            guard let callbacks = unsafe ProducerCallbacks.of(opaque),
                let message = unsafe message
            else { return }
            let token = unsafe Int(bitPattern: message.pointee._private)
            if unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                callbacks.delivered += 1
                callbacks.onDelivery(token, nil)
            } else {
                callbacks.failed += 1
                callbacks.onDelivery(token, unsafe KafkaError(.init(message.pointee.err)))
            }
        }
    }
}
