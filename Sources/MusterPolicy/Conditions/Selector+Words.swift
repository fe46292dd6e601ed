// Selectors in plain words, as explanations and plans show them to people.

extension Selector {
    /// What it selects, such as `vm on node-a with tier=gold`.
    public var summary: String { phrase(count: nil, state: nil) }

    /// What it selects as the object of a sentence; `resource` in place of `resources` after 1.
    func phrase(count: Int?, state: Quantity.StateFilter?) -> String {
        var kinds: [String] = []
        var clauses: [String] = []
        var with: [String] = []
        var without: [String] = []
        for requirement in requirements {
            switch requirement {
            case .field(.kind, let patterns): kinds.append(either(patterns.map(\.text)))
            case .field(let field, let patterns):
                clauses.append("\(field.preposition) \(either(patterns.map(\.text)))")
            case .label(let key, let values): with.append(equation(key, values))
            case .labelNotIn(let key, let values): without.append(equation(key, values))
            case .labelExists(let key, true): with.append("a label \(key)")
            case .labelExists(let key, false): without.append("a label \(key)")
            case .attribute(.label(let key), let value): with.append(equation(key, [value]))
            case .attribute(.node, let value): clauses.append("on \(value)")
            case .attribute(.cluster, let value): clauses.append("in cluster \(value)")
            case .attribute(.serviceGroup, let value): clauses.append("of group \(value)")
            case .not(let selector): clauses.append("except \(selector.enclosed)")
            case .any(let selectors):
                clauses.append("that are \(either(selectors.map(\.enclosed)))")
            }
        }
        if !with.isEmpty { clauses.append("with " + with.joined(separator: " and ")) }
        if !without.isEmpty { clauses.append("without " + without.joined(separator: " or ")) }
        let noun =
            kinds.isEmpty
            ? (count == 1 ? "resource" : "resources") : kinds.joined(separator: " and ")
        return ([state.map(\.rawValue), noun].compactMap { $0 } + clauses).joined(separator: " ")
    }

    /// In brackets where it would run into what is around it.
    private var enclosed: String { requirements.count > 1 ? "(\(summary))" : summary }

    private func equation(_ key: String, _ values: [String]) -> String {
        values.count == 1 ? "\(key)=\(values[0])" : "\(key) \(either(values))"
    }
}

extension Selector.Field {
    fileprivate var preposition: String {
        switch self {
        case .kind: "of kind"
        case .resource: "named"
        case .node: "on"
        case .cluster: "in cluster"
        case .serviceGroup: "of group"
        case .application: "of application"
        }
    }
}

/// Alternatives in words; of many, the first few and how many more there are.
private func either(_ names: [String]) -> String {
    let most = 4
    guard names.count > most else { return names.joined(separator: " or ") }
    return names.prefix(most - 1).joined(separator: " or ") + " or \(names.count - most + 1) more"
}
