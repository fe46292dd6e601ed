// Durations as people write them.

import MusterModel
import Testing

struct DurationTests {
    @Test(
        "A whole number with a unit is read",
        arguments: [
            ("0s", 0), ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000),
            ("7d", 604_800_000), ("007s", 7000), ("9223372036854775807ms", Int64.max),
        ]
    )
    func reads(text: String, milliseconds: Int64) {
        #expect(Duration(text: text) == .milliseconds(milliseconds))
    }

    @Test(
        "Any other text is refused",
        arguments: [
            "", "s", "5", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5s", "5S", "5sec", "5m30s", "1w",
            "٣s", "9223372036854775808ms", "9223372036854775807s", "99999999999999999999d",
        ]
    )
    func refuses(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(
        "It is written in the largest unit that needs no fraction",
        arguments: [
            (0, "0ms"), (1, "1ms"), (1500, "1500ms"), (60_000, "1m"), (90_000, "90s"),
            (7_200_000, "2h"), (86_400_000, "1d"), (90_000_000, "25h"),
        ]
    )
    func writes(milliseconds: Int, text: String) {
        #expect(Duration.milliseconds(milliseconds).text == text)
        #expect(Duration(text: text) == .milliseconds(milliseconds))
    }

    @Test("Milliseconds saturate where the duration is longer than they can say")
    func saturates() {
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
        #expect(Duration.nanoseconds(1_999_999).milliseconds == 1)
    }
}
