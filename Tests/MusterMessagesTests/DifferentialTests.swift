// Our decoder and Foundation's on thousands of events: both must accept the same ones and read the
// same values from them. Where ours differs, it does so on purpose:
//
// - Ours takes UTF-8 only; Foundation also guesses UTF-16 and UTF-32 (the contract says UTF-8).
// - Ours refuses a comma before `}` or `]`, which Foundation lets pass (RFC 8259 does not).
// - Ours refuses malformed strings and numbers also in values that nobody reads: unknown fields,
//   and those behind a repeated key. Foundation reads them lazily, so a record that it accepts
//   today could turn bad when a field gets a meaning.
// - From 2^53 on, Foundation passes an integer with a point or an exponent through a double and a
//   decimal, rounds some, refuses others and stops the program at a few. Ours reads it exactly.

import MusterModel
import Testing

@testable import MusterMessages

@Suite("Agreement with Foundation")
struct DifferentialTests {
    private static let timestamp = Instant(milliseconds: 5000)

    @Test("both accept the same events and read the same values")
    func agreement() {
        var accepted = 0
        var refused = 0
        for seed in 0..<UInt64(8000) {
            var generator = EventGenerator(seed: seed)
            let text = generator.text()
            // The last of the differences; the first three are what isStrictJSON is for.
            if hasLargeFraction(text) { continue }
            let ours = try? AvailabilityDecoder().decode(text, timestamp: Self.timestamp)
            let expected =
                isStrictJSON(text) ? referenceEvent(text, timestamp: Self.timestamp) : nil
            if expected == nil { refused += 1 } else { accepted += 1 }
            let isSame = ours.map(lines) == expected.map(lines)
            #expect(isSame, "seed \(seed): \(String(decoding: text, as: UTF8.self))")
            guard isSame else { return }
        }
        // Otherwise the generator has lost one side of what it is for.
        #expect(accepted > 2000)
        #expect(refused > 2000)
    }

    @Test("the deliberate differences are there")
    func differences() {
        let utf16 = Array(#"{"resource":"a"}"#.utf16).flatMap {
            [UInt8($0 & 0xFF), UInt8($0 >> 8)]
        }
        let texts: [[UInt8]] =
            [utf16]
            + [
                #"{"resource":"a",}"#, #"{"resource":"a","applications":["x",]}"#,
                #"{"resource":"a","x":01}"#, #"{"resource":"a","x":"\ud800"}"#,
                #"{"resource":"a","resource":"\x"}"#,
            ].map { Array($0.utf8) }
        for text in texts {
            #expect(referenceEvent(text, timestamp: .zero) != nil)
            #expect((try? AvailabilityDecoder().decode(text, timestamp: .zero)) == nil)
        }
    }

    /// Whether a number with a point or an exponent may be 2^53 or more.
    private func hasLargeFraction(_ text: [UInt8]) -> Bool {
        text.split { !"0123456789.eE+-".utf8.contains($0) }.contains { token in
            guard token.contains(where: { ".eE".utf8.contains($0) }) else { return false }
            return (Double(String(decoding: token, as: UTF8.self)) ?? 0).magnitude >= 0x1p53
        }
    }

    /// Everything that an event says, in bytes: strings that merely look alike are equal in Swift.
    private func lines(_ event: AvailabilityEvent) -> [UInt8] {
        var lines = ["domain \(event.domain?.name ?? "none")"]
        for report in event.reports {
            switch report {
            case .removed(let id): lines.append("removed \(id)")
            case .observed(var resource):
                lines += resource.labels.map { "label \($0.key)=\($0.value)" }
                    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                lines += resource.capacity.map { "capacity \($0.key)=\($0.value)" }
                    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                resource.labels = [:]
                resource.capacity = [:]
                lines.append("\(resource)")
            }
        }
        return Array(lines.joined(separator: "\n").utf8)
    }
}
