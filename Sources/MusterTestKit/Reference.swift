// The contract's section 5 once more, as plainly as it is written: conditions are walked as trees
// over one assignment after the other. It shares no code with the engine beyond the documents and
// the matching of selectors, and is slow.

public import MusterEngine
public import MusterModel
public import MusterPolicy

/// A domain's state, for judging and finding choices by brute force.
public struct Reference: Sendable {
    /// The registered resources.
    public var resources: [ResourceID: Resource]
    /// The policies in force.
    public var policies: [Policy]
    /// The groups in force.
    public var groups: [ServiceGroup]
    /// The maintenance entries active now.
    public var maintenance: [Maintenance]
    /// Resources that are not usable for a reason that their reports don't tell.
    public var unusable: Set<ResourceID> = []
    /// Targets of commands in flight.
    public var targets: [ResourceID: Placement] = [:]

    /// Makes a state from documents and reports.
    public init(_ resources: [Resource], _ documents: [Document]) {
        self.resources = Dictionary(
            resources.map { ($0.id, $0) },
            uniquingKeysWith: { _, last in last }
        )
        policies = documents.compactMap { if case .policy(let policy) = $0 { policy } else { nil } }
        groups = documents.compactMap {
            if case .serviceGroup(let group) = $0 { group } else { nil }
        }
        maintenance = documents.compactMap {
            if case .maintenance(let entry) = $0 { entry } else { nil }
        }
    }

    /// The registered host; none where a resource names itself.
    public func host(of id: ResourceID) -> ResourceID? {
        guard let node = resources[id]?.node, node != id, resources[node] != nil else {
            return nil
        }
        return node
    }

    /// The usable resources: the greatest set that its definition allows.
    public var usable: Set<ResourceID> {
        var result = Set(
            resources.values.filter {
                $0.isAvailable && $0.state != .faulted && !unusable.contains($0.id)
            }.map(\.id)
        )
        while let lost = result.first(where: { id in
            host(of: id).map { !result.contains($0) } ?? false
        }) {
            result.remove(lost)
        }
        return result
    }

    /// The current state of a usable resource.
    public func isOnline(_ id: ResourceID) -> Bool {
        if let target = targets[id] { return target == .online }
        let state = resources[id]?.state
        return state == .online || state == .starting
    }

    // MARK: Management

    /// The managed resources.
    public var managed: Set<ResourceID> {
        var pending = resources.values.filter { isUnder(.drain, $0) }.map(\.id)
        let world = World(self, [])
        for policy in policies where policy.mode == .enforce {
            if let require = policy.require { pending += world.matched(require) }
            for preference in policy.prefer { pending += world.matched(preference.condition) }
            for term in policy.minimize {
                pending += resources.values.filter { term.quantity.selector.matches($0) }.map(\.id)
            }
        }
        var result: Set<ResourceID> = []
        while let id = pending.popLast() {
            guard let resource = resources[id], !isUnder(.ignore, resource),
                result.insert(id).inserted
            else { continue }
            if let host = host(of: id) { pending.append(host) }
            for need in firmNeeds(of: resource) {
                pending += members(of: need.group)
            }
        }
        return result
    }

    func isUnder(_ effect: Maintenance.Effect, _ resource: Resource) -> Bool {
        maintenance.contains { $0.effect == effect && $0.selector.matches(resource) }
    }

    func firmNeeds(of resource: Resource) -> [ServiceGroup.Dependency] {
        groups.filter { $0.name == resource.serviceGroup }
            .flatMap { $0.dependsOn.filter { $0.binding == .firm } }
    }

    func members(of group: String) -> [ResourceID] {
        resources.values.filter { $0.serviceGroup == group }.map(\.id)
    }

    // MARK: Validity

    /// Whether online resources have their hosts and what they firmly depend on.
    public func keepsStructure(_ online: Set<ResourceID>, of managed: Set<ResourceID>) -> Bool {
        online.intersection(managed).allSatisfy { id in
            guard let resource = resources[id] else { return false }
            return host(of: id).map { online.contains($0) } ?? true
                && firmNeeds(of: resource).allSatisfy { need in
                    members(of: need.group).count { online.contains($0) } >= need.atLeast
                }
        }
    }

