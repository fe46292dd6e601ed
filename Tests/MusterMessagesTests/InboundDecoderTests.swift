// Envelopes, languages, domains and partitions of inbound records.

import MusterModel
import MusterPolicy
import Testing

@testable import MusterMessages

private let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

private func record(
    _ value: String?,
    key: String? = "d",
    topic: InboundRecord.Topic = .availability,
    headers: [(String, String)] = []
) -> InboundRecord {
    InboundRecord(
        topic: topic,
        partition: 0,
        offset: 7,
        timestamp: Instant(milliseconds: 5000),
        key: key.map { Array($0.utf8) },
        value: value.map { Array($0.utf8) },
        headers: headers.map { RecordHeader($0, $1) }
    )
}

private func failure(
    _ record: InboundRecord,
    partitions: Int32? = nil,
    _ decoder: InboundDecoder = InboundDecoder()
) -> DecodingFailure? {
    do throws(DecodingFailure) {
        _ = try decoder.decode(record, partitions: partitions)
        return nil
    } catch {
        return error
    }
}

private let reportOfA = Report.observed(
    Resource(id: ResourceID("a"), observedAt: Instant(milliseconds: 5000))
)
private let messageOfA = InboundMessage(.availability(DomainID("d"), [reportOfA]))

private func envelope(_ members: String) -> String {
    #"{"specversion":"1.0","id":"1","source":"/s","type":"t",\#(members)}"#
}

private let structured = [("content-type", "Application/CloudEvents+JSON; charset=utf-8")]
private let binary = [
    ("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/s"), ("ce_type", "t"),
]

@Suite("Inbound decoder")
struct InboundDecoderTests {
    let decoder = InboundDecoder()

    @Test("a report is the same bare, in a binary and in a structured CloudEvent")
    func modes() throws {
        let report = #"{"resource":"a"}"#
        let base64 = "eyJyZXNvdXJjZSI6ImEifQ=="
        for record in [
            record(report),
            record(report, headers: [("content-type", "application/json")]),
            record(report, headers: [("Content-Type", "application/vnd.x+json; v=1")]),
            record(report, headers: binary),
            record(report, headers: binary + [("content-type", "text/json")]),
            record(envelope("\"data\": \(report) "), headers: structured),
            record(
                envelope("\"data\":\(report)"),
                headers: [("content-type", "application/cloudevents")]
            ),
            record(envelope("\"data_base64\":\"\(base64)\",\"data\":null"), headers: structured),
            record(
                envelope("\"datacontenttype\":\"application/json\",\"x\":[{}],\"data\":\(report)"),
                headers: structured
            ),
        ] {
            #expect(try decoder.decode(record) == messageOfA)
        }
    }

    @Test("the domain comes from the key, or from the value where the key is null")
    func domains() throws {
        let named = #"{"domain":"d","resource":"a"}"#
        #expect(try decoder.decode(record(named)) == messageOfA)
        #expect(try decoder.decode(record(named, key: nil)) == messageOfA)
        #expect(failure(record(named, key: "e"))?.code == .domainMismatch)
        #expect(failure(record(#"{"resource":"a"}"#, key: nil))?.code == .missingDomain)
        let alike = #"{"domain":"e\u0301","resource":"a"}"#
        #expect(failure(record(alike, key: "\u{E9}"))?.code == .domainMismatch)
        let inElement = #"{"resources":[{"resource":"a","domain":"d"}]}"#
        #expect(try decoder.decode(record(inElement, key: nil)) == messageOfA)
        #expect(failure(record(inElement, key: "e"))?.code == .domainMismatch)
    }

    @Test("a key that cannot name a domain is refused")
    func badKeys() throws {
        let report = #"{"resource":"a"}"#
        for key in ["", String(repeating: "d", count: 254)] {
            #expect(failure(record(report, key: key))?.code == .invalidDomain)
        }
        var bad = record(report)
        bad.key = [0xFF]
        #expect(failure(bad)?.code == .invalidDomain)
        let longest = record(report, key: String(repeating: "d", count: 253))
        #expect(throws: Never.self) { try decoder.decode(longest) }
    }

