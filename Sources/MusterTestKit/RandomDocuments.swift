// Small domains of any shape: everything that the policy language can say, about a few resources.

public import MusterModel
public import MusterPolicy

/// Makes resources and documents by chance.
public struct RandomDocuments: Sendable {
    /// Where the chance comes from.
    public var chance: SolverRandomness
    /// How many conditions were made, which gives each a place of its own.
    private var places = 0

    private static let nodes = ["n1", "n2", "n3"]
    private static let groups = ["db", "app", "web"]

    /// Makes a source whose results repeat with the seed.
    public init(seed: Int) { chance = SolverRandomness(seed: UInt64(seed) &* 7919 &+ 13) }

    // MARK: Resources

    /// So many resources, nodes among them, in any state.
    public mutating func resources(_ count: Int) -> [Resource] {
        (0..<count).map { resource($0) }
    }

    /// The resource with this number, as one of its reports.
    public mutating func resource(_ number: Int) -> Resource {
        let isNode = number < Self.nodes.count && number != 2
        var resource = Resource(id: ResourceID(isNode ? Self.nodes[number] : "r\(number)"))
        resource.kind = isNode ? "node" : chance.pick(["vm", "vm", "application"])
        if !isNode && chance.chance(55) { resource.node = ResourceID(chance.pick(Self.nodes)) }
        if isNode && chance.chance(5) { resource.node = ResourceID(chance.pick(Self.nodes)) }
        if chance.chance(40) { resource.cluster = chance.pick(["c1", "c2"]) }
        if chance.chance(isNode ? 5 : 50) { resource.serviceGroup = chance.pick(Self.groups) }
        if chance.chance(30) { resource.applications = [chance.pick(["shop", "mail"])] }
        if chance.chance(50) { resource.labels["tier"] = chance.pick(["gold", "iron"]) }
        if chance.chance(30) { resource.labels["zone"] = chance.pick(["1", "2", "3"]) }
        resource.capacity = ["cpu": chance.pick(isNode ? 4...8 : 0...4)]
        if chance.chance(70) { resource.capacity["price"] = chance.pick(0...3) }
        shake(&resource)
        return resource
    }

    /// Gives a resource another state and availability.
    public mutating func shake(_ resource: inout Resource) {
        resource.state = chance.pick([
            .online, .online, .online, .offline, .offline, .offline, .starting, .stopping,
            .unknown, .faulted,
        ])
        resource.isAvailable = chance.chance(88)
    }

    // MARK: Documents

    /// Policies, and now and then groups and maintenance.
    public mutating func documents(policies: Int) -> [Document] {
        var result: [Document] = (0..<policies).map { .policy(policy("p\($0)")) }
        if chance.chance(35) { result.append(.serviceGroup(group("web", needing: ["app", "db"]))) }
        if chance.chance(25) { result.append(.serviceGroup(group("app", needing: ["db"]))) }
        if chance.chance(25) { result.append(.maintenance(maintenance("m"))) }
        return result
    }

    /// A policy of this name.
    public mutating func policy(_ name: String) -> Policy {
        var policy = Policy(name: name)
        policy.priority = chance.pick([0, 0, 5, 5, 9])
        if chance.chance(10) { policy.mode = .observe }
        if chance.chance(50) { policy.whenUnsatisfiable = .bestEffort }
        if chance.chance(85) { policy.require = condition(depth: 3) }
        if chance.chance(30) || policy.require == nil {
            policy.prefer = [.init(condition(depth: 2), weight: chance.pick(0...4))]
        }
        if chance.chance(30) {
            let measure: Quantity.Measure = chance.chance(60) ? .sum("price") : .count
            policy.minimize = [
                .init(Quantity(measure, of: selector(depth: 1)), weight: chance.pick(0...3))
            ]
        }
        if chance.chance(30) {
            policy.changes = [.init(of: selector(depth: 1), cost: chance.pick(0...5))]
        }
        return policy
    }

    /// A group that needs some of the others.
    public mutating func group(_ name: String, needing others: [String]) -> ServiceGroup {
        ServiceGroup(
            name: name,
            dependsOn: others.filter { _ in chance.chance(70) }.map {
                .init(
                    group: $0,
                    atLeast: chance.pick(1...2),
                    binding: chance.chance(75) ? .firm : .soft
                )
            }
        )
    }

    /// A maintenance entry.
    public mutating func maintenance(_ name: String) -> Maintenance {
        Maintenance(
            name: name,
            selector: selector(depth: 1),
            effect: chance.pick([.drain, .cordon, .ignore])
        )
    }

