// Policies × inventory → quantities, conditions and costs.

import MusterModel
import MusterPolicy
import MusterSolver

/// Grounds policies over one inventory. Made anew for each round of grounding, since its index of
/// field values holds for the inventory as it is.
struct Grounder {
    private let inventory: Inventory
    private let everything: [Int]
    private var index: [Selector.Field: [String: [Int]]] = [:]

    // What the policy at hand has gathered so far.
    private var quantities: [GroundQuantity] = []
    private var matched: Set<Int> = []
    private var coupled: Set<Int> = []

    /// - Complexity: O(resources).
    init(_ inventory: Inventory) {
        self.inventory = inventory
        everything = Array(inventory.registered)
    }

    /// Grounds one policy; its counters still say that nothing is usable.
    ///
    /// - Complexity: O(size of the policy × candidates), where candidates are all resources
    ///   unless a selector names exact values of a field.
    mutating func ground(_ policy: Policy) -> GroundPolicy {
        quantities = []
        matched = []
        coupled = []
        let require = policy.require.map { ground($0, among: nil, scope: "") }
        let prefer = policy.prefer.map {
            (condition: ground($0.condition, among: nil, scope: ""), weight: $0.weight)
        }
        coupled = Set(quantities.lazy.flatMap { $0.terms.lazy.map(\.slot) })
        var online: [(slot: Int, cost: Int)] = []
        for term in policy.minimize {
            for slot in matches(term.quantity.selector, among: nil) {
                matched.insert(slot)
                let cost = term.weight.saturatingMultiply(amount(term.quantity.measure, slot))
                if cost != 0 { online.append((slot, cost)) }
            }
        }
        let changes = policy.changes.flatMap { change in
            matches(change.selector, among: nil).map { (slot: $0, cost: change.cost) }
        }
        return GroundPolicy(
            policy: policy,
            require: require,
            prefer: prefer,
            onlineCosts: online,
            changeCosts: changes,
            matched: matched.sorted(),
            coupled: coupled.sorted(),
            quantities: quantities,
            hurts: Polarity.hurts(
                (require.map { [$0] } ?? []) + prefer.map(\.condition),
                quantities: quantities.count
            )
        )
    }

    /// The slots that a selector matches, in order, among the candidates or all.
    mutating func matches(_ selector: Selector, among candidates: [Int]?) -> [Int] {
        let pool = candidates ?? narrowest(selector) ?? everything
        return pool.filter { selector.matches(inventory[$0]) }
    }

    // MARK: Conditions

    private mutating func ground(
        _ condition: Condition,
        among candidates: [Int]?,
        scope: String
    ) -> GroundCondition {
        func each(_ conditions: [Condition]) -> [GroundCondition] {
            conditions.map { ground($0, among: candidates, scope: scope) }
        }
        switch condition.form {
        case .and(let conditions): return .and(each(conditions))
        case .or(let conditions): return .or(each(conditions))
        case .nor(let conditions): return .nor(each(conditions))
        case .nand(let conditions): return .nand(each(conditions))
        case .xor(let conditions): return .xor(each(conditions))
        case .not(let negated): return .not(each([negated])[0])
        case .implication(let premise, let then, let otherwise):
            return .implication(
                if: each([premise])[0],
                then: each([then])[0],
                else: otherwise.map { each([$0])[0] }
            )
        case .threshold(let comparisons, let conditions):
            return .threshold(range(of: comparisons), of: each(conditions))
        case .comparison(let quantity, let comparisons):
            let number = add(quantity, among: candidates)
            let bounds = comparisons.flatMap { self.bounds($0, on: number, among: candidates) }
            return .leaf(
                .init(quantity: number, bounds: bounds, condition: condition, scope: scope)
            )
        case .forEach(let attribute, let selector, let required):
            return forEach(
                attribute,
                selector,
                required,
                among: candidates,
                scope: scope
            )
        case .resource(let id, let placement):
            let selector = Selector([.field(.resource, [Pattern(id.name)])])
            // It names one resource, so there is nothing for `forEach` to narrow.
            let slots = inventory.slots[id].map { [$0] } ?? []
            let quantity = Quantity(
                .count,
                of: selector,
                state: placement == .online ? .online : .offline
            )
            let number = add(quantity, of: slots)
            return .leaf(
                .init(
                    quantity: number,
                    bounds: [.init(sign: 1, other: nil, constant: -1)],
                    condition: condition,
                    scope: scope
                )
            )
        case .fits(let capacities, let selector):
            return fits(capacities, selector, condition, among: candidates)
        }
    }

