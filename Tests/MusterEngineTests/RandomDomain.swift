// Small domains over the whole condition language, the same for the same seed.

import MusterModel
import MusterPolicy

/// Sebastiano Vigna's SplitMix64: small, and good enough to choose cases with.
struct Chance {
    private var state: UInt64

    init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    // MARK: Documents

    mutating func resource(_ number: Int) -> Resource {
        Resource(
            id: ResourceID("r\(number)"),
            isAvailable: below(8) > 0,
            state: pick([.online, .offline, .offline, .faulted]),
            cluster: pick(["c1", "c2", nil]),
            labels: below(2) == 0 ? ["tier": "gold"] : [:],
            capacity: ["cpu": below(5)]
        )
    }

    mutating func policy(_ number: Int) -> Policy {
        Policy(
            name: "p\(number)",
            priority: pick([0, 10]),
            whenUnsatisfiable: pick([.hold, .bestEffort]),
            require: condition(2),
            prefer: below(2) == 0 ? [.init(condition(1), weight: below(3))] : [],
            // Every resource is managed, so that the reference may set each of them.
            minimize: [.init(Quantity(.sum("cpu"), of: Selector([])), weight: below(2))]
        )
    }

    private mutating func selector() -> Selector {
        switch below(5) {
        case 0: Selector([])
        case 1: Selector([.field(.cluster, [Pattern("c\(1 + below(2))")])])
        case 2: Selector([.label("tier", in: ["gold"])])
        case 3: Selector([.labelNotIn("tier", ["gold"])])
        default: Selector([.field(.resource, [Pattern("r\(below(7))"), Pattern("r\(below(7))")])])
        }
    }

    private mutating func quantity() -> Quantity {
        Quantity(
            pick([.count, .count, .sum("cpu"), .distinct(.cluster)]),
            of: selector(),
            state: pick([.online, .online, .offline, .available])
        )
    }

    private mutating func comparison() -> Comparison {
        let operand: Comparison.Operand =
            switch below(5) {
            case 0: .share(thousandthsOfPercent: 1000 * below(120))
            case 1: .quantity(quantity(), times: 1 + below(2), plus: below(3) - 1)
            default: .integer(below(6))
            }
        return Comparison(pick(Comparison.Relation.allCases), operand)
    }

    private mutating func condition(_ depth: Int) -> Condition {
        guard depth > 0, below(3) > 0 else {
            if below(6) == 0 {
                return Condition(
                    .resource(ResourceID("r\(below(8))"), is: pick([.online, .offline]))
                )
            }
            return Condition(
                .comparison(
                    quantity(),
                    below(4) == 0 ? [comparison(), comparison()] : [comparison()]
                )
            )
        }
        let parts = (0..<(1 + below(3))).map { _ in condition(depth - 1) }
        switch below(9) {
        case 0: return Condition(.and(parts))
        case 1: return Condition(.or(parts))
        case 2: return Condition(.nor(parts))
        case 3: return Condition(.nand(parts))
        case 4: return Condition(.xor(parts))
        case 5: return Condition(.not(parts[0]))
        case 6:
            return Condition(
                .implication(
                    if: parts[0],
                    then: parts[parts.count - 1],
                    else: parts.dropFirst().first
                )
            )
        case 7:
            let relation: Comparison.Relation = pick([.atLeast, .atMost, .exactly])
            return Condition(.threshold([Comparison(relation, .integer(below(3)))], of: parts))
        default:
            return Condition(.forEach(.cluster, of: selector(), require: parts[0]))
        }
    }
}
