// What went wrong, as facts: callers decide by these, never by the text.

internal import CLibRdKafka

/// A failed Kafka operation.
public struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A code of librdkafka: positive ones came from the broker, negative ones from the client.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number as librdkafka gives it.
        public let rawValue: Int32

        /// Wraps a number of librdkafka's.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// No answer came in time.
        public static let timedOut = Code(RD_KAFKA_RESP_ERR__TIMED_OUT)
        /// The connection to a broker failed.
        public static let transport = Code(RD_KAFKA_RESP_ERR__TRANSPORT)
        /// No broker can be reached.
        public static let allBrokersDown = Code(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        /// The producer's queue is full; poll and try again.
        public static let queueFull = Code(RD_KAFKA_RESP_ERR__QUEUE_FULL)
        /// The record is larger than the client or the topic allows.
        public static let messageTooLarge = Code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        /// A topic of this name is there already.
        public static let topicAlreadyExists = Code(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        /// There is no such topic or partition.
        public static let unknownTopic = Code(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        /// The broker did not carry it out in time.
        public static let requestTimedOut = Code(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
        /// Another broker leads the partition by now.
        public static let notLeader = Code(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
        /// The group's coordinator is not to be had just now.
        public static let coordinatorNotAvailable = Code(
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE
        )
        /// An offset is before a partition's beginning or behind its end.
        public static let offsetOutOfRange = Code(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
        /// The group has gone on without the member.
        public static let illegalGeneration = Code(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
        /// The group does not know the member.
        public static let unknownMember = Code(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
        /// The group is about to assign anew.
        public static let rebalanceInProgress = Code(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
        /// The group's coordinator is another broker.
        public static let notCoordinator = Code(RD_KAFKA_RESP_ERR_NOT_COORDINATOR)
        /// The coordinator is still reading what it has to know.
        public static let coordinatorLoads = Code(
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS
        )
        /// The transaction before this one is still being ended.
        public static let concurrentTransactions = Code(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS)
        /// A producer's epoch is over.
        public static let invalidProducerEpoch = Code(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
        /// There is nothing to commit.
        public static let noOffset = Code(RD_KAFKA_RESP_ERR__NO_OFFSET)
        /// An argument or a configuration property is wrong.
        public static let invalidArgument = Code(RD_KAFKA_RESP_ERR__INVALID_ARG)
        /// The client is in no state to do it.
        public static let state = Code(RD_KAFKA_RESP_ERR__STATE)

        /// The client may not write to the topic.
        public static let topicAuthorizationFailed = Code(
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
        )
        /// The broker's checks refuse the record.
        public static let invalidRecord = Code(RD_KAFKA_RESP_ERR_INVALID_RECORD)
        /// Another producer of the same transactional id has taken over.
        public static let fenced = Code(RD_KAFKA_RESP_ERR__FENCED)
        /// Another member of the group has taken over this one's instance id.
        public static let fencedInstance = Code(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)

        init(_ code: rd_kafka_resp_err_t) { rawValue = code.rawValue }
    }

    /// Which error.
    public var code: Code
    /// What happened, in librdkafka's words.
    public var reason: String
    /// The configuration property that is wrong, where one is.
    public var property: String?
    /// The client is of no more use.
    public var isFatal = false
    /// The same call may succeed when made again.
    public var isRetriable = false
    /// The transaction must be aborted before anything else.
    public var requiresAbort = false

    /// Makes an error of the code; without a reason it takes librdkafka's description.
    public init(_ code: Code, _ reason: String? = nil) {
        self.code = code
        self.reason = reason ?? code.description
    }

    /// The reason with the code behind it.
    public var description: String {
        isFatal ? "\(reason) (\(code.rawValue), fatal)" : "\(reason) (\(code.rawValue))"
    }
}

extension KafkaError.Code: CustomStringConvertible {
    /// librdkafka's own description.
    public var description: String {
        unsafe String(cString: rd_kafka_err2str(rd_kafka_resp_err_t(rawValue: rawValue)))
    }
}

extension KafkaError {
    /// Takes the facts out of a `rd_kafka_error_t *`, which is ours to destroy, and destroys it.
    init(consuming error: OpaquePointer) {
        code = unsafe Code(rd_kafka_error_code(error))
        reason = unsafe String(cString: rd_kafka_error_string(error))
        isFatal = unsafe rd_kafka_error_is_fatal(error) != 0
        isRetriable = unsafe rd_kafka_error_is_retriable(error) != 0
        requiresAbort = unsafe rd_kafka_error_txn_requires_abort(error) != 0
        unsafe rd_kafka_error_destroy(error)
    }

    /// Throws unless the code says that all is well.
    static func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(Code(code))
    }

    /// Throws when there is an error object, and destroys it.
    static func check(_ error: OpaquePointer?) throws(KafkaError) {
        guard let error = unsafe error else { return }
        throw unsafe KafkaError(consuming: error)
    }
}
