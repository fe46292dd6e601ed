// What events mean, by the table of the contract, and how bad ones are explained.

import MusterModel
import Testing

@testable import MusterMessages

private let received = Instant(milliseconds: 1_700_000_000_000)

private func decode(_ text: String) throws(DecodingFailure) -> AvailabilityEvent {
    try AvailabilityDecoder().decode(Array(text.utf8), timestamp: received)
}

private func failure(_ text: String) -> DecodingFailure? {
    do throws(DecodingFailure) {
        _ = try decode(text)
        return nil
    } catch {
        return error
    }
}

@Suite("Availability decoder")
struct AvailabilityDecoderTests {
    @Test("an event with every field gives every field")
    func everyField() throws {
        let event = try decode(
            """
            {"domain": "prod-east", "resource": "vm-17", "kind": "node", "available": false,
             "state": "starting", "node": "node-a", "cluster": "c1", "serviceGroup": "web",
             "applications": ["shop", "cart"], "labels": {"tier": "gold", "zone": "z1"},
             "capacity": {"cpu": 4, "memory": 8192.0},
             "observedAt": "2026-11-23T12:00:00.250+01:00", "sequence": 12, "ttl": "30s"}
            """
        )
        let resource = Resource(
            id: ResourceID("vm-17"),
            kind: "node",
            isAvailable: false,
            state: .starting,
            node: ResourceID("node-a"),
            cluster: "c1",
            serviceGroup: "web",
            applications: ["shop", "cart"],
            labels: ["tier": "gold", "zone": "z1"],
            capacity: ["cpu": 4, "memory": 8192],
            observedAt: Instant(milliseconds: 1_795_431_600_250),
            sequence: 12,
            ttl: .seconds(30)
        )
        #expect(
            event
                == AvailabilityEvent(domain: DomainID("prod-east"), reports: [.observed(resource)])
        )
    }

    @Test("what is left out or null takes the contract's default")
    func defaults() throws {
        let bare = Report.observed(Resource(id: ResourceID("a"), observedAt: received))
        #expect(try decode(#"{"resource":"a"}"#) == AvailabilityEvent(reports: [bare]))
        let nulls = AvailabilityField.allCases.filter { $0 != .resource }
            .map { "\"\($0.name)\":null" }.joined(separator: ",")
        #expect(try decode(#"{"resource":"a",\#(nulls)}"#) == AvailabilityEvent(reports: [bare]))
        #expect(try decode(#"{"future":[{"x":1}],"resource":"a","\u00e9":2}"#).reports == [bare])
    }

    @Test("every state is known by its word, and keys may be escaped")
    func states() throws {
        for state in ReportedState.allCases {
            let event = try decode(#"{"resource":"a","st\u0061te":"\#(state.rawValue)"}"#)
            let expected = Resource(id: ResourceID("a"), state: state, observedAt: received)
            #expect(event.reports == [.observed(expected)])
        }
    }

    @Test("durations and times are read in every form that the contract allows")
    func durations() throws {
        for (text, duration) in [
            ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)),
            ("2h", .seconds(7200)), ("7d", .seconds(604_800)), ("123456s", .seconds(123_456)),
        ] {
            let event = try decode(#"{"resource":"a","ttl":"\#(text)"}"#)
            let expected = Resource(id: ResourceID("a"), observedAt: received, ttl: duration)
            #expect(event.reports == [.observed(expected)], "\(text)")
        }
        let event = try decode(#"{"resource":"a","observedAt":"1970-01-01T00:00:0\u0031Z"}"#)
        let expected = Resource(id: ResourceID("a"), observedAt: Instant(milliseconds: 1000))
        #expect(event.reports == [.observed(expected)])
    }

    @Test("a removal and a list of reports are read")
    func forms() throws {
        let removal = try decode(#"{"domain":"d","resource":"a","removed":true,"state":"online"}"#)
        #expect(
            removal
                == AvailabilityEvent(domain: DomainID("d"), reports: [.removed(ResourceID("a"))])
        )
        let kept = try decode(#"{"resource":"a","removed":false}"#)
        #expect(kept.reports == [.observed(Resource(id: ResourceID("a"), observedAt: received))])
        let list = try decode(
            """
            {"resources": [{"resource":"a","domain":"d","state":"online"},
             {"removed":true,"resource":"b"}, {"resource":"a","resources":7}], "domain":"d"}
            """
        )
        #expect(
            list.reports == [
                .observed(Resource(id: ResourceID("a"), state: .online, observedAt: received)),
                .removed(ResourceID("b")),
                .observed(Resource(id: ResourceID("a"), observedAt: received)),
            ]
        )
        #expect(list.domain == DomainID("d"))
        #expect(try decode(#"{"resources":[]}"#).reports.isEmpty)
        #expect(
            try decode(#"{"resources":[{"resource":"a","domain":"d"}]}"#).domain == DomainID("d")
        )
    }

    @Test("of equal keys the first counts, and the other may hold anything that is JSON")
    func duplicates() throws {
        let event = try decode(
            #"{"resource":"a","labels":{"k":"1","k":2,"\u006b":"3"},"resource":7,"labels":1}"#
        )
        let expected = Resource(id: ResourceID("a"), labels: ["k": "1"], observedAt: received)
        #expect(event.reports == [.observed(expected)])
    }

    @Test("a part of a buffer is decoded as if it stood alone")
    func range() throws {
        let buffer = Array(#"xx{"resource":"a"}yy"#.utf8)
        let event = try AvailabilityDecoder().decode(buffer, in: 2..<18, timestamp: received)
        #expect(event.reports.count == 1)
        #expect(throws: DecodingFailure.self) {
            try AvailabilityDecoder().decode(buffer, in: 2..<17, timestamp: received)
        }
    }

    @Test("each bad value is explained by a code and its place")
    func failures() {
        typealias Expectation = (text: String, code: DecodingFailure.Code, path: String)
        let long = String(repeating: "x", count: 254)
        let expectations: [Expectation] = [
            (#"{}"#, .missingField, ""), (#"{"resource":null}"#, .missingField, ""),
            (#"{"resource":""}"#, .invalidValue, "/resource"),
            (#"{"resource":"\#(long)"}"#, .invalidValue, "/resource"),
            (#"{"resource":1}"#, .wrongType, "/resource"),
            (#"{"resource":"a","node":""}"#, .invalidValue, "/node"),
            (#"{"resource":"a","state":"onlin"}"#, .invalidValue, "/state"),
            (#"{"resource":"a","available":"true"}"#, .wrongType, "/available"),
            (#"{"resource":"a","available":1}"#, .wrongType, "/available"),
            (#"{"resource":"a","applications":["x",null]}"#, .wrongType, "/applications/1"),
            (#"{"resource":"a","applications":"x"}"#, .wrongType, "/applications"),
            (#"{"resource":"a","labels":{"x":1}}"#, .wrongType, "/labels/x"),
            (#"{"resource":"a","labels":{"a/b~c":1}}"#, .wrongType, "/labels/a~1b~0c"),
            (#"{"resource":"a","capacity":{"cpu":-1}}"#, .invalidValue, "/capacity/cpu"),
            (#"{"resource":"a","capacity":{"cpu":1.5}}"#, .invalidValue, "/capacity/cpu"),
            (#"{"resource":"a","sequence":-1}"#, .invalidValue, "/sequence"),
            (#"{"resource":"a","sequence":"1"}"#, .wrongType, "/sequence"),
            (#"{"resource":"a","observedAt":"yesterday"}"#, .invalidValue, "/observedAt"),
            (
                #"{"resource":"a","observedAt":"2026-02-29T00:00:00Z"}"#, .invalidValue,
                "/observedAt"
            ),
            (#"{"resource":"a","ttl":30}"#, .wrongType, "/ttl"),
            (#"{"resource":"a","ttl":"30"}"#, .invalidValue, "/ttl"),
            (#"{"resource":"a","ttl":"-3s"}"#, .invalidValue, "/ttl"),
            (#"{"resource":"a","domain":""}"#, .invalidDomain, "/domain"),
            (
                #"{"resources":[{"resource":"a"},{"resource":"b","state":"x"}]}"#, .invalidValue,
                "/resources/1/state"
            ),
            (#"{"resources":[{"resource":"a"},{}]}"#, .missingField, "/resources/1"),
            (#"{"resources":[7]}"#, .wrongType, "/resources/0"),
            (#"{"resources":{}}"#, .wrongType, "/resources"),
            (#"{"resources":[],"resource":"a"}"#, .invalidValue, ""),
            (#"{"resources":[],"removed":true}"#, .invalidValue, ""),
            (
                #"{"domain":"d","resources":[{"resource":"a","domain":"e"}]}"#, .domainMismatch,
                "/resources/0/domain"
            ),
            (
                #"{"resources":[{"resource":"a","domain":"d"},{"resource":"a","domain":"e"}]}"#,
                .domainMismatch, "/resources/1/domain"
            ),
            (#"[]"#, .wrongType, ""), (#""#, .invalidJSON, ""),
            (#"{"resource":"a"}x"#, .invalidJSON, ""),
            (#"{"resource":"a","state":onlin}"#, .invalidJSON, "/state"),
            (#"{"resource":"a","x":[1,]}"#, .invalidJSON, ""),
        ]
        for (text, code, path) in expectations {
            let failure = failure(text)
            #expect(failure?.code == code, "\(text)")
            #expect(failure?.path == path, "\(text)")
        }
    }

    @Test("a failure says where, what and how to mend it")
    func description() {
        #expect(
            failure(#"{"resources":[{"resource":"a","state":"onlin"}]}"#)?.description
                == "/resources/0/state, byte 38: this is no state: `\"onlin\"`; use `online`, "
                + "`offline`, `starting`, `stopping`, `faulted` or `unknown`"
        )
        #expect(
            failure(#"{"resource":"a""#)?.description
                == "byte 15: the text ends early; send the whole JSON text"
        )
    }

    @Test("sizes are bounded")
    func sizes() throws {
        func object(_ count: Int, _ value: String) -> String {
            "{" + (0..<count).map { "\"k\($0)\":\(value)" }.joined(separator: ",") + "}"
        }
        func strings(_ count: Int) -> String {
            "[" + Array(repeating: "\"x\"", count: count).joined(separator: ",") + "]"
        }
        let text = String(repeating: "y", count: 65_536)
        for good in [
            "\"labels\":\(object(256, "\"v\""))", "\"capacity\":\(object(256, "1"))",
            "\"applications\":\(strings(256))", "\"cluster\":\"\(text)\"",
            "\"cluster\":\"\(String(repeating: "\\u0041", count: 65_536))\"",
        ] {
            #expect(throws: Never.self) { try decode("{\"resource\":\"a\",\(good)}") }
        }
        for (bad, path) in [
            ("\"labels\":\(object(257, "\"v\""))", "/labels/k256"),
            ("\"capacity\":\(object(257, "1"))", "/capacity/k256"),
            ("\"applications\":\(strings(257))", "/applications/256"),
            ("\"cluster\":\"\(text)y\"", "/cluster"),
        ] {
            let failure = failure("{\"resource\":\"a\",\(bad)}")
            #expect(failure?.code == .tooLarge)
            #expect(failure?.path == path)
        }
        let element = "{\"resource\":\"a\"}"
        let full = Array(repeating: element, count: 100_000).joined(separator: ",")
        #expect(try decode("{\"resources\":[\(full)]}").reports.count == 100_000)
        #expect(failure("{\"resources\":[\(full),\(element)]}")?.code == .tooLarge)
    }

    @Test("fields that mean nothing are named, wherever they stand and whatever is around them")
    func unknownFields() {
        for (text, names) in [
            (#"{"resources":null,"stat":null,"resource":"a"}"#, ["stat"]),
            (
                #"{"x":[{"y":1}],"resources":[{"stat":1},{"resources":[{"z":1}]}],"w":{}}"#,
                ["x", "stat", "w"]
            ),
            (#"{"resource":"a","labels":{"stat":"b"},"capacity":{"cpu":1}}"#, []),
            (#"{"resources":[],"domian":"d"}"#, ["domian"]),
        ] {
            #expect(AvailabilityDecoder().unknownFields(Array(text.utf8)) == names, "\(text)")
        }
    }
}
