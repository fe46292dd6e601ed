// What leaves the worker, before it has a topic's name and a partition.

/// A record to be produced.
public struct OutboundRecord: Hashable, Sendable {
    /// The topic's role; settings give it a name.
    public enum Topic: Hashable, Sendable, CaseIterable {
        /// `implementation-commands`.
        case commands
        /// `notifications`.
        case notifications
        /// `muster-dead-letters`.
        case deadLetters
    }

    /// The topic's role.
    public var topic: Topic
    /// The key; `nil` is null.
    public var key: [UInt8]?
    /// The value; `nil` is null.
    public var value: [UInt8]?
    /// The headers, in order.
    public var headers: [RecordHeader]

    /// Makes a record from all its parts.
    public init(topic: Topic, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader]) {
        self.topic = topic
        self.key = key
        self.value = value
        self.headers = headers
    }
}
