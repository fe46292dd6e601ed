// The numbers that users wrote into a policy, and how to write others in their place.

import MusterModel
import MusterPolicy
import MusterSolver

/// A number that can be changed by itself: where it is written, or the parameter that holds it.
struct AdjustableNumber {
    /// Every bound that it is written as, with the leaves that each gives.
    private(set) var uses: [(number: Supposition.Number, leaves: [GroundCondition.Leaf])] = []
    /// The parameter that holds it, where setting that changes nothing else.
    let parameter: String?

    /// Its first comparison: what people are shown of it.
    var comparison: Comparison? {
        guard let use = uses.first else { return nil }
        return use.leaves[0].comparisons[use.number.comparison]
    }

    /// The numbers in what a policy requires, in the order written. Numbers in terms of which
    /// nothing can be said simply are left out.
    static func all(in ground: GroundPolicy) -> [AdjustableNumber] {
        var numbers: [Supposition.Number] = []
        var leaves: [Supposition.Number: [GroundCondition.Leaf]] = [:]
        for leaf in ground.require?.leaves ?? [] {
            for comparison in leaf.comparisons.indices {
                let number = Supposition.Number(
                    policy: ground.policy.name,
                    condition: leaf.condition,
                    place: leaf.condition.span,
                    comparison: comparison
                )
                if leaves[number] == nil { numbers.append(number) }
                leaves[number, default: []].append(leaf)
            }
        }
        func parameter(_ number: Supposition.Number) -> String? {
            leaves[number]?[0].comparisons[number.comparison].parameter
        }
        // A parameter that is used for something else as well cannot be set for this alone.
        let places = Dictionary(grouping: numbers.compactMap(parameter), by: \.self)
            .mapValues(\.count)
        var result: [AdjustableNumber] = []
        var shared: [String: Int] = [:]
        for number in numbers {
            let use = (number, leaves[number] ?? [])
            let name = parameter(number).flatMap { name in
                places[name] == ground.policy.parameterUses[name] ? name : nil
            }
            if let name, let index = shared[name] {
                result[index].uses.append(use)
                continue
            }
            if let name { shared[name] = result.count }
            result.append(AdjustableNumber(uses: [use], parameter: name))
        }
        return result
    }

    /// How far down and up it is of use to shift it.
    func reach(in ground: GroundPolicy) -> (down: Int, up: Int) {
        let most = 1 << 40
        var down = 0
        var up = 0
        for use in uses {
            for leaf in use.leaves {
                let total = ground.quantities[leaf.quantity].total
                for (index, bound) in leaf.bounds.enumerated()
                where leaf.comparison(ofBound: index) == use.number.comparison {
                    let value = abs(bound.constant)
                    guard let other = bound.other else {
                        down = max(down, value)
                        up = max(up, total + 1 - value)
                        continue
                    }
                    let far = total.saturatingAdd(value).saturatingAdd(
                        abs(other.factor).saturatingMultiply(
                            ground.quantities[other.quantity].total
                        )
                    )
                    down = max(down, far)
                    up = max(up, far)
                }
            }
        }
        return (min(down, most), min(max(up, 0), most))
    }

    /// What to write in place of each of its uses to shift it; `nil` where no number does.
    func operands(
        shiftedBy shift: Int,
        in ground: GroundPolicy
    ) -> [Supposition.Number: Comparison.Operand]? {
        var result: [Supposition.Number: Comparison.Operand] = [:]
        for use in uses {
            let comparison = use.leaves[0].comparisons[use.number.comparison]
            switch comparison.operand {
            case .integer(let value): result[use.number] = .integer(value + shift)
            case .quantity(let quantity, let times, let plus):
                result[use.number] = .quantity(quantity, times: times, plus: plus + shift)
            case .share(let share):
                let totals = use.leaves.map { ground.quantities[$0.quantity].total }
                guard
                    let new = comparison.relation.share(share, shiftedBy: shift, ofEach: totals)
                else { return nil }
                result[use.number] = .share(thousandthsOfPercent: new)
            }
        }
        return result
    }
}

extension Comparison.Relation {
    /// Whether a share of a total is rounded up.
    private var roundsUp: Bool { self != .atMost && self != .lessThan }

    /// The share, in thousandths of a percent, nearest to a share such that of each total it comes
    /// to as much as the share did, shifted, or to what is easier to meet. A whole percentage is
    /// preferred where it comes to the same.
    fileprivate func share(_ share: Int, shiftedBy shift: Int, ofEach totals: [Int]) -> Int? {
        let hundred = Int128(100_000)
        var best: Int?
        for total in Set(totals).sorted() where total > 0 {
            let product = Int128(share) * Int128(total)
            let (floor, rest) = product.quotientAndRemainder(dividingBy: hundred)
            let target = floor + (roundsUp && rest > 0 ? 1 : 0) + Int128(shift)
            guard target >= 0 else { return nil }
            let (exact, fraction) = (target * hundred).quotientAndRemainder(
                dividingBy: Int128(total)
            )
            let candidate: Int
            if roundsUp {
                // The largest share that is rounded up to the target.
                let whole = exact / 1000 * 1000
                let isSame = (whole * Int128(total) + hundred - 1) / hundred == target
                candidate = Int(clamping: isSame ? whole : exact)
            } else {
                let least = exact + (fraction > 0 ? 1 : 0)
                let whole = (least + 999) / 1000 * 1000
                let isSame = whole * Int128(total) / hundred == target
                candidate = Int(clamping: isSame ? whole : least)
            }
            best = best.map { roundsUp ? min($0, candidate) : max($0, candidate) } ?? candidate
        }
        return best
    }
}

extension Policy {
    /// The same policy with other numbers.
    func writing(_ operands: [Supposition.Number: Comparison.Operand]) -> Policy {
        var copy = self
        copy.require = require?.writing(operands, in: name)
        return copy
    }
}

extension Condition {
    fileprivate func writing(
        _ operands: [Supposition.Number: Comparison.Operand],
        in policy: String
    ) -> Condition {
        func each(_ conditions: [Condition]) -> [Condition] {
            conditions.map { $0.writing(operands, in: policy) }
        }
        var copy = self
        switch form {
        case .and(let parts): copy.form = .and(each(parts))
        case .or(let parts): copy.form = .or(each(parts))
        case .nor(let parts): copy.form = .nor(each(parts))
        case .nand(let parts): copy.form = .nand(each(parts))
        case .xor(let parts): copy.form = .xor(each(parts))
        case .not(let part): copy.form = .not(each([part])[0])
        case .implication(let premise, let then, let otherwise):
            copy.form = .implication(
                if: each([premise])[0],
                then: each([then])[0],
                else: otherwise.map { each([$0])[0] }
            )
        case .threshold(let comparisons, let parts):
            copy.form = .threshold(comparisons, of: each(parts))
        case .forEach(let attribute, let selector, let part):
            copy.form = .forEach(attribute, of: selector, require: each([part])[0])
        case .comparison(let quantity, let comparisons):
            copy.form = .comparison(
                quantity,
                comparisons.enumerated().map { index, comparison in
                    let number = Supposition.Number(
                        policy: policy,
                        condition: self,
                        place: span,
                        comparison: index
                    )
                    guard let operand = operands[number] else { return comparison }
                    return Comparison(comparison.relation, operand, at: comparison.span)
                }
            )
        case .resource, .fits: break
        }
        return copy
    }
}
