// What must not get worse on the way to a choice (contract, section 7), read off policies as trees.

public import MusterModel
import MusterPolicy

/// One of the conditions that together make a requirement hold.
public struct Pledge: Sendable {
    enum Form {
        /// A whole condition.
        case condition(Condition)
        /// One side of a comparison.
        case side(Quantity, Comparison, isUpper: Bool, shift: Int)
        /// What a host may carry of one capacity.
        case load(of: ResourceID, capacity: String, Selector)
    }

    let form: Form
    let world: World
    /// Whether it is an upper bound, or made of nothing else.
    public let isUpper: Bool
    /// Of its policy.
    public let priority: Int

    /// By how much it is missed when just these are online.
    public func shortfall(_ online: Set<ResourceID>) -> Int {
        let world = world.with(online)
        switch form {
        case .condition(let condition): return world.shortfall(condition)
        case .side(let quantity, let comparison, let isUpper, let shift):
            let total = world.measure(quantity, world.matches(quantity.selector))
            let limit = world.limit(comparison, total: total) + shift
            let value = world.value(quantity)
            return max(0, isUpper ? value - limit : limit - value)
        case .load(let host, let capacity, let selector):
            let guests = world.matches(selector).filter {
                world.reference.host(of: $0.id) == host && online.contains($0.id)
            }
            let load = guests.map { $0.capacity[capacity, default: 0] }.reduce(0, +)
            let room = world.reference.resources[host]?.capacity[capacity] ?? 0
            return max(0, load - room)
        }
    }
}

extension Reference {
    /// The pledges of the enforced policies that hold when just these are online.
    public func pledges(_ online: Set<ResourceID>) -> [Pledge] {
        let world = World(self, online)
        return policies.flatMap { policy -> [Pledge] in
            guard policy.mode == .enforce, let require = policy.require, world.holds(require)
            else { return [] }
            return world.pledges(require, isNegated: false).map { form, world, isUpper in
                Pledge(form: form, world: world, isUpper: isUpper, priority: policy.priority)
            }
        }
    }

    /// The firm needs of managed resources: who needs, and how many of whom.
    public var firmNeeds: [(dependents: [ResourceID], providers: [ResourceID], atLeast: Int)] {
        let managed = managed
        return groups.flatMap { group in
            group.dependsOn.filter { $0.binding == .firm }.map { need in
                (
                    members(of: group.name).filter(managed.contains), members(of: need.group),
                    need.atLeast
                )
            }
        }
    }
}

extension World {
    typealias Read = (form: Pledge.Form, world: World, isUpper: Bool)

