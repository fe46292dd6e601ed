import Foundation
import Logging
import MusterHTTP
import Testing

@Suite("HTTP server", .timeLimit(.minutes(10)))
struct HTTPServerTests {
    private static let routes = [
        Route("/echo") { request in
            let names = request.parameters.sorted().joined(separator: ",")
            return Response(body: "parameters \(names), accept \(request.accept ?? "none")")
        },
        Route("/large") { _ in Response(body: String(repeating: "x", count: 20 << 20)) },
    ]

    /// Starts a server for the time of `body`.
    private func serve(
        _ limits: HTTPLimits = HTTPLimits(),
        _ body: (HTTPServer) async throws -> Void
    ) async throws {
        let server = try await HTTPServer.start(
            host: "127.0.0.1",
            port: 0,
            routes: Self.routes,
            limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            try await body(server)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    @Test("A route gets its request and answers with headers that keep it from being cached")
    func answering() async throws {
        try await serve { server in
            let answer = try await Connection.get(
                "/echo?verbose&x=1",
                headers: "Accept: text/plain\r\n",
                port: server.port
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nparameters verbose,x, accept text/plain"))
            let head = answer.lowercased()
            #expect(head.contains("content-type: text/plain; charset=utf-8\r\n"))
            #expect(head.contains("x-content-type-options: nosniff\r\n"))
            #expect(head.contains("cache-control: no-cache, private\r\n"))
        }
    }

    @Test("HEAD gets the headers alone, other methods and other paths are refused")
    func methodsAndPaths() async throws {
        try await serve { server in
            let head = try await Connection.get("/echo", method: "HEAD", port: server.port)
            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let body = "parameters , accept none"
            #expect(head.lowercased().contains("content-length: \(body.utf8.count)\r\n"))
            #expect(head.hasSuffix("\r\n\r\n"))
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
                let answer = try await Connection.get("/echo", method: method, port: server.port)
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(method)")
            }
            let post = try await Connection.get("/echo", method: "POST", port: server.port)
            #expect(post.hasPrefix("HTTP/1.1 405 "))
            #expect(post.lowercased().contains("allow: get, head\r\n"))
            for path in ["/", "/echo/", "/Echo", "//echo", "/echo%00", "/../etc/passwd", "*"] {
                let answer = try await Connection.get(path, port: server.port)
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(path)")
                #expect(!answer.contains("root:"))
            }
        }
    }

    @Test("Several requests on one connection are answered in order")
    func pipelining() async throws {
        try await serve { server in
            let connection = try Connection(port: server.port)
            await connection.send("GET /echo?a HTTP/1.1\r\nHost: x\r\n\r\n")
            await connection.send("GET /echo?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = await connection.readAll()
            let first = try #require(answer.range(of: "parameters a,"))
            let second = try #require(answer.range(of: "parameters b,"))
            #expect(first.lowerBound < second.lowerBound)
        }
    }

    @Test("A request that is too large in any way is refused, and the server lives on")
    func tooLarge() async throws {
        let mega = String(repeating: "a", count: 1 << 20)
        let many = (0..<50_000).map { "X-\($0): 1\r\n" }.joined()
        try await serve { server in
            for request in [
                "GET /echo HTTP/1.1\r\nHost: x\r\nX-Large: \(mega)\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: x\r\n\(mega): 1\r\n\r\n",
                "GET /echo?\(mega) HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: x\r\n\(many)\r\n",
                "\(mega)\(mega)",
            ] {
                let connection = try Connection(port: server.port)
                await connection.send(request)
                let answer = await connection.readAll()
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(100))")
                let next = try await Connection.get("/echo", port: server.port)
                #expect(next.hasPrefix("HTTP/1.1 200 "), "after \(request.prefix(40))")
            }
        }
    }

    @Test("What is no HTTP is refused, and the server lives on")
    func garbage() async throws {
        try await serve { server in
            for text in [
                "\0\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET /echo HTTP/9.9\r\n\r\n",
                "GET /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0",
            ] {
                let connection = try Connection(port: server.port)
                await connection.send(text)
                connection.finishSending()
                let answer = await connection.readAll()
                #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(text)")
                let next = try await Connection.get("/echo", port: server.port)
                #expect(next.hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test("A body is answered without being waited for")
    func bodies() async throws {
        try await serve { server in
            let connection = try Connection(port: server.port)
            await connection.send(
                "GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
            )
            let answer = await connection.readAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.lowercased().contains("connection: close\r\n"))
        }
    }

    @Test("A client that sends too slowly, or reads nothing, is given up")
    func slowClients() async throws {
        var limits = HTTPLimits()
        limits.idle = .milliseconds(300)
        limits.writing = .milliseconds(300)
        limits.connections = 2
        try await serve(limits) { server in
            // As many as the server lets in at a time, so that the last one waits for these.
            let silent = try Connection(port: server.port)
            let dripping = try Connection(port: server.port)
            await dripping.send("GET /echo HTTP/1.1\r\nX-Drip: ")
            let next = try await Connection.get("/echo", port: server.port)
            #expect(next.hasPrefix("HTTP/1.1 200 "))
            #expect(await silent.readAll().isEmpty)
            #expect(await !dripping.readAll().hasPrefix("HTTP/1.1 2"))

            let deaf = [try Connection(port: server.port), try Connection(port: server.port)]
            for connection in deaf {
                await connection.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            }
            #expect(try await Connection.get("/echo", port: server.port).hasPrefix("HTTP/1.1 200 "))
            // What was sent is less than was promised.
            for connection in deaf { #expect(await connection.readAll().utf8.count < 20 << 20) }
        }
    }

    @Test("A client that keeps sending a header byte by byte is given up all the same")
    func drip() async throws {
        var limits = HTTPLimits()
        limits.idle = .milliseconds(500)
        try await serve(limits) { server in
            let connection = try Connection(port: server.port)
            await connection.send("GET /echo HTTP/1.1\r\nX-Drip: ")
            // Counted, as time says little where other tests keep the threads busy; fewer bytes
            // than a header may have, and more than 20 seconds of them.
            var sent = 0
            while sent < 1_000, await connection.send("a") {
                sent += 1
                // Not a wait for something: this is the pace at which the client drips.
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(sent < 1_000)
        }
    }

    @Test("An open connection does not keep the server from ending")
    func stopping() async throws {
        var idle: Connection?
        try await serve { server in
            idle = try Connection(port: server.port)
            let answer = try await Connection.get("/echo", port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
        #expect(await idle?.readAll().isEmpty == true)
    }

    @Test("A port in use, and an address that is not ours, are named")
    func cannotListen() async throws {
        try await serve { server in
            let inUse = await #expect(throws: HTTPServerError.self) {
                try await HTTPServer.start(
                    host: "127.0.0.1",
                    port: server.port,
                    routes: [],
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            }
            #expect(inUse == .addressInUse(host: "127.0.0.1", port: server.port))
            #expect(inUse?.description.contains("127.0.0.1:\(server.port)") == true)
        }
        for (host, reason) in [
            ("192.0.2.1", "this machine has no such address"),
            ("no-such-host.invalid", "no such host"),
        ] {
            let error = await #expect(throws: HTTPServerError.self) {
                try await HTTPServer.start(
                    host: host,
                    port: 0,
                    routes: [],
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            }
            #expect(error?.description == "cannot listen at \(host):0: \(reason)")
        }
    }
}
