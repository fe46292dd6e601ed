// The part of the configuration that is loaded from files rather than received on the bus.

public import MusterPolicy

/// Documents from files; the bus overrides them by kind and name.
public struct Baseline: Sendable {
    /// A document with the tree it was read from, which setting parameters anew needs.
    public struct Entry: Sendable {
        /// The document.
        public var document: Document
        /// Its tree.
        public var source: Node
        /// The values that were set for some of its parameters since.
        var parameters: Node?

        /// Makes an entry.
        public init(_ document: Document, source: Node) {
            self.init(document, source: source, parameters: nil)
        }

        init(_ document: Document, source: Node, parameters: Node?) {
            self.document = document
            self.source = source
            self.parameters = parameters
        }
    }

    /// The documents, in the order they were loaded.
    public var entries: [Entry]

    /// Makes a baseline; without entries, nothing is in force until the bus brings something.
    public init(_ entries: [Entry] = []) { self.entries = entries }
}
