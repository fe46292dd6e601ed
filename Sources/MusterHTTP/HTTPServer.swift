// A small server for probes and scrapes, on Hummingbird's core. It is not meant for the public: no
// TLS, no bodies, and limits that suit a handful of clients. None of them can hold it up for long:
// a request has to be whole, and an answer to be read, within seconds.

internal import Glibc
internal import HTTPTypes
internal import HummingbirdCore
public import Logging
internal import NIOCore
internal import NIOPosix

/// A server that could not be started.
public enum HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another program listens there.
    case addressInUse(host: String, port: Int)
    /// It is no address of this machine, may not be used, or the like.
    case cannotListen(host: String, port: Int, reason: String)

    /// What is wrong and what would help, in one line.
    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "cannot listen at \(host):\(port): another program does; choose another http.port"
        case .cannotListen(let host, let port, let reason):
            "cannot listen at \(host):\(port): \(reason)"
        }
    }
}

/// What a server bears.
public struct HTTPLimits: Hashable, Sendable {
    /// Connections at a time; further ones wait.
    public var connections = 64
    /// Bytes of a request's line and headers together.
    public var headerBytes = 16 << 10
    /// Headers of a request.
    public var headers = 100
    /// How long a connection may be silent, and how long a client may take to send a whole request.
    public var idle = Duration.seconds(20)
    /// How long a client may take to read an answer.
    public var writing = Duration.seconds(5)

    /// Makes the defaults.
    public init() {}
}

/// A server that runs.
public final class HTTPServer: Sendable {
    private typealias Core = Server<HTTP1Channel>

    /// Where it listens.
    public let port: Int
    private let core: Core
    private let running: Task<Void, any Error>
    private let threads: MultiThreadedEventLoopGroup

    private init(
        port: Int,
        core: Core,
        running: Task<Void, any Error>,
        threads: MultiThreadedEventLoopGroup
    ) {
        self.port = port
        self.core = core
        self.running = running
        self.threads = threads
    }

    /// Starts a server, with a thread of its own.
    ///
    /// - Parameters:
    ///   - host: The address to listen at; `127.0.0.1` is for this machine only, `0.0.0.0` for all.
    ///   - port: The port; 0 lets the system choose.
    ///   - routes: What it serves. Every other path answers 404, every method but GET and HEAD 405.
    ///   - limits: What it bears.
    ///   - logger: Where it logs.
    /// - Returns: the server, which listens already.
    /// - Throws: why it cannot.
    public static func start(
        host: String,
        port: Int,
        routes: [Route],
        limits: HTTPLimits = HTTPLimits(),
        logger: Logger
    ) async throws(HTTPServerError) -> HTTPServer {
        let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (ports, started) = AsyncThrowingStream<Int, any Error>.makeStream()
        // The library greets at `info`, with words that mean nothing to our users.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let core = Core(
            childChannelSetup: channel(routes, limits),
            configuration: ServerConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    limits.connections,
                    logger: quiet
                )
            ),
            onServerRunning: { channel in
                started.yield(channel.localAddress?.port ?? port)
            },
            eventLoopGroup: threads,
            logger: quiet
        )
        let running = Task {
            do {
                try await core.run()
                started.finish()
            } catch {
                started.finish(throwing: error)
                throw error
            }
        }
        do {
            for try await bound in ports {
                return HTTPServer(port: bound, core: core, running: running, threads: threads)
            }
        } catch {
            try? await threads.shutdownGracefully()
            throw failure(error, host, port)
        }
        try? await threads.shutdownGracefully()
        throw .cannotListen(host: host, port: port, reason: "the task was cancelled")
    }

    /// Ends it: nobody is let in any more, and answers that are under way are finished, for which
    /// there is as much time as a client has for reading. To be called once.
    public func stop() async {
        try? await core.shutdownGracefully()
        try? await running.value
        try? await threads.shutdownGracefully()
    }

    private static func failure(
        _ error: any Error,
        _ host: String,
        _ port: Int
    ) -> HTTPServerError {
        let reason: String
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: return .addressInUse(host: host, port: port)
        case EADDRNOTAVAIL: reason = "this machine has no such address"
        case EACCES: reason = "the port is for privileged programs only"
        case let code?: reason = "error \(code) of the system"
        case nil: reason = error is SocketAddressError.UnknownHost ? "no such host" : "\(error)"
        }
        return .cannotListen(host: host, port: port, reason: reason)
    }

    /// What is done with each connection.
    private static func channel(_ routes: [Route], _ limits: HTTPLimits) -> HTTP1Channel {
        let paths = Dictionary(
            uniqueKeysWithValues: routes.map { ($0.path, $0.respond) }
        )
        let responder: HTTPChannelHandler.Responder = { request, writer, channel in
            // A client that reads nothing would otherwise keep its connection for ever.
            let limit = channel.eventLoop.scheduleTask(in: TimeAmount(limits.writing)) {
                channel.close(promise: nil)
            }
            defer { limit.cancel() }
            let announcesBody =
                request.headers[.transferEncoding] != nil
                || (request.headers[.contentLength].map { $0 != "0" } ?? false)
            var response = answer(request, paths)
            var head = response.head
            if request.method == .head { response.body = "" }
            if announcesBody { head.headerFields[.connection] = "close" }
            try await writer.write(
                response: head,
                body: ResponseBody(byteBuffer: ByteBuffer(string: response.body))
            )
            // Nothing here takes a body, so it is not waited for either.
            if announcesBody { channel.close(promise: nil) }
        }
        return HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes,
                    maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headers
                )
            )
        )
    }

    private static func answer(
        _ request: HummingbirdCore.Request,
        _ paths: [String: @Sendable (Request) -> Response]
    ) -> Response {
        guard request.method == .get || request.method == .head else {
            return Response(status: 405, body: "only GET and HEAD are served\n")
        }
        let asked = Request(target: request.head.path ?? "/", accept: request.headers[.accept])
        guard let respond = paths[asked.path] else {
            return Response(status: 404, body: "there is nothing here\n")
        }
        return respond(asked)
    }
}

extension Response {
    /// Status and headers as the library takes them.
    fileprivate var head: HTTPResponse {
        var fields: HTTPFields = [
            .contentType: contentType,
            .contentLength: String(body.utf8.count),
            .cacheControl: "no-cache, private",
            .xContentTypeOptions: "nosniff",
        ]
        if status == 405 { fields[.allow] = "GET, HEAD" }
        return HTTPResponse(status: .init(code: status), headerFields: fields)
    }
}
