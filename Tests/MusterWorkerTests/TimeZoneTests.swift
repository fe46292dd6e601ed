// Windows against what Foundation's calendar shows, minute by minute: the tables, and the
// arithmetic on them, agree with a reading of the clock on the wall that knows neither.

import Foundation
import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterWorker

@Suite struct TimeZoneTests {
    /// What a clock on the wall shows at each minute of a stretch of time.
    private struct Wall {
        /// A date and a time of day, comparable.
        struct Reading {
            var date: Int
            var minute: Int
            var weekday: Weekday
        }

        let start: Int64
        var readings: [Reading] = []
        /// The first reading of each date.
        var days: [Int] = []

        init(_ zone: String, around middle: Instant, length: Int) throws {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try #require(TimeZone(identifier: zone))
            let minutes = Int64(length * 1440)
            start = middle.milliseconds / 60_000 - minutes / 2
            readings.reserveCapacity(Int(minutes))
            for offset in 0..<minutes {
                let date = Date(timeIntervalSince1970: Double(start + offset) * 60)
                let parts = calendar.dateComponents(
                    [.year, .month, .day, .hour, .minute, .weekday],
                    from: date
                )
                let day = (parts.year ?? 0) * 10_000 + (parts.month ?? 0) * 100 + (parts.day ?? 0)
                if day > readings.last?.date ?? 0 { days.append(readings.count) }
                readings.append(
                    Reading(
                        date: day,
                        minute: (parts.hour ?? 0) * 60 + (parts.minute ?? 0),
                        // Foundation's week begins on Sunday.
                        weekday: Weekday.allCases[((parts.weekday ?? 1) + 5) % 7]
                    )
                )
            }
        }

        /// Whether a window is open at each minute: from when the clock has come to its beginning,
        /// on a day of the window, until it has come to its end.
        func open(_ window: Window) -> [Bool] {
            var result = readings.map { _ in false }
            func reached(_ day: Int, _ minute: Int) -> Int {
                guard days.indices.contains(day) else { return readings.count }
                let date = readings[days[day]].date
                return readings[days[day]...].firstIndex {
                    $0.date > date || ($0.date == date && $0.minute >= minute)
                } ?? readings.count
            }
            for (day, start) in days.enumerated()
            where window.days.contains(readings[start].weekday) {
                let opens = reached(day, window.from)
                let isNextDay = window.until <= window.from
                let closes = reached(isNextDay ? day + 1 : day, window.until)
                for minute in opens..<max(opens, closes) { result[minute] = true }
            }
            return result
        }
    }

    private static let zones = [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC",
    ]

    @Test("a window is open exactly when the clock on the wall says so")
    func windows() throws {
        for (index, name) in Self.zones.enumerated() {
            let seed = 41 + index
            var chance = SolverRandomness(seed: UInt64(seed))
            let zone = try #require(TimeZones.system[name])
            let changes = zone.transitions.map(\.instant)
                .filter { (1_577_836_800_000..<1_893_456_000_000).contains($0.milliseconds) }
            #expect(changes.isEmpty == ["Asia/Kolkata", "UTC"].contains(name))
            var middles = (0..<1).map { _ in
                Instant(milliseconds: Int64(chance.pick(1_577_836_800...1_893_456_000)) * 1000)
            }
            if !changes.isEmpty { middles += (0..<2).map { _ in chance.pick(changes) } }
            for middle in middles {
                let wall = try Wall(name, around: middle, length: 9)
                for _ in 0..<6 {
                    let window = Self.window(zone, &chance)
                    try compare(window, wall, "seed \(seed), \(name), \(middle.rfc3339)")
                }
            }
        }
    }

    /// A window by chance, often with its edges in the hours in which clocks are changed.
    private static func window(_ zone: ZoneRules, _ chance: inout SolverRandomness) -> Window {
        let from = chance.chance(60) ? chance.pick(60...190) : chance.pick(0...1439)
        var until = chance.chance(60) ? chance.pick(60...190) : chance.pick(0...1440)
        if chance.chance(10) { until = from }
        let days = Weekday.allCases.filter { _ in chance.chance(70) }
        return Window(days: days.isEmpty ? [.sun] : days, from: from, until: until, zone: zone)
    }

    private func compare(_ window: Window, _ wall: Wall, _ label: String) throws {
        let label = "\(label): \(window.days.map(\.rawValue)) \(window.from) \(window.until)"
        let expected = wall.open(window)
        func instant(_ minute: Int) -> Instant {
            Instant(milliseconds: (wall.start + Int64(minute)) * 60_000)
        }
        // Days that the stretch shows in part only say nothing certain.
        let range = 2 * 1440..<(expected.count - 2 * 1440)
        for minute in range {
            try #require(
                window.isOpen(at: instant(minute)) == expected[minute],
                "\(label) at \(instant(minute).rfc3339)"
            )
        }
        // The changes that it foresees are those that come.
        let changes = range.dropFirst().filter { expected[$0] != expected[$0 - 1] }.map(instant)
        var foreseen: [Instant] = []
        var next = window.nextChange(after: instant(range.lowerBound))
        while let change = next, change < instant(range.upperBound) {
            foreseen.append(change)
            next = window.nextChange(after: change)
        }
        try #require(foreseen == changes, "\(label)")
    }

    @Test("the tables know the zones of the database, and no abbreviations")
    func names() {
        #expect(TimeZones.system["CET"] == nil)
        #expect(TimeZones.system["Europe/Berlim"] == nil)
        #expect(TimeZones.system["UTC"] == .utc)
        #expect(TimeZones.system["Etc/GMT+3"]?.offset == -10_800)
        #expect(TimeZones.system.names.contains("Europe/Berlin"))
        for name in TimeZones.system.names { #expect(TimeZones.system[name] != nil, "\(name)") }
    }
}
