// Conditions in plain words, as explanations and plans show them to people. They are kept to one
// short line: what is nested deep or very long is left out, the place in the text tells the rest.

import MusterModel

extension Condition {
    /// What must hold, such as `at least 4 online vm on node-a`.
    public var summary: String { words(depth: 0) }

    private func words(depth: Int) -> String {
        guard depth < 4 else { return "…" }
        switch form {
        case .and(let parts): return joined(parts, "and", depth)
        case .or(let parts): return joined(parts, "or", depth)
        case .nor(let parts): return "none of \(listed(parts, depth))"
        case .nand(let parts): return "not all of \(listed(parts, depth))"
        case .xor(let parts): return "an odd number of \(listed(parts, depth))"
        case .not(let part): return "not (\(part.words(depth: depth + 1)))"
        case .implication(let premise, let consequence, let alternative):
            let rest = alternative.map { ", else \($0.enclosed(depth))" } ?? ""
            return "if \(premise.enclosed(depth)) then \(consequence.enclosed(depth))\(rest)"
        case .threshold(let comparisons, let parts):
            let bounds = comparisons.map(\.summary).joined(separator: " and ")
            return "\(bounds) of \(listed(parts, depth))"
        case .comparison(let quantity, let comparisons): return quantity.words(comparisons)
        case .forEach(let attribute, let selector, let part):
            return "for each \(attribute.singular) of \(selector.summary): "
                + part.words(depth: depth + 1)
        case .resource(let id, let placement): return "\(id) \(placement.rawValue)"
        case .fits(let capacities, let selector):
            return "\(capacities.joined(separator: " and ")) of online \(selector.summary) "
                + "within what each host has"
        }
    }

    /// In brackets where it is made of several parts itself.
    private func enclosed(_ depth: Int) -> String {
        let text = words(depth: depth + 1)
        return isSimple ? text : "(\(text))"
    }

    private var isSimple: Bool {
        switch form {
        case .comparison(_, let comparisons): comparisons.count == 1
        case .and(let parts), .or(let parts): parts.count == 1 && parts[0].isSimple
        case .resource, .fits, .not: true
        default: false
        }
    }

    private func joined(_ parts: [Condition], _ word: String, _ depth: Int) -> String {
        guard parts.count > 1 else { return parts.first?.words(depth: depth + 1) ?? "nothing" }
        return shortened(parts.map { $0.enclosed(depth) }).joined(separator: " \(word) ")
    }

    private func listed(_ parts: [Condition], _ depth: Int) -> String {
        "(" + shortened(parts.map { $0.words(depth: depth + 1) }).joined(separator: "; ") + ")"
    }

    private func shortened(_ texts: [String]) -> [String] {
        let most = 4
        guard texts.count > most else { return texts }
        return texts.prefix(most - 1) + ["\(texts.count - most + 1) more"]
    }
}

extension Comparison {
    /// The bound, such as `at least 4`.
    public var summary: String { "\(relation.words) \(operand.summary)" }
}

extension Comparison.Operand {
    /// The number, such as `4`, `80%` or `2 × the number of online vm on node-b + 1`.
    public var summary: String {
        switch self {
        case .integer(let value): return String(value)
        case .share(let share):
            let fraction = share % 1000
            guard fraction != 0 else { return "\(share / 1000)%" }
            var digits = String(String(1000 + fraction).dropFirst())
            while digits.hasSuffix("0") { digits.removeLast() }
            return "\(share / 1000).\(digits)%"
        case .quantity(let quantity, let times, let plus):
            let factor = times == 1 ? "" : "\(times) × "
            let rest = plus == 0 ? "" : plus > 0 ? " + \(plus)" : " - \(plus.magnitude)"
            return "\(factor)the \(quantity.summary)\(rest)"
        }
    }
}

extension Comparison.Relation {
    /// In words, such as `at least`.
    var words: String {
        switch self {
        case .atLeast: "at least"
        case .atMost: "at most"
        case .exactly: "exactly"
        case .greaterThan: "more than"
        case .lessThan: "less than"
        }
    }
}

extension Quantity {
    /// What is measured, such as `number of online vm on node-a`.
    public var summary: String {
        let selected = selector.phrase(count: nil, state: state)
        switch measure {
        case .count: return "number of \(selected)"
        case .sum(let capacity): return "\(capacity) of \(selected)"
        case .distinct(let attribute): return "number of \(attribute.plural) of \(selected)"
        }
    }

    /// The quantity and its bounds as one phrase.
    func words(_ comparisons: [Comparison]) -> String {
        if let (low, high) = range(comparisons) { return words("\(low) to \(high)", count: high) }
        return comparisons.map { words($0) }.joined(separator: " and ")
    }

    /// The bounds, where there is a lower and an upper one and both are numbers.
    private func range(_ comparisons: [Comparison]) -> (low: Int, high: Int)? {
        guard comparisons.count == 2, comparisons[0].relation == .atLeast,
            comparisons[1].relation == .atMost, case .integer(let low) = comparisons[0].operand,
            case .integer(let high) = comparisons[1].operand, low < high
        else { return nil }
        return (low, high)
    }

    private func words(_ comparison: Comparison) -> String {
        switch comparison.operand {
        case .integer(let value):
            let isNone =
                switch comparison.relation {
                case .atMost, .exactly: value == 0
                case .lessThan: value == 1
                case .atLeast, .greaterThan: false
                }
            return words(isNone ? "no" : comparison.summary, count: value)
        case .share:
            let all = selector.phrase(count: nil, state: nil)
            let whole =
                switch measure {
                case .count: all
                case .sum(let capacity): "\(capacity) of \(all)"
                case .distinct(let attribute): "\(attribute.plural) of \(all)"
                }
            return "\(comparison.summary) of the \(whole) \(state.rawValue)"
        case .quantity:
            return "\(summary) \(comparison.summary)"
        }
    }

    /// The quantity behind a bound in words.
    private func words(_ bound: String, count: Int) -> String {
        switch measure {
        case .count: "\(bound) \(selector.phrase(count: count, state: state))"
        case .sum(let capacity):
            "\(bound) \(capacity) of \(selector.phrase(count: nil, state: state))"
        case .distinct(let attribute):
            "\(bound) \(count == 1 ? attribute.singular : attribute.plural) "
                + "of \(selector.phrase(count: nil, state: state))"
        }
    }
}

extension Attribute {
    fileprivate var singular: String {
        switch self {
        case .node: "node"
        case .cluster: "cluster"
        case .serviceGroup: "service group"
        case .label(let key): "value of label \(key)"
        }
    }

    fileprivate var plural: String {
        switch self {
        case .node: "different nodes"
        case .cluster: "different clusters"
        case .serviceGroup: "different service groups"
        case .label(let key): "different values of label \(key)"
        }
    }
}
