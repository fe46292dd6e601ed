// Policies × inventory → quantities, conditions and costs.

import MusterModel
import MusterPolicy
import MusterSolver

/// Grounds policies over one inventory.
struct Grounder {
    private let inventory: Inventory
    private lazy var everything = Array(inventory.registered)
    /// The inventory's own with the dimensions that policies have asked for since.
    private(set) var values: ValueIndex

    // What the policy at hand has gathered so far.
    private var quantities: [GroundQuantity] = []
    private var matched: Set<Int> = []
    private var coupled: Set<Int> = []

    init(_ inventory: Inventory) {
        self.inventory = inventory
        values = inventory.values
    }

    /// Grounds one policy; its counters still say that nothing is usable.
    ///
    /// - Complexity: O(size of the policy × candidates), where candidates are all resources
    ///   unless a selector names exact values of a field or a label.
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
            polarity: Polarity(
                (require.map { [$0] } ?? []) + prefer.map(\.condition),
                quantities: quantities.count
            )
        )
    }

    /// The slots that a selector matches, in order, among the candidates or all.
    mutating func matches(_ selector: Selector, among candidates: [Int]?) -> [Int] {
        var requirements = selector.requirements
        var pool = candidates
        if pool == nil, let (slots, settled) = narrowest(selector) {
            requirements.remove(at: settled)
            pool = slots
        }
        let slots = pool ?? everything
        guard !requirements.isEmpty else { return slots }
        let rest = Selector(requirements)
        return slots.filter { rest.matches(inventory[$0]) }
    }

    /// The slots in a service group, in order.
    mutating func members(of group: String) -> [Int] { slots(.serviceGroup, group) }

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
        let values = Set(found.compactMap { value(of: attribute, $0) })
        let narrowed = narrowed(to: attribute, values, among: candidates)
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

    /// The candidates, or all slots, with each of an attribute's values.
    private mutating func narrowed(
        to attribute: Attribute,
        _ values: Set<String>,
        among candidates: [Int]?
    ) -> [String: [Int]] {
        guard let candidates else {
            let dimension = Dimension(attribute)
            return Dictionary(
                uniqueKeysWithValues: values.map { ($0, slots(dimension, $0)) }
            )
        }
        var narrowed: [String: [Int]] = [:]
        for slot in candidates {
            guard let value = value(of: attribute, slot), values.contains(value) else { continue }
            narrowed[value, default: []].append(slot)
        }
        return narrowed
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
        let values = Set(slots.compactMap { value(of: attribute, $0) }).sorted()
        let groups = Dictionary(uniqueKeysWithValues: zip(values, values.indices))
        for slot in slots {
            guard let value = value(of: attribute, slot), let group = groups[value]
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
        min(inventory.resources[slot]?.capacity[name] ?? 0, 1 << 44)
    }

    /// A slot's value of an attribute, field by field: a copy of a resource is dear.
    private func value(of attribute: Attribute, _ slot: Int) -> String? {
        switch attribute {
        case .label(let key): inventory.resources[slot]?.labels[key]
        case .node: inventory.resources[slot]?.node?.name
        case .cluster: inventory.resources[slot]?.cluster
        case .serviceGroup: inventory.resources[slot]?.serviceGroup
        }
    }

    // MARK: Candidates

    /// The slots that meet the requirement that fewest meet of those that name exact values, in
    /// order, and that requirement's place; `nil` where there is none.
    private mutating func narrowest(_ selector: Selector) -> (slots: [Int], requirement: Int)? {
        var best: (slots: [Int], requirement: Int)?
        for (place, requirement) in selector.requirements.enumerated() {
            guard let found = slots(meeting: requirement) else { continue }
            if found.count < best?.slots.count ?? .max { best = (found, place) }
        }
        return best
    }

    /// The slots that meet a requirement, in order; `nil` where it names no exact values.
    private mutating func slots(meeting requirement: Selector.Requirement) -> [Int]? {
        let lists: [[Int]]
        switch requirement {
        case .field(.resource, let patterns) where patterns.allSatisfy(\.isLiteral):
            lists = patterns.map { pattern in
                inventory.slots[ResourceID(pattern.text)].map { [$0] } ?? []
            }
        case .field(let field, let patterns) where patterns.allSatisfy(\.isLiteral):
            guard let dimension = Dimension(field) else { return nil }
            lists = patterns.map { slots(dimension, $0.text) }
        case .label(let key, let names): lists = names.map { slots(.label(key), $0) }
        case .attribute(let attribute, let name): lists = [slots(Dimension(attribute), name)]
        default: return nil
        }
        // A single value's slots are in order already, and each is there once.
        return lists.count == 1 ? lists[0] : Set(lists.joined()).sorted()
    }

    private mutating func slots(_ dimension: Dimension, _ value: String) -> [Int] {
        if !values.holds(dimension) { values.add(dimension, of: inventory.resources) }
        return values.slots(dimension, value)
    }
}
