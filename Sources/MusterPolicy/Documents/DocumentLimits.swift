// What a text may ask of its readers. Texts come from files and from a bus, so every one of these
// has a value: a reader without bounds is a way to stop a worker.

/// Bounds on the reading of one text, in counts, so that reading ends the same way everywhere.
public struct DocumentLimits: Hashable, Sendable {
    /// The bytes of the whole text.
    public var bytes = 1 << 20
    /// How deep lists and mappings may nest.
    public var depth = 64
    /// The nodes that are written down, over all documents of the text.
    public var nodes = 100_000
    /// The nodes once every alias and parameter is expanded, over all documents of the text.
    public var expandedNodes = 200_000
    /// The documents of the text.
    public var documents = 10_000
    /// The bytes of one key or value.
    public var scalarBytes = 64 << 10
    /// The errors that are kept, and the warnings that are; further ones are dropped.
    public var diagnostics = 100

    /// Makes the bounds of a text from the bus.
    public init() {}

    /// The bounds of a file, which somebody put there who may stop the worker anyway: they only
    /// keep a slip from taking all memory.
    public static var file: DocumentLimits {
        var limits = DocumentLimits()
        limits.bytes = 64 << 20
        limits.nodes = 4_000_000
        limits.expandedNodes = 8_000_000
        limits.documents = 100_000
        return limits
    }
}
