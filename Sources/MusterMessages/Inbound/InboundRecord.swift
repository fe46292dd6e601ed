// A record as it came, and what it turned out to say.

public import MusterModel

/// A record of one of the two inbound topics.
public struct InboundRecord: Hashable, Sendable {
    /// The topic's role; settings give it a name.
    public enum Topic: Hashable, Sendable, CaseIterable {
        /// `resource-availability`.
        case availability
        /// `desired-config`.
        case configuration
    }

    /// The topic's role.
    public var topic: Topic
    /// The partition's number.
    public var partition: Int32
    /// The record's place in the partition.
    public var offset: Int64
    /// The record's timestamp.
    public var timestamp: Instant
    /// The key; `nil` is null.
    public var key: [UInt8]?
    /// The value; `nil` is null.
    public var value: [UInt8]?
    /// The headers, in order.
    public var headers: [RecordHeader]

    /// Makes a record from all its parts.
    public init(
        topic: Topic,
        partition: Int32,
        offset: Int64,
        timestamp: Instant,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [RecordHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The value of the last header called `name`, as Kafka's clients look one up.
    func header(_ name: String) -> [UInt8]? { headers.last { $0.name == name }?.value }

    /// The value of the content type, which some producers write in capitals.
    var contentType: [UInt8]? {
        headers.last { $0.name == "content-type" || $0.name.lowercased() == "content-type" }?.value
    }
}

/// The language that a payload is written in.
public enum ContentFormat: Hashable, Sendable {
    case json, yaml
    /// The record does not say; JSON, unless the topic's documents are found to be YAML.
    case unspecified
}

/// What a record says.
public struct InboundMessage: Hashable, Sendable {
    /// What a record says, by its topic.
    public enum Content: Hashable, Sendable {
        /// Reports of a domain's resources, applied in order as one change.
        case availability(DomainID, [Report])
        /// Documents to be read elsewhere. `key` is the domain that the record is keyed by; where
        /// there is none, the documents name it. A document's own domain must equal the key.
        case configuration(key: DomainID?, payload: [UInt8], ContentFormat)
    }

    /// What it says.
    public var content: Content
    /// The trace that it belongs to, to be carried on to what it causes.
    public var traceParent: TraceParent?

    /// Makes a message from all its parts.
    public init(_ content: Content, traceParent: TraceParent? = nil) {
        self.content = content
        self.traceParent = traceParent
    }
}
