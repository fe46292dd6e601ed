// What an explanation is made of: things that may contradict each other. Each can be left out of
// a question, so that a set of them is found in which none can.

/// Something that has to hold and that an explanation can name.
enum Element: Hashable, Sendable {
    /// One of the conditions of which all must hold for a policy to hold.
    case condition(policy: Int, Int)
    /// What a policy requires, as a whole.
    case policy(Int)
    /// What a slot carries is online only while the slot is.
    case host(Int)
    /// A slot stays online because it carries something that is not managed.
    case carrier(Int)
    /// A firm dependency, by index.
    case dependency(Int)
    /// A maintenance entry in force, by index.
    case maintenance(Int)

    /// The policy that it belongs to; `nil` for what holds by structure.
    var policy: Int? {
        switch self {
        case .condition(let policy, _), .policy(let policy): policy
        case .host, .carrier, .dependency, .maintenance: nil
        }
    }
}

extension GroundCondition {
    /// The conditions of which all must hold for this one to hold.
    var demands: [GroundCondition] {
        switch self {
        case .and(let conditions): conditions.flatMap(\.demands)
        case .fits(let leaves): leaves.map { .leaf($0) }
        default: [self]
        }
    }

    /// Every bound on a quantity within, in the order written.
    var leaves: [Leaf] {
        switch self {
        case .leaf(let leaf): [leaf]
        case .fits(let leaves): leaves
        case .and(let all), .or(let all), .nor(let all), .nand(let all), .xor(let all),
            .threshold(_, let all):
            all.flatMap(\.leaves)
        case .not(let condition): condition.leaves
        case .implication(let premise, let then, let otherwise):
            premise.leaves + then.leaves + (otherwise?.leaves ?? [])
        }
    }
}

extension GroundPolicy {
    /// The conditions of which all must hold.
    var demands: [GroundCondition] { require?.demands ?? [] }

    /// The slots that what it requires reads, each once.
    var required: Set<Int> {
        var found: Set<Int> = []
        for leaf in require?.leaves ?? [] {
            let read = [leaf.quantity] + leaf.bounds.compactMap { $0.other?.quantity }
            for quantity in read { found.formUnion(quantities[quantity].terms.lazy.map(\.slot)) }
        }
        return found
    }
}
