// Places are kept for what is said about a document, not for what it means: a policy that is
// sent again from elsewhere is the same policy.

/// A value that does not take part in comparing what contains it.
@propertyWrapper
public struct Incidental<Value: Sendable>: Hashable, Sendable {
    /// The value.
    public var wrappedValue: Value

    /// Wraps a value.
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

    /// Always true.
    public static func == (a: Self, b: Self) -> Bool { true }

    /// Feeds in nothing.
    public func hash(into hasher: inout Hasher) {}
}
