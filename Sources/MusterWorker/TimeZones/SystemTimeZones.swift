// The time-zone database, as Foundation brings it with ICU. It becomes tables here, once for each
// zone, so that the core decides from values and not from a library's state.

import Foundation
public import MusterModel
import Synchronization

extension TimeZones {
    /// The zones of the time-zone database that Foundation knows, and `UTC`. Abbreviations such as
    /// `CET` or `PST` are left out: they do not say which place's rules are meant.
    ///
    /// The tables reach from 1970 to the end of 2199; before and after that a zone keeps the offset
    /// that it has there.
    public static let system = TimeZones(
        find: { SystemZones.shared.rules(of: $0) },
        names: { SystemZones.shared.names }
    )
}

/// Tables that have been made, for whoever asks next.
private final class SystemZones: Sendable {
    static let shared = SystemZones()

    let names = (TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") } + ["UTC"]).sorted()
    private let tables = Mutex<[String: ZoneRules]>([:])

    /// 2200-01-01T00:00:00Z.
    private static let end = Date(timeIntervalSince1970: 7_258_118_400)

    func rules(of name: String) -> ZoneRules? {
        if name == "UTC" { return .utc }
        if let known = tables.withLock({ $0[name] }) { return known }
        guard name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        let rules = Self.table(of: zone, named: name)
        tables.withLock { $0[name] = rules }
        return rules
    }

    private static func table(of zone: TimeZone, named name: String) -> ZoneRules {
        let start = Date(timeIntervalSince1970: 0)
        let first = zone.secondsFromGMT(for: start)
        var transitions: [ZoneRules.Transition] = []
        var offset = first
        var date = start
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next > date,
            next < end
        {
            let new = zone.secondsFromGMT(for: next)
            // Some changes are of the name only.
            if new != offset {
                let instant = Instant(milliseconds: Int64(next.timeIntervalSince1970 * 1000))
                transitions.append(.init(at: instant, offset: new))
            }
            offset = new
            date = next
        }
        return ZoneRules(name: name, offset: first, transitions: transitions)
    }
}
