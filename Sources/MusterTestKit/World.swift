// Conditions of the policy language, judged as trees (contract, section 4.1).

public import MusterModel
public import MusterPolicy

/// A domain's state in which just these resources are online.
public struct World: Sendable {
    let reference: Reference
    private(set) var online: Set<ResourceID>
    let usable: Set<ResourceID>
    /// What enclosing `forEach` narrow every selector to.
    private(set) var narrowing: [(attribute: Attribute, value: String)] = []

    /// Makes the world in which just these are online.
    public init(_ reference: Reference, _ online: Set<ResourceID>) {
        self.reference = reference
        self.online = online
        usable = reference.usable
    }

    /// The same world in which just these are online.
    func with(_ online: Set<ResourceID>) -> World {
        var copy = self
        copy.online = online
        return copy
    }

    func narrowed(to attribute: Attribute, _ value: String) -> World {
        var copy = self
        copy.narrowing.append((attribute, value))
        return copy
    }

    func matches(_ selector: Selector) -> [Resource] {
        reference.resources.values.filter { resource in
            selector.matches(resource)
                && narrowing.allSatisfy { $0.attribute.value(of: resource) == $0.value }
        }
    }

    // MARK: Truth

    /// Whether the condition holds.
    public func holds(_ condition: Condition) -> Bool {
        func count(_ conditions: [Condition]) -> Int { conditions.count { holds($0) } }
        switch condition.form {
        case .and(let all): return count(all) == all.count
        case .or(let all): return count(all) > 0
        case .nor(let all): return count(all) == 0
        case .nand(let all): return count(all) < all.count
        case .xor(let all): return count(all) % 2 == 1
        case .not(let condition): return !holds(condition)
        case .implication(let premise, let then, let otherwise):
            return holds(premise) ? holds(then) : otherwise.map { holds($0) } ?? true
        case .threshold(let comparisons, let all):
            return comparisons.allSatisfy { misses($0, count(all), total: 0) == 0 }
        case .comparison, .fits: return shortfall(condition) == 0
        case .forEach: return unrolled(condition).allSatisfy { $0.world.holds($0.condition) }
        case .resource(let id, let placement):
            return usable.contains(id) && online.contains(id) == (placement == .online)
        }
    }

    /// How far it is from holding.
    public func shortfall(_ condition: Condition) -> Int {
        switch condition.form {
        case .and(let all): return all.map { shortfall($0) }.reduce(0, +)
        case .or(let all): return all.map { shortfall($0) }.min() ?? 1
        case .forEach:
            return unrolled(condition).map { $0.world.shortfall($0.condition) }.reduce(0, +)
        case .comparison(let quantity, let comparisons):
            let total = measure(quantity, matches(quantity.selector))
            return comparisons.map { misses($0, value(quantity), total: total) }.max() ?? 0
        case .fits(let capacities, let selector):
            return excess(capacities, matches(selector))
        default: return holds(condition) ? 0 : 1
        }
    }

    func unrolled(_ condition: Condition) -> [(world: World, condition: Condition)] {
        guard case .forEach(let attribute, let selector, let required) = condition.form else {
            return []
        }
        return Set(matches(selector).compactMap { attribute.value(of: $0) }).map {
            (narrowed(to: attribute, $0), required)
        }
    }

    private func excess(_ capacities: [String], _ guests: [Resource]) -> Int {
        var sum = 0
        for host in reference.resources.values {
            let hosted = guests.filter {
                reference.host(of: $0.id) == host.id && online.contains($0.id)
            }
            for name in capacities {
                let used = hosted.map { $0.capacity[name, default: 0] }.reduce(0, +)
                sum += max(0, used - host.capacity[name, default: 0])
            }
        }
        return sum
    }

    // MARK: Numbers

    /// What a quantity makes.
    public func value(_ quantity: Quantity) -> Int {
        measure(
            quantity,
            matches(quantity.selector).filter { resource in
                switch quantity.state {
                case .online: online.contains(resource.id)
                case .offline: usable.contains(resource.id) && !online.contains(resource.id)
                case .available: usable.contains(resource.id)
                }
            }
        )
    }

    func measure(_ quantity: Quantity, _ resources: [Resource]) -> Int {
        switch quantity.measure {
        case .count: resources.count
        case .sum(let name): resources.map { $0.capacity[name, default: 0] }.reduce(0, +)
        case .distinct(let attribute): Set(resources.compactMap { attribute.value(of: $0) }).count
        }
    }

    /// How far a value is from what a comparison allows.
    private func misses(_ comparison: Comparison, _ value: Int, total: Int) -> Int {
        let limit = limit(comparison, total: total)
        switch comparison.relation {
        case .atLeast: return max(0, limit - value)
        case .atMost: return max(0, value - limit)
        case .exactly: return abs(value - limit)
        case .greaterThan: return max(0, limit + 1 - value)
        case .lessThan: return max(0, value - (limit - 1))
        }
    }

    /// The number that a comparison names.
    func limit(_ comparison: Comparison, total: Int) -> Int {
        let isUpper = comparison.relation == .atMost || comparison.relation == .lessThan
        switch comparison.operand {
        case .integer(let number): return number
        case .share(let share):
            let product = share * total
            return isUpper ? product / 100_000 : (product + 99_999) / 100_000
        case .quantity(let quantity, let times, let plus):
            return times * self.value(quantity) + plus
        }
    }

    // MARK: Management

    /// The resources that any selector of the condition matches, or that it names.
    public func matched(_ condition: Condition) -> Set<ResourceID> {
        var found: Set<ResourceID> = []
        switch condition.form {
        case .comparison(let quantity, let comparisons):
            found.formUnion(matches(quantity.selector).map(\.id))
            for case .quantity(let other, _, _) in comparisons.map(\.operand) {
                found.formUnion(matches(other.selector).map(\.id))
            }
        case .fits(_, let selector): found.formUnion(matches(selector).map(\.id))
        case .resource(let id, _): found.insert(id)
        case .forEach(_, let selector, _):
            found.formUnion(matches(selector).map(\.id))
            for (world, required) in unrolled(condition) {
                found.formUnion(world.matched(required))
            }
        default: for part in condition.parts { found.formUnion(matched(part)) }
        }
        return found
    }
}
