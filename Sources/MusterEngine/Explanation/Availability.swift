// What can be said of a condition without a search: the range of each quantity when every usable
// resource may be online or not, whatever else restrains it.

import MusterModel
import MusterPolicy
import MusterSolver

extension Situation {
    /// Whether a condition of a policy fails whatever is chosen, because of what is usable alone.
    ///
    /// - Parameters:
    ///   - condition: The condition.
    ///   - policy: Whose it is.
    ///   - isHopeful: Whether what is not usable may recover.
    /// - Returns: true where no choice makes it hold.
    /// - Complexity: O(terms that the condition reads).
    func isHopeless(
        _ condition: GroundCondition,
        of policy: GroundPolicy,
        isHopeful: Bool = false
    ) -> Bool {
        possibilities(condition, of: policy, isHopeful: isHopeful) == .never
    }

    /// How a condition may turn out.
    private enum Possibility {
        case always, sometimes, never

        var negated: Possibility {
            switch self {
            case .always: .never
            case .never: .always
            case .sometimes: .sometimes
            }
        }
    }

    private func possibilities(
        _ condition: GroundCondition,
        of policy: GroundPolicy,
        isHopeful: Bool
    ) -> Possibility {
        func each(_ conditions: [GroundCondition]) -> [Possibility] {
            conditions.map { possibilities($0, of: policy, isHopeful: isHopeful) }
        }
        func count(_ conditions: [GroundCondition], in range: ClosedRange<Int>) -> Possibility {
            let found = each(conditions)
            let least = found.count { $0 == .always }
            let most = conditions.count - found.count { $0 == .never }
            if range.lowerBound > most || range.upperBound < least { return .never }
            return range.lowerBound <= least && most <= range.upperBound ? .always : .sometimes
        }
        switch condition {
        case .and(let all): return count(all, in: all.count...all.count)
        case .or(let all): return count(all, in: 1 ... .max)
        case .nor(let all): return count(all, in: 0...0)
        case .nand(let all): return count(all, in: 0...max(0, all.count - 1))
        case .xor(let all):
            let found = each(all)
            guard !found.contains(.sometimes) else { return .sometimes }
            return found.count { $0 == .always } % 2 == 1 ? .always : .never
        case .not(let negated): return each([negated])[0].negated
        case .implication(let premise, let then, let otherwise):
            let found = each([premise, then] + (otherwise.map { [$0] } ?? []))
            switch found[0] {
            case .always: return found[1]
            case .never: return otherwise == nil ? .always : found[2]
            case .sometimes:
                let ends = [found[1], otherwise == nil ? .always : found[2]]
                return ends[0] == ends[1] ? ends[0] : .sometimes
            }
        case .threshold(let range, let all): return count(all, in: range)
        case .leaf(let leaf): return bounds(leaf, of: policy, isHopeful: isHopeful)
        case .fits(let leaves):
            return count(leaves.map { .leaf($0) }, in: leaves.count...leaves.count)
        }
    }

    private func bounds(
        _ leaf: GroundCondition.Leaf,
        of policy: GroundPolicy,
        isHopeful: Bool
    ) -> Possibility {
        let value = range(of: policy.quantities[leaf.quantity], isHopeful: isHopeful)
        var isCertain = true
        for bound in leaf.bounds {
            var least = bound.sign > 0 ? value.lowerBound : -value.upperBound
            var most = bound.sign > 0 ? value.upperBound : -value.lowerBound
            if let other = bound.other {
                let range = range(of: policy.quantities[other.quantity], isHopeful: isHopeful)
                let ends = [range.lowerBound, range.upperBound].map {
                    other.factor.saturatingMultiply($0)
                }
                least = least.saturatingAdd(min(ends[0], ends[1]))
                most = most.saturatingAdd(max(ends[0], ends[1]))
            }
            if most.saturatingAdd(bound.constant) < 0 { return .never }
            isCertain = isCertain && least.saturatingAdd(bound.constant) >= 0
        }
        return isCertain ? .always : .sometimes
    }

    /// The values that a quantity may have.
    func range(of quantity: GroundQuantity, isHopeful: Bool) -> ClosedRange<Int> {
        var least = 0
        var most = 0
        var certain: Set<Int> = []
        var possible: Set<Int> = []
        for term in quantity.terms {
            let (isCertain, isPossible) = membership(term.slot, quantity.state, isHopeful)
            if quantity.countsGroups {
                if isCertain { certain.insert(term.group) }
                if isPossible { possible.insert(term.group) }
            } else {
                if isCertain { least += term.amount }
                if isPossible { most += term.amount }
            }
        }
        return quantity.countsGroups ? certain.count...possible.count : least...most
    }

    /// Whether a slot must, and whether it may be in a state.
    private func membership(
        _ slot: Int,
        _ state: Quantity.StateFilter,
        _ isHopeful: Bool
    ) -> (isCertain: Bool, isPossible: Bool) {
        let isUsable = inventory.isUsable[slot]
        guard isUsable else { return (false, isHopeful) }
        // What is ignored would be managed but for a maintenance entry, which has to be named.
        let isOpen =
            isManaged[slot]
            || rules.maintenance.contains {
                $0.effect == .ignore && $0.selector.matches(inventory[slot])
            }
        switch state {
        case .available: return (true, true)
        case .online: return isOpen ? (false, true) : (isOnline[slot], isOnline[slot])
        case .offline: return isOpen ? (false, true) : (!isOnline[slot], !isOnline[slot])
        }
    }
}
