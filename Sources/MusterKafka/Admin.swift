// What is asked of a broker besides records: which topics there are, and that some be created.

internal import CLibRdKafka

/// A topic to create.
public struct NewTopic: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// How many partitions.
    public var partitions: Int32
    /// Copies of each partition; -1 leaves it to the broker.
    public var replication: Int32
    /// Settings of the topic, such as `cleanup.policy`.
    public var settings: [String: String]

    /// Describes a topic.
    public init(
        _ name: String,
        partitions: Int32,
        replication: Int32 = -1,
        settings: [String: String] = [:]
    ) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.settings = settings
    }
}

/// Asks and tells brokers about topics; used by one thread at a time, which it blocks.
@safe
public final class Admin {
    private let client: ClientHandle
    private let callbacks: Callbacks

    /// Makes a client; it connects at the first question.
    public init(_ properties: [String: String], log: @escaping LogSink) throws(KafkaError) {
        callbacks = Callbacks(log: log)
        client = try ClientHandle(
            RD_KAFKA_PRODUCER,
            properties,
            defaults: ["socket.nagle.disable": "true"],
            callbacks: callbacks
        )
    }

    /// The number of partitions of every topic, by name. Never makes the broker create one.
    public func partitionCounts(within timeout: Duration) throws(KafkaError) -> [String: Int] {
        var answer: UnsafePointer<rd_kafka_metadata>?
        // All topics, because asking for one by name lets brokers create it on the fly.
        try unsafe KafkaError.check(
            rd_kafka_metadata(client.raw, 1, nil, &answer, timeout.timeout)
        )
        guard let metadata = unsafe answer else { return [:] }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        var counts: [String: Int] = [:]
        for index in 0..<(unsafe Int(metadata.pointee.topic_cnt)) {
            let topic = unsafe metadata.pointee.topics[index]
            guard unsafe topic.err == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            unsafe counts[String(cString: topic.topic)] = Int(topic.partition_cnt)
        }
        return counts
    }

    /// Creates topics; those that are there already stay as they are.
    ///
    /// - Throws: the first failure other than that; its reason names the topic.
    public func create(_ topics: [NewTopic], within timeout: Duration) throws(KafkaError) {
        guard !topics.isEmpty else { return }
        var specifications = unsafe [OpaquePointer?]()
        defer {
            for index in unsafe specifications.indices {
                unsafe rd_kafka_NewTopic_destroy(specifications[index])
            }
        }
        for topic in topics { unsafe specifications.append(try specification(of: topic)) }

        let queue = unsafe rd_kafka_queue_new(client.raw)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let options = unsafe rd_kafka_AdminOptions_new(client.raw, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        unsafe rd_kafka_AdminOptions_set_request_timeout(options, timeout.timeout, nil, 0)
        unsafe rd_kafka_CreateTopics(
            client.raw,
            &specifications,
            specifications.count,
            options,
            queue
        )

        // The request's own time limit makes sure that an event comes; a second more is for it.
        let event = unsafe rd_kafka_queue_poll(queue, (timeout + .seconds(1)).timeout)
        defer { unsafe rd_kafka_event_destroy(event) }
        guard unsafe event != nil else { throw KafkaError(.timedOut) }
        guard unsafe rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw unsafe KafkaError(
                .init(rd_kafka_event_error(event)),
                String(cString: rd_kafka_event_error_string(event))
            )
        }
        try unsafe checkResults(rd_kafka_event_CreateTopics_result(event))
    }

    private func specification(of topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        let (made, text) = unsafe withErrorText { buffer, size in
            unsafe rd_kafka_NewTopic_new(
                topic.name,
                topic.partitions,
                topic.replication,
                buffer,
                size
            )
        }
        guard let made = unsafe made else { throw KafkaError(.invalidArgument, text) }
        for (key, value) in topic.settings.sorted(by: { $0.key < $1.key }) {
            unsafe rd_kafka_NewTopic_set_config(made, key, value)
        }
        return unsafe made
    }

    private func checkResults(_ result: OpaquePointer?) throws(KafkaError) {
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(result, &count)
        for index in 0..<count {
            guard let topic = unsafe results?[index] else { continue }
            let code = unsafe KafkaError.Code(rd_kafka_topic_result_error(topic))
            guard code.rawValue != 0, code != .topicAlreadyExists else { continue }
            let name = unsafe String(cString: rd_kafka_topic_result_name(topic))
            let text = unsafe rd_kafka_topic_result_error_string(topic)
            let reason = unsafe text.map { unsafe String(cString: $0) } ?? code.description
            throw KafkaError(code, "topic \(name): \(reason)")
        }
    }
}
