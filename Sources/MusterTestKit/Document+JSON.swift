// Documents made by chance as people would write them: what is read back has a tree with places,
// as documents from files and from the bus have.

import MusterModel
public import MusterPolicy

extension Document {
    /// The document as JSON. Not every document can be written: the language refuses some that code
    /// can make, such as two bounds of one kind, and reading the text says so.
    public var json: String {
        var fields = ["\"apiVersion\":\"muster/v1\"", "\"kind\":\"\(kind.rawValue)\""]
        fields.append("\"name\":\"\(name)\"")
        switch self {
        case .policy(let policy): fields += policy.fields
        case .serviceGroup(let group):
            let needs = group.dependsOn.map { need in
                "{\"group\":\"\(need.group)\",\"atLeast\":\(need.atLeast),"
                    + "\"binding\":\"\(need.binding.rawValue)\"}"
            }
            fields.append("\"dependsOn\":\(list(needs))")
        case .maintenance(let entry):
            fields.append("\"where\":\(entry.selector.json)")
            fields.append("\"effect\":\"\(entry.effect.rawValue)\"")
            if let from = entry.from { fields.append("\"from\":\"\(from.rfc3339)\"") }
            if let until = entry.until { fields.append("\"until\":\"\(until.rfc3339)\"") }
        case .guardrail(let guardrail): fields += guardrail.fields
        }
        return object(fields)
    }
}

private func object(_ fields: [String]) -> String { "{\(fields.joined(separator: ",\n "))}" }

private func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }

extension Policy {
    fileprivate var fields: [String] {
        var fields = [
            "\"priority\":\(priority)", "\"mode\":\"\(mode.rawValue)\"",
            "\"whenUnsatisfiable\":\"\(whenUnsatisfiable.rawValue)\"",
        ]
        if let require { fields.append("\"require\":\(require.json)") }
        let preferences = prefer.map { "{\"that\":\($0.condition.json),\"weight\":\($0.weight)}" }
        if !prefer.isEmpty { fields.append("\"prefer\":\(list(preferences))") }
        let sums = minimize.map {
            object($0.quantity.fields(isSelf: false) + ["\"weight\":\($0.weight)"])
        }
        if !minimize.isEmpty { fields.append("\"minimize\":\(list(sums))") }
        let costs = changes.map { "{\"of\":\($0.selector.json),\"cost\":\($0.cost)}" }
        if !changes.isEmpty { fields.append("\"changes\":\(list(costs))") }
        if let active { fields.append("\"active\":\(active.json)") }
        return fields
    }
}

extension Guard {
    fileprivate var fields: [String] {
        func share(_ thousandths: Int) -> String { "\"\(thousandths / 1000)%\"" }
        var fields: [String] = []
        if let maxInFlight { fields.append("\"maxInFlight\":\(maxInFlight)") }
        switch maxChanges {
        case .number(let number): fields.append("\"maxChanges\":\(number)")
        case .share(let thousandths): fields.append("\"maxChanges\":\(share(thousandths))")
        case nil: break
        }
        if let maxUnusable {
            let parts = [
                "\"share\":\(share(maxUnusable.share))",
                "\"within\":\"\(maxUnusable.within.text)\"",
            ]
            fields.append("\"maxUnusable\":\(object(parts))")
        }
        switch improve {
        case .gain(let least): fields.append("\"improve\":{\"gainAtLeast\":\(least)}")
        case .never: fields.append("\"improve\":\"never\"")
        case nil: break
        }
        if let cooldown { fields.append("\"cooldown\":\"\(cooldown.text)\"") }
        if let flapping {
            let parts = [
                "\"changes\":\(flapping.changes)", "\"within\":\"\(flapping.within.text)\"",
                "\"quarantine\":\"\(flapping.quarantine.text)\"",
            ]
            fields.append("\"flapping\":\(object(parts))")
        }
        return fields
    }
}

