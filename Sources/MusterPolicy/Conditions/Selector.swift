// Which resources a condition speaks of.

public import MusterModel

/// A conjunction of requirements on a resource; without any it matches every resource.
public struct Selector: Hashable, Sendable {
    /// One requirement.
    public indirect enum Requirement: Hashable, Sendable {
        /// The field has a value that one of the patterns matches.
        case field(Field, [Pattern])
        /// The label is there and has one of the values.
        case label(String, in: [String])
        /// The label is absent or has none of the values.
        case labelNotIn(String, [String])
        /// The label is there, or is not.
        case labelExists(String, Bool)
        /// The attribute has exactly this value: what `forEach` narrows by.
        case attribute(Attribute, String)
        /// The selector does not match.
        case not(Selector)
        /// At least one of the selectors matches.
        case any([Selector])
    }

    /// A field of a resource that patterns apply to.
    public enum Field: String, Hashable, Sendable, CaseIterable {
        case kind, resource, node, cluster, serviceGroup, application
    }

    /// All of these hold for a match.
    public var requirements: [Requirement]
    /// Where it was written. Two selectors that require the same are equal wherever they stand.
    @Incidental public var span: SourceSpan

    /// Makes a selector; `Selector([])` matches every resource.
    public init(_ requirements: [Requirement], at span: SourceSpan = .none) {
        self.requirements = requirements
        self.span = span
    }

    /// Whether the resource meets every requirement.
    ///
    /// - Complexity: O(size of the selector), times the length of globbed fields.
    public func matches(_ resource: Resource) -> Bool {
        requirements.allSatisfy { $0.holds(for: resource) }
    }

    /// The same selector, for resources with this value of the attribute only.
    public func narrowed(to attribute: Attribute, _ value: String) -> Selector {
        Selector(requirements + [.attribute(attribute, value)], at: span)
    }
}

extension Selector.Requirement {
    func holds(for resource: Resource) -> Bool {
        switch self {
        case .field(let field, let patterns):
            return field.contains(in: resource) { value in
                patterns.contains { $0.matches(value) }
            }
        case .label(let key, let values):
            guard let value = resource.labels[key] else { return false }
            return values.contains(value)
        case .labelNotIn(let key, let values):
            guard let value = resource.labels[key] else { return true }
            return !values.contains(value)
        case .labelExists(let key, let exists):
            return (resource.labels[key] != nil) == exists
        case .attribute(let attribute, let value):
            return attribute.value(of: resource) == value
        case .not(let selector):
            return !selector.matches(resource)
        case .any(let selectors):
            return selectors.contains { $0.matches(resource) }
        }
    }
}

extension Selector.Field {
    /// Whether one of the resource's values meets a condition; no list is made for that.
    func contains(in resource: Resource, where holds: (String) -> Bool) -> Bool {
        switch self {
        case .kind: holds(resource.kind)
        case .resource: holds(resource.id.name)
        case .node: resource.node.map { holds($0.name) } ?? false
        case .cluster: resource.cluster.map(holds) ?? false
        case .serviceGroup: resource.serviceGroup.map(holds) ?? false
        case .application: resource.applications.contains(where: holds)
        }
    }
}

/// A word in which `*` stands for any run of characters and `?` for any one.
public struct Pattern: Hashable, Sendable {
    /// As the user wrote it.
    public let text: String
    /// Whether it matches nothing but its own text.
    public let isLiteral: Bool

    /// Makes a pattern; without `*` and `?` it matches only itself.
    public init(_ text: String) {
        self.text = text
        isLiteral = !text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    /// Whether the whole of `value` fits.
    ///
    /// - Complexity: O(length × length) at worst, linear for one `*`.
    public func matches(_ value: String) -> Bool {
        isLiteral ? value == text : glob(Array(text.unicodeScalars), Array(value.unicodeScalars))
    }

    private func glob(_ pattern: [Unicode.Scalar], _ value: [Unicode.Scalar]) -> Bool {
        var p = 0
        var v = 0
        // Where to go on when a later part fails: behind the last star, one character further.
        var retry: (pattern: Int, value: Int)?
        while v < value.count {
            if p < pattern.count, pattern[p] == "*" {
                retry = (p + 1, v)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == value[v] {
                p += 1
                v += 1
            } else if let from = retry {
                retry = (from.pattern, from.value + 1)
                p = from.pattern
                v = from.value + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
