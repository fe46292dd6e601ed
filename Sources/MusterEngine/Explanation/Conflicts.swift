// Enforced policies that can never hold together, whatever becomes usable: not a matter of today,
// but of what was written. Looked for where configuration or the registered resources changed.

import MusterModel
import MusterPolicy
import MusterSolver

/// Two policies that can never hold together.
struct Conflict: Sendable {
    /// Their indexes, the first in order of name first.
    let policies: [Int]
    /// Conditions of both, and structure, that cannot hold together.
    let core: [Element]
}

/// Looks for policies that can never hold together, within a budget.
struct ConflictSearch {
    private let situation: Situation
    /// The work that is left, in the solver's units.
    private(set) var work: Int
    /// Pairs that were looked at to the end, by index, the first in order first.
    private(set) var settled: Set<[Int]> = []
    private var possible: [Int: Bool] = [:]
    private var satisfied: [Int: Bool] = [:]

    /// Begins a search.
    init(_ situation: Situation, work: Int) {
        self.situation = situation
        self.work = work
    }

    /// The conflicts that these policies are part of, in order of name.
    ///
    /// Of two policies that hold now nothing has to be asked, so where all is well this costs next
    /// to nothing.
    mutating func conflicts(of candidates: some Sequence<Int>) -> [Conflict] {
        var found: [Conflict] = []
        for policy in candidates.sorted() where work > 0 && concerns(policy) {
            for other in neighbours(of: policy) {
                let pair = [min(policy, other), max(policy, other)]
                guard work > 0, !settled.contains(pair) else { continue }
                if let conflict = conflict(pair) { found.append(conflict) }
                if work > 0 { settled.insert(pair) }
            }
        }
        return found.sorted { $0.policies.lexicographicallyPrecedes($1.policies) }
    }

    private func concerns(_ policy: Int) -> Bool {
        situation.policies[policy].isEnforced && situation.policies[policy].require != nil
    }

    /// The policies that share a slot with one, and do not hold together with it now.
    private mutating func neighbours(of policy: Int) -> [Int] {
        let isSatisfied = holds(policy)
        var found: Set<Int> = []
        for slot in situation.policies[policy].required {
            let readers = situation.enforcedReaders(of: slot)
            work -= 1 + readers.count
            for other in readers
            where other != policy && !found.contains(other) {
                guard !(isSatisfied && holds(other)), concerns(other) else { continue }
                found.insert(other)
            }
        }
        return found.sorted()
    }

    /// Whether a policy holds now; found out once, as many resources have the same readers.
    private mutating func holds(_ policy: Int) -> Bool {
        if let known = satisfied[policy] { return known }
        let holds = situation.policies[policy].isSatisfied
        satisfied[policy] = holds
        return holds
    }

    private mutating func conflict(_ pair: [Int]) -> Conflict? {
        guard !meetAtAnEnd(pair), pair.allSatisfy({ isPossible($0) }) else { return nil }
        var question = Question(situation, usability: .any)
        let own = question.includeConjuncts(of: pair[0])
        question.include(pair[1])
        var explainer = Explainer(situation, policy: pair[0], work: work)
        defer { work = explainer.work }
        let elements = own + question.structure + [.policy(pair[1])]
        guard case .infeasible = explainer.ask(question, elements) else { return nil }
        return Conflict(policies: pair, core: explainer.core(&question, own: own))
    }

    /// Whether both hold when everything registered is online, or offline, or not usable: most do.
    private mutating func meetAtAnEnd(_ pair: [Int]) -> Bool {
        [(1, 1), (1, 0), (0, 0)].contains { usable, online in
            pair.allSatisfy { policy in
                var ground = situation.policies[policy]
                for quantity in ground.quantities.indices {
                    ground.quantities[quantity].reset()
                    let count = ground.quantities[quantity].terms.count
                    work -= 10 + 3 * count
                    for term in 0..<count {
                        ground.quantities[quantity].update(
                            term: term,
                            usable: usable,
                            online: online
                        )
                    }
                }
                return ground.isSatisfied
            }
        }
    }

    /// Whether a policy could ever hold: one that could not conflicts with nothing but itself.
    private mutating func isPossible(_ policy: Int) -> Bool {
        if let known = possible[policy] { return known }
        var question = Question(situation, usability: .any)
        question.include(policy)
        var explainer = Explainer(situation, policy: policy, work: work)
        defer { work = explainer.work }
        let outcome = explainer.ask(question, question.structure + [.policy(policy)])
        let isPossible = if case .solved = outcome { true } else { false }
        possible[policy] = isPossible
        return isPossible
    }
}
