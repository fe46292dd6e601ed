// A part of a domain as a problem for the solver: a 0/1 variable for each open slot, a literal
// for each condition, and the objectives of the contract's section 5 in their order.
//
// Shortfalls are variables that a solution may choose too large but never too small; since every
// objective only makes them small, in a best solution they are exact.

import MusterModel
import MusterPolicy
import MusterSolver

/// Lowers one part of a situation.
struct Lowering {
    /// A condition that is settled, or the literal that says whether it holds.
    enum Truth {
        case constant(Bool)
        case literal(Literal)
    }

    /// What is known of slots outside the part.
    enum Others {
        /// The rules alone decide them.
        case asRuled
        /// The rules alone decide them, and what they say is implemented already, so that it need
        /// not be asked for again.
        case settled
        /// Some are open, and keep what is implemented.
        case asImplemented
    }

    let situation: Situation
    let part: Part
    var problem = Problem()
    /// What is asked about where it is not what holds.
    var supposition = Supposition()
    /// What each objective of ``problem`` stands for, in order.
    private(set) var levels: [Objective.Level] = []
    private let others: Others
    private let numbers: SlotTable
    /// The variables of ``Part/slots``, in order.
    private var variables: [Variable] = []

    /// Lowers the structure: hosts and firm dependencies. What is asked beyond that is added by
    /// ``decide()`` or by demands.
    init(_ situation: Situation, _ part: Part, others: Others = .asRuled) {
        self.situation = situation
        self.part = part
        self.others = others
        numbers = SlotTable(part.slots)
        variables.reserveCapacity(part.slots.count)
        for slot in part.slots {
            variables.append(problem.addVariable(0...1, start: situation.isOnline[slot] ? 1 : 0))
        }
        structure()
    }

    /// What the solution says of each open slot.
    func states(in solution: Solution) -> [(slot: Int, isOnline: Bool)] {
        zip(part.slots, variables).map { slot, variable in
            (slot, solution.values[Int(variable.index)] > 0)
        }
    }

    /// The variable of a slot; `nil` where its state is settled.
    private func variable(of slot: Int) -> Variable? { numbers[slot].map { variables[$0] } }

    /// Demands that an open slot is online, or that it is not.
    mutating func force(_ slot: Int, _ isOnline: Bool) {
        guard let variable = variable(of: slot) else { return }
        problem.require(Literal(variable, isNegated: !isOnline))
    }

    // MARK: Structure

    private mutating func structure() {
        for (slot, variable) in zip(part.slots, variables) {
            if let host = situation.inventory.host(of: slot), let above = self.variable(of: host) {
                problem.require(variable, implies: Literal(above))
            }
            if others == .asImplemented { keepHosting(slot, variable) }
        }
        let touched = Set(part.slots.flatMap { situation.needs[$0] + situation.serves[$0] })
        for index in touched.sorted() {
            let dependency = situation.dependencies[index]
            var sum = LinearSum(-dependency.need.atLeast)
            for slot in dependency.providers { addOnline(1, slot, to: &sum) }
            let met = truth(sum)
            for slot in dependency.dependents { require(met, for: slot) }
        }
    }

    /// Keeps to what a slot's host and what it carries have implemented outside the part.
    private mutating func keepHosting(_ slot: Int, _ variable: Variable) {
        if let host = situation.inventory.host(of: slot), self.variable(of: host) == nil,
            !situation.isOnline[host]
        {
            problem.require(!Literal(variable))
        }
        let carries = situation.inventory.guests(of: slot).contains {
            self.variable(of: $0) == nil && situation.isOnline[$0]
        }
        if carries { problem.require(Literal(variable)) }
    }

    /// Demands that a dependency is met if a dependent is online.
    private mutating func require(_ met: Truth, for dependent: Int) {
        let variable = variable(of: dependent)
        if variable == nil, !isFixedOnline(dependent) { return }
        switch (met, variable) {
        case (.constant(true), _): break
        case (.constant(false), let variable?): problem.require(!Literal(variable))
        case (.literal(let literal), let variable?):
            problem.require(variable, implies: literal)
        case (.literal(let literal), nil): problem.require(literal)
        // A dependent that is on although nothing can serve it contradicts `refreshBlocked()`.
        case (.constant(false), nil): assertionFailure("a protected slot is cut off")
        }
    }

    /// Whether a slot is online: a variable, or what is settled.
    func online(_ slot: Int) -> LinearSum {
        if let supposed = supposition.online[slot] { return supposed }
        if let variable = variable(of: slot) {
            var sum = LinearSum()
            sum.add(1, variable)
            return sum
        }
        return LinearSum(isFixedOnline(slot) ? 1 : 0)
    }

