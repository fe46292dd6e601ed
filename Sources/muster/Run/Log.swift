// Logs go to standard error; standard output belongs to what a command was asked for.

import Logging
import MusterWorker

/// Makes loggers.
enum Log {
    /// A logger to standard error, from this level on; an unknown level counts as `info`.
    static func make(
        level: String,
        format: Settings.LogFormat = .auto,
        redaction: Redaction = Redaction()
    ) -> Logger {
        let style = style(format)
        var logger = Logger(label: "muster") { label in
            LineLogHandler(label: label, style: style, redaction: redaction)
        }
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        return logger
    }

    /// What a format comes to on this standard error.
    static func style(_ format: Settings.LogFormat) -> LineLogHandler.Style {
        switch format {
        case .auto: Terminal.error.isInteractive ? .text : .json
        case .text: .text
        case .json: .json
        }
    }
}
