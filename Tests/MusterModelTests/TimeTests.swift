// Times and durations as people write them.

import MusterModel
import Testing

@Suite struct TimeTests {
    @Test("dates are read with their offset, and written in UTC")
    func dates() {
        let cases = [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("2026-11-23T12:00:00.250+01:00", "2026-11-23T11:00:00.250Z"),
            ("2024-02-29t23:59:59z", "2024-02-29T23:59:59Z"),
            ("2000-02-29T00:00:00-00:30", "2000-02-29T00:30:00Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ]
        for (text, expected) in cases {
            #expect(Instant(rfc3339: text)?.rfc3339 == expected, "\(text)")
        }
    }

    @Test("what is no date is refused")
    func noDates() {
        let cases = [
            "", "2026-11-23", "2026-11-23T12:00:00", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T12:00:00.Z",
            "2026-11-23T12:00:00+1:00", "2026-11-23T12:00:00Zx", "２026-11-23T12:00:00Z",
        ]
        for text in cases { #expect(Instant(rfc3339: text) == nil, "\(text)") }
    }

    @Test("every day of four centuries survives the way through text")
    func roundTrip() {
        for day in stride(from: -40_000, to: 110_000, by: 13) {
            let instant = Instant(milliseconds: Int64(day) * 86_400_000 + 12_345_678)
            #expect(Instant(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test("durations take a whole number and a unit")
    func durations() {
        #expect(Duration(text: "500ms") == .milliseconds(500))
        #expect(Duration(text: "90s") == .seconds(90))
        #expect(Duration(text: "2h")?.text == "2h")
        #expect(Duration.seconds(90).text == "90s")
        #expect(Duration.seconds(86_400).text == "1d")
        #expect(Duration.zero.text == "0ms")
        for text in ["", "5", "s", "-5s", "1.5s", "5 s", "99999999999999999999s", "5w"] {
            #expect(Duration(text: text) == nil, "\(text)")
        }
    }

    @Test("adding beyond the range stops at its end")
    func saturation() {
        let late = Instant(milliseconds: .max)
        #expect(late + .seconds(1) == late)
    }
}
