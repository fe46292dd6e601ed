// Policies that can never hold together, whatever resources there are: found by holding what one
// demands at least against what another allows at most. Whatever is said here is certain; much
// that is certain is not found without an inventory, and then the engine finds it.

import MusterModel

extension DocumentReader {
    /// The most pairs of demands that are held against each other.
    private static var mostPairs: Int { 1_000_000 }
    /// The most findings that are reported.
    private static var mostFindings: Int { 100 }

    /// Pairs of enforced policies that can never hold together, each once.
    ///
    /// - Complexity: O(lower bounds × upper bounds) on the same measure, up to a limit.
    static func contradictions(among documents: [Document]) -> [Diagnostic] {
        let policies = documents.compactMap { document -> Policy? in
            guard case .policy(let policy) = document, policy.isEnforced else { return nil }
            return policy
        }
        var lower: [Fact.Measure: [(policy: Int, fact: Fact)]] = [:]
        var upper: [Fact.Measure: [(policy: Int, fact: Fact)]] = [:]
        for (index, policy) in policies.enumerated() {
            for fact in policy.facts {
                if fact.isLower {
                    for measure in fact.measure.implied {
                        lower[measure, default: []].append((index, fact))
                    }
                } else {
                    upper[fact.measure, default: []].append((index, fact))
                }
            }
        }
        var findings: [Diagnostic] = []
        var reported: Set<[Int]> = []
        var pairs = 0
        for (measure, ceilings) in upper.sorted(by: { $0.key.name < $1.key.name }) {
            for ceiling in ceilings {
                for floor in lower[measure, default: []] where floor.policy != ceiling.policy {
                    pairs += 1
                    guard pairs <= mostPairs, findings.count < mostFindings else { return findings }
                    guard floor.fact.bound > ceiling.fact.bound,
                        policies[floor.policy].canMeet(policies[ceiling.policy]),
                        floor.fact.state.isWithin(ceiling.fact.state),
                        floor.fact.selector.isWithin(ceiling.fact.selector)
                    else { continue }
                    let pair = [floor.policy, ceiling.policy].sorted()
                    guard reported.insert(pair).inserted else { continue }
                    findings.append(
                        finding(
                            (policies[floor.policy], floor.fact),
                            (policies[ceiling.policy], ceiling.fact)
                        )
                    )
                }
            }
        }
        return findings
    }

    private static func finding(
        _ floor: (policy: Policy, fact: Fact),
        _ ceiling: (policy: Policy, fact: Fact)
    ) -> Diagnostic {
        Diagnostic(
            "policies-conflict",
            "the policies \(floor.policy.name.quoted) and \(ceiling.policy.name.quoted) can never "
                + "hold together: \(floor.fact.words), but \(ceiling.fact.words)",
            at: floor.fact.span,
            severity: .warning,
            help: "change one of the two, or let one only observe",
            related: [
                .init("the other demand, of \(ceiling.policy.name.quoted)", at: ceiling.fact.span)
            ]
        )
    }
}

/// A bound that a policy demands, whatever else it does.
private struct Fact {
    /// What is measured.
    enum Measure: Hashable {
        case count
        case sum(String)
        case distinct(Attribute)

        var name: String {
            switch self {
            case .count: "count"
            case .sum(let capacity): "sum \(capacity)"
            case .distinct(let attribute): "distinct \(attribute)"
            }
        }

        /// The measures that are at least as large: so many different values need as many
        /// resources.
        var implied: [Measure] {
            if case .distinct = self { [self, .count] } else { [self] }
        }
    }

    var measure: Measure
    var selector: Selector
    var state: Quantity.StateFilter
    var isLower: Bool
    var bound: Int
    var span: SourceSpan
    var words: String
}

extension Policy {
    /// The bounds in numbers that have to hold for it to hold.
    fileprivate var facts: [Fact] { require?.facts ?? [] }

    /// Whether there is a domain and a time in which both are in force.
    fileprivate func canMeet(_ other: Policy) -> Bool {
        let isSameDomain = domain == nil || other.domain == nil || domain == other.domain
        return isSameDomain && (active == nil || other.active == nil || active == other.active)
    }
}

extension Condition {
    fileprivate var facts: [Fact] {
        switch form {
        case .and(let parts): return parts.flatMap(\.facts)
        case .resource(let id, let placement):
            let selector = Selector([.field(.resource, [Pattern(id.name)])])
            // The other state has none then, as there is one resource of a name.
            return [(true, placement, 1), (false, placement.opposite, 0)].map {
                Fact(
                    measure: .count,
                    selector: selector,
                    state: $1 == .online ? .online : .offline,
                    isLower: $0,
                    bound: $2,
                    span: span,
                    words: summary
                )
            }
        case .comparison(let quantity, let comparisons):
            return comparisons.flatMap { comparison -> [Fact] in
                guard case .integer(let number) = comparison.operand else { return [] }
                return comparison.relation.bounds(number).map { isLower, bound in
                    Fact(
                        measure: Fact.Measure(quantity.measure),
                        selector: quantity.selector,
                        state: quantity.state,
                        isLower: isLower,
                        bound: bound,
                        span: comparison.span == .none ? span : comparison.span,
                        words: Condition(.comparison(quantity, [comparison])).summary
                    )
                }
            }
        case .or, .nor, .nand, .xor, .not, .implication, .threshold, .forEach, .fits: return []
        }
    }
}

extension Fact.Measure {
    fileprivate init(_ measure: Quantity.Measure) {
        switch measure {
        case .count: self = .count
        case .sum(let capacity): self = .sum(capacity)
        case .distinct(let attribute): self = .distinct(attribute)
        }
    }
}

extension Comparison.Relation {
    fileprivate func bounds(_ number: Int) -> [(isLower: Bool, bound: Int)] {
        switch self {
        case .atLeast: [(true, number)]
        case .atMost: [(false, number)]
        case .exactly: [(true, number), (false, number)]
        case .greaterThan: [(true, number + 1)]
        case .lessThan: [(false, number - 1)]
        }
    }
}

extension Placement {
    fileprivate var opposite: Placement { self == .online ? .offline : .online }
}

extension Quantity.StateFilter {
    /// Whether whatever is in this state is in the other too.
    fileprivate func isWithin(_ other: Quantity.StateFilter) -> Bool {
        self == other || other == .available
    }
}
