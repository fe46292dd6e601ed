// Dead letters must give the record back as it was, and say why it is there.

import MusterModel
import Testing

@testable import MusterMessages

private func record(_ headers: [RecordHeader]) -> InboundRecord {
    InboundRecord(
        topic: .availability,
        partition: 3,
        offset: 99,
        timestamp: .zero,
        key: [0xFF, 0x00],
        value: [0x7B, 0xFF],
        headers: headers
    )
}

private func value(_ name: String, _ record: OutboundRecord) -> String? {
    let values = record.headers.filter { $0.name == name }.map { $0.value ?? [] }
    return values.count == 1 ? String(decoding: values[0], as: UTF8.self) : nil
}

@Suite("Dead letters")
struct DeadLetterTests {
    let encoder = DeadLetterEncoder(group: "muster", worker: "0")
    let letter = DeadLetter(
        stage: .valueConverter,
        code: "wrong-type",
        pointer: "/resources/3/state",
        message: "m"
    )

    @Test("key, value and headers are kept, and the reason is added in Connect's words")
    func reason() {
        let original = [
            RecordHeader("x", [0xFF]), RecordHeader("x", nil), RecordHeader("traceparent", "t"),
        ]
        let dead = encoder.record(of: letter, for: record(original), from: "resource-availability")
        #expect(dead.topic == .deadLetters)
        #expect(dead.key == [0xFF, 0x00])
        #expect(dead.value == [0x7B, 0xFF])
        #expect(Array(dead.headers.prefix(3)) == original)
        let prefix = "__connect.errors."
        let expected = [
            prefix + "topic": "resource-availability", prefix + "partition": "3",
            prefix + "offset": "99", prefix + "connector.name": "muster", prefix + "task.id": "0",
            prefix + "stage": "VALUE_CONVERTER", prefix + "class.name": "muster.InboundDecoder",
            prefix + "exception.class.name": "muster.DecodingFailure",
            prefix + "exception.message": "m", "muster-error-code": "wrong-type",
            "muster-error-pointer": "/resources/3/state",
            "muster-origin": "resource-availability/3/99",
        ]
        for (name, text) in expected { #expect(value(name, dead) == text, "\(name)") }
        #expect(dead.headers.count == 3 + expected.count)
    }

    @Test("null key and value stay null")
    func nulls() {
        var record = record([])
        record.key = nil
        record.value = nil
        let dead = encoder.record(of: letter, for: record, from: "t")
        #expect(dead.key == nil)
        #expect(dead.value == nil)
    }

    @Test("Connect's reason from before stays, ours gives way to the new one")
    func again() {
        var second = encoder.record(of: letter, for: record([]), from: "first")
        second = encoder.record(
            of: DeadLetter(stage: .keyConverter, code: "invalid-domain", message: "n"),
            for: record(second.headers),
            from: "second"
        )
        #expect(value("__connect.errors.topic", second) == "first")
        #expect(value("__connect.errors.exception.message", second) == "m")
        #expect(value("muster-error-code", second) == "invalid-domain")
        #expect(value("muster-origin", second) == "second/3/99")
        #expect(value("muster-error-pointer", second)?.isEmpty == true)
    }

    @Test("a flood of headers is bounded, and what is left out is counted")
    func flood() {
        let many = (0..<100).map { RecordHeader("h\($0)", "v") }
        let few = encoder.record(of: letter, for: record(many), from: "t")
        #expect(few.headers.filter { $0.name.hasPrefix("h") }.count == 64)
        #expect(value("muster-headers-dropped", few) == "36")
        let big = [
            RecordHeader("b", Array(repeating: 1, count: 4095)),
            RecordHeader("c", Array(repeating: 1, count: 4096)),
        ]
        let smaller = encoder.record(of: letter, for: record(big), from: "t")
        #expect(smaller.headers.first == big.first)
        #expect(!smaller.headers.contains { $0.name == "c" })
        #expect(value("muster-headers-dropped", smaller) == "1")
    }

    @Test("a long message ends with a whole character")
    func longMessage() {
        var long = letter
        long.message = String(repeating: "\u{20AC}", count: 2000)
        let dead = encoder.record(of: long, for: record([]), from: "t")
        let message = value("__connect.errors.exception.message", dead)
        #expect(message == String(repeating: "\u{20AC}", count: 1365))
    }

    @Test("the stage follows from what failed")
    func stages() {
        func stage(_ code: DecodingFailure.Code) -> DeadLetter.Stage {
            DeadLetter(DecodingFailure(code: code, path: "/p", reason: "r", help: "h")).stage
        }
        #expect(stage(.invalidDomain) == .keyConverter)
        #expect(stage(.missingDomain) == .keyConverter)
        #expect(stage(.domainMismatch) == .transformation)
        #expect(stage(.wrongPartition) == .transformation)
        #expect(stage(.invalidJSON) == .valueConverter)
        let failure = DecodingFailure(
            code: .tooLarge,
            path: "/p",
            reason: "r",
            help: "h",
            offset: 4
        )
        #expect(
            DeadLetter(failure)
                == DeadLetter(
                    stage: .valueConverter,
                    code: "too-large",
                    pointer: "/p",
                    message: "/p, byte 4: r; h"
                )
        )
    }
}
