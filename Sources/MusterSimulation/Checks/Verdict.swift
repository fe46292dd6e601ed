// Conditions made ready for judging many choices: selectors have become sets of resources.

import MusterModel
import MusterPolicy

/// A choice.
struct State {
    let online: Judge.Members
    let usable: Judge.Members
}

/// A quantity over known resources.
struct Amount {
    enum Measure {
        case count
        case sum([Int])
        /// The members that have each value.
        case distinct([Judge.Members])
    }

    let members: Judge.Members
    let measure: Measure
    let state: Quantity.StateFilter

    func value(_ state: State) -> Int {
        switch self.state {
        case .online: measured(members & state.online)
        case .offline: measured(members & state.usable & ~state.online)
        case .available: measured(members & state.usable)
        }
    }

    /// What all registered matches would make.
    var total: Int { measured(members) }

    private func measured(_ members: Judge.Members) -> Int {
        switch measure {
        case .count: return members.nonzeroBitCount
        case .sum(let amounts):
            var rest = members
            var sum = 0
            while rest != 0 {
                sum += amounts[rest.trailingZeroBitCount]
                rest &= rest - 1
            }
            return sum
        case .distinct(let values): return values.count { $0 & members != 0 }
        }
    }
}

/// A condition over known resources.
indirect enum Verdict {
    case all([Verdict])
    case any([Verdict])
    /// The number of those that hold is even or odd.
    case odd([Verdict])
    case none([Verdict])
    case notAll([Verdict])
    case implication(Verdict, Verdict, Verdict?)
    case threshold([(Comparison.Relation, Limit)], [Verdict])
    case comparison(Amount, [(Comparison.Relation, Limit)])
    /// A resource is usable and in the state; nobody where it is not registered.
    case resource(Int?, Placement)
    /// Guests on each host, with the sizes of each of them and the host's own.
    case fits([(capacity: Int, sizes: [(guest: Int, size: Int)])])
    /// All, each with a shortfall of its own.
    case forEach([Verdict])

    /// What is compared with.
    enum Limit {
        case number(Int)
        case amount(Amount, times: Int, plus: Int)
    }

    func holds(_ state: State) -> Bool {
        switch self {
        case .all(let parts), .forEach(let parts): return parts.allSatisfy { $0.holds(state) }
        case .any(let parts): return parts.contains { $0.holds(state) }
        case .odd(let parts): return parts.count { $0.holds(state) } % 2 == 1
        case .none(let parts): return !parts.contains { $0.holds(state) }
        case .notAll(let parts): return !parts.allSatisfy { $0.holds(state) }
        case .implication(let premise, let then, let otherwise):
            return premise.holds(state) ? then.holds(state) : otherwise?.holds(state) ?? true
        case .threshold(let bounds, let parts):
            let count = parts.count { $0.holds(state) }
            return bounds.allSatisfy { Self.miss($0, count, state) == 0 }
        case .comparison, .fits: return shortfall(state) == 0
        case .resource(let index, let placement):
            guard let index, state.usable >> index & 1 == 1 else { return false }
            return (state.online >> index & 1 == 1) == (placement == .online)
        }
    }

    func shortfall(_ state: State) -> Int {
        switch self {
        case .all(let parts), .forEach(let parts):
            return parts.reduce(0) { $0 + $1.shortfall(state) }
        case .any(let parts): return parts.map { $0.shortfall(state) }.min() ?? 1
        case .comparison(let amount, let bounds):
            let value = amount.value(state)
            return bounds.reduce(0) { max($0, Self.miss($1, value, state)) }
        case .fits(let hosts):
            return hosts.reduce(0) { sum, host in
                let used = host.sizes.reduce(0) { used, entry in
                    state.online >> entry.guest & 1 == 1 ? used + entry.size : used
                }
                return sum + max(0, used - host.capacity)
            }
        default: return holds(state) ? 0 : 1
        }
    }

    /// How far a value is from what a bound allows.
    static func miss(
        _ bound: (Comparison.Relation, Limit),
        _ value: Int,
        _ state: State
    ) -> Int {
        let limit: Int
        switch bound.1 {
        case .number(let number): limit = number
        case .amount(let amount, let times, let plus): limit = times * amount.value(state) + plus
        }
        switch bound.0 {
        case .atLeast: return max(0, limit - value)
        case .atMost: return max(0, value - limit)
        case .exactly: return abs(value - limit)
        case .greaterThan: return max(0, limit - value + 1)
        case .lessThan: return max(0, value - limit + 1)
        }
    }
}
