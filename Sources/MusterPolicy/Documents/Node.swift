// A document as a tree with places, whether it was written as YAML or as JSON. What a value means
// is decided by the reader of the tree, which knows what stands where.

/// A value in a document. A node that an alias repeats is shared, not copied.
public final class Node: Sendable {
    /// A single value, typed by the rules of YAML 1.2's core schema.
    public enum Scalar: Hashable, Sendable {
        case null
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
    }

    /// One entry of a mapping.
    public struct Entry: Sendable {
        /// The key's text.
        public let key: String
        /// Where the key stands.
        public let keySpan: SourceSpan
        /// The value.
        public let value: Node

        /// Makes an entry from its parts.
        public init(key: String, keySpan: SourceSpan, value: Node) {
            self.key = key
            self.keySpan = keySpan
            self.value = value
        }
    }

    /// What a node holds.
    public enum Content: Sendable {
        /// A value; `text` is what was written, `isQuoted` tells whether in quotes.
        case scalar(Scalar, text: String, isQuoted: Bool)
        case sequence([Node])
        /// Keys are unique, in the order written.
        case mapping([Entry])
    }

    /// What it holds.
    public let content: Content
    /// Where it stands.
    public let span: SourceSpan
    /// The number of nodes that this subtree stands for once every alias is expanded; saturating.
    public let weight: Int

    /// Makes a node; the cost is one visit of the direct children.
    public init(_ content: Content, at span: SourceSpan) {
        self.content = content
        self.span = span
        switch content {
        case .scalar: weight = 1
        case .sequence(let nodes): weight = nodes.reduce(1) { $0.saturatingAdd($1.weight) }
        case .mapping(let entries):
            weight = entries.reduce(1) { $0.saturatingAdd($1.value.weight).saturatingAdd(1) }
        }
    }

    /// The value of a mapping's key, or `nil` where there is none or this is no mapping.
    public subscript(key: String) -> Node? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }
}

extension Int {
    fileprivate func saturatingAdd(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension Node {
    /// Whether nothing is written there, or `null`.
    public var isNull: Bool {
        if case .scalar(.null, _, _) = content { true } else { false }
    }
}
