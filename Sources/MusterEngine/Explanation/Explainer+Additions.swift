// More resources as a way out: how many, what they have to be like, and on which hosts.

import MusterModel
import MusterPolicy

extension Explainer {
    /// The most hosts that are tried, and the most resources that one suggestion asks for.
    private static var hosts: Int { 6 }
    private static var most: Int { 1000 }

    /// The smallest numbers of new resources that would do, for each number of the policy whose
    /// lowering alone would do.
    mutating func additions(_ relaxations: [NumberRelaxation]) -> [Notice.Suggestion] {
        var result: [Notice.Suggestion] = []
        for relaxation in relaxations where relaxation.shifts.count == 1 {
            let (number, shift) = relaxation.shifts[0]
            guard shift < 0, let leaf = number.uses.first?.leaves.first(where: isShort),
                let addition = addition(leaf, missing: -shift)
            else { continue }
            result.append(addition)
        }
        return result
    }

    /// What is missing by name, or in a group that others depend on, as resources to register.
    mutating func registrations(for core: [Element]) -> [Notice.Suggestion] {
        var result: [Notice.Suggestion] = []
        for element in core {
            switch element {
            case .condition(let owner, let index):
                let demand = situation.policies[owner].demands[index]
                guard case .leaf(let leaf) = demand,
                    case .resource(let id, _) = leaf.condition.form,
                    situation.inventory.slots[id] == nil
                else { continue }
                result += registration(1, Resource(id: id), "register \(id)")
            case .dependency(let index):
                let dependency = situation.dependencies[index]
                let usable = dependency.providers.count { situation.inventory.isUsable[$0] }
                let missing = dependency.need.atLeast - usable
                guard missing > 0, missing <= Self.most else { continue }
                var member = Resource(id: ResourceID("new"))
                member.serviceGroup = dependency.need.group
                result += registration(
                    missing,
                    member,
                    "register \(missing) more: \(missing == 1 ? "resource" : "resources") of group "
                        + dependency.need.group
                )
            case .policy, .host, .carrier, .maintenance: continue
            }
        }
        return result
    }

    /// The suggestion to register resources that need no host, if that helps.
    private mutating func registration(
        _ count: Int,
        _ example: Resource,
        _ text: String
    ) -> [Notice.Suggestion] {
        guard holds(adding: count, like: example, on: nil) else { return [] }
        return [.init(text, remedy: .add(.init(count: count, like: example, nodes: [])))]
    }

    private func isShort(_ leaf: GroundCondition.Leaf) -> Bool {
        leaf.shortfall(ground.quantities) > 0
    }

    private mutating func addition(
        _ leaf: GroundCondition.Leaf,
        missing: Int
    ) -> Notice.Suggestion? {
        guard case .comparison(let quantity, _) = leaf.condition.form, quantity.state != .offline
        else { return nil }
        let matches = situation.inventory.ordered(
            ground.quantities[leaf.quantity].terms.map(\.slot)
        )
        guard let example = example(quantity, matches) else { return nil }
        let each: Int
        switch quantity.measure {
        case .count: each = 1
        case .sum(let name): each = example.capacity[name, default: 0]
        case .distinct: return nil
        }
        guard each > 0 else { return nil }
        let count = missing / each + (missing % each > 0 ? 1 : 0)
        guard count <= Self.most else { return nil }
        let nodes = nodes(of: matches, example, quantity.selector)
        var suitable: [ResourceID] = []
        var isAnywhere = false
        for node in nodes.prefix(Self.hosts) {
            guard holds(adding: count, like: example, on: node) else { continue }
            if let node { suitable.append(node) } else { isAnywhere = true }
        }
        guard isAnywhere || !suitable.isEmpty else { return nil }
        let scope = leaf.scope.isEmpty ? "" : " for \(leaf.scope)"
        let location = isAnywhere ? "" : place(suitable, of: nodes.compactMap(\.self), quantity)
        let like = matches.isEmpty ? "" : ", like \(example.id)"
        return .init(
            "register \(count) more: \(quantity.selector.summary)\(scope)\(like)\(location)",
            remedy: .add(
                .init(count: count, like: example, nodes: isAnywhere ? [] : suitable)
            )
        )
    }

