import Foundation
import Logging
import MusterHTTP
import MusterMessages
import MusterMetrics
import Testing

@testable import MusterWorker

@Suite("Endpoints", .timeLimit(.minutes(5)))
struct EndpointTests {
    private static let promtool = "/usr/bin/promtool"

    private let health = Health()
    private let metrics: WorkerMetrics

    init() { metrics = WorkerMetrics(topics: Settings.Topics(), health: health) }

    private func get(_ target: String, accept: String? = nil) throws -> Response {
        let request = Request(target: target, accept: accept)
        let routes = Endpoints.routes(health: health, metrics: metrics.registry)
        let route = try #require(routes.first { $0.path == request.path })
        return route.respond(request)
    }

    private func makeReady() {
        health.producerIs(ready: true)
        health.assigned(partitions: 0)
    }

    @Test("Readiness says what is missing, and more than ok only when asked")
    func readiness() throws {
        health.producerIs(ready: true)
        health.assigned(partitions: 1)
        health.restoring(entries: 41, remaining: 59)
        let restoring = try get("/readyz")
        #expect(restoring.status == 503)
        #expect(
            restoring.body == """
                [+]assigned ok
                [-]restored not ok: restoring 41 %
                [+]producer ok
                [+]running ok
                readyz check failed

                """
        )
        health.restored()
        #expect(try get("/readyz") == Response(body: "ok"))
        let verbose = try get("/readyz?verbose")
        #expect(verbose.status == 200)
        #expect(verbose.body.hasPrefix("[+]assigned ok\n[+]restored ok\n"))
        #expect(verbose.body.hasSuffix("\nreadyz check passed\n"))
        health.stopping()
        #expect(try get("/readyz").status == 503)
        #expect(try get("/livez").status == 200)
    }

    @Test("Liveness does not wait for anything, and has an older name as well")
    func liveness() throws {
        for path in ["/livez", "/healthz"] {
            #expect(try get(path) == Response(body: "ok"))
            #expect(try get(path + "?verbose=1").body == "[+]polling ok\nlivez check passed\n")
        }
    }

    @Test("Metrics come in the format that the client prefers")
    func formats() throws {
        let text = try get("/metrics", accept: "text/plain")
        #expect(text.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(!text.body.contains("# EOF"))
        let open = try get("/metrics", accept: "application/openmetrics-text;version=1.0.0")
        #expect(open.contentType.hasPrefix("application/openmetrics-text; version=1.0.0"))
        #expect(open.body.hasSuffix("# EOF\n"))
    }

    @Test("Neither metrics nor readiness show a password that the Kafka client has")
    func secrets() throws {
        let settings = try Settings.resolve(overrides: [
            "kafka.properties.sasl.password=correct-horse", "kafka.properties.sasl.username=zoe",
            "kafka.bootstrapServers=127.0.0.1:1",
        ]).settings
        let worker = Worker(settings: settings, logger: Bus.logger)
        Endpoints.describeProcess(in: worker.metrics, version: "1")
        for route in Endpoints.routes(health: worker.health, metrics: worker.metrics) {
            let body = route.respond(Request(target: route.path + "?verbose")).body
            #expect(!body.contains("correct-horse") && !body.contains("zoe"))
        }
    }

    @Test("promtool finds nothing wrong with a scrape", .enabled(if: EndpointTests.hasPromtool))
    func scrape() async throws {
        fill()
        let server = try await HTTPServer.start(
            host: "127.0.0.1",
            port: 0,
            routes: Endpoints.routes(health: health, metrics: metrics.registry),
            logger: Bus.logger
        )
        // curl, because it is what a person would use; promtool does not ask for pages itself.
        let script = """
            set -o pipefail
            curl --silent --show-error --fail --max-time 200 "$1" | "$2" check metrics
            """
        let url = "http://127.0.0.1:\(server.port)/metrics"
        let (status, output) = try await run(
            "/bin/bash",
            ["-c", script, "bash", url, Self.promtool]
        )
        await server.stop()
        #expect(status == 0, "\(output)")
        #expect(output.isEmpty)
    }

    private static var hasPromtool: Bool {
        FileManager.default.isExecutableFile(atPath: promtool)
    }

    /// Lets everything have a value.
    private func fill() {
        Endpoints.describeProcess(in: metrics.registry, version: "0.1.0")
        makeReady()
        metrics.read(3, from: .availability)
        metrics.dealtOut(records: 3)
        metrics.committed(in: .milliseconds(3))
        metrics.decided(in: .microseconds(80))
        metrics.deadLettered(code: "invalid-json")
        metrics.assigned(partitions: 12)
        for partition in 0..<12 { metrics.lag(of: "t", partition: partition, is: 5) }
        metrics.restored(in: .seconds(3))
    }

    /// Runs a program to its end, on a thread that may block.
    private func run(_ program: String, _ arguments: [String]) async throws -> (Int32, String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let process = Process()
                        process.executableURL = URL(filePath: program)
                        process.arguments = arguments
                        let pipe = Pipe()
                        process.standardOutput = pipe
                        process.standardError = pipe
                        try process.run()
                        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
                        process.waitUntilExit()
                        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
                    }
                )
            }
        }
    }
}
