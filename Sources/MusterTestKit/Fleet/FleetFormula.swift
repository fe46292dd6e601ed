// What a fleet's policies can say.

/// A set of machines.
struct FleetSelection: Hashable, Sendable {
    /// Where to look.
    enum Base: Hashable, Sendable {
        case group(Int)
        case application(Int)
        case host(Int)
        case clusters([Int])
    }

    /// What a machine must have.
    enum Trait: Hashable, Sendable {
        case zone(Int)
        case tier(Int)
        case version(Int)
        case license(Int)
        case cluster(Int)
    }

    var base: Base
    var trait: Trait?

    init(_ base: Base, _ trait: Trait? = nil) {
        self.base = base
        self.trait = trait
    }
}

/// A condition over the machines that are online.
indirect enum FleetFormula: Sendable {
    /// What is added up.
    enum Measure: Sendable {
        case count
        case cores
        case memory
    }

    case atLeast(Int, Measure, FleetSelection)
    case atMost(Int, Measure, FleetSelection)
    /// At most so many on each host.
    case atMostPerHost(Int, FleetSelection)
    /// On at least so many hosts.
    case distinctHosts(Int, FleetSelection)
    /// At least so many hold.
    case some(Int, [FleetFormula])
    /// Exactly one holds.
    case one([FleetFormula])
    case odd(FleetFormula, FleetFormula)
    case not(FleetFormula)

    /// The same with its first number changed.
    func shifted(by change: Int) -> FleetFormula {
        switch self {
        case .atLeast(let least, let measure, let selection):
            .atLeast(max(0, least + change), measure, selection)
        case .atMost(let most, let measure, let selection):
            .atMost(max(0, most + change), measure, selection)
        case .atMostPerHost(let most, let selection):
            .atMostPerHost(max(0, most + change), selection)
        case .distinctHosts(let least, let selection):
            .distinctHosts(max(0, least + change), selection)
        case .some(let least, let parts): .some(least, Self.shiftFirst(of: parts, by: change))
        case .one(let parts): .one(Self.shiftFirst(of: parts, by: change))
        case .odd(let first, let second): .odd(first.shifted(by: change), second)
        case .not(let formula): .not(formula.shifted(by: change))
        }
    }

    private static func shiftFirst(of parts: [FleetFormula], by change: Int) -> [FleetFormula] {
        guard let first = parts.first else { return parts }
        return [first.shifted(by: change)] + parts.dropFirst()
    }
}

extension Fleet {
    /// The numbers of the machines of a selection, in order.
    func members(_ selection: FleetSelection) -> [Int] {
        let base: [Int] =
            switch selection.base {
            case .group(let group): machinesOfGroup[group]
            case .application(let application):
                groups(of: application).flatMap { machinesOfGroup[$0] }.sorted()
            case .host(let host): machinesOfHost[host]
            case .clusters(let clusters): clusters.flatMap { machinesOfCluster[$0] }.sorted()
            }
        guard let trait = selection.trait else { return base }
        return base.filter { number in
            let machine = machines[number]
            return switch trait {
            case .zone(let zone): machine.zone == zone
            case .tier(let tier): machine.tier == tier
            case .version(let version): machine.version == version
            case .license(let license): machine.license == license
            case .cluster(let cluster): machine.cluster == cluster
            }
        }
    }
}