    /// What new resources have to be like: a registered one that counts most, or else what the
    /// selector says.
    private func example(_ quantity: Quantity, _ matches: [Int]) -> Resource? {
        let resources = matches.map { situation.inventory[$0] }
        guard case .sum(let name) = quantity.measure else {
            return resources.first ?? Resource(matching: quantity.selector)
        }
        return resources.max {
            ($0.capacity[name, default: 0], $1.id) < ($1.capacity[name, default: 0], $0.id)
        }
    }

    /// The hosts to try: those that the matches are on, the example's first; `nil` for none.
    private func nodes(
        of matches: [Int],
        _ example: Resource,
        _ selector: Selector
    ) -> [ResourceID?] {
        guard let node = example.node else { return [nil] }
        let own = Set(matches.compactMap { situation.inventory[$0].node })
        let result = [node] + own.subtracting([node]).sorted()
        // Where none of them is of use now, others may be, if it is all the same to the policy.
        let inventory = situation.inventory
        let isUsable = { (id: ResourceID) in
            inventory.slots[id].map { inventory.isUsable[$0] && !situation.isDrained[$0] } ?? true
        }
        guard !result.contains(where: isUsable), !selector.namesNodes else { return result }
        let hosts = inventory.registered.filter { !inventory.guests(of: $0).isEmpty }
        let others = inventory.ordered(hosts).map { inventory[$0].id }
        return result + others.filter { !own.contains($0) && isUsable($0) }
    }

    private mutating func holds(adding count: Int, like example: Resource, on node: ResourceID?)
        -> Bool
    {
        var trial = Trial(situation)
        for number in 1...count {
            var resource = example
            let isNew = situation.inventory.slots[example.id] == nil
            if !isNew || number > 1 { resource.id = ResourceID("\(example.id)+\(number)") }
            resource.node = node
            resource.isAvailable = true
            resource.state = .offline
            resource.ttl = nil
            trial.additions.append(resource)
        }
        return holds(after: trial)
    }

    /// Where new resources would do, in words; nothing where the selector says it.
    private func place(_ nodes: [ResourceID], of all: [ResourceID], _ quantity: Quantity) -> String
    {
        if quantity.selector.namesNodes || all.count == 1 && nodes.count == 1 { return "" }
        let others = all.prefix(Self.hosts).filter { !nodes.contains($0) }
        if others.isEmpty { return ", on any node of its kind" }
        if others.count < nodes.count {
            return ", on any node but \(others.map(\.name).joined(separator: ", "))"
        }
        return ", on \(nodes.map(\.name).joined(separator: " or "))"
    }
}

extension Selector {
    /// Whether it says on which nodes its matches are.
    fileprivate var namesNodes: Bool {
        requirements.contains { if case .field(.node, _) = $0 { true } else { false } }
    }
}

extension Resource {
    /// A resource that a selector matches, with no more than it asks for; `nil` where its words
    /// do not say how one is made.
    fileprivate init?(matching selector: Selector) {
        self.init(id: ResourceID("new"))
        for requirement in selector.requirements {
            switch requirement {
            case .field(let field, let patterns):
                guard let text = patterns.first?.text else { return nil }
                let value = text.replacing("*", with: "new").replacing("?", with: "1")
                switch field {
                case .kind: kind = value
                case .resource: id = ResourceID(value)
                case .node: node = ResourceID(value)
                case .cluster: cluster = value
                case .serviceGroup: serviceGroup = value
                case .application: applications.append(value)
                }
            case .label(let key, let values): labels[key] = values.first
            case .labelExists(let key, true): labels[key] = "new"
            case .labelNotIn, .labelExists, .attribute, .not, .any: break
            }
        }
        guard selector.matches(self) else { return nil }
    }
}