    /// Every valid choice: the set of all resources that are online in it.
    public var choices: [Set<ResourceID>] {
        let usable = usable
        let managed = managed
        let settled = usable.subtracting(managed).filter { isOnline($0) }
        let carriers = carriers(usable, managed)
        let free = managed.intersection(usable).filter { id in
            guard let resource = resources[id] else { return false }
            if isUnder(.cordon, resource), !isOnline(id) { return false }
            return !isUnder(.drain, resource) || (carriers.contains(id) && isOnline(id))
        }.sorted()
        var valid: [Set<ResourceID>] = []
        for bits in 0..<(1 << free.count) {
            var online = settled
            for (index, id) in free.enumerated() where bits >> index & 1 == 1 { online.insert(id) }
            if keepsStructure(online, of: managed) { valid.append(online) }
        }
        // Whatever can be online can be so together, so the carriers that can be are those that
        // are in some valid choice.
        let possible = valid.reduce(into: Set()) { $0.formUnion($1) }
        let bound = carriers.intersection(possible)
        return valid.filter { bound.isSubset(of: $0) }
    }

    /// The managed hosts that carry, directly or through managed ones, something online that is
    /// not managed.
    private func carriers(
        _ usable: Set<ResourceID>,
        _ managed: Set<ResourceID>
    ) -> Set<ResourceID> {
        var result: Set<ResourceID> = []
        for id in usable.subtracting(managed) where isOnline(id) {
            guard var host = host(of: id), isOnline(host) else { continue }
            while managed.contains(host), result.insert(host).inserted {
                guard let above = self.host(of: host) else { break }
                host = above
            }
        }
        return result
    }

    // MARK: Objective

    /// How good a choice is (contract, section 5).
    public struct Score: Hashable, Comparable, Sendable {
        /// For each priority of a policy, the highest first.
        public var unsatisfied: [Int]
        /// For each priority of a policy, the highest first.
        public var shortfall: [Int]
        /// The cost.
        public var cost: Int

        /// The better first.
        public static func < (a: Score, b: Score) -> Bool {
            (a.unsatisfied + a.shortfall + [a.cost])
                .lexicographicallyPrecedes(b.unsatisfied + b.shortfall + [b.cost])
        }
    }

    /// The priorities of the enforced policies, the highest first.
    public var priorities: [Int] {
        Set(policies.filter { $0.mode == .enforce }.map(\.priority)).sorted(by: >)
    }

    /// How good it is that just these are online.
    public func score(_ online: Set<ResourceID>) -> Score {
        let world = World(self, online)
        let enforced = policies.filter { $0.mode == .enforce }
        var unsatisfied: [Int: Int] = [:]
        var shortfall: [Int: Int] = [:]
        var cost = 0
        for policy in enforced {
            if let require = policy.require, !world.holds(require) {
                unsatisfied[policy.priority, default: 0] += 1
                if policy.whenUnsatisfiable == .bestEffort {
                    shortfall[policy.priority, default: 0] += world.shortfall(require)
                }
            }
            for preference in policy.prefer {
                cost += preference.weight * world.shortfall(preference.condition)
            }
            for term in policy.minimize { cost += term.weight * world.value(term.quantity) }
        }
        for id in world.usable where online.contains(id) != isOnline(id) {
            guard let resource = resources[id] else { continue }
            let listed = enforced.flatMap(\.changes).filter { $0.selector.matches(resource) }
            cost += listed.map(\.cost).max() ?? 1
        }
        return Score(
            unsatisfied: priorities.map { unsatisfied[$0, default: 0] },
            shortfall: priorities.map { shortfall[$0, default: 0] },
            cost: cost
        )
    }

    /// The best score that a valid choice has.
    public var best: Score? { choices.map { score($0) }.min() }

    /// What the engine reports of a choice, in the form that scores have.
    public func score(of objective: Objective) -> Score {
        Score(
            unsatisfied: priorities.map { priority in
                objective.unsatisfied.first { $0.priority == priority }?.policies.count ?? 0
            },
            shortfall: priorities.map { priority in
                objective.shortfall.first { $0.priority == priority }?.amount ?? 0
            },
            cost: objective.cost
        )
    }
}