    private mutating func forEach(
        _ attribute: Attribute,
        _ selector: Selector,
        _ required: Condition,
        among candidates: [Int]?,
        scope: String
    ) -> GroundCondition {
        let found = matches(selector, among: candidates)
        matched.formUnion(found)
        let values = Set(found.compactMap { attribute.value(of: inventory[$0]) })
        var narrowed: [String: [Int]] = [:]
        for slot in candidates ?? everything {
            guard let value = attribute.value(of: inventory[slot]), values.contains(value)
            else { continue }
            narrowed[value, default: []].append(slot)
        }
        return .and(
            values.sorted().map { value in
                let inner = "\(attribute) \(value)"
                return ground(
                    required,
                    among: narrowed[value, default: []],
                    scope: scope.isEmpty ? inner : "\(scope), \(inner)"
                )
            }
        )
    }

    private mutating func fits(
        _ capacities: [String],
        _ selector: Selector,
        _ condition: Condition,
        among candidates: [Int]?
    ) -> GroundCondition {
        let found = matches(selector, among: candidates)
        matched.formUnion(found)
        let guests = Dictionary(
            grouping: found.filter { inventory.host(of: $0) != nil },
            by: { inventory.host(of: $0) ?? $0 }
        )
        var leaves: [GroundCondition.Leaf] = []
        for host in guests.keys.sorted(by: { inventory[$0].id < inventory[$1].id }) {
            for capacity in capacities {
                let number = add(
                    Quantity(.sum(capacity), of: selector),
                    of: guests[host, default: []]
                )
                let limit = self.capacity(capacity, of: host)
                leaves.append(
                    .init(
                        quantity: number,
                        bounds: [.init(sign: -1, other: nil, constant: limit)],
                        condition: condition,
                        scope: "\(capacity) of \(inventory[host].id)"
                    )
                )
            }
        }
        return .fits(leaves)
    }

    // MARK: Comparisons

    private func range(of comparisons: [Comparison]) -> ClosedRange<Int> {
        var lower = Int.min
        var upper = Int.max
        for comparison in comparisons {
            guard case .integer(let k) = comparison.operand else { continue }
            switch comparison.relation {
            case .atLeast: lower = max(lower, k)
            case .atMost: upper = min(upper, k)
            case .exactly: (lower, upper) = (max(lower, k), min(upper, k))
            case .greaterThan: lower = max(lower, k == .max ? k : k + 1)
            case .lessThan: upper = min(upper, k == .min ? k : k - 1)
            }
        }
        // No number of conditions is below 0, so this range holds for none.
        return lower <= upper ? lower...upper : -1 ... -1
    }

