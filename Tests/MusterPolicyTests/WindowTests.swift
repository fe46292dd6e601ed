// When a policy is in force: what stands in a document, and what it means for instants, on the two
// days of the year too on which clocks are changed.

import MusterModel
import MusterPolicy
import Testing

@Suite struct WindowTests {
    private func window(_ text: String) throws -> Window {
        try #require(policy("require: {count: {}, atLeast: 1},\nactive: \(text)").active)
    }

    /// The times in UTC at which a window opens and closes, from an instant on.
    private func changes(_ window: Window, from start: String, _ count: Int) throws -> [String] {
        var instant = try #require(Instant(rfc3339: start))
        var result: [String] = []
        for _ in 0..<count {
            guard let next = window.nextChange(after: instant) else { break }
            result.append((window.isOpen(at: next) ? "+" : "-") + next.rfc3339.dropLast(4))
            instant = next
        }
        return result
    }

    @Test("what is left out means every day, the whole of it, and UTC")
    func defaults() throws {
        #expect(try window("{}") == Window())
        #expect(Window().isOpen(at: .zero))
        #expect(Window().nextChange(after: .zero) == nil)
        let evening = try window("{from: \"18:00\"}")
        #expect(
            try changes(evening, from: "2026-01-01T12:00:00Z", 3)
                == ["+2026-01-01T18:00", "-2026-01-02T00:00", "+2026-01-02T18:00"]
        )
        let morning = try window("{days: [sun, sat], until: \"06:30\"}")
        #expect(morning.days == [.sat, .sun])
        #expect(
            try changes(morning, from: "2026-01-01T12:00:00Z", 4)
                == [
                    "+2026-01-03T00:00", "-2026-01-03T06:30", "+2026-01-04T00:00",
                    "-2026-01-04T06:30",
                ]
        )
    }

    @Test("a window over midnight belongs to the day on which it opens")
    func midnight() throws {
        let nights = try window("{days: [fri], from: \"22:00\", until: \"06:00\"}")
        #expect(
            try changes(nights, from: "2026-01-01T12:00:00Z", 3)
                == ["+2026-01-02T22:00", "-2026-01-03T06:00", "+2026-01-09T22:00"]
        )
    }

    @Test("a window that closes at the time at which it opens is open for a day")
    func wholeDay() throws {
        let saturday = try window("{days: [sat], from: \"06:00\", until: \"06:00\"}")
        #expect(
            try changes(saturday, from: "2026-01-01T12:00:00Z", 3)
                == ["+2026-01-03T06:00", "-2026-01-04T06:00", "+2026-01-10T06:00"]
        )
        let always = try window("{from: \"06:00\", until: \"06:00\"}")
        #expect(try changes(always, from: "2026-01-01T12:00:00Z", 1) == [])
        let weekend = try window("{days: [sat, sun], from: \"00:00\", until: \"24:00\"}")
        #expect(
            try changes(weekend, from: "2026-01-01T12:00:00Z", 2)
                == ["+2026-01-03T00:00", "-2026-01-05T00:00"]
        )
    }

    @Test("a time that is skipped means when the clock jumps")
    func skipped() throws {
        // On 29 March 2026 clocks in Berlin go from 02:00 to 03:00, at 01:00 UTC.
        let zone = "timeZone: Europe/Berlin"
        let half = try window("{from: \"01:00\", until: \"02:30\", \(zone)}")
        #expect(
            try changes(half, from: "2026-03-28T23:00:00Z", 2)
                == ["+2026-03-29T00:00", "-2026-03-29T01:00"]
        )
        let late = try window("{from: \"02:30\", until: \"04:00\", \(zone)}")
        #expect(
            try changes(late, from: "2026-03-28T23:00:00Z", 2)
                == ["+2026-03-29T01:00", "-2026-03-29T02:00"]
        )
        let inside = try window("{from: \"02:15\", until: \"02:45\", \(zone)}")
        #expect(
            try changes(inside, from: "2026-03-28T12:00:00Z", 2)
                == ["+2026-03-30T00:15", "-2026-03-30T00:45"]
        )
        let sundays = try window("{days: [sun], from: \"02:15\", until: \"02:45\", \(zone)}")
        #expect(
            try changes(sundays, from: "2026-03-28T12:00:00Z", 1) == ["+2026-04-05T00:15"]
        )
    }

    @Test("a time that comes twice means the first, so that windows that meet still meet")
    func doubled() throws {
        // On 25 October 2026 clocks in Berlin go from 03:00 to 02:00, at 01:00 UTC.
        let zone = "timeZone: Europe/Berlin"
        let day = try window("{from: \"02:30\", until: \"12:00\", \(zone)}")
        #expect(
            try changes(day, from: "2026-10-24T22:00:00Z", 2)
                == ["+2026-10-25T00:30", "-2026-10-25T11:00"]
        )
        let night = try window("{from: \"12:00\", until: \"02:30\", \(zone)}")
        let start = try #require(Instant(rfc3339: "2026-10-24T10:00:00Z"))
        for minute in 0..<3000 {
            let instant = start + .seconds(60 * minute)
            #expect(day.isOpen(at: instant) != night.isOpen(at: instant), "\(instant.rfc3339)")
        }
        let short = try window("{from: \"02:15\", until: \"02:45\", \(zone)}")
        #expect(
            try changes(short, from: "2026-10-24T22:00:00Z", 3)
                == ["+2026-10-25T00:15", "-2026-10-25T00:45", "+2026-10-26T01:15"]
        )
    }

    @Test("a parameter may stand for a window's time")
    func parameters() throws {
        let text = """
            {apiVersion: muster/v1, kind: Policy, name: p, parameters: {open: "07:00"},
            require: {count: {}, atLeast: 1}, active: {from: "${open}"}}
            """
        let (changes, diagnostics) = read(text)
        #expect(diagnostics.isEmpty)
        guard case .set(.policy(let policy), _)? = changes.first else {
            Issue.record("nothing was read")
            return
        }
        #expect(policy.active == Window(from: 420))
    }
}
