// A broker inside of the process: librdkafka's mock cluster, which listens on real TCP sockets of
// the loopback interface, so that any Kafka client of the machine can talk to it.
//
// It keeps everything in memory: at most 5 MiB of compressed batches in a partition, the oldest
// dropped first. It knows groups, but no administration, no compaction, and it does not hide what
// a transaction has not committed.

internal import CLibRdKafka

/// A cluster of brokers that lives as long as this object.
///
/// Sendable because the pointers never change, and because the mock cluster runs every call of its
/// interface on its own thread or under its own lock.
@safe
public final class EmbeddedBroker: @unchecked Sendable {
    private let cluster: OpaquePointer
    private let client: ClientHandle

    /// The addresses for `bootstrap.servers`.
    public let bootstrapServers: String

    /// Starts the cluster on free ports.
    public init(brokers: Int = 1, log: @escaping LogSink) throws(KafkaError) {
        client = try ClientHandle(
            RD_KAFKA_PRODUCER,
            ["client.id": "embedded"],
            defaults: [:],
            callbacks: Callbacks(log: log)
        )
        guard let made = unsafe rd_kafka_mock_cluster_new(client.raw, Int32(brokers)) else {
            throw KafkaError(.state, "the embedded broker cannot listen on the loopback interface")
        }
        unsafe cluster = made
        bootstrapServers = unsafe String(cString: rd_kafka_mock_cluster_bootstraps(made))
    }

    // The cluster goes before the client that it runs in; that one is destroyed with this object.
    deinit { unsafe rd_kafka_mock_cluster_destroy(cluster) }

    /// Creates a topic.
    ///
    /// - Throws: `topicAlreadyExists`.
    public func create(topic: String, partitions: Int) throws(KafkaError) {
        try unsafe KafkaError.check(
            rd_kafka_mock_topic_create(cluster, topic, Int32(partitions), 1)
        )
    }

    /// Makes a broker, counted from 1, refuse connections and drop those it has.
    public func takeDown(broker: Int = 1) throws(KafkaError) {
        try unsafe KafkaError.check(rd_kafka_mock_broker_set_down(cluster, Int32(broker)))
    }

    /// Makes a broker that was taken down work again.
    public func bringUp(broker: Int = 1) throws(KafkaError) {
        try unsafe KafkaError.check(rd_kafka_mock_broker_set_up(cluster, Int32(broker)))
    }

    /// A kind of request, by its number in the protocol.
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case syncGroup = 14
        case initProducerID = 22
        case addPartitionsToTransaction = 24
        case addOffsetsToTransaction = 25
        case endTransaction = 26
        case commitOffsetsInTransaction = 28
    }

    /// Answers the next requests of this kind with these errors, one each.
    public func fail(next request: Request, with errors: [KafkaError.Code]) {
        let codes = errors.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        unsafe rd_kafka_mock_push_request_errors_array(
            cluster,
            request.rawValue,
            codes.count,
            codes
        )
    }
}
