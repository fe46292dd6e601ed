// How a worker's end becomes the process's.

import ArgumentParser
import Dispatch
import Foundation
import Logging
import MusterHTTP
import MusterWorker

/// Exit statuses for errors of a worker.
enum WorkerExit {
    /// Runs something that a worker's error may end, and turns that into an exit status.
    ///
    /// - Parameters:
    ///   - redaction: What must not be in the error's words.
    ///   - log: Where those go; to standard error as they are, when there is none.
    ///   - body: What is run.
    /// - Throws: the exit status in the place of a worker's or a server's error, and any other
    ///   error as it is.
    static func translating(
        hiding redaction: Redaction = Redaction(),
        log: Logger? = nil,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let error as WorkerError {
            tell("\(error)", redaction, log)
            throw status(of: error)
        } catch let error as HTTPServerError {
            tell("\(error)", redaction, log)
            throw ExitCode.misconfigured
        }
    }

    private static func tell(_ error: String, _ redaction: Redaction, _ log: Logger?) {
        if let log {
            log.critical("\(error)")
        } else {
            Terminal.error.write("error: \(redaction(error))")
        }
    }

    private static func status(of error: WorkerError) -> ExitCode {
        if error.isConfiguration { return .misconfigured }
        switch error {
        case .brokerUnreachable: return .unavailable
        case .fenced: return .fenced
        default: return .failure
        }
    }
}

/// Waits for the signals that ask a process to end.
///
/// The second one ends it at once, for whoever does not want to wait.
final class StopSignals {
    private var sources: [any DispatchSourceSignal] = []

    /// Calls `stop` at the first signal, on a queue of its own.
    init(_ stop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "muster.signals")
        for number in [SIGTERM, SIGINT] {
            // The default action would end the process before anybody could drain it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                stop()
                signal(number, SIG_DFL)
            }
            source.activate()
            sources.append(source)
        }
    }

    /// Stops waiting.
    func cancel() {
        for source in sources { source.cancel() }
    }
}