    /// Whether a slot without a variable is online.
    private func isFixedOnline(_ slot: Int) -> Bool {
        guard others != .asRuled else { return situation.fixing(slot) == .fixed(true) }
        assert(
            others != .settled || situation.fixing(slot) == .fixed(situation.isOnline[slot]),
            "what the rules decide is not implemented"
        )
        return situation.isOnline[slot]
    }

    // MARK: Objectives

    /// Asks for the best choice (contract, section 5).
    mutating func decide() {
        var unsatisfied: [Int: LinearSum] = [:]
        var shortfalls: [Int: LinearSum] = [:]
        var cost = LinearSum()
        for index in part.policies {
            let ground = situation.policies[index]
            let policy = ground.policy
            if let require = ground.require {
                var level = unsatisfied[policy.priority] ?? LinearSum()
                level.add(1, negation(truth(require, of: ground)))
                unsatisfied[policy.priority] = level
                if policy.whenUnsatisfiable == .bestEffort {
                    var level = shortfalls[policy.priority] ?? LinearSum()
                    level.add(1, shortfall(require, of: ground))
                    shortfalls[policy.priority] = level
                }
            }
            for preference in ground.prefer where preference.weight > 0 {
                cost.add(preference.weight, shortfall(preference.condition, of: ground))
            }
        }
        for (slot, variable) in zip(part.slots, variables) {
            cost.add(situation.onlineCost[slot], variable)
            let change = situation.changeCost[slot]
            if situation.isCurrentlyOnline(slot) {
                cost.add(change, !Literal(variable))
            } else {
                cost.add(change, variable)
            }
        }
        for (priority, sum) in unsatisfied.sorted(by: { $0.key > $1.key }) {
            add(sum, as: .unsatisfied(priority: priority))
        }
        for (priority, sum) in shortfalls.sorted(by: { $0.key > $1.key }) {
            add(sum, as: .shortfall(priority: priority))
        }
        add(cost, as: .cost)
    }

    mutating func add(_ sum: LinearSum, as level: Objective.Level) {
        guard !sum.terms.isEmpty else { return }
        problem.objectives.append(sum)
        levels.append(level)
    }

    /// 1 where the condition does not hold.
    func negation(_ truth: Truth) -> LinearSum {
        switch truth {
        case .constant(let value): return LinearSum(value ? 0 : 1)
        case .literal(let literal):
            var sum = LinearSum()
            sum.add(1, !literal)
            return sum
        }
    }

    // MARK: Conditions

    /// Whether a sum is at least 0, settled where its range says so.
    mutating func truth(_ sum: LinearSum) -> Truth {
        let range = problem.range(of: sum)
        if range.lowerBound >= 0 { return .constant(true) }
        if range.upperBound < 0 { return .constant(false) }
        return .literal(problem.isNonNegative(sum))
    }

    mutating func truth(_ condition: GroundCondition, of policy: GroundPolicy) -> Truth {
        switch condition {
        case .and(let conditions):
            return count(conditions, of: policy, in: conditions.count...conditions.count)
        case .or(let conditions): return count(conditions, of: policy, in: 1 ... .max)
        case .nor(let conditions): return count(conditions, of: policy, in: 0...0)
        case .nand(let conditions):
            return count(conditions, of: policy, in: 0...max(0, conditions.count - 1))
        case .not(let condition): return not(truth(condition, of: policy))
        case .xor(let conditions):
            return conditions.reduce(.constant(false)) { parity, condition in
                differs(parity, truth(condition, of: policy))
            }
        case .implication(let premise, let then, let otherwise):
            let condition = truth(premise, of: policy)
            let first = any([not(condition), truth(then, of: policy)])
            guard let otherwise else { return first }
            return all([first, any([condition, truth(otherwise, of: policy)])])
        case .threshold(let range, let conditions):
            return count(conditions, of: policy, in: range)
        case .leaf(let leaf): return truth(leaf, of: policy)
        case .fits(let leaves): return all(leaves.map { truth($0, of: policy) })
        }
    }

    private mutating func truth(_ leaf: GroundCondition.Leaf, of policy: GroundPolicy) -> Truth {
        all(slacks(leaf, of: policy).map { truth($0) })
    }

    private mutating func count(
        _ conditions: [GroundCondition],
        of policy: GroundPolicy,
        in range: ClosedRange<Int>
    ) -> Truth {
        let truths = conditions.map { truth($0, of: policy) }
        var parts: [Truth] = []
        if range.lowerBound > 0 { parts.append(atLeast(range.lowerBound, truths)) }
        if range.upperBound < truths.count {
            parts.append(
                range.upperBound < 0
                    ? .constant(false) : not(atLeast(range.upperBound + 1, truths))
            )
        }
        return all(parts)
    }

