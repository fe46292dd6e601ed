// Reasons, outlooks and remedies as `plan` and `explain` print them in JSON; the names are those of
// notifications.

import MusterModel

/// One of the conditions that cannot hold together.
struct ReasonEntry: Encodable {
    let source: String
    let condition: String
    let place: String?
    let needs: String
    let has: String

    init(_ reason: Notice.Reason) {
        source = reason.source
        condition = reason.condition
        place = reason.place
        needs = reason.needs
        has = reason.has
    }
}

/// Whether it could hold later, and what would have to recover.
struct OutlookEntry {
    var outlook: String?
    var recovery: [String]?

    init(_ outlook: Notice.Outlook?) {
        switch outlook {
        case .never: self.outlook = "never"
        case .recovery(let resources):
            self.outlook = "recovery"
            recovery = resources.map(\.name)
        case nil: break
        }
    }
}

/// What to do about it.
struct RemedyEntry: Encodable {
    struct Change: Encodable {
        let place: String?
        let parameter: String?
        let relation: String
        let from: String
        let to: String
    }

    struct Like: Encodable {
        let kind: String
        let node: String?
        let cluster: String?
        let serviceGroup: String?
        let applications: [String]?
        let labels: [String: String]?
        let capacity: [String: Int]?
    }

    let kind: String
    var policy: String?
    var changes: [Change]?
    var resources: [String]?
    var maintenance: String?
    var count: Int?
    var like: Like?
    var nodes: [String]?

    init(_ remedy: Notice.Remedy) {
        kind = remedy.kind
        switch remedy {
        case .relax(let policy, let changes):
            self.policy = policy
            self.changes = changes.map {
                Change(
                    place: $0.place,
                    parameter: $0.parameter,
                    relation: $0.relation,
                    from: $0.from,
                    to: $0.to
                )
            }
        case .recover(let resources): self.resources = resources.map(\.name)
        case .withdraw(let policy): self.policy = policy
        case .endMaintenance(let name): maintenance = name
        case .add(let addition):
            let example = addition.like
            count = addition.count
            like = Like(
                kind: example.kind,
                node: example.node?.name,
                cluster: example.cluster,
                serviceGroup: example.serviceGroup,
                applications: example.applications.isEmpty ? nil : example.applications,
                labels: example.labels.isEmpty ? nil : example.labels,
                capacity: example.capacity.isEmpty ? nil : example.capacity
            )
            nodes = addition.nodes.isEmpty ? nil : addition.nodes.map(\.name)
        }
    }
}