    /// Takes a condition apart into those of which all must hold.
    func pledges(_ condition: Condition, isNegated: Bool) -> [Read] {
        func all(_ parts: [Condition], _ isNegated: Bool) -> [Read] {
            parts.flatMap { pledges($0, isNegated: isNegated) }
        }
        func whole(_ condition: Condition) -> [Read] {
            [(.condition(condition), self, isUpper(condition, isNegated: false))]
        }
        let opposite = Condition(.not(condition), at: condition.span)
        switch condition.form {
        // Of a single part, any connective is that part or its negation.
        case .and(let parts) where parts.count == 1, .or(let parts) where parts.count == 1:
            return all(parts, isNegated)
        case .nor(let parts) where parts.count == 1, .nand(let parts) where parts.count == 1:
            return all(parts, !isNegated)
        case .and(let parts): return isNegated ? whole(opposite) : all(parts, false)
        case .or(let parts): return isNegated ? all(parts, true) : whole(condition)
        case .nor(let parts): return isNegated ? whole(opposite) : all(parts, true)
        case .nand(let parts): return isNegated ? all(parts, false) : whole(condition)
        case .not(let part): return pledges(part, isNegated: !isNegated)
        case .implication(let premise, let then, let otherwise):
            if isNegated { return whole(opposite) }
            let unless = Condition(.not(premise), at: premise.span)
            let first = Condition(.or([unless, then]), at: condition.span)
            let second = otherwise.map { Condition(.or([premise, $0]), at: condition.span) }
            return ([first] + [second].compactMap { $0 }).flatMap(whole)
        case .xor, .threshold: return whole(isNegated ? opposite : condition)
        case .resource: return [(.condition(isNegated ? opposite : condition), self, isNegated)]
        case .forEach:
            let parts = unrolled(condition)
            if isNegated, parts.count != 1 { return whole(opposite) }
            return parts.flatMap { $0.world.pledges($0.condition, isNegated: isNegated) }
        case .fits(let capacities, let selector):
            if isNegated { return whole(opposite) }
            let hosts = Set(matches(selector).compactMap { reference.host(of: $0.id) })
            return hosts.flatMap { host in
                capacities.map { (.load(of: host, capacity: $0, selector), self, true) }
            }
        case .comparison(let quantity, let comparisons):
            if isNegated {
                guard comparisons.count == 1, comparisons[0].relation != .exactly
                else { return whole(opposite) }
                return [side(quantity, comparisons[0], isNegated: true)]
            }
            return comparisons.flatMap { comparison -> [Read] in
                guard comparison.relation == .exactly else {
                    return [side(quantity, comparison, isNegated: false)]
                }
                return [false, true].map { isUpper in
                    (.side(quantity, comparison, isUpper: isUpper, shift: 0), self, isUpper)
                }
            }
        }
    }

    private func side(_ quantity: Quantity, _ comparison: Comparison, isNegated: Bool) -> Read {
        let isUpper = comparison.relation == .atMost || comparison.relation == .lessThan
        let isStrict = comparison.relation == .lessThan || comparison.relation == .greaterThan
        // Of whole numbers, not at least k is at most k - 1, and so on.
        let shift = isNegated == isStrict ? 0 : (isUpper == isNegated ? 1 : -1)
        return (
            .side(quantity, comparison, isUpper: isUpper != isNegated, shift: shift), self,
            isUpper != isNegated
        )
    }

    private func isUpper(_ condition: Condition, isNegated: Bool) -> Bool {
        func all(_ parts: [Condition], _ isNegated: Bool) -> Bool {
            parts.allSatisfy { isUpper($0, isNegated: isNegated) }
        }
        switch condition.form {
        case .and(let parts), .or(let parts): return all(parts, isNegated)
        case .nor(let parts), .nand(let parts): return all(parts, !isNegated)
        case .not(let part): return isUpper(part, isNegated: !isNegated)
        case .implication(let premise, let then, let otherwise):
            return otherwise == nil && isUpper(premise, isNegated: !isNegated)
                && isUpper(then, isNegated: isNegated)
        case .xor: return false
        case .threshold(let comparisons, let parts):
            let counts = (0...parts.count).filter { count in
                comparisons.allSatisfy { holds($0, count) }
            }
            guard let least = counts.first, let most = counts.last else { return false }
            if most == parts.count { return all(parts, isNegated) }
            return least == 0 && all(parts, !isNegated)
        case .resource: return isNegated
        case .fits: return !isNegated
        case .forEach:
            return unrolled(condition).allSatisfy {
                $0.world.isUpper($0.condition, isNegated: isNegated)
            }
        case .comparison(_, let comparisons):
            func isUpper(_ relation: Comparison.Relation) -> Bool {
                relation == .atMost || relation == .lessThan
            }
            guard isNegated else { return comparisons.allSatisfy { isUpper($0.relation) } }
            return comparisons.count == 1 && !isUpper(comparisons[0].relation)
                && comparisons[0].relation != .exactly
        }
    }

    private func holds(_ comparison: Comparison, _ count: Int) -> Bool {
        let limit = limit(comparison, total: 0)
        return switch comparison.relation {
        case .atLeast: count >= limit
        case .atMost: count <= limit
        case .exactly: count == limit
        case .greaterThan: count > limit
        case .lessThan: count < limit
        }
    }
}
