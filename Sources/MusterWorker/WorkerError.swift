// Why a worker does not start or has stopped, in cases that the command line gives exit statuses.

public import MusterEngine
public import MusterKafka
public import MusterModel

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
    /// The topics have got another number of partitions while the worker ran.
    case partitionsChanged(from: Int, to: Int)
    /// The changelog holds a domain whose records go to another partition.
    case movedDomain(DomainID, partition: Int32, belongsTo: Int32, of: Int)
    /// The brokers do not begin transactions.
    case noTransactions(KafkaError)
    /// Another process goes by this worker's name; this one may not go on.
    case fenced(KafkaError)
    /// A client is of no more use.
    case failed(KafkaError)
    /// A partition ends before what the group has read of it.
    case recordsLost(KafkaError)
    /// The changelog's entries cannot be taken in.
    case state(StateError)
    /// The changelog's topic holds what is none of its.
    case foreignChangelog(topic: String, Int32)
    /// The changelog cannot be read to its end.
    case restoreStuck(TopicPartition, position: Int64, end: Int64)
    /// The group gave this worker a partition of only one of the inbound topics.
    case partialAssignment(partition: Int)

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
            return "the inbound topics and the changelog must have the same number of "
                + "partitions, but " + list.joined(separator: ", ")
        case .partitionsChanged(let before, let now):
            return "the topics had \(before) partitions and have \(now) now, by which domains "
                + "change theirs; " + Self.newTopics
        case .movedDomain(let id, let partition, let right, let count):
            return "the changelog's partition \(partition) holds the domain `\(id)`, whose records "
                + "go to partition \(right) of \(count): partitions were added, or the changelog "
                + "is another group's; " + Self.newTopics
        case .noTransactions(let error):
            return "the brokers do not begin transactions: \(error.reason); "
                + "processing.guarantee=at-least-once goes without"
        case .fenced(let error):
            return "another worker has taken over this one's name, so this one ends "
                + "(\(error.reason)); give each worker an instance of its own"
        case .recordsLost(let error):
            return error.reason
        case .state(let error):
            return "the changelog cannot be restored: \(error)"
        case .foreignChangelog(let topic, let partition):
            return
                "partition \(partition) of \(topic) holds records that are no state of Muster's; "
                + "set topics.state to a topic of its own"
        case .restoreStuck(let place, let position, let end):
            return "restoring \(place) makes no progress at offset \(position) of \(end): either "
                + "the brokers do not answer, or another worker's transaction is still open"
        case .partialAssignment(let partition):
            return "the group assigns partition \(partition) of only one inbound topic; "
                + "every member of the group must be a worker with the same topics"
        case .failed(let error):
            return "the Kafka client has failed: \(error.reason)"
        }
    }

    private static let newTopics =
        "begin with new topics of that many partitions, and let resources report there"

    /// Whether settings have to change before the worker can start.
    public var isConfiguration: Bool {
        switch self {
        case .noBroker, .wrongProperty, .topicsMissing, .topicsNotCreated,
            .differentPartitionCounts, .partitionsChanged, .movedDomain, .noTransactions,
            .foreignChangelog, .partialAssignment:
            true
        case .brokerUnreachable, .fenced, .failed, .recordsLost, .state, .restoreStuck: false
        }
    }

    /// An error of the bus after which the worker cannot go on.
    init(fatal error: KafkaError) {
        switch error.code {
        case .fenced, .fencedInstance: self = .fenced(error)
        default: self = .failed(error)
        }
    }
}
