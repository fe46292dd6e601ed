// Dates and times as they come in events, and as they go out.

import MusterModel
import Testing

struct InstantTests {
    @Test(
        "A date and time with an offset is read to the millisecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.001Z", 1),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-23T12:00:00Z", 1_795_435_200_000),
            ("2026-11-23T12:00:00.25+01:00", 1_795_431_600_250),
            ("2026-11-23t12:00:00z", 1_795_435_200_000),
            ("2026-11-23T12:00:00.123999Z", 1_795_435_200_123),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2024-02-29T23:59:59-23:59", 1_709_337_539_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ]
    )
    func reads(text: String, milliseconds: Int64) {
        #expect(Instant(rfc3339: text) == Instant(milliseconds: milliseconds))
    }

    @Test(
        "What is not a date and time with an offset is refused",
        arguments: [
            "", "now", "2026-11-23", "2026-11-23T12:00:00", "2026-11-23 12:00:00Z",
            "2026-11-23T12:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z", "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-11-23T24:00:00Z",
            "2026-11-23T12:60:00Z", "2026-11-23T12:00:61Z", "2026-11-23T12:00:00.Z",
            "2026-11-23T12:00:00+1:00", "2026-11-23T12:00:00+0100", "2026-11-23T12:00:00+24:00",
            "2026-11-23T12:00:00+01:60", "2026-11-23T12:00:00ZZ", "2026-11-23T12:00:00Z ",
            " 2026-11-23T12:00:00Z", "+2026-11-23T12:00:00Z", "26-11-23T12:00:00Z",
            "２026-11-23T12:00:00Z", "2026-11-23T12:00:00.5", "2026-11-23T12:00:00.5e3Z",
        ]
    )
    func refuses(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("Every instant of the years 0 to 9999 is read as it was written")
    func roundTrip() {
        var milliseconds: Int64 = -62_167_219_200_000
        while milliseconds <= 253_402_300_799_999 {
            let instant = Instant(milliseconds: milliseconds)
            #expect(Instant(rfc3339: instant.rfc3339) == instant)
            // A prime number of milliseconds, about forty days: every day of the year comes.
            milliseconds += 3_456_000_011
        }
    }

    @Test("The days around the ends of months and leap years follow each other")
    func days() {
        for year in [1899, 1900, 1970, 1999, 2000, 2023, 2024, 2100, 2400] {
            var text = ""
            for day in 0..<366 {
                let start = Instant(rfc3339: "\(year)-01-01T00:00:00Z") ?? .zero
                let next = (start + .seconds(day * 86_400)).rfc3339
                #expect(next > text)
                #expect(next.hasSuffix("T00:00:00Z"))
                text = next
            }
        }
    }

    @Test("Milliseconds are written only where there are any")
    func written() {
        #expect(Instant.zero.rfc3339 == "1970-01-01T00:00:00Z")
        #expect(Instant(milliseconds: 50).rfc3339 == "1970-01-01T00:00:00.050Z")
        #expect(Instant(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
    }

    @Test("The first and the last instant can be written")
    func extremes() {
        #expect(Instant(milliseconds: .min).rfc3339 == "-292275055-05-16T16:47:04.192Z")
        #expect(Instant(milliseconds: .max).rfc3339 == "292278994-08-17T07:12:55.807Z")
    }

    @Test("Adding stops at the ends of time")
    func saturates() {
        let last = Instant(milliseconds: .max)
        let first = Instant(milliseconds: .min)
        #expect(last + .seconds(1) == last)
        #expect(first + .seconds(-1) == first)
        #expect(last + .seconds(Int64.max) == last)
        #expect(first + .seconds(Int64.min) == first)
        #expect(Instant.zero + .milliseconds(1500) == Instant(milliseconds: 1500))
    }
}
