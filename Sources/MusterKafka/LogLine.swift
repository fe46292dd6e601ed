// librdkafka talks a lot, by default to standard error. Every client here hands its lines to a
// closure instead, so that the program decides where they go.

/// A line that librdkafka wants to log.
public struct LogLine: Sendable {
    /// How serious it is, as syslog counts: 0 is the worst, 3 an error, 4 a warning, 7 debugging.
    public let level: Int32
    /// The part of librdkafka that speaks, such as `FAIL` or `REQTMOUT`.
    public let facility: String
    /// What it says.
    public let text: String
}

/// Takes log lines; it is called from threads of librdkafka, so it must be quick.
public typealias LogSink = @Sendable (LogLine) -> Void
