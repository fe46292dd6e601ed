// The port for those who run a worker: probes and scrapes.

import ArgumentParser
import Logging
import MusterHTTP
import MusterWorker

/// Answers probes and scrapes while a worker runs.
enum Operations {
    /// Does `body`, and answers meanwhile where settings give a port.
    ///
    /// - Throws: `HTTPServerError` when it cannot listen there, before `body` is begun; else what
    ///   `body` throws.
    static func serving(
        _ worker: Worker,
        _ settings: Settings.HTTP,
        logger: Logger,
        _ body: () async throws -> Void
    ) async throws {
        guard let port = settings.port else { return try await body() }
        Endpoints.describeProcess(in: worker.metrics, version: Muster.configuration.version)
        let server = try await HTTPServer.start(
            host: settings.host,
            port: port,
            routes: Endpoints.routes(health: worker.health, metrics: worker.metrics),
            logger: logger
        )
        logger.info(
            "answering probes and scrapes",
            metadata: ["host": "\(settings.host)", "port": "\(server.port)"]
        )
        do {
            try await body()
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
}