    @Test("a record in another partition than its domain's is refused")
    func partitions() {
        let right = Partitioner.partition(forKey: "d".utf8, count: 12)
        var record = record(#"{"domain":"d","resource":"a"}"#)
        for partition in 0..<Int32(12) {
            record.partition = partition
            for key in [record.key, nil] {
                record.key = key
                let expected: DecodingFailure.Code? = partition == right ? nil : .wrongPartition
                #expect(failure(record, partitions: 12)?.code == expected)
            }
            record.key = Array("d".utf8)
        }
    }

    @Test("a null value removes the resource that its header names")
    func tombstones() throws {
        let removal = InboundMessage(.availability(DomainID("d"), [.removed(ResourceID("a"))]))
        #expect(try decoder.decode(record(nil, headers: [("resource", "a")])) == removal)
        #expect(try decoder.decode(record(nil, headers: binary + [("resource", "a")])) == removal)
        #expect(failure(record(nil))?.code == .missingValue)
        #expect(failure(record(nil, headers: [("resource", "")]))?.code == .missingValue)
        #expect(
            failure(record(nil, key: nil, headers: [("resource", "a")]))?.code == .missingDomain
        )
        #expect(failure(record(nil, topic: .configuration))?.code == .missingValue)
    }

    @Test("a CloudEvent without data is no tombstone")
    func envelopeWithoutData() {
        let headers = structured + [("resource", "a")]
        #expect(failure(record(envelope("\"data\":null"), headers: headers))?.code == .missingValue)
    }

