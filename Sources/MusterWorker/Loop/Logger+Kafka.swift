// librdkafka's lines go where the worker's go. It repeats itself while a broker is away, so the
// same part of it is heard once in a while and otherwise only when debugging.

internal import Logging
internal import MusterKafka
internal import Synchronization

/// When each part of librdkafka was last heard.
private final class Throttle: Sendable {
    private let last = Mutex<[String: ContinuousClock.Instant]>([:])

    func admits(_ facility: String) -> Bool {
        last.withLock { last in
            let now = ContinuousClock.now
            if let before = last[facility], now - before < .seconds(30) { return false }
            last[facility] = now
            return true
        }
    }
}

extension Logger {
    /// Takes librdkafka's lines.
    var sink: LogSink {
        let throttle = Throttle()
        return { line in
            // A property that only one of producer and consumer knows is given to both.
            let isTrouble = line.level <= 4 && line.facility != "CONFWARN"
            let level: Logger.Level =
                isTrouble && throttle.admits(line.facility) ? .warning : .debug
            log(level: level, "kafka: \(line.text)", metadata: ["part": "\(line.facility)"])
        }
    }
}
