// Time enters the core as a value, so this type holds one and reads no clock.

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch.
    public var milliseconds: Int64

    /// Makes the instant `milliseconds` after the Unix epoch.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The Unix epoch.
    public static let zero = Instant(milliseconds: 0)

    /// The earlier first.
    public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

    /// The instant `duration` later; saturates at the ends of the range.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(duration.milliseconds)
        guard overflow else { return Instant(milliseconds: sum) }
        return Instant(milliseconds: duration.milliseconds > 0 ? .max : .min)
    }
}

extension Duration {
    /// The whole milliseconds in this duration, rounded towards zero; saturating.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (ms, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, carry) = ms.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        guard !carry else { return seconds > 0 ? .max : .min }
        return sum
    }
}
