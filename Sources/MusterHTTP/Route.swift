// What a program serves, in the few words that probes and scrapes need. Which library carries it
// is the server's own business, so that another can take its place.

/// What a client asks for, by GET or HEAD.
public struct Request: Hashable, Sendable {
    /// The path, as it stands in the request, without the query.
    public var path: String
    /// The names in the query, with values or without.
    public var parameters: Set<String>
    /// The header `Accept`.
    public var accept: String?

    /// Makes a request from its target, such as `/readyz?verbose`.
    public init(target: String, accept: String? = nil) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        let query = parts.count > 1 ? parts[1] : ""
        parameters = Set(query.split(separator: "&").map { String($0.prefix { $0 != "=" }) })
        self.accept = accept
    }
}

/// What a client gets.
public struct Response: Hashable, Sendable {
    /// The status, such as 200.
    public var status: Int
    /// The header `Content-Type`.
    public var contentType: String
    /// The body.
    public var body: String

    /// Makes a response; plain text unless told otherwise.
    public init(
        status: Int = 200,
        contentType: String = "text/plain; charset=utf-8",
        body: String
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// One path that is served.
public struct Route: Sendable {
    /// The path, which must be met exactly.
    public let path: String
    /// Answers; called from any thread, several times at once, and should be quick.
    public let respond: @Sendable (Request) -> Response

    /// Makes a route.
    public init(_ path: String, respond: @escaping @Sendable (Request) -> Response) {
        self.path = path
        self.respond = respond
    }
}
