// Questions of the kind "could these hold together?", put to the solver about no more of a domain
// than they concern. One question is lowered once, and grows; what is left out of it, or asked
// for beyond it, costs no second lowering.

import MusterModel
import MusterPolicy
import MusterSolver

/// A problem about some policies of a domain, with everything that can be left out named.
///
/// Slots that nothing included reads, carries or serves are not in it: being offline, they stand
/// in the way of nothing.
struct Question {
    /// A demand of an element.
    private enum Rule {
        case holds(Literal)
        case implies(Variable, Literal)
        case never
    }

    /// Which resources may be used.
    enum Usability {
        /// Those that are usable now.
        case asItIs
        /// Those, and broken ones that recover.
        case recoverable
        /// Any, whatever rules and reports say of them now: what could ever be.
        case any
    }

    let situation: Situation
    let usability: Usability
    var lowering: Lowering
    /// The elements that hold by structure, in the order found.
    private(set) var structure: [Element] = []
    /// The policies that were included as a whole, in that order.
    private(set) var policies: [Int] = []
    /// For each slot that may recover, whether it does.
    private(set) var recoveries: [(slot: Int, recovers: Literal)] = []
    private var recoveryOf: [Int: Literal] = [:]
    private var rules: [Element: [Rule]] = [:]
    /// The slots that have a state of their own here, in the order found.
    private var variables: [(slot: Int, variable: Variable)] = []
    private var variableOf: [Int: Variable] = [:]
    private var known: Set<Int> = []
    private var met: [Int: Lowering.Truth] = [:]

    /// Begins a question about nothing yet.
    init(_ situation: Situation, usability: Usability = .asItIs) {
        self.situation = situation
        self.usability = usability
        lowering = Lowering(situation, Part(slots: [], policies: []))
    }

    /// About how much work it is to put the question: what presolving has to look at.
    var size: Int {
        lowering.problem.variables.count
            + lowering.problem.definitions.reduce(0) { $0 + $1.sum.terms.count }
    }

    /// What a solution says of the slots that have a state here.
    func states(in solution: Solution) -> [(slot: Int, isOnline: Bool)] {
        variables.map { ($0.slot, solution.values[Int($0.variable.index)] > 0) }
    }

    // MARK: Growing

    /// Takes in what a policy requires, as a whole.
    mutating func include(_ policy: Int) {
        guard rules[.policy(policy)] == nil, let require = situation.policies[policy].require
        else { return }
        policies.append(policy)
        take(require, of: policy, as: .policy(policy))
    }

    /// Takes in the conditions of which all must hold, each for itself.
    ///
    /// - Returns: their elements, in the order written.
    mutating func includeConjuncts(of policy: Int) -> [Element] {
        situation.policies[policy].demands.enumerated().map { index, condition in
            let element = Element.condition(policy: policy, index)
            if rules[element] == nil { take(condition, of: policy, as: element) }
            return element
        }
    }

    private mutating func take(
        _ condition: GroundCondition,
        of policy: Int,
        as element: Element
    ) {
        let ground = situation.policies[policy]
        reach(ground.required)
        demand(lowering.truth(condition, of: ground), of: element)
    }

    private mutating func demand(_ truth: Lowering.Truth, of element: Element) {
        switch truth {
        case .constant(true): rules[element, default: []] += []
        case .constant(false): rules[element, default: []].append(.never)
        case .literal(let literal): rules[element, default: []].append(.holds(literal))
        }
    }

    /// Gives slots a state, with everything that they need to be online.
    private mutating func reach(_ seeds: Set<Int>) {
        var fresh: [Int] = []
        var pending = Array(seeds)
        while let slot = pending.popLast() {
            guard known.insert(slot).inserted else { continue }
            fresh.append(slot)
            if let host = situation.inventory.host(of: slot) { pending.append(host) }
            guard situation.isManaged[slot] else { continue }
            for index in situation.needs[slot] {
                pending += situation.dependencies[index].providers
            }
            for index in situation.serves[slot] {
                pending += situation.dependencies[index].dependents.filter {
                    situation.isProtected($0)
                }
            }
        }
        // In order of id: which of several equals is named must not depend on who reported first.
        fresh = situation.inventory.ordered(fresh)
        for slot in fresh { give(slot) }
        for slot in fresh { restrain(slot) }
    }

    /// Gives a slot a state: a variable, or what is settled.
    private mutating func give(_ slot: Int) {
        let isUsable = situation.inventory.isUsable[slot]
        guard isUsable || usability != .asItIs else {
            lowering.supposition.online[slot] = LinearSum(0)
            return
        }
        let recovery = isUsable && usability != .any ? nil : usability(of: slot)
        if let recovery {
            var sum = LinearSum()
            sum.add(1, recovery)
            lowering.supposition.usable[slot] = sum
        }
        let isOnline = isCurrentlyOnline(slot)
        let isOpen =
            usability == .any || situation.isManaged[slot] || !entries(.ignore, of: slot).isEmpty
        guard isOpen else {
            lowering.supposition.online[slot] =
                isOnline ? lowering.supposition.usable[slot] ?? LinearSum(1) : LinearSum(0)
            return
        }
        let start = isUsable && situation.isOnline[slot]
        let variable = lowering.problem.addVariable(0...1, start: start ? 1 : 0)
        variables.append((slot, variable))
        variableOf[slot] = variable
        var sum = LinearSum()
        sum.add(1, variable)
        lowering.supposition.online[slot] = sum
        if let recovery { lowering.problem.require(variable, implies: recovery) }
    }

