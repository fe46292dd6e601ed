// Suggestions as values: beside the words of each stands what to do, for programs.

import MusterModel

extension OutboundEncoder {
    static func write(_ writer: inout JSONWriter, _ remedy: Notice.Remedy) {
        writer.object { object in
            object.member("kind", remedy.kind)
            switch remedy {
            case .relax(let policy, let changes):
                object.member("policy", policy)
                object.key("changes")
                object.array(changes, write)
            case .recover(let resources): object.member("resources", resources.map(\.name))
            case .add(let addition): write(addition, to: &object)
            case .withdraw(let policy): object.member("policy", policy)
            case .endMaintenance(let name): object.member("maintenance", name)
            }
        }
    }

    private static func write(_ writer: inout JSONWriter, _ change: Notice.NumberChange) {
        writer.object { object in
            object.member("place", change.place)
            object.member("parameter", change.parameter)
            object.member("relation", change.relation)
            object.member("from", change.from)
            object.member("to", change.to)
        }
    }

    /// What each new resource has to be like has the names that availability events use.
    private static func write(_ addition: Notice.Addition, to object: inout JSONWriter) {
        let like = addition.like
        object.member("count", addition.count)
        object.key("like")
        object.object { object in
            object.member("kind", like.kind)
            object.member("node", like.node?.name)
            object.member("cluster", like.cluster)
            object.member("serviceGroup", like.serviceGroup)
            if !like.applications.isEmpty { object.member("applications", like.applications) }
            if !like.labels.isEmpty {
                object.key("labels")
                object.object { object in
                    for (key, value) in like.labels.sorted(by: { $0.key < $1.key }) {
                        object.member(key, value)
                    }
                }
            }
            if !like.capacity.isEmpty {
                object.key("capacity")
                object.object { object in
                    for (key, value) in like.capacity.sorted(by: { $0.key < $1.key }) {
                        object.member(key, value)
                    }
                }
            }
        }
        if !addition.nodes.isEmpty { object.member("nodes", addition.nodes.map(\.name)) }
    }
}
