// Which record an output comes from. Whoever has to know whether a record took effect once finds it
// on everything that is published.

/// The place of an inbound record.
public struct RecordOrigin: Hashable, Sendable {
    /// The header that it stands in.
    public static let header = "muster-origin"

    /// The topic's name.
    public var topic: String
    /// The partition's number.
    public var partition: Int32
    /// The record's place in the partition.
    public var offset: Int64

    /// Names a place.
    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// Topic, partition and offset with slashes between them, which topics' names cannot have.
    public var text: String { "\(topic)/\(partition)/\(offset)" }
}
