// Following what a suggestion says of numbers, as a person would: by its place and its words.

import MusterModel
import MusterPolicy

extension Document {
    /// With another number where a change says so.
    func changing(_ change: Notice.NumberChange, in policy: String) -> Document {
        guard case .policy(var copy) = self, copy.name == policy, let require = copy.require else {
            return self
        }
        copy.require = require.changing(change)
        return .policy(copy)
    }
}

extension Condition {
    fileprivate func changing(_ change: Notice.NumberChange) -> Condition {
        var copy = self
        switch form {
        case .comparison(let quantity, let comparisons) where span.description == change.place:
            copy.form = .comparison(quantity, comparisons.map { $0.changing(change) })
        case .and(let parts): copy.form = .and(parts.map { $0.changing(change) })
        case .or(let parts): copy.form = .or(parts.map { $0.changing(change) })
        case .nor(let parts): copy.form = .nor(parts.map { $0.changing(change) })
        case .nand(let parts): copy.form = .nand(parts.map { $0.changing(change) })
        case .xor(let parts): copy.form = .xor(parts.map { $0.changing(change) })
        case .not(let part): copy.form = .not(part.changing(change))
        case .implication(let premise, let then, let otherwise):
            copy.form = .implication(
                if: premise.changing(change),
                then: then.changing(change),
                else: otherwise?.changing(change)
            )
        case .threshold(let bounds, let parts):
            copy.form = .threshold(bounds, of: parts.map { $0.changing(change) })
        case .forEach(let attribute, let selector, let part):
            copy.form = .forEach(attribute, of: selector, require: part.changing(change))
        default: break
        }
        return copy
    }
}

extension Comparison {
    fileprivate func changing(_ change: Notice.NumberChange) -> Comparison {
        guard relation.rawValue == change.relation, operand.summary == change.from else {
            return self
        }
        switch operand {
        case .integer: return Comparison(relation, .integer(Int(change.to) ?? -1))
        case .share:
            let parts = change.to.dropLast().split(separator: ".")
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            let digits = fraction + String(repeating: "0", count: 3 - fraction.count)
            let share = (Int(parts[0]) ?? -1) * 1000 + (Int(digits) ?? -1)
            return Comparison(relation, .share(thousandthsOfPercent: share))
        case .quantity(let quantity, let times, _):
            for plus in -100...100 {
                let operand = Operand.quantity(quantity, times: times, plus: plus)
                if operand.summary == change.to { return Comparison(relation, operand) }
            }
            return self
        }
    }
}
