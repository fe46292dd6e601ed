// What would help, each suggestion verified by deciding as if it had been followed.

import MusterModel
import MusterPolicy
import MusterSolver

extension Explainer {
    /// The most suggestions of one kind.
    private static var perKind: Int { 3 }

    /// What would make the policy hold: other numbers of its own, recoveries, other numbers of the
    /// policies that it contradicts, more resources, the end of maintenance, or a policy less.
    mutating func suggestions(
        for core: [Element],
        _ outlook: Notice.Outlook?
    ) -> [Notice.Suggestion] {
        let rivals = opponents(in: core)
        let own = relaxations(of: policy, including: rivals, limit: Self.perKind)
        var result = own.map(suggestion)
        if case .recovery(let resources) = outlook, !resources.isEmpty {
            let names = listed(resources.map(\.name), most: 10)
            result.append(.init("recover \(names)", remedy: .recover(resources)))
        }
        for rival in rivals.prefix(Self.perKind) {
            result += relaxations(of: rival, including: rivals, limit: 1).map(suggestion)
        }
        result += additions(own)
        result += registrations(for: core)
        result += endings(of: core)
        result += withdrawals(of: rivals)
        // To ask for nothing any more is a way out too, but nobody's first.
        return result.filter { !$0.asksForNothing } + result.filter(\.asksForNothing)
    }

    /// The least change of the policy's own numbers that would make it hold; `nil` where none is
    /// found.
    mutating func firstRelaxation(including rivals: [Int]) -> Notice.Suggestion? {
        relaxations(of: policy, including: rivals, limit: 1).first.map(suggestion)
    }

    /// The other policies of a contradiction, in order.
    func opponents(in core: [Element]) -> [Int] {
        var found: [Int] = []
        for element in core {
            guard let other = element.policy, other != policy, !found.contains(other)
            else { continue }
            found.append(other)
        }
        return found
    }

    // MARK: Numbers

    private func suggestion(_ relaxation: NumberRelaxation) -> Notice.Suggestion {
        let ground = situation.policies.first { $0.policy.name == relaxation.policy.name }
        var changes: [Notice.NumberChange] = []
        var texts: [String] = []
        for (number, shift) in relaxation.shifts {
            guard let ground, let comparison = number.comparison,
                let key = number.uses.first?.number,
                let operand = number.operands(shiftedBy: shift, in: ground)?[key]
            else { continue }
            let new = Comparison(comparison.relation, operand)
            let span = comparison.span == .none ? key.place : comparison.span
            let place = span.source.isEmpty ? nil : span.description
            changes.append(
                .init(
                    place: place,
                    parameter: number.parameter,
                    relation: comparison.relation.rawValue,
                    from: comparison.operand.summary,
                    to: operand.summary
                )
            )
            let at = place.map { " (\($0))" } ?? ""
            let change = "\(new.summary) instead of \(comparison.summary)"
            texts.append(
                number.parameter.map {
                    "in policy \(relaxation.policy.name)\(at): parameter \($0) "
                        + "\(operand.summary) instead of \(comparison.operand.summary)"
                } ?? "in policy \(relaxation.policy.name)\(at): \(change)"
            )
        }
        return .init(
            texts.joined(separator: "; and "),
            remedy: .relax(policy: relaxation.policy.name, changes)
        )
    }

    // MARK: Documents

    private mutating func endings(of core: [Element]) -> [Notice.Suggestion] {
        var result: [Notice.Suggestion] = []
        for case .maintenance(let index) in core where result.count < Self.perKind {
            let name = situation.rules.maintenance[index].name
            var trial = Trial(situation)
            trial.rules.maintenance.remove(at: index)
            guard holds(after: trial) else { continue }
            result.append(.init("end maintenance \(name)", remedy: .endMaintenance(name)))
        }
        return result
    }

    private mutating func withdrawals(of rivals: [Int]) -> [Notice.Suggestion] {
        var result: [Notice.Suggestion] = []
        // The least important first: that is the one to give up.
        for rival in rivals.reversed() where result.count < Self.perKind {
            var trial = Trial(situation)
            trial.policies.remove(at: rival)
            guard holds(after: trial) else { continue }
            let name = situation.policies[rival].policy.name
            result.append(.init("withdraw policy \(name)", remedy: .withdraw(policy: name)))
        }
        return result
    }
}

/// A list in words; of many, the first few and how many more there are.
func listed(_ names: [String], most: Int) -> String {
    guard names.count > most else { return names.joined(separator: ", ") }
    return names.prefix(most - 1).joined(separator: ", ")
        + " and \(names.count - most + 1) more"
}

extension Notice.Suggestion {
    /// Whether it lets a policy hold by leaving nothing of one of its demands.
    fileprivate var asksForNothing: Bool {
        guard case .relax(_, let changes) = remedy else { return false }
        return changes.contains { change in
            change.relation == Comparison.Relation.atLeast.rawValue
                && ["0", "0%"].contains(change.to)
        }
    }
}
