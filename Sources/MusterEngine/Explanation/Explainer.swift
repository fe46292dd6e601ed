// Finds out why a policy does not hold. Questions begin with the policy alone and take in others
// only where an answer violates them, so that what is solved is about as large as the reason.

import MusterModel
import MusterPolicy
import MusterSolver

/// Explains one policy, within a budget.
struct Explainer {
    /// What came of asking whether elements can hold together with the rivals.
    enum Verdict {
        /// They can, and nothing better is possible.
        case possible(Solution, Imagined)
        case impossible
        /// The budget ran out.
        case unknown
    }

    /// The work that one question may take at most.
    private static var questionWork: Int { 2_000_000 }
    /// What putting a question costs besides solving it.
    private static var overhead: Int { 2_000 }

    let situation: Situation
    let policy: Int
    /// The enforced policies that hold and may not be given up for this one: the highest priority
    /// first, so that what is named is what counts most.
    let rivals: [Int]
    /// The work that is left, in the solver's units.
    private(set) var work: Int

    /// Begins to explain a policy.
    init(_ situation: Situation, policy: Int, work: Int) {
        self.situation = situation
        self.policy = policy
        self.work = work
        let priority = situation.policies[policy].policy.priority
        rivals = situation.policies.indices
            .filter { index in
                let other = situation.policies[index]
                return index != policy && other.isEnforced && other.require != nil
                    && other.policy.priority >= priority && other.isSatisfied
            }
            .sorted {
                (situation.policies[$1].policy.priority, $0)
                    < (situation.policies[$0].policy.priority, $1)
            }
    }

    var ground: GroundPolicy { situation.policies[policy] }

    /// Whether another enforced policy that counts as much or more does not hold either. Then
    /// what would make room for this one might be taken by that one.
    var hasCompetitor: Bool {
        situation.policies.indices.contains { index in
            let other = situation.policies[index]
            return index != policy && other.isEnforced && !other.isSatisfied
                && other.policy.priority >= ground.policy.priority
        }
    }

    // MARK: Asking

    mutating func spend(_ units: Int) { work -= units }

    /// Puts a question, within what is left of the budget.
    mutating func ask(
        _ question: Question,
        _ elements: [Element],
        minimising objectives: [LinearSum] = []
    ) -> Outcome {
        spend(Self.overhead + 10 * question.size)
        guard work > 0 else { return .unknown }
        let budget = Budget(work: min(Self.questionWork, work))
        let outcome = question.ask(elements, minimising: objectives, budget: budget)
        if case .solved(let solution) = outcome { spend(solution.statistics.work) }
        return outcome
    }

    /// Whether these elements can hold together with all that is included and with the rivals.
    ///
    /// A rival that an answer violates is taken in and the question put again, so an answer that
    /// comes back leaves every rival satisfied.
    mutating func settle(
        _ question: inout Question,
        _ own: [Element],
        minimising objectives: [LinearSum] = [],
        relaxing relaxed: Int? = nil
    ) -> Verdict {
        var imagined = Imagined(situation)
        while true {
            let included = question.policies.map { Element.policy($0) }
            let elements = own + question.structure + included
            switch ask(question, elements, minimising: objectives) {
            case .infeasible: return .impossible
            case .unknown: return .unknown
            case .solved(let solution):
                guard objectives.isEmpty || solution.isOptimal else { return .unknown }
                if question.usability == .recoverable {
                    let recovered = question.recovered(in: solution)
                    imagined = Imagined(situation.supposing(recovered: recovered))
                }
                imagined.take(question.states(in: solution))
                let broken = rivals.filter {
                    $0 != relaxed && !imagined.situation.policies[$0].isSatisfied
                }
                guard !broken.isEmpty else { return .possible(solution, imagined) }
                let before = question.policies.count
                for rival in broken { question.include(rival) }
                // An included rival that the answer violates is a mistake of ours.
                guard question.policies.count > before else {
                    assertionFailure("an answer violates what was asked")
                    return .unknown
                }
            }
        }
    }

    // MARK: Contradictions

    /// A minimal set of elements that cannot hold together: of these, and of what the question
    /// has beside them, all of which together cannot.
    mutating func core(_ question: inout Question, own: [Element]) -> [Element] {
        var rivals = question.policies.map { Element.policy($0) }
        var structure = question.structure
        if isImpossible(question, own + rivals) {
            structure = []
        } else if isImpossible(question, own + structure) {
            rivals = []
        }
        rivals = minimal(rivals, with: own + structure, question)
        structure = minimal(structure, with: own + rivals, question)
        let needed = minimal(own, with: structure + rivals, question)
        return needed + structure + refined(rivals, with: needed + structure, &question)
    }

    private mutating func isImpossible(_ question: Question, _ elements: [Element]) -> Bool {
        if case .infeasible = ask(question, elements) { true } else { false }
    }

    /// The conditions of the rivals that matter, in place of rivals as a whole.
    private mutating func refined(
        _ rivals: [Element],
        with rest: [Element],
        _ question: inout Question
    ) -> [Element] {
        var conditions: [Element] = []
        for rival in rivals {
            guard let policy = rival.policy else { continue }
            conditions += question.includeConjuncts(of: policy)
        }
        guard conditions.count > rivals.count, isImpossible(question, rest + conditions) else {
            return conditions
        }
        return minimal(conditions, with: rest, question)
    }

    /// A minimal part of the candidates that cannot hold together with the rest, preferring the
    /// first (QuickXplain: Junker, "Preferred Explanations and Relaxations for Over-Constrained
    /// Problems", 2004). All of them together with the rest cannot.
    private mutating func minimal(
        _ candidates: [Element],
        with rest: [Element],
        _ question: Question
    ) -> [Element] {
        guard !candidates.isEmpty, !isImpossible(question, rest) else { return [] }
        return minimal(candidates[...], with: rest, isKnown: true, question)
    }

    /// The same, where `isKnown` says that the rest is known to be possible.
    private mutating func minimal(
        _ candidates: ArraySlice<Element>,
        with rest: [Element],
        isKnown: Bool,
        _ question: Question
    ) -> [Element] {
        if !isKnown, isImpossible(question, rest) { return [] }
        guard candidates.count > 1 else { return Array(candidates) }
        let middle = candidates.startIndex + candidates.count / 2
        let (first, second) = (candidates[..<middle], candidates[middle...])
        let late = minimal(second, with: rest + first, isKnown: false, question)
        let early = minimal(first, with: rest + late, isKnown: late.isEmpty, question)
        return early + late
    }
}

extension Question {
    /// The broken slots that recover in a solution.
    func recovered(in solution: Solution) -> [Int] {
        recoveries.filter { solution.values[Int($0.recovers.variable.index)] == 1 }.map(\.slot)
    }
}