    private mutating func atLeast(_ k: Int, _ truths: [Truth]) -> Truth {
        guard k <= truths.count else { return .constant(false) }
        var sum = LinearSum(-k)
        for truth in truths {
            switch truth {
            case .constant(let value): sum.constant += value ? 1 : 0
            case .literal(let literal): sum.add(1, literal)
            }
        }
        // A single literal is its own truth value.
        if k == 1, truths.count == 1 { return truths[0] }
        return truth(sum)
    }

    private mutating func all(_ truths: [Truth]) -> Truth {
        combine(truths, neutral: true) { $0.count }
    }

    private mutating func any(_ truths: [Truth]) -> Truth {
        combine(truths, neutral: false) { _ in 1 }
    }

    private mutating func combine(
        _ truths: [Truth],
        neutral: Bool,
        needed: ([Truth]) -> Int
    ) -> Truth {
        var open: [Truth] = []
        for truth in truths {
            switch truth {
            case .constant(let value): if value != neutral { return .constant(value) }
            case .literal: open.append(truth)
            }
        }
        return open.isEmpty ? .constant(neutral) : atLeast(needed(open), open)
    }

    private func not(_ truth: Truth) -> Truth {
        switch truth {
        case .constant(let value): .constant(!value)
        case .literal(let literal): .literal(!literal)
        }
    }

    private mutating func differs(_ a: Truth, _ b: Truth) -> Truth {
        switch (a, b) {
        case (.constant(let x), .constant(let y)): return .constant(x != y)
        case (.constant(let x), let other), (let other, .constant(let x)):
            return x ? not(other) : other
        default:
            return all([any([a, b]), not(all([a, b]))])
        }
    }

    // MARK: Quantities

    /// The sums that are at least 0 exactly when the leaf's bounds hold.
    mutating func slacks(
        _ leaf: GroundCondition.Leaf,
        of policy: GroundPolicy
    ) -> [LinearSum] {
        let value = sum(policy.quantities[leaf.quantity])
        return leaf.bounds.enumerated().map { index, bound in
            var slack = LinearSum(bound.constant)
            slack.add(bound.sign, value)
            if let shift = supposition.shift(of: leaf, bound: index, in: policy) {
                slack.add(-bound.sign, shift)
            }
            if let other = bound.other {
                slack.add(other.factor, sum(policy.quantities[other.quantity]))
            }
            return slack
        }
    }

    private mutating func sum(_ quantity: GroundQuantity) -> LinearSum {
        guard !quantity.countsGroups else { return groupSum(quantity) }
        var sum = LinearSum()
        for term in quantity.terms {
            add(term.amount, memberOf: quantity.state, term.slot, to: &sum)
        }
        return sum
    }

    /// Adds a multiple of 1 where a slot is in the state, else of 0.
    private func add(
        _ amount: Int,
        memberOf state: Quantity.StateFilter,
        _ slot: Int,
        to sum: inout LinearSum
    ) {
        if !supposition.isEmpty, state != .online, let usable = supposition.usable[slot] {
            sum.add(amount, usable)
            if state == .offline { addOnline(amount.saturatingNegation, slot, to: &sum) }
            return
        }
        switch state {
        case .online: addOnline(amount, slot, to: &sum)
        case .available where situation.inventory.isUsable[slot]:
            sum.constant = sum.constant.saturatingAdd(amount)
        case .offline where situation.inventory.isUsable[slot]:
            sum.constant = sum.constant.saturatingAdd(amount)
            addOnline(amount.saturatingNegation, slot, to: &sum)
        default: break
        }
    }

    private func addOnline(_ amount: Int, _ slot: Int, to sum: inout LinearSum) {
        if !supposition.isEmpty, let supposed = supposition.online[slot] {
            sum.add(amount, supposed)
        } else if let variable = variable(of: slot) {
            sum.add(amount, variable)
        } else if isFixedOnline(slot) {
            sum.constant = sum.constant.saturatingAdd(amount)
        }
    }

    private mutating func groupSum(_ quantity: GroundQuantity) -> LinearSum {
        var groups: [Int: LinearSum] = [:]
        for term in quantity.terms {
            var group = groups[term.group] ?? LinearSum(-1)
            add(1, memberOf: quantity.state, term.slot, to: &group)
            groups[term.group] = group
        }
        var sum = LinearSum()
        for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
            switch truth(group) {
            case .constant(let value): sum.constant += value ? 1 : 0
            case .literal(let literal): sum.add(1, literal)
            }
        }
        return sum
    }
}
