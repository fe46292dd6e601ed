// How the process ends, as scripts rely on it.

import ArgumentParser

extension ExitCode {
    /// The input is invalid; diagnostics are on standard error.
    static let invalidInput = ExitCode(1)
    /// A policy cannot be satisfied.
    static let unsatisfied = ExitCode(3)
    /// The broker cannot be reached.
    static let unavailable = ExitCode(69)
    /// A simulation has found a promise broken (`EX_SOFTWARE`).
    static let promiseBroken = ExitCode(70)
    /// Another process goes by this worker's name (`EX_TEMPFAIL`: starting again may help).
    static let fenced = ExitCode(75)
    /// The configuration is wrong.
    static let misconfigured = ExitCode(78)
}
