// The smallest changes of a policy's numbers with which a policy would hold.

import MusterModel
import MusterPolicy
import MusterSolver

/// Other numbers for a policy.
struct NumberRelaxation {
    /// The numbers, each with how far it is shifted.
    let shifts: [(number: AdjustableNumber, by: Int)]
    /// The policy with those numbers.
    let policy: Policy
}

extension Explainer {
    /// The most numbers that one suggestion changes, and the most that are looked at.
    private static var numbersPerSuggestion: Int { 3 }
    private static var numbersPerPolicy: Int { 40 }

    /// Finds other numbers for a policy with which the explained one would hold, without giving up
    /// any rival: as few numbers as possible, then as little changed as possible. Each set of
    /// numbers is given once.
    mutating func relaxations(
        of target: Int,
        including rivals: [Int],
        limit: Int
    ) -> [NumberRelaxation] {
        let ground = situation.policies[target]
        let numbers = AdjustableNumber.all(in: ground).prefix(Self.numbersPerPolicy)
        guard !numbers.isEmpty else { return [] }
        var question = Question(situation)
        var shifts: [(down: Variable, up: Variable, isChanged: Literal)] = []
        var changed = LinearSum()
        var distance = LinearSum()
        for number in numbers {
            let shift = question.shift(number, in: ground)
            changed.add(1, shift.isChanged)
            distance.add(1, shift.down)
            distance.add(1, shift.up)
            shifts.append(shift)
        }
        question.include(policy)
        question.include(target)
        for rival in rivals where rival != target { question.include(rival) }
        var found: [NumberRelaxation] = []
        // One that cannot be written, or is too much to ask for, makes room for another.
        for _ in 0..<limit + 1 where found.count < limit {
            let verdict = settle(
                &question,
                [],
                minimising: [changed, distance],
                relaxing: target
            )
            guard case .possible(let solution, let imagined) = verdict else { break }
            let values = shifts.map { solution.value(of: $0.up) - solution.value(of: $0.down) }
            var blocked = LinearSum(-1)
            for (value, shift) in zip(values, shifts) where value != 0 {
                blocked.add(1, !shift.isChanged)
            }
            guard !blocked.terms.isEmpty else { break }
            question.lowering.problem.require(blocked)
            let chosen = zip(numbers, values).filter { $0.1 != 0 }
            guard chosen.count <= Self.numbersPerSuggestion else { break }
            if let written = write(chosen.map { ($0.0, $0.1) }, target, imagined) {
                found.append(written)
            }
        }
        return found
    }

    /// Writes shifted numbers into a policy, and sees whether what is then written does.
    private mutating func write(
        _ shifts: [(number: AdjustableNumber, by: Int)],
        _ target: Int,
        _ imagined: Imagined
    ) -> NumberRelaxation? {
        let ground = situation.policies[target]
        var operands: [Supposition.Number: Comparison.Operand] = [:]
        for (number, shift) in shifts {
            guard let written = number.operands(shiftedBy: shift, in: ground) else { return nil }
            operands.merge(written) { first, _ in first }
        }
        let policy = ground.policy.writing(operands)
        spend(situation.inventory.slotCount)
        var grounder = Grounder(situation.inventory)
        // What holds in a valid choice with all that counts as much or more also holds in every
        // best choice, unless something else that does not hold now competes for it.
        guard imagined.holds(grounder.ground(policy)) else { return nil }
        let relaxation = NumberRelaxation(shifts: shifts, policy: policy)
        if target == self.policy || !hasCompetitor { return relaxation }
        var trial = Trial(situation)
        trial.policies[target] = policy
        return holds(after: trial) ? relaxation : nil
    }

    /// Whether the explained policy would hold after changes.
    mutating func holds(after trial: Trial) -> Bool {
        var left = work
        defer { spend(work - left) }
        return situation.holds(ground.policy.name, after: trial, work: &left)
    }
}

extension Question {
    /// Lets a number be shifted down or up.
    fileprivate mutating func shift(
        _ number: AdjustableNumber,
        in ground: GroundPolicy
    ) -> (down: Variable, up: Variable, isChanged: Literal) {
        let reach = number.reach(in: ground)
        let down = lowering.problem.addVariable(0...reach.down, start: 0)
        let up = lowering.problem.addVariable(0...reach.up, start: 0)
        let isChanged = lowering.problem.addBool()
        for (variable, most) in [(down, reach.down), (up, reach.up)] {
            var row = LinearSum()
            row.add(most, isChanged)
            row.add(-1, variable)
            lowering.problem.require(row)
        }
        var sum = LinearSum()
        sum.add(1, up)
        sum.add(-1, down)
        for use in number.uses { lowering.supposition.shifts[use.number] = sum }
        return (down, up, isChanged)
    }
}

extension Solution {
    fileprivate func value(of variable: Variable) -> Int { values[Int(variable.index)] }
}
