// When a policy is in force (contract, section 4): days and times as a clock on the wall shows
// them. A window never asks what time it is; it answers for any instant.

public import MusterModel

/// A day of the week, from Monday on.
public enum Weekday: String, Hashable, Sendable, CaseIterable {
    case mon, tue, wed, thu, fri, sat, sun
}

/// The weekly times at which a policy is in force.
public struct Window: Hashable, Sendable {
    /// The days on which it opens, from Monday on, each once.
    public var days: [Weekday]
    /// When it opens, in minutes of the day; less than 1440.
    public var from: Int
    /// When it closes, in minutes of the day; at most 1440. Where it is not later than ``from``, it
    /// is a time of the next day.
    public var until: Int
    /// The time zone whose clocks count.
    public var zone: ZoneRules

    /// Makes a window; whatever is left out takes the contract's default.
    public init(
        days: [Weekday] = Weekday.allCases,
        from: Int = 0,
        until: Int = Self.minutesOfDay,
        zone: ZoneRules = .utc
    ) {
        self.days = days
        self.from = from
        self.until = until
        self.zone = zone
    }

    /// The minutes of a day.
    public static let minutesOfDay = 1440

    /// Whether it is open at an instant. It opens at ``from`` and is closed at ``until``.
    ///
    /// - Complexity: O(log transitions of the zone).
    public func isOpen(at instant: Instant) -> Bool {
        // What opened up to two days before may be open still, where clocks were put back by much.
        let today = day(of: zone.local(instant))
        return ((today - 2)...(today + 1)).contains { day in
            guard let (opens, closes) = opening(on: day) else { return false }
            return opens <= instant && instant < closes
        }
    }

    /// The next instant after this one at which it opens or closes; `nil` where it never does.
    ///
    /// - Complexity: O(log transitions of the zone), with a factor for a few weeks of days.
    public func nextChange(after instant: Instant) -> Instant? {
        let today = day(of: zone.local(instant))
        let isOpen = isOpen(at: instant)
        var edges: [Instant] = []
        // A week shows all of a window's days; further ones are for weeks in which clocks that
        // were put forward have skipped all of it.
        for day in (today - 2)...(today + Self.horizon) {
            guard let (opens, closes) = opening(on: day) else { continue }
            edges += [opens, closes]
        }
        // Where one opening begins as the last one ends, nothing changes.
        return edges.filter { $0 > instant }.sorted().first { self.isOpen(at: $0) != isOpen }
    }

    /// How many days ahead are looked at.
    private static let horizon = 22

    private static let milliseconds = 60_000

    /// The opening that begins on a day, counted from 1970-01-01; `nil` where there is none.
    private func opening(on day: Int) -> (opens: Instant, closes: Instant)? {
        guard days.contains(weekday(of: day)) else { return nil }
        let end = until > from ? day : day + 1
        let opens = zone.first(showing: local(day, from))
        let closes = zone.first(showing: local(end, until))
        return opens < closes ? (opens, closes) : nil
    }

    private func local(_ day: Int, _ minutes: Int) -> Int64 {
        Int64(day * Self.minutesOfDay + minutes) * Int64(Self.milliseconds)
    }

    private func day(of local: Int64) -> Int {
        let length = Int64(Self.minutesOfDay * Self.milliseconds)
        let (quotient, remainder) = local.quotientAndRemainder(dividingBy: length)
        return Int(remainder < 0 ? quotient - 1 : quotient)
    }

    /// 1970-01-01 was a Thursday.
    private func weekday(of day: Int) -> Weekday {
        Weekday.allCases[((day + 3) % 7 + 7) % 7]
    }
}
