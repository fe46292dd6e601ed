// What is wrong with a text that a person wrote: where, what, and what would be right.

/// A finding in a text.
public struct Diagnostic: Error, Hashable, Sendable {
    /// Whether the text can be used all the same.
    public enum Severity: String, Hashable, Sendable {
        case error, warning
    }

    /// Whether the text can be used all the same.
    public var severity: Severity
    /// A stable word for the kind of finding, such as `unknown-key`.
    public var code: String
    /// What is wrong: lower case, no full stop, the user's words in backquotes.
    public var message: String
    /// Where.
    public var span: SourceSpan
    /// What would be right.
    public var help: String?
    /// Other places that belong to it, each with what it is.
    public var related: [Related]

    /// Another place that belongs to a finding.
    public struct Related: Hashable, Sendable {
        /// What is there.
        public var message: String
        /// Where.
        public var span: SourceSpan

        /// Makes a related place.
        public init(_ message: String, at span: SourceSpan) {
            self.message = message
            self.span = span
        }
    }

    /// Makes a finding; an error unless said otherwise.
    public init(
        _ code: String,
        _ message: String,
        at span: SourceSpan,
        severity: Severity = .error,
        help: String? = nil,
        related: [Related] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.span = span
        self.help = help
        self.related = related
    }
}
