// The same events decoded by Foundation and checked by the table of the contract once more: what
// the fast decoder must agree with.

import Foundation
import MusterModel

@testable import MusterMessages

/// What Foundation makes of an event; `nil` when it, or the contract, refuses the event.
func referenceEvent(_ bytes: [UInt8], timestamp: Instant) -> AvailabilityEvent? {
    guard let event = try? JSONDecoder().decode(ReferenceEvent.self, from: Data(bytes)) else {
        return nil
    }
    guard event.fields.isWellNamed else { return nil }
    let domain = event.fields.domain
    guard let elements = event.resources else {
        guard let report = event.fields.report(timestamp) else { return nil }
        return AvailabilityEvent(domain: domain.map(DomainID.init), reports: [report])
    }
    // The fields beside a list are not used, yet must be well formed.
    var lone = event.fields
    guard lone.resource == nil, lone.removed != true else { return nil }
    lone.resource = "a"
    guard lone.report(timestamp) != nil, elements.allSatisfy(\.isWellNamed) else { return nil }
    let reports = elements.map { $0.report(timestamp) }
    let domains = ([domain] + elements.map(\.domain)).compactMap { $0.map { Array($0.utf8) } }
    guard Set(domains).count <= 1, !reports.contains(nil) else { return nil }
    return AvailabilityEvent(
        domain: domains.first.map { DomainID(String(decoding: $0, as: UTF8.self)) },
        reports: reports.compactMap(\.self)
    )
}

private struct ReferenceEvent: Decodable {
    var fields: ReferenceReport
    var resources: [ReferenceReport]?

    enum CodingKeys: CodingKey { case resources }

    init(from decoder: any Decoder) throws {
        fields = try ReferenceReport(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        resources = try container.decodeIfPresent([ReferenceReport].self, forKey: .resources)
    }
}

private struct ReferenceReport: Decodable {
    var domain: String?
    var resource: String?
    var removed: Bool?
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

    var isWellNamed: Bool {
        [domain, resource, node].allSatisfy { name in
            name.map { (1...253).contains($0.utf8.count) } ?? true
        }
    }

    func report(_ timestamp: Instant) -> Report? {
        guard let resource, let state = ReportedState(rawValue: state ?? "unknown"),
            let observedAt = observedAt.map({ Instant(rfc3339: $0) }) ?? timestamp,
            (capacity ?? [:]).values.allSatisfy({ $0 >= 0 }), sequence ?? 0 >= 0
        else { return nil }
        let duration = ttl.map { Duration(text: $0) }
        if case .some(nil) = duration { return nil }
        if removed == true { return .removed(ResourceID(resource)) }
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
                ttl: duration ?? nil
            )
        )
    }
}
