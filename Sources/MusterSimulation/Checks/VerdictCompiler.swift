// From the user's conditions to sets of resources.

import MusterModel
import MusterPolicy

/// Makes conditions ready for judging.
struct VerdictCompiler {
    private let resources: [Resource]
    private let hosts: [Int?]
    /// What enclosing `forEach` narrow every selector to.
    private var scope = ~(0 as Judge.Members)

    init(_ resources: [Resource], _ hosts: [Int?]) {
        self.resources = resources
        self.hosts = hosts
    }

    /// The resources that a selector matches, within the scope.
    func members(of selector: Selector) -> Judge.Members {
        var result: Judge.Members = 0
        for (index, resource) in resources.enumerated() where selector.matches(resource) {
            result |= 1 << index
        }
        return result & scope
    }

    func amount(_ quantity: Quantity) -> Amount {
        let members = members(of: quantity.selector)
        let measure: Amount.Measure
        switch quantity.measure {
        case .count: measure = .count
        case .sum(let name): measure = .sum(resources.map { $0.capacity[name] ?? 0 })
        case .distinct(let attribute): measure = .distinct(values(of: attribute).map(\.members))
        }
        return Amount(members: members, measure: measure, state: quantity.state)
    }

    /// The values of an attribute, each with who has it.
    private func values(of attribute: Attribute) -> [(value: String, members: Judge.Members)] {
        var result: [(value: String, members: Judge.Members)] = []
        for (index, resource) in resources.enumerated() {
            guard let value = attribute.value(of: resource) else { continue }
            if let known = result.firstIndex(where: { $0.value == value }) {
                result[known].members |= 1 << index
            } else {
                result.append((value, 1 << index))
            }
        }
        return result
    }

    func verdict(_ condition: Condition) -> Verdict {
        func each(_ parts: [Condition]) -> [Verdict] { parts.map { verdict($0) } }
        switch condition.form {
        case .and(let parts): return .all(each(parts))
        case .or(let parts): return .any(each(parts))
        case .nor(let parts): return .none(each(parts))
        case .nand(let parts): return .notAll(each(parts))
        case .xor(let parts): return .odd(each(parts))
        case .not(let part): return .none([verdict(part)])
        case .implication(let premise, let then, let otherwise):
            return .implication(
                verdict(premise),
                verdict(then),
                otherwise.map { verdict($0) }
            )
        case .threshold(let comparisons, let parts):
            return .threshold(comparisons.map { ($0.relation, limit($0, total: 0)) }, each(parts))
        case .comparison(let quantity, let comparisons):
            let amount = amount(quantity)
            let total = amount.total
            return .comparison(
                amount,
                comparisons.map { ($0.relation, limit($0, total: total)) }
            )
        case .resource(let id, let placement):
            return .resource(resources.firstIndex { $0.id == id }, placement)
        case .fits(let names, let selector):
            return .fits(names.flatMap { rooms($0, members(of: selector)) })
        case .forEach(let attribute, let selector, let required):
            return .forEach(scopes(attribute, selector).map { $0.verdict(required) })
        }
    }

    private func limit(_ comparison: Comparison, total: Int) -> Verdict.Limit {
        switch comparison.operand {
        case .integer(let number): return .number(number)
        case .share(let thousandths):
            let isUpper = comparison.relation == .atMost || comparison.relation == .lessThan
            let product = thousandths * total
            return .number(isUpper ? product / 100_000 : (product + 99_999) / 100_000)
        case .quantity(let quantity, let times, let plus):
            return .amount(amount(quantity), times: times, plus: plus)
        }
    }

    private func rooms(
        _ name: String,
        _ guests: Judge.Members
    ) -> [(capacity: Int, sizes: [(guest: Int, size: Int)])] {
        resources.indices.map { host in
            let sizes = resources.indices.filter { hosts[$0] == host && guests >> $0 & 1 == 1 }
                .map { (guest: $0, size: resources[$0].capacity[name] ?? 0) }
            return (resources[host].capacity[name] ?? 0, sizes)
        }
    }

    /// One compiler for each value that the attribute has among the matches.
    private func scopes(_ attribute: Attribute, _ selector: Selector) -> [VerdictCompiler] {
        let matched = members(of: selector)
        return values(of: attribute).filter { $0.members & matched != 0 }.map { value in
            var copy = self
            copy.scope &= value.members
            return copy
        }
    }

    /// Every resource that a selector of the condition matches, or that it names.
    func mentioned(_ condition: Condition) -> Judge.Members {
        switch condition.form {
        case .and(let parts), .or(let parts), .nor(let parts), .nand(let parts), .xor(let parts):
            return mentioned(parts)
        case .threshold(_, let parts): return mentioned(parts)
        case .not(let part): return mentioned(part)
        case .implication(let premise, let then, let otherwise):
            return mentioned([premise, then] + (otherwise.map { [$0] } ?? []))
        case .comparison(let quantity, let comparisons):
            return comparisons.reduce(members(of: quantity.selector)) { found, comparison in
                guard case .quantity(let other, _, _) = comparison.operand else { return found }
                return found | members(of: other.selector)
            }
        case .resource(let id, _):
            return resources.firstIndex { $0.id == id }.map { 1 << $0 } ?? 0
        case .fits(_, let selector): return members(of: selector)
        case .forEach(let attribute, let selector, let required):
            return scopes(attribute, selector).reduce(members(of: selector)) {
                $0 | $1.mentioned(required)
            }
        }
    }

    private func mentioned(_ parts: [Condition]) -> Judge.Members {
        parts.reduce(0) { $0 | mentioned($1) }
    }
}