extension Window {
    fileprivate var json: String {
        func time(_ minutes: Int) -> String {
            let digits = [minutes / 600, minutes / 60 % 10, minutes % 60 / 10, minutes % 10]
            let text = digits.map(String.init).joined()
            return "\"\(text.prefix(2)):\(text.suffix(2))\""
        }
        return object([
            "\"days\":\(list(days.map { "\"\($0.rawValue)\"" }))", "\"from\":\(time(from))",
            "\"until\":\(time(until))", "\"timeZone\":\"\(zone.name)\"",
        ])
    }
}

extension Condition {
    fileprivate var json: String {
        func all(_ word: String, _ parts: [Condition]) -> String {
            "{\"\(word)\":\(list(parts.map(\.json)))}"
        }
        switch form {
        case .and(let parts): return all("and", parts)
        case .or(let parts): return all("or", parts)
        case .nor(let parts): return all("nor", parts)
        case .nand(let parts): return all("nand", parts)
        case .xor(let parts): return all("xor", parts)
        case .not(let part): return "{\"not\":\(part.json)}"
        case .implication(let premise, let consequence, let alternative):
            let rest = alternative.map { ",\"else\":\($0.json)" } ?? ""
            return "{\"if\":\(premise.json),\"then\":\(consequence.json)\(rest)}"
        case .threshold(let comparisons, let parts):
            return object(comparisons.map(\.field) + ["\"of\":\(list(parts.map(\.json)))"])
        case .comparison(let quantity, let comparisons):
            return object(quantity.fields(isSelf: true) + comparisons.map(\.field))
        case .forEach(let attribute, let selector, let required):
            return "{\"forEach\":\"\(attribute)\",\"of\":\(selector.json),"
                + "\"require\":\(required.json)}"
        case .resource(let id, let placement):
            return "{\"resource\":\"\(id)\",\"is\":\"\(placement.rawValue)\"}"
        case .fits(let capacities, let selector):
            return "{\"fits\":\(list(capacities.map { "\"\($0)\"" })),\"of\":\(selector.json)}"
        }
    }
}

extension Comparison {
    fileprivate var field: String {
        switch operand {
        case .integer(let number): return "\"\(relation.rawValue)\":\(number)"
        case .share(let thousandths): return "\"\(relation.rawValue)\":\"\(thousandths / 1000)%\""
        case .quantity(let quantity, let times, let plus):
            let fields = quantity.fields(isSelf: true) + ["\"times\":\(times)", "\"plus\":\(plus)"]
            return "\"\(relation.rawValue)\":\(object(fields))"
        }
    }
}

extension Quantity {
    fileprivate func fields(isSelf: Bool) -> [String] {
        let fields =
            switch measure {
            case .count: ["\"count\":\(selector.json)"]
            case .sum(let name): ["\"sum\":\"\(name)\"", "\"of\":\(selector.json)"]
            case .distinct(let attribute):
                ["\"distinct\":\"\(attribute)\"", "\"of\":\(selector.json)"]
            }
        return isSelf ? fields + ["\"state\":\"\(state.rawValue)\""] : fields
    }
}

extension Selector {
    fileprivate var json: String { object(requirements.map(\.field)) }
}

extension Selector.Requirement {
    fileprivate var field: String {
        func words(_ words: [String]) -> String { list(words.map { "\"\($0)\"" }) }
        switch self {
        case .field(let field, let patterns):
            return "\"\(field.rawValue)\":\(words(patterns.map(\.text)))"
        case .label(let key, let values):
            return "\"match\":[{\"label\":\"\(key)\",\"in\":\(words(values))}]"
        case .labelNotIn(let key, let values):
            return "\"match\":[{\"label\":\"\(key)\",\"notIn\":\(words(values))}]"
        case .labelExists(let key, let exists):
            return "\"match\":[{\"label\":\"\(key)\",\"exists\":\(exists)}]"
        case .attribute(let attribute, let value):
            return "\"\(attribute)\":\"\(value)\""
        case .not(let selector): return "\"not\":\(selector.json)"
        case .any(let selectors): return "\"any\":\(list(selectors.map(\.json)))"
        }
    }
}
