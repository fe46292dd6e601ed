// Logs go to standard error; standard output belongs to what a command was asked for.

import Logging

/// Makes loggers.
enum Log {
    /// A logger to standard error, from this level on; an unknown level counts as `info`.
    static func make(level: String) -> Logger {
        var logger = Logger(label: "muster") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        return logger
    }
}