    /// The state that a slot has, or would have once it has recovered.
    private func isCurrentlyOnline(_ slot: Int) -> Bool {
        situation.inventory[slot].state != .faulted && situation.isCurrentlyOnline(slot)
    }

    /// Whether a slot is usable, where that depends on recoveries: its own and its hosts'.
    private mutating func usability(of slot: Int) -> Literal? {
        var needed: [Literal] = []
        var current: Int? = slot
        var depth = 0
        while let next = current, depth < 32 {
            let mayRecover = usability == .any || situation.inventory.isBroken(next)
            if mayRecover { needed.append(recovery(of: next)) }
            current = situation.inventory.host(of: next)
            depth += 1
        }
        guard needed.count > 1 else { return needed.first }
        var sum = LinearSum(-needed.count)
        for literal in needed { sum.add(1, literal) }
        return lowering.problem.isNonNegative(sum)
    }

    private mutating func recovery(of slot: Int) -> Literal {
        if let known = recoveryOf[slot] { return known }
        let literal = lowering.problem.addBool()
        recoveryOf[slot] = literal
        recoveries.append((slot, literal))
        return literal
    }

    // MARK: Structure

    private mutating func rule(_ rule: Rule, of element: Element) {
        if rules[element] == nil { structure.append(element) }
        rules[element, default: []].append(rule)
    }

    private func literal(_ slot: Int) -> Literal? {
        guard let sum = lowering.supposition.online[slot], let term = sum.terms.first
        else { return nil }
        return Literal(term.variable)
    }

    /// Notes what keeps a slot on or off.
    private mutating func restrain(_ slot: Int) {
        guard let variable = variableOf[slot] else { return }
        let literal = Literal(variable)
        if usability != .any { maintain(slot, literal) }
        guard situation.isManaged[slot] || usability == .any else { return }
        if let host = situation.inventory.host(of: slot) {
            if let above = self.literal(host) {
                rule(.implies(variable, above), of: .host(host))
            } else if lowering.supposition.online[host]?.constant == 0 {
                rule(.holds(!literal), of: .host(host))
            }
        }
        for index in situation.needs[slot] {
            switch isMet(index) {
            case .constant(true): break
            case .constant(false): rule(.holds(!literal), of: .dependency(index))
            case .literal(let met): rule(.implies(variable, met), of: .dependency(index))
            }
        }
    }

    /// Notes what maintenance says of a slot, and whether it has to stay on.
    private mutating func maintain(_ slot: Int, _ literal: Literal) {
        guard situation.isManaged[slot] else {
            for entry in entries(.ignore, of: slot) {
                keep(slot, literal, as: .maintenance(entry))
            }
            return
        }
        if situation.isProtected(slot) {
            rule(.holds(literal), of: .carrier(slot))
        } else {
            for entry in entries(.drain, of: slot) {
                rule(.holds(!literal), of: .maintenance(entry))
            }
            if !isCurrentlyOnline(slot) {
                for entry in entries(.cordon, of: slot) {
                    rule(.holds(!literal), of: .maintenance(entry))
                }
            }
        }
    }

    /// Notes that a slot stays as it is; one that may recover takes up its state when it does.
    private mutating func keep(_ slot: Int, _ literal: Literal, as element: Element) {
        guard isCurrentlyOnline(slot) else { return rule(.holds(!literal), of: element) }
        var sum = LinearSum()
        sum.add(1, literal)
        sum.add(-1, lowering.supposition.usable[slot] ?? LinearSum(1))
        switch lowering.truth(sum) {
        case .constant(true): break
        case .constant(false): rule(.never, of: element)
        case .literal(let kept): rule(.holds(kept), of: element)
        }
    }

    private mutating func isMet(_ index: Int) -> Lowering.Truth {
        if let known = met[index] { return known }
        let dependency = situation.dependencies[index]
        var sum = LinearSum(-dependency.need.atLeast)
        for slot in dependency.providers {
            sum.add(1, lowering.supposition.online[slot] ?? LinearSum(0))
        }
        let truth = lowering.truth(sum)
        met[index] = truth
        return truth
    }

    /// The maintenance entries of an effect that concern a slot.
    private func entries(_ effect: Maintenance.Effect, of slot: Int) -> [Int] {
        situation.rules.maintenance.indices.filter { index in
            let entry = situation.rules.maintenance[index]
            return entry.effect == effect && entry.selector.matches(situation.inventory[slot])
        }
    }

    // MARK: Asking

    /// Solves for the elements, making sums small in their order.
    func ask(
        _ elements: some Sequence<Element>,
        minimising objectives: [LinearSum] = [],
        budget: Budget
    ) -> Outcome {
        var problem = lowering.problem
        for element in elements {
            for rule in rules[element] ?? [] {
                switch rule {
                case .holds(let literal): problem.require(literal)
                case .implies(let variable, let literal):
                    problem.require(variable, implies: literal)
                case .never: return .infeasible
                }
            }
        }
        problem.objectives = objectives
        return Solver(budget: budget).solve(problem)
    }
}
