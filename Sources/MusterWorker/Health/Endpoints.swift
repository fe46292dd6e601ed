// What a worker answers to whoever runs it: Kubernetes, Prometheus, a person with curl. The words
// are those of Kubernetes's own programs.

public import MusterHTTP
internal import MusterKafka
public import MusterMetrics

/// The paths for running a worker.
public enum Endpoints {
    /// What probes and scrapes are answered with.
    ///
    /// `/livez` (also as `/healthz`) and `/readyz` answer 200 or 503; with `?verbose`, and whenever
    /// something does not hold, they list what they checked. `/metrics` answers in the text format
    /// that the client prefers.
    public static func routes(health: Health, metrics: Registry) -> [Route] {
        let live: @Sendable (Request) -> Response = { report("livez", health.liveness, $0) }
        return [
            Route("/livez", respond: live),
            Route("/healthz", respond: live),
            Route("/readyz") { report("readyz", health.readiness, $0) },
            Route("/metrics") { request in
                let format = ExpositionFormat.preferred(accept: request.accept)
                return Response(
                    contentType: format.contentType,
                    body: metrics.exposition(as: format)
                )
            },
        ]
    }

    /// Registers what is known of the process, and of the program, whose version is given.
    public static func describeProcess(in metrics: Registry, version: String) {
        metrics.observeProcess()
        metrics.addFacts(
            "muster_build_info",
            help: "Versions of the program and of its Kafka client.",
            facts: ["version": version, "librdkafka": Client.libraryVersion]
        )
    }

    private static func report(
        _ name: String,
        _ report: Health.Report,
        _ request: Request
    ) -> Response {
        if report.isOK, !request.parameters.contains("verbose") { return Response(body: "ok") }
        let lines =
            report.checks.map(\.line) + ["\(name) check \(report.isOK ? "passed" : "failed")"]
        return Response(
            status: report.isOK ? 200 : 503,
            body: lines.map { $0 + "\n" }.joined()
        )
    }
}
