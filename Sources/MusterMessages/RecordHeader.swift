// Headers as records carry them, in and out.

/// A header of a record. Names may repeat; a value may be null.
public struct RecordHeader: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its value; `nil` is Kafka's null, which differs from no bytes.
    public var value: [UInt8]?

    /// Makes a header.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// Makes a header with a text as its value.
    public init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
}
