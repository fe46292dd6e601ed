// Reports that are read without being made: what they say is what the decoder makes of them, and
// those with equal fingerprints look the same.

import MusterModel
import Testing

@testable import MusterMessages

@Suite("Sightings")
struct SightingTests {
    private static let timestamp = Instant(milliseconds: 5000)

    private func sighting(_ text: some Sequence<UInt8>) -> Sighting? {
        var layout = ReportLayout()
        return sighting(text, &layout)
    }

    private func sighting(
        _ text: some Sequence<UInt8>,
        _ layout: inout ReportLayout
    ) -> Sighting? {
        let bytes = Array(text)
        return AvailabilityDecoder().sighting(
            in: bytes,
            bytes.indices,
            timestamp: Self.timestamp,
            layout: &layout
        )
    }

    private func glimpse(
        _ text: some Sequence<UInt8>,
        _ layout: inout ReportLayout
    ) -> Sighting? {
        let bytes = Array(text)
        return AvailabilityDecoder().glimpse(
            in: bytes,
            bytes.indices,
            timestamp: Self.timestamp,
            layout: &layout
        )
    }

    @Test("what is sighted is what is decoded, and equal fingerprints look the same")
    func agreement() throws {
        var looks: [Fingerprint: Resource] = [:]
        var sighted = 0
        var known = 0
        for seed in 0..<UInt64(8000) {
            var generator = EventGenerator(seed: seed)
            let text = generator.text()
            guard let sighting = sighting(text),
                let event = try? AvailabilityDecoder().decode(text, timestamp: Self.timestamp)
            else { continue }
            sighted += 1
            guard case .observed(var resource)? = event.reports.first, event.reports.count == 1
            else {
                Issue.record("seed \(seed) is not one report")
                return
            }
            let domain = sighting.domain.map { String(decoding: text[$0], as: UTF8.self) }
            #expect(domain == event.domain?.name, "seed \(seed)")
            #expect(Array(text[sighting.name]) == Array(resource.id.name.utf8), "seed \(seed)")
            #expect(sighting.observation == resource.observation, "seed \(seed)")
            resource = Resource(
                id: ResourceID(""),
                kind: resource.kind,
                node: resource.node,
                cluster: resource.cluster,
                serviceGroup: resource.serviceGroup,
                applications: resource.applications,
                labels: resource.labels,
                capacity: resource.capacity
            )
            if let other = looks[sighting.appearance] {
                known += 1
                #expect(other == resource, "seed \(seed)")
            }
            looks[sighting.appearance] = resource
        }
        #expect(sighted > 500)
        #expect(known > 20)
    }