    @Test("envelopes that break CloudEvents are refused")
    func badEnvelopes() {
        let bad: [(String, DecodingFailure.Code, String)] = [
            (
                #"{"specversion":"0.3","id":"1","source":"s","type":"t"}"#, .invalidEnvelope,
                "/specversion"
            ),
            (#"{"id":"1","source":"s","type":"t"}"#, .invalidEnvelope, "/specversion"),
            (#"{"specversion":"1.0","id":"","source":"s","type":"t"}"#, .invalidEnvelope, "/id"),
            (#"{"specversion":"1.0","id":"1","source":7,"type":"t"}"#, .invalidEnvelope, "/source"),
            (#"{"specversion":"1.0","id":"1","source":"s"}"#, .invalidEnvelope, "/type"),
            (envelope(#""data":{},"data_base64":"""#), .invalidEnvelope, ""),
            (envelope(#""data_base64":"abc""#), .invalidEnvelope, "/data_base64"),
            (
                envelope(#""datacontenttype":"application/avro","data":1"#),
                .unsupportedContentType,
                "/datacontenttype"
            ),
            (envelope(#""data":{"resource":1}"#), .wrongType, "/data/resource"),
            (envelope(#""data":{"resource":"a"},"#), .invalidJSON, ""), ("[]", .wrongType, ""),
            ("{} x", .invalidJSON, ""), ("{}", .invalidEnvelope, "/specversion"),
        ]
        for (value, code, path) in bad {
            let failure = failure(record(value, headers: structured))
            #expect(failure?.code == code, "\(value)")
            #expect(failure?.path == path, "\(value)")
        }
        for name in ["ce_specversion", "ce_id", "ce_source", "ce_type"] {
            let headers = binary.map { $0.0 == name ? ($0.0, "") : $0 }
            #expect(
                failure(record(#"{"resource":"a"}"#, headers: headers))?.code == .invalidEnvelope
            )
        }
        for type in [
            "application/cloudevents-batch+json", "application/cloudevents+avro", "image/png",
        ] {
            let headers = [("content-type", type)]
            #expect(failure(record("{}", headers: headers))?.code == .unsupportedContentType)
        }
    }

    @Test("offsets count in the record's value, also inside an envelope")
    func offsets() throws {
        let value = envelope(#""data":{"resource":"a","state":"x"}"#)
        let found = try #require(failure(record(value, headers: structured)))
        let offset = try #require(found.offset)
        #expect(Array(value.utf8)[offset...].starts(with: "\"x\"".utf8))
    }

    @Test("a configuration comes out as its bytes, its language and its key")
    func configurations() throws {
        let policy = "kind: Policy\n"
        let cases: [(InboundRecord, DomainID?, String, ContentFormat)] = [
            (record(policy, topic: .configuration), DomainID("d"), policy, .unspecified),
            (
                record(
                    policy,
                    key: nil,
                    topic: .configuration,
                    headers: [("content-type", "application/yaml")]
                ), nil, policy, .yaml
            ),
            (
                record(
                    "{}",
                    topic: .configuration,
                    headers: binary + [("content-type", "application/json")]
                ),
                DomainID("d"), "{}", .json
            ),
            (
                record(envelope("\"data\":{\"a\": 1}"), topic: .configuration, headers: structured),
                DomainID("d"), "{\"a\": 1}", .json
            ),
            (
                record(
                    envelope(#""data":"kind: Policy\n","datacontenttype":"text/yaml""#),
                    topic: .configuration,
                    headers: structured
                ), DomainID("d"), policy, .yaml
            ),
            (
                record(
                    envelope(
                        #""data_base64":"a2luZDogUG9saWN5Cg==","datacontenttype":"text/yaml""#
                    ),
                    topic: .configuration,
                    headers: structured
                ), DomainID("d"), policy, .yaml
            ),
        ]
        for (record, key, payload, format) in cases {
            let expected = InboundMessage.Content.configuration(
                key: key,
                payload: Array(payload.utf8),
                format
            )
            #expect(try decoder.decode(record).content == expected)
        }
    }

    @Test("the trace is carried on from headers or the envelope, and dropped where it is malformed")
    func traces() throws {
        let report = #"{"resource":"a"}"#
        let expected = TraceParent(trace.utf8)
        #expect(expected?.text == trace)
        for record in [
            record(report, headers: [("traceparent", trace)]),
            record(report, headers: binary + [("ce_traceparent", trace)]),
            record(
                envelope("\"traceparent\":\"\(trace)\",\"data\":\(report)"),
                headers: structured
            ),
        ] {
            #expect(try decoder.decode(record).traceParent == expected)
        }
        let bad = [
            "", trace + "0", trace + "-x", trace.uppercased(), "ff" + trace.dropFirst(2),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        ]
        for text in bad {
            let message = try decoder.decode(record(report, headers: [("traceparent", text)]))
            #expect(message == messageOfA, "\(text)")
        }
        #expect(TraceParent(("01" + trace.dropFirst(2) + "-x").utf8) != nil)
    }

    @Test("an event in YAML means what it means in JSON")
    func yaml() throws {
        // The reader stands in for libyaml's: one mapping with the fields given.
        func decoder(_ entries: [(String, Node.Scalar)], copies: Int = 1) -> InboundDecoder {
            let nodes = entries.map { key, value in
                Node.Entry(
                    key: key,
                    keySpan: .none,
                    value: Node(.scalar(value, text: "", isQuoted: false), at: .none)
                )
            }
            let document = Node(.mapping(nodes), at: .none)
            return InboundDecoder { _ in (Array(repeating: document, count: copies), []) }
        }
        let record = record("resource: a", headers: [("content-type", "application/yaml")])
        let good = decoder([("resource", .string("a")), ("sequence", .null)])
        #expect(try good.decode(record) == messageOfA)
        let bad = decoder([("resource", .string("a")), ("sequence", .double(.infinity))])
        #expect(failure(record, bad)?.path == "/sequence")
        #expect(failure(record, decoder([("resource", .int(1))]))?.code == .wrongType)
        #expect(
            failure(record, decoder([("resource", .string("a"))], copies: 2))?.code == .invalidYAML
        )
        #expect(failure(record)?.code == .unsupportedContentType)
        let broken = InboundDecoder { _ in
            ([], [Diagnostic("syntax", "this is no YAML", at: .none, help: "indent by two spaces")])
        }
        #expect(failure(record, broken)?.code == .invalidYAML)
        #expect(failure(record, broken)?.help == "indent by two spaces")
    }

    @Test("Base64 is read strictly")
    func base64() {
        let good: [(String, String)] = [
            ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar"),
        ]
        for (text, bytes) in good { #expect(decodedBase64(text.utf8) == Array(bytes.utf8)) }
        #expect(decodedBase64("+/+/".utf8) == [0xFB, 0xFF, 0xBF])
        for text in [
            "Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Zg==Zg==", "Zm 9", "Zm9_", "Zm9v\n",
        ] {
            #expect(decodedBase64(text.utf8) == nil, "\(text)")
        }
    }
}
