// Why a worker does not start or has stopped, in cases that the command line gives exit statuses.

public import MusterKafka

/// A worker that cannot go on.
public enum WorkerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no address of a broker.
    case noBroker
    /// No broker answered in time.
    case brokerUnreachable(bootstrapServers: String, reason: String)
    /// A setting that only librdkafka could judge is wrong.
    case wrongProperty(KafkaError)
    /// Topics are missing and may not be created.
    case topicsMissing([String])
    /// Topics are missing and could not be created.
    case topicsNotCreated(reason: String)
    /// The inbound topics do not have the same number of partitions.
    case differentPartitionCounts([String: Int])
    /// A record can never be delivered to this topic.
    case undeliverable(topic: String, KafkaError)
    /// A client is of no more use.
    case failed(KafkaError)

    /// What is wrong and what would help, in one line.
    public var description: String {
        switch self {
        case .noBroker:
            return "kafka.bootstrapServers is not set"
        case .brokerUnreachable(let servers, let reason):
            return "no broker answers at \(servers): \(reason)"
        case .wrongProperty(let error):
            let name = error.property.map { "kafka.properties.\($0): " } ?? ""
            return "the Kafka client cannot be made: \(name)\(error.reason)"
        case .topicsMissing(let names):
            return "there is no topic \(names.joined(separator: ", ")); "
                + "create them, or set topics.create=true"
        case .topicsNotCreated(let reason):
            return "topics could not be created: \(reason)"
        case .differentPartitionCounts(let counts):
            let list = counts.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value)" }
            return "the inbound topics must have the same number of partitions, but "
                + list.joined(separator: ", ")
        case .undeliverable(let topic, let error):
            return "a record cannot be delivered to \(topic): \(error.reason)"
        case .failed(let error):
            return "the Kafka client has failed: \(error.reason)"
        }
    }

    /// Whether settings have to change before the worker can start.
    public var isConfiguration: Bool {
        switch self {
        case .noBroker, .wrongProperty, .topicsMissing, .topicsNotCreated,
            .differentPartitionCounts:
            true
        case .brokerUnreachable, .undeliverable, .failed: false
        }
    }
}