    @Test("what may be new each time does not change the fingerprint, anything else does")
    func fingerprints() throws {
        let plain = #"{"resource":"a","node":"n","labels":{"x":"y"},"state":"online"}"#
        let first = try #require(sighting(plain.utf8)).appearance
        for other in [
            #"{"resource":"b","node":"n","labels":{"x":"y"},"state":"offline","available":false}"#,
            #"{"domain":"d","resource":"a","node":"n","labels":{"x":"y"},"ttl":"5s","seen":[1]}"#,
            #"{ "node" :"n" , "labels": {"x":"y"},"sequence":7,"resource":"a"}"#,
            #"{"resource":"a","node":"n","labels":{"x":"y"},"observedAt":"2026-11-23T12:00:00Z"}"#,
        ] { #expect(sighting(other.utf8)?.appearance == first, "\(other)") }
        for other in [
            #"{"resource":"a","labels":{"x":"y"},"state":"online"}"#,
            #"{"resource":"a","node":"m","labels":{"x":"y"}}"#,
            #"{"resource":"a","cluster":"n","labels":{"x":"y"}}"#,
            #"{"resource":"a","node":"n","labels":{"x":"z"}}"#,
            #"{"resource":"a","node":"n","labels":{"x":"y"},"kind":"vm"}"#,
            #"{"resource":"a","node":"n","labels":{"x":"y"},"applications":[]}"#,
            #"{"resource":"a","node":"n","labels":{"x":"y"},"capacity":{"cpu":1}}"#,
        ] { #expect(sighting(other.utf8).map { $0.appearance != first } == true, "\(other)") }
    }

    @Test("a report that is written like the one before is read in passing")
    func inPassing() throws {
        var layout = ReportLayout()
        let first = #"{"resource": "a", "labels": {"x": "y"}, "state": "online", "sequence": 9}"#
        #expect(glimpse(first.utf8, &layout) == nil, "nothing is known yet")
        let looks = try #require(sighting(first.utf8, &layout)).appearance
        let next = #"{"resource": "bc", "labels": {"x": "y"}, "state": "offline", "sequence": 10}"#
        let seen = try #require(glimpse(next.utf8, &layout))
        #expect(seen.appearance == looks)
        #expect(Array(next.utf8)[seen.name].elementsEqual("bc".utf8))
        #expect(seen.observation.state == .offline && seen.observation.sequence == 10)
        // Lengths may change, and are learned.
        let longer = next.replacing("\"y\"", with: "\"yy\"")
        #expect(glimpse(longer.utf8, &layout)?.appearance == sighting(longer.utf8)?.appearance)
        #expect(glimpse(longer.utf8, &layout) != nil)
        for other in [
            #"{"resource":"a","labels":{"x":"y"},"state":"online","sequence":9}"#,
            #"{"resource": "a", "labels": {"x": "y"}, "state": "online"}"#,
            #"{"resource": "a", "labels": {"x": "y"}, "state": "online", "sequence": 9} "#,
            #"{"resource": "a", "labels": {"x": "y"}, "state": "on", "sequence": 9}"#,
            #"{"resource": "\u0061", "labels": {"x": "y"}, "state": "online", "sequence": 9}"#,
        ] { #expect(glimpse(other.utf8, &layout) == nil, "\(other)") }
    }

    @Test("what is flawed teaches nothing")
    func flaws() throws {
        let whole = #"{"resource":"a","kind":"vm","labels":{},"sequence":6}"#
        for place in 1..<whole.utf8.count {
            var layout = ReportLayout()
            let cut = whole.utf8.prefix(place)
            #expect(sighting(cut, &layout) == nil)
            #expect(glimpse(cut, &layout) == nil, "\(place)")
        }
        // Also what is too large to be learnt.
        var layout = ReportLayout()
        let gap = String(repeating: " ", count: 3000)
        for text in [
            "{" + gap + #""labels":{},"x":1,"y"#, "{" + gap + #""labels":{},"resource":"a"}"#,
        ] {
            for _ in 0..<2 {
                _ = sighting(text.utf8, &layout)
                #expect(glimpse(text.utf8, &layout) == nil)
            }
        }
    }

    /// Values are short and full of brackets and quotes, so that a guessed end is often wrong.
    private static func hostile(_ generator: inout EventGenerator) -> String {
        func pick(_ values: [String]) -> String { generator.pick(values) }
        let labels = [
            #"{"x":"}"}"#, #"{"x":"},"}"#, #"{"x":"}","y":"]"}"#, #"{"},":":"}"#, #"{"x":"y"}"#,
            #"{"x":"},\"kind\":\""}"#, #"{"x":"},","":"":""}"#, #"{"x":{"y":"}"}}"#, "{}",
        ]
        let lists = [#"["a"]"#, #"["],"]"#, #"["],","b"]"#, "[]", #"["]","],"]"#]
        return #"{"labels":"# + pick(labels) + #","applications":"# + pick(lists)
            + #","extra":"# + pick([#"{"a":"}"}"#, "7", #"["],"]"#])
            + #","resource":"# + pick([#""a""#, #""},""#]) + #","capacity":"#
            + pick([#"{"cpu":1}"#, #"{"},":1}"#, "{}"]) + #","sequence":"# + pick(["1", "23"])
            + "}"
    }

    @Test("what is known again from a glimpse is what is there")
    func guesses() throws {
        var layout = ReportLayout()
        var looks: Set<Fingerprint> = []
        var (known, wrong) = (0, 0)
        var generator = EventGenerator(seed: 4)
        for round in 0..<20_000 {
            let text = Self.hostile(&generator)
            let seen = glimpse(text.utf8, &layout)
            var learned = ReportLayout()
            let read = sighting(text.utf8, &learned)
            if let seen, looks.contains(seen.appearance) {
                known += 1
                #expect(read?.appearance == seen.appearance, "\(text)")
                #expect(read?.name == seen.name, "\(text)")
                #expect(read?.observation == seen.observation, "\(text)")
            } else if seen?.appearance != read?.appearance {
                wrong += 1
            }
            if let read { looks.insert(read.appearance) }
            if round.isMultiple(of: 3) { layout = learned }
        }
        #expect(known > 1000)
        #expect(wrong > 100)
    }

    @Test("every length and every byte counts for a fingerprint")
    func bytes() {
        var seen: Set<Fingerprint> = []
        var count = 0
        func note(_ bytes: [UInt8]) {
            var fingerprint = Fingerprint()
            fingerprint.mix(bytes.span)
            seen.insert(fingerprint)
            count += 1
        }
        for length in 0..<70 {
            let bytes = [UInt8](repeating: 7, count: length)
            note(bytes)
            for index in 0..<length {
                var other = bytes
                other[index] = 8
                note(other)
            }
        }
        #expect(seen.count == count)
    }

    @Test(
        "what is no plain report of one resource is left to the decoder",
        arguments: [
            "", "{", "[]", "{}", #"{"resource":"a"} x"#, #"{"resource":"a","removed":true}"#,
            #"{"resources":[{"resource":"a"}]}"#, #"{"resource":"\u0061"}"#, #"{"resource":7}"#,
            #"{"resource":"a","state":"on"}"#, #"{"resource":"a","sequence":-1}"#,
            #"{"resource":"a","observedAt":null}"#, #"{"resource":"a","labels":{"x":}}"#,
            #"{"resource":""}"#,
        ]
    )
    func others(text: String) { #expect(sighting(text.utf8)?.name == nil) }
}
