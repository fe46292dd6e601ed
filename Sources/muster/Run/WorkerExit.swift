// How a worker's end becomes the process's.

import ArgumentParser
import Dispatch
import Foundation
import Logging
import MusterHTTP
import MusterWorker
import Synchronization

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

/// A wish to end that may come before there is anything to end.
final class StopRequest: Sendable {
    private struct State {
        var isMade = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Makes it.
    func make() {
        let action = state.withLock { state in
            state.isMade = true
            return state.action
        }
        action?()
    }

    /// Says what is to be done then; does it if the wish is there already.
    func whenMade(_ action: @escaping @Sendable () -> Void) {
        let isMade = state.withLock { state in
            state.action = action
            return state.isMade
        }
        if isMade { action() }
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