    private mutating func bounds(
        _ comparison: Comparison,
        on quantity: Int,
        among candidates: [Int]?
    ) -> [GroundCondition.Leaf.Bound] {
        var other: Int?
        var factor = 0
        var constant: Int
        switch comparison.operand {
        case .integer(let k):
            constant = k
        case .share(let thousandths):
            let roundsUp = comparison.relation != .atMost && comparison.relation != .lessThan
            constant = share(thousandths, of: quantities[quantity].total, roundsUp: roundsUp)
        case .quantity(let operand, let times, let plus):
            other = add(operand, among: candidates)
            factor = times
            constant = plus
        }
        typealias Bound = GroundCondition.Leaf.Bound
        // quantity - (factor × other + constant) - strict ≥ 0
        func lower(strict: Int) -> Bound {
            Bound(sign: 1, other: other.map { ($0, -factor) }, constant: -constant - strict)
        }
        // (factor × other + constant) - quantity - strict ≥ 0
        func upper(strict: Int) -> Bound {
            Bound(sign: -1, other: other.map { ($0, factor) }, constant: constant - strict)
        }
        switch comparison.relation {
        case .atLeast: return [lower(strict: 0)]
        case .atMost: return [upper(strict: 0)]
        case .exactly: return [lower(strict: 0), upper(strict: 0)]
        case .greaterThan: return [lower(strict: 1)]
        case .lessThan: return [upper(strict: 1)]
        }
    }

    private func share(_ thousandths: Int, of total: Int, roundsUp: Bool) -> Int {
        let whole = Int128(100_000)
        let (q, r) = (Int128(thousandths) * Int128(total)).quotientAndRemainder(dividingBy: whole)
        return Int(clamping: roundsUp && r > 0 ? q + 1 : q)
    }

    // MARK: Quantities

    private mutating func add(_ quantity: Quantity, among candidates: [Int]?) -> Int {
        add(quantity, of: matches(quantity.selector, among: candidates))
    }

    private mutating func add(_ quantity: Quantity, of slots: [Int]) -> Int {
        matched.formUnion(slots)
        var terms: [GroundQuantity.Term] = []
        terms.reserveCapacity(slots.count)
        guard case .distinct(let attribute) = quantity.measure else {
            for slot in slots {
                let amount = self.amount(quantity.measure, slot)
                if amount != 0 { terms.append(.init(slot: slot, amount: amount, group: 0)) }
            }
            quantities.append(.init(state: quantity.state, terms: terms, groupCount: nil))
            return quantities.count - 1
        }
        // In order of value, not of slot: a decision must not depend on who reported first.
        let values = Set(slots.compactMap { attribute.value(of: inventory[$0]) }).sorted()
        let groups = Dictionary(uniqueKeysWithValues: zip(values, values.indices))
        for slot in slots {
            guard let value = attribute.value(of: inventory[slot]), let group = groups[value]
            else { continue }
            terms.append(.init(slot: slot, amount: 1, group: group))
        }
        quantities.append(.init(state: quantity.state, terms: terms, groupCount: groups.count))
        return quantities.count - 1
    }

    private func amount(_ measure: Quantity.Measure, _ slot: Int) -> Int {
        guard case .sum(let name) = measure else { return 1 }
        return capacity(name, of: slot)
    }

    /// A slot's own capacity, at most 2^44 (17 TiB in bytes): so the sums over a quarter of a
    /// million resources still are exact.
    private func capacity(_ name: String, of slot: Int) -> Int {
        min(inventory[slot].capacity[name, default: 0], 1 << 44)
    }

    // MARK: Candidates

    /// The slots with one of the exact values that a requirement names, in order; `nil` when no
    /// requirement narrows the candidates so.
    private mutating func narrowest(_ selector: Selector) -> [Int]? {
        var best: [Int]?
        for case .field(let field, let patterns) in selector.requirements
        where patterns.allSatisfy(\.isLiteral) {
            if index[field] == nil { index[field] = buildIndex(field) }
            let lists = patterns.map { index[field]?[$0.text] ?? [] }
            // A single value's slots are in order already, and each is there once.
            let found = lists.count == 1 ? lists[0] : Set(lists.joined()).sorted()
            if found.count < best?.count ?? .max { best = found }
        }
        return best
    }

    private func buildIndex(_ field: Selector.Field) -> [String: [Int]] {
        var result: [String: [Int]] = [:]
        for slot in everything {
            // A resource may name an application twice.
            for value in field.values(of: inventory[slot])
            where result[value]?.last != slot {
                result[value, default: []].append(slot)
            }
        }
        return result
    }
}
