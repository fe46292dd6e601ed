// A fleet as the engine is told of it: reports of resources, and policies of the language.

public import MusterModel
public import MusterPolicy

extension Fleet {
    /// What a machine reports.
    public func report(of number: Int, at instant: Instant) -> Resource {
        let machine = machines[number]
        var resource = Resource(
            id: Self.id(of: number, isHost: machine.host == nil),
            kind: machine.host == nil ? "node" : "vm",
            isAvailable: machine.isUsable,
            state: machine.isOn ? .online : .offline,
            cluster: "cluster-\(machine.cluster)",
            labels: ["zone": "z\(machine.zone)"],
            capacity: ["cores": machine.cores, "memory": machine.memory],
            observedAt: instant
        )
        guard let host = machine.host else { return resource }
        resource.node = Self.id(of: host, isHost: true)
        resource.serviceGroup = Self.name(ofGroup: machine.group)
        resource.applications = [Self.name(ofApplication: application(of: machine.group))]
        resource.labels["tier"] = Self.tiers[machine.tier]
        resource.labels["version"] = "v\(machine.version)"
        resource.labels["license"] = Self.licenses[machine.license]
        return resource
    }

    /// What every machine reports.
    public func reports(at instant: Instant) -> [Resource] {
        machines.indices.map { report(of: $0, at: instant) }
    }

    /// The machine of a resource's name.
    public func machine(of id: ResourceID) -> Int? {
        id.name.split(separator: "-").last.flatMap { Int($0) }
    }

    /// Lets a machine be online or not, as it was told.
    public mutating func set(_ number: Int, isOn: Bool) { machines[number].isOn = isOn }

    /// Lets a machine fail or recover; one that fails is off.
    public mutating func set(_ number: Int, isUsable: Bool) {
        machines[number].isUsable = isUsable
        if !isUsable { machines[number].isOn = false }
    }

    /// The policy of a number.
    public func document(_ number: Int) -> Document {
        var policy = MusterPolicy.Policy(name: "policy-\(number)")
        policy.priority = 100 * (Self.levels - policies[number].level)
        policy.require = condition(policies[number].formula)
        return .policy(policy)
    }

    /// Every policy, and what being online and changing cost.
    public var documents: [Document] {
        var costs = MusterPolicy.Policy(name: "costs")
        costs.changes = [.init(of: Selector([]), cost: 10)]
        costs.minimize = [
            // What is in no policy is decided on all the same: it is left as it is.
            .init(Quantity(.count, of: Self.machines()), weight: 0),
            .init(Quantity(.count, of: Self.labelled("tier", Self.tiers[1])), weight: 1),
            .init(Quantity(.count, of: Self.labelled("tier", Self.tiers[2])), weight: 3),
            .init(Quantity(.count, of: Self.labelled("zone", "z2")), weight: 2),
        ]
        return policies.indices.map(document) + [.policy(costs)]
    }

    // MARK: Names

    private static let tiers = ["gold", "silver", "bronze"]
    private static let licenses = ["none", "a", "b"]

    private static func id(of number: Int, isHost: Bool) -> ResourceID {
        ResourceID(isHost ? "node-\(number)" : "vm-\(number)")
    }

    private static func name(ofGroup group: Int) -> String { "group-\(group)" }

    private static func name(ofApplication application: Int) -> String { "app-\(application)" }

    // MARK: Conditions

    private static func machines(_ more: Selector.Requirement...) -> Selector {
        Selector([.field(.kind, [Pattern("vm")])] + more)
    }

    private static func labelled(_ label: String, _ value: String) -> Selector {
        machines(.label(label, in: [value]))
    }

    private func selector(_ selection: FleetSelection) -> Selector {
        func field(_ field: Selector.Field, _ names: [String]) -> Selector.Requirement {
            .field(field, names.map { Pattern($0) })
        }
        var selector =
            switch selection.base {
            case .group(let group):
                Self.machines(field(.serviceGroup, [Self.name(ofGroup: group)]))
            case .application(let application):
                Self.machines(field(.application, [Self.name(ofApplication: application)]))
            case .host(let host):
                Self.machines(field(.node, [Self.id(of: host, isHost: true).name]))
            case .clusters(let clusters):
                Self.machines(field(.cluster, clusters.map { "cluster-\($0)" }))
            }
        switch selection.trait {
        case nil: break
        case .zone(let zone): selector.requirements.append(.label("zone", in: ["z\(zone)"]))
        case .tier(let tier): selector.requirements.append(.label("tier", in: [Self.tiers[tier]]))
        case .version(let version):
            selector.requirements.append(.label("version", in: ["v\(version)"]))
        case .license(let license):
            selector.requirements.append(.label("license", in: [Self.licenses[license]]))
        case .cluster(let cluster):
            selector.requirements.append(field(.cluster, ["cluster-\(cluster)"]))
        }
        return selector
    }

    private func quantity(
        _ measure: FleetFormula.Measure,
        _ selection: FleetSelection
    ) -> Quantity {
        let measure: Quantity.Measure =
            switch measure {
            case .count: .count
            case .cores: .sum("cores")
            case .memory: .sum("memory")
            }
        return Quantity(measure, of: selector(selection))
    }

    private func condition(_ formula: FleetFormula) -> Condition {
        func compare(
            _ quantity: Quantity,
            _ relation: Comparison.Relation,
            _ number: Int
        ) -> Condition {
            Condition(.comparison(quantity, [Comparison(relation, .integer(number))]))
        }
        switch formula {
        case .atLeast(let least, let measure, let selection):
            return compare(quantity(measure, selection), .atLeast, least)
        case .atMost(let most, let measure, let selection):
            return compare(quantity(measure, selection), .atMost, most)
        case .atMostPerHost(let most, let selection):
            let selector = selector(selection)
            let each = compare(Quantity(.count, of: selector), .atMost, most)
            return Condition(.forEach(.node, of: selector, require: each))
        case .distinctHosts(let least, let selection):
            return compare(Quantity(.distinct(.node), of: selector(selection)), .atLeast, least)
        case .some(let least, let formulas):
            let all = formulas.map { condition($0) }
            return Condition(.threshold([Comparison(.atLeast, .integer(least))], of: all))
        case .one(let formulas):
            let all = formulas.map { condition($0) }
            return Condition(.threshold([Comparison(.exactly, .integer(1))], of: all))
        case .odd(let first, let second):
            return Condition(.xor([condition(first), condition(second)]))
        case .not(let formula): return Condition(.not(condition(formula)))
        }
    }
}
