// Reports that are read without being made: what they say is what the decoder makes of them, and
// those with equal fingerprints look the same.

import MusterModel
import Testing

@testable import MusterMessages

@Suite("Sightings")
struct SightingTests {
    private static let timestamp = Instant(milliseconds: 5000)

    private func sighting(_ text: some Sequence<UInt8>) -> Sighting? {
        let bytes = Array(text)
        return AvailabilityDecoder().sighting(in: bytes, bytes.indices, timestamp: Self.timestamp)
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