    /// A guard with limits that a dozen resources meet now and then.
    public mutating func guardrail(_ name: String) -> Guard {
        var guardrail = Guard(name: name)
        if chance.chance(20) { guardrail.maxInFlight = chance.pick(1...3) }
        switch chance.pick(0...3) {
        case 0, 1: guardrail.maxChanges = .number(chance.pick(0...3))
        case 2: guardrail.maxChanges = .share(thousandthsOfPercent: chance.pick(0...50) * 1000)
        default: break
        }
        if chance.chance(40) {
            guardrail.maxUnusable = .init(
                share: chance.pick(10...50) * 1000,
                within: .seconds(chance.pick(5...100))
            )
        }
        switch chance.pick(0...3) {
        case 0: guardrail.improve = .gain(atLeast: chance.pick(1...4))
        case 1: guardrail.improve = .never
        default: break
        }
        if chance.chance(30) { guardrail.cooldown = .seconds(chance.pick(10...100)) }
        if chance.chance(40) {
            guardrail.flapping = .init(
                changes: chance.pick(2...3),
                within: .seconds(chance.pick(5...60)),
                quarantine: .seconds(chance.pick(10...100))
            )
        }
        return guardrail
    }

    // MARK: Conditions

    /// A condition that nests at most so deep.
    public mutating func condition(depth: Int) -> Condition {
        let form = form(depth: depth)
        places += 1
        let place = Mark(line: places, column: 1)
        return Condition(form, at: SourceSpan(source: "random", start: place, end: place))
    }

    private mutating func conditions(depth: Int) -> [Condition] {
        (0..<chance.pick(1...3)).map { _ in condition(depth: depth - 1) }
    }

    private mutating func form(depth: Int) -> Condition.Form {
        guard depth > 0 else { return leaf() }
        switch chance.pick(0...19) {
        case 0, 1, 2: return .and(conditions(depth: depth))
        case 3, 4: return .or(conditions(depth: depth))
        case 5: return .nor(conditions(depth: depth))
        case 6: return .nand(conditions(depth: depth))
        case 7: return .xor(conditions(depth: depth))
        case 8: return .not(condition(depth: depth - 1))
        case 9:
            return .implication(
                if: condition(depth: depth - 1),
                then: condition(depth: depth - 1),
                else: chance.chance(50) ? condition(depth: depth - 1) : nil
            )
        case 10:
            let relation: Comparison.Relation = chance.pick([.atLeast, .atMost, .exactly])
            let comparison = Comparison(relation, .integer(chance.pick(0...3)))
            return .threshold([comparison], of: conditions(depth: depth))
        case 11, 12:
            return .forEach(
                attribute(),
                of: selector(depth: 1),
                require: condition(depth: depth - 1)
            )
        default: return leaf()
        }
    }

    private mutating func leaf() -> Condition.Form {
        switch chance.pick(0...9) {
        case 0:
            let id = chance.chance(90) ? "r\(chance.pick(2...8))" : "nobody"
            return .resource(ResourceID(id), is: chance.chance(70) ? .online : .offline)
        case 1: return .fits(capacities: ["cpu"], of: selector(depth: 1))
        default:
            let comparisons = (0..<(chance.chance(20) ? 2 : 1)).map { _ in comparison() }
            return .comparison(quantity(), comparisons)
        }
    }

    private mutating func comparison() -> Comparison {
        let relation = chance.pick(Comparison.Relation.allCases)
        switch chance.pick(0...9) {
        case 0, 1:
            return Comparison(relation, .share(thousandthsOfPercent: chance.pick(0...120) * 1000))
        case 2:
            return Comparison(
                relation,
                .quantity(quantity(), times: chance.pick(-1...2), plus: chance.pick(-1...2))
            )
        default: return Comparison(relation, .integer(chance.pick(0...5)))
        }
    }

    private mutating func quantity() -> Quantity {
        let measure: Quantity.Measure
        switch chance.pick(0...5) {
        case 0, 1, 2: measure = .count
        case 3: measure = .sum(chance.pick(["cpu", "price"]))
        default: measure = .distinct(attribute())
        }
        let state: Quantity.StateFilter = chance.pick([.online, .online, .offline, .available])
        return Quantity(measure, of: selector(depth: 2), state: state)
    }

    private mutating func attribute() -> Attribute {
        chance.pick([.node, .cluster, .serviceGroup, .label("tier"), .label("zone")])
    }

    /// A selector that nests at most so deep.
    public mutating func selector(depth: Int) -> Selector {
        Selector((0..<chance.pick([0, 1, 1, 1, 2])).map { _ in requirement(depth: depth) })
    }

    private mutating func requirement(depth: Int) -> Selector.Requirement {
        switch chance.pick(depth > 0 ? 0...11 : 0...9) {
        case 0, 1: return .field(.kind, [Pattern(chance.pick(["vm", "node", "application"]))])
        case 2: return .field(.node, [Pattern(chance.pick(Self.nodes))])
        case 3: return .field(.serviceGroup, [Pattern(chance.pick(Self.groups))])
        case 4: return .field(.resource, [Pattern(chance.pick(["r*", "r3", "n?", "*5"]))])
        case 5: return .field(.application, [Pattern("shop"), Pattern("m*")])
        case 6: return .field(.cluster, [Pattern("c1")])
        case 7: return .label("tier", in: ["gold"])
        case 8: return .labelNotIn("zone", ["1", "2"])
        case 9: return .labelExists("zone", chance.chance(50))
        case 10: return .not(selector(depth: depth - 1))
        default: return .any([selector(depth: depth - 1), selector(depth: depth - 1)])
        }
    }
}
