// The contract's section 5, walked over the documents as they are written: every assignment is
// tried. Nothing of grounding or lowering is used.

import MusterEngine
import MusterModel
import MusterPolicy

/// A small domain whose resources are all managed, usable or not, and host nothing.
struct Reference {
    let resources: [Resource]
    let policies: [Policy]
    /// The resources that selectors see: all, but fewer inside `forEach`.
    var scope: [Int]?

    /// What is compared, in order; policies of one priority only, so the levels are few.
    struct Value: Comparable, CustomStringConvertible {
        var unsatisfied: [Int]
        var shortfall: [Int]
        var cost: Int

        static func < (a: Value, b: Value) -> Bool {
            (a.unsatisfied + a.shortfall + [a.cost]).lexicographicallyPrecedes(
                b.unsatisfied + b.shortfall + [b.cost]
            )
        }

        var description: String { "\(unsatisfied) \(shortfall) \(cost)" }
    }

    /// The best value of any assignment.
    func best() -> Value {
        let usable = resources.indices.filter { isUsable(resources[$0]) }
        return (0..<(1 << usable.count)).lazy.map { bits in
            var online = Set<Int>()
            for (bit, index) in usable.enumerated() where bits >> bit & 1 == 1 {
                online.insert(index)
            }
            return value(online)
        }.min() ?? value([])
    }

    /// The value of a domain's own choice.
    func value(_ online: Set<Int>) -> Value {
        let priorities = Set(policies.map(\.priority)).sorted(by: >)
        var value = Value(unsatisfied: [], shortfall: [], cost: 0)
        for priority in priorities {
            let level = policies.filter { $0.priority == priority }
            value.unsatisfied.append(
                level.count { $0.require.map { !holds($0, online) } ?? false }
            )
            value.shortfall.append(
                level.filter { $0.whenUnsatisfiable == .bestEffort }
                    .reduce(0) { $0 + ($1.require.map { shortfall($0, online) } ?? 0) }
            )
        }
        for (index, resource) in resources.enumerated() where isUsable(resource) {
            let isOn = online.contains(index)
            if isOn != (resource.state == .online) { value.cost += 1 }
            for policy in policies where isOn {
                for term in policy.minimize where term.quantity.selector.matches(resource) {
                    value.cost += term.weight * amount(term.quantity.measure, resource)
                }
            }
        }
        for policy in policies {
            for preference in policy.prefer {
                value.cost += preference.weight * shortfall(preference.condition, online)
            }
        }
        return value
    }

    private var visible: [Int] { scope ?? Array(resources.indices) }

    private func isUsable(_ resource: Resource) -> Bool {
        resource.isAvailable && resource.state != .faulted
    }

    private func amount(_ measure: Quantity.Measure, _ resource: Resource) -> Int {
        if case .sum(let name) = measure { resource.capacity[name] ?? 0 } else { 1 }
    }

    private func quantity(_ quantity: Quantity, _ isIn: (Int) -> Bool) -> Int {
        let matches = visible.filter { quantity.selector.matches(resources[$0]) && isIn($0) }
        guard case .distinct(let attribute) = quantity.measure else {
            return matches.reduce(0) { $0 + amount(quantity.measure, resources[$1]) }
        }
        return Set(matches.compactMap { attribute.value(of: resources[$0]) }).count
    }

    private func now(_ quantity: Quantity, _ online: Set<Int>) -> Int {
        self.quantity(quantity) { index in
            guard isUsable(resources[index]) else { return false }
            return switch quantity.state {
            case .online: online.contains(index)
            case .offline: !online.contains(index)
            case .available: true
            }
        }
    }

    func holds(_ condition: Condition, _ online: Set<Int>) -> Bool {
        func count(_ parts: [Condition]) -> Int { parts.count { holds($0, online) } }
        switch condition.form {
        case .and(let parts): return count(parts) == parts.count
        case .or(let parts): return count(parts) > 0
        case .nor(let parts): return count(parts) == 0
        case .nand(let parts): return count(parts) < parts.count
        case .xor(let parts): return count(parts) % 2 == 1
        case .not(let part): return !holds(part, online)
        case .implication(let premise, let then, let otherwise):
            return holds(premise, online)
                ? holds(then, online) : otherwise.map { holds($0, online) } ?? true
        case .threshold(let comparisons, let parts):
            return comparisons.allSatisfy { distance($0, count(parts), 0, online) == 0 }
        default: return shortfall(condition, online) == 0
        }
    }

    func shortfall(_ condition: Condition, _ online: Set<Int>) -> Int {
        switch condition.form {
        case .and(let parts): return parts.reduce(0) { $0 + shortfall($1, online) }
        case .or(let parts): return parts.map { shortfall($0, online) }.min() ?? 1
        case .comparison(let measured, let comparisons):
            let value = now(measured, online)
            let total = quantity(measured) { _ in true }
            return comparisons.map { distance($0, value, total, online) }.max() ?? 0
        case .forEach(let attribute, let selector, let part):
            let matches = visible.filter { selector.matches(resources[$0]) }
            let values = Set(matches.compactMap { attribute.value(of: resources[$0]) })
            return values.reduce(0) { sum, value in
                var inner = self
                inner.scope = visible.filter { attribute.value(of: resources[$0]) == value }
                return sum + inner.shortfall(part, online)
            }
        case .resource(let id, let placement):
            guard let index = resources.firstIndex(where: { $0.id == id }) else { return 1 }
            let isOn = online.contains(index)
            return isUsable(resources[index]) && isOn == (placement == .online) ? 0 : 1
        default: return holds(condition, online) ? 0 : 1
        }
    }

    /// How far a value is from what a comparison allows.
    private func distance(
        _ comparison: Comparison,
        _ value: Int,
        _ total: Int,
        _ online: Set<Int>
    ) -> Int {
        let limit: Int
        switch comparison.operand {
        case .integer(let number): limit = number
        case .quantity(let other, let times, let plus): limit = times * now(other, online) + plus
        case .share(let thousandths):
            let exact = thousandths * total
            let isDown = [.atMost, .lessThan].contains(comparison.relation)
            limit = isDown ? exact / 100_000 : (exact + 99_999) / 100_000
        }
        return switch comparison.relation {
        case .atLeast: max(0, limit - value)
        case .atMost: max(0, value - limit)
        case .exactly: abs(value - limit)
        case .greaterThan: max(0, limit + 1 - value)
        case .lessThan: max(0, value - limit + 1)
        }
    }
}
