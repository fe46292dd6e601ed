// The decoder of availability events against Foundation's, on events that use every field.

internal import Foundation
internal import MusterMessages
internal import MusterModel

/// Times how fast availability events are decoded.
enum DecodeBenchmark: Benchmark {
    static let name = "decode"
    static let purpose = "availability events: our decoder against JSONDecoder"

    /// An event as one would declare it for `JSONDecoder`.
    private struct Event: Codable {
        var domain: String?
        var resource: String
        var kind: String?
        var available: Bool?
        var state: String?
        var node: String?
        var cluster: String?
        var serviceGroup: String?
        var applications: [String]?
        var labels: [String: String]?
        var capacity: [String: Int]?
        var observedAt: String?
        var sequence: Int?
        var ttl: String?

        /// The same checks and types as our decoder's result.
        func report(timestamp: Instant) -> Report? {
            guard let state = ReportedState(rawValue: state ?? "unknown"),
                let observedAt = observedAt.map({ Instant(rfc3339: $0) }) ?? timestamp
            else { return nil }
            return .observed(
                Resource(
                    id: ResourceID(resource),
                    kind: kind ?? "vm",
                    isAvailable: available ?? true,
                    state: state,
                    node: node.map(ResourceID.init),
                    cluster: cluster,
                    serviceGroup: serviceGroup,
                    applications: applications ?? [],
                    labels: labels ?? [:],
                    capacity: capacity ?? [:],
                    observedAt: observedAt,
                    sequence: sequence,
                    ttl: ttl.flatMap { Duration(text: $0) }
                )
            )
        }
    }

    static func run() throws {
        let events = (0..<5000).map(event)
        let values = events.map { Data($0) }
        let size = events.reduce(0) { $0 + $1.count } / events.count
        print("events of \(size) bytes with every field of the contract, one core\n")
        let foundation = JSONDecoder()
        let ours = AvailabilityDecoder()
        let rates = try compare(
            [
                Contender(name: "JSONDecoder, struct only") {
                    var count = 0
                    for value in values {
                        count +=
                            try foundation.decode(Event.self, from: value).resource.isEmpty ? 0 : 1
                    }
                    return count
                },
                Contender(name: "JSONDecoder, to a Report") {
                    var count = 0
                    for value in values {
                        let event = try foundation.decode(Event.self, from: value)
                        count += event.report(timestamp: .zero) == nil ? 0 : 1
                    }
                    return count
                },
                Contender(name: "AvailabilityDecoder") {
                    var count = 0
                    // Several times, so that a run takes about as long as the others' do.
                    for _ in 0..<8 {
                        for event in events {
                            count += try ours.decode(event, timestamp: .zero).reports.count
                        }
                    }
                    return count
                },
            ],
            runs: 11
        )
        printTable(rates, unit: "events/s")
    }

    private static func event(_ i: Int) -> [UInt8] {
        let text = """
            {"domain":"prod-east","resource":"vm-\(i)","kind":"vm","available":true,\
            "state":"\(i % 3 == 0 ? "offline" : "online")","node":"node-\(i % 500)",\
            "cluster":"c-\(i % 20)","serviceGroup":"sg-\(i % 300)","applications":["shop"],\
            "labels":{"zone":"z\(i % 3)","tier":"gold"},\
            "capacity":{"cpu":\(i % 64),"memory":\(i % 512 * 1024)},\
            "observedAt":"2026-11-23T12:\(10 + i % 50):00Z","sequence":\(i),"ttl":"30s"}
            """
        return Array(text.utf8)
    }
}
