// What the worker publishes, byte for byte: other people's programs read it.

import MusterModel
import Testing

@testable import MusterMessages

private let noon = Instant(milliseconds: 1_795_435_200_000)

private let command = Command(
    id: "d:7:1:vm-1:1",
    domain: DomainID("prod-east"),
    plan: 7,
    stage: 1,
    resource: ResourceID("vm-1"),
    node: ResourceID("node-a"),
    kind: "vm",
    action: .start,
    attempt: 2,
    deadline: Instant(milliseconds: noon.milliseconds + 60_500),
    policies: ["batch", "web \"tier\""],
    cause: "node-b became unusable"
)

private func text(_ bytes: [UInt8]?) -> String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
}

private func texts(_ headers: [RecordHeader]) -> [String] {
    headers.map { "\($0.name): \(text($0.value) ?? "null")" }
}

@Suite("Outbound records")
struct OutboundTests {
    let encoder = OutboundEncoder(group: "muster-1")

    @Test("a command is a CloudEvent with the contract's members in the contract's order")
    func commands() throws {
        let trace = try #require(
            TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8)
        )
        let origin = RecordOrigin(topic: "desired-config", partition: 3, offset: 42)
        let record = encoder.record(of: command, at: noon, traceParent: trace, origin: origin)
        #expect(record.topic == .commands)
        #expect(text(record.key) == "vm-1")
        #expect(
            text(record.value) == """
                {"domain":"prod-east","plan":7,"stage":1,"resource":"vm-1","node":"node-a",\
                "kind":"vm","action":"start","attempt":2,"deadline":"2026-11-23T12:01:00.500Z",\
                "reason":{"policies":["batch","web \\"tier\\""],"cause":"node-b became unusable"}}
                """
        )
        #expect(
            texts(record.headers) == [
                "ce_specversion: 1.0", "ce_id: d:7:1:vm-1:1", "ce_source: /muster/muster-1",
                "ce_type: muster.command", "ce_subject: vm-1", "ce_time: 2026-11-23T12:00:00Z",
                "content-type: application/json",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "muster-origin: desired-config/3/42",
            ]
        )
    }

    @Test("a command is keyed as the settings say, by its resource where it has no host")
    func commandKeys() {
        var homeless = command
        homeless.node = nil
        homeless.policies = []
        for (key, with, without) in [
            (OutboundEncoder.CommandKey.resource, "vm-1", "vm-1"),
            (.domain, "prod-east", "prod-east"), (.node, "node-a", "vm-1"),
        ] {
            let encoder = OutboundEncoder(group: "g", commandKey: key)
            #expect(text(encoder.record(of: command, at: noon).key) == with)
            #expect(text(encoder.record(of: homeless, at: noon).key) == without)
        }
        let value = text(encoder.record(of: homeless, at: noon).value) ?? ""
        #expect(!value.contains("\"node\""))
        #expect(value.contains("\"policies\":[]"))
    }

    @Test("a notice with everything in it")
    func fullNotice() {
        let notice = Notice(
            id: "d:web:unsatisfied:1",
            domain: DomainID("prod-east"),
            kind: .configurationUnsatisfied,
            severity: .critical,
            status: .resolved,
            fingerprint: "f00d",
            policy: "web",
            summary: "web\tholds again",
            outlook: .recovery([ResourceID("vm-1"), ResourceID("vm-2")]),
            explanation: [
                Notice.Reason(
                    source: "web",
                    condition: "at least 3 of kind vm",
                    place: "web.yaml:4:7",
                    needs: "3",
                    has: "2"
                ),
                Notice.Reason(source: "db", condition: "c", place: nil, needs: "n", has: "h"),
            ],
            suggestions: [.init("lower atLeast to 2")],
            startsAt: noon,
            endsAt: Instant(milliseconds: noon.milliseconds + 1000),
            changed: [Notice.Change(subject: "vm-1", from: "online", to: "faulted")]
        )
        let record = encoder.record(of: notice, at: noon)
        #expect(record.topic == .notifications)
        #expect(text(record.key) == "prod-east")
        #expect(
            text(record.value) == """
                {"domain":"prod-east","type":"configuration-unsatisfied","severity":"critical",\
                "status":"resolved","fingerprint":"f00d","policy":"web",\
                "summary":"web\\tholds again","outlook":"recovery","recovery":["vm-1","vm-2"],\
                "explanation":[{"source":"web","condition":"at least 3 of kind vm",\
                "place":"web.yaml:4:7","needs":"3","has":"2"},{"source":"db","condition":"c",\
                "needs":"n","has":"h"}],"suggestions":["lower atLeast to 2"],\
                "startsAt":"2026-11-23T12:00:00Z","endsAt":"2026-11-23T12:00:01Z",\
                "changed":[{"subject":"vm-1","from":"online","to":"faulted"}]}
                """
        )
        #expect(
            texts(record.headers) == [
                "ce_specversion: 1.0", "ce_id: d:web:unsatisfied:1", "ce_source: /muster/muster-1",
                "ce_type: muster.notification", "ce_subject: prod-east",
                "ce_time: 2026-11-23T12:00:00Z", "content-type: application/json",
            ]
        )
    }

    @Test("a notice with nothing in it keeps its lists and leaves the rest out")
    func emptyNotice() {
        var notice = Notice(
            id: "1",
            domain: DomainID("d"),
            kind: .planStarted,
            severity: .info,
            status: .info,
            fingerprint: "f",
            summary: "s",
            startsAt: noon
        )
        let common =
            #"{"domain":"d","type":"plan-started","severity":"info","status":"info","#
            + #""fingerprint":"f","summary":"s","#
        let rest =
            #""explanation":[],"suggestions":[],"startsAt":"2026-11-23T12:00:00Z","changed":[]}"#
        #expect(text(encoder.record(of: notice, at: noon).value) == common + rest)
        notice.outlook = .never
        let never = #""outlook":"never","#
        #expect(text(encoder.record(of: notice, at: noon).value) == common + never + rest)
    }
}

@Suite("Partitioner")
struct PartitionerTests {
    @Test("hashes are those of Kafka's own tests")
    func vectors() {
        let vectors: [(String, Int32)] = [
            ("21", -973_932_308), ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ]
        for (key, hash) in vectors { #expect(Partitioner.murmur2(key.utf8) == hash, "\(key)") }
    }

    @Test("a partition is the positive hash, modulo their number")
    func partitions() {
        #expect(Partitioner.partition(forKey: "abc".utf8, count: 1) == 0)
        #expect(Partitioner.partition(forKey: "abc".utf8, count: 12) == 479_470_107 % 12)
        let positive: Int32 = -973_932_308 & .max
        #expect(Partitioner.partition(forKey: "21".utf8, count: 12) == positive % 12)
        for count in 1...Int32(40) {
            #expect((0..<count).contains(Partitioner.partition(forKey: [UInt8](), count: count)))
        }
    }
}
