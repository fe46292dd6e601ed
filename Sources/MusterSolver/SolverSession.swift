// A solve in slices: what a search has learned is kept, and goes on where it stopped. A caller with
// many problems gives each a slice in turn, so that none starves the others.

import Synchronization

/// A problem that is being solved, a bounded piece of work at a time.
///
/// The same slices in the same order always give the same answers. Whoever holds a session may
/// advance it; the work is done one slice after the other.
public final class SolverSession: Sendable {
    private let state: Mutex<State>

    /// Takes up a problem; nothing is searched yet.
    ///
    /// - Complexity: O(size of the problem).
    public init(_ problem: Problem) { state = Mutex(State(problem)) }

    /// Spends at most about `budget` on what is not proven yet.
    ///
    /// The first slice is the longest: however small the budget, each independent part is given a
    /// choice that is valid, if one is easily found.
    ///
    /// - Returns: the best values found so far, and how far they are proven.
    public func advance(by budget: Budget) -> Outcome { state.withLock { $0.advance(budget.work) } }

    /// Whether there is nothing left to find or to prove.
    public var isFinished: Bool { state.withLock { $0.isFinished } }
}

/// What a session holds.
private struct State {
    /// The search of an independent part.
    final class Part {
        var search: Search

        init(_ component: Component) {
            search = Search(component, workLimit: 0, tactics: Tactics())
        }
    }

    let problem: Problem
    var presolve: Presolve?
    var decomposition: Decomposition?
    var parts: [Part?] = []
    var results: [ComponentResult?] = []
    /// The components that are not finished, small ones first.
    var open: [Int] = []
    /// The answer that needs no search.
    var settled: Outcome?

    init(_ problem: Problem) {
        self.problem = problem
        guard Magnitude.fits(problem) else {
            settled = problem.triedAtObviousPoints()
            return
        }
        let presolve = Presolve(problem)
        if presolve.isInfeasible {
            settled = .infeasible
            return
        }
        let decomposition = Decomposition(presolve)
        let components = decomposition.components
        parts = Array(repeating: nil, count: components.count)
        results = Array(repeating: nil, count: components.count)
        open = components.indices.sorted {
            (components[$0].count, $0) < (components[$1].count, $1)
        }
        self.presolve = presolve
        self.decomposition = decomposition
    }

    var isFinished: Bool { settled != nil || open.isEmpty }

    mutating func advance(_ work: Int) -> Outcome {
        if let settled { return settled }
        guard let presolve, let decomposition else { return .unknown }
        var remaining = work
        var next: [Int] = []
        for (position, index) in open.enumerated() {
            let share = max(0, remaining) / min(open.count - position, 4)
            let component = decomposition.components[index]
            if component.isTooLarge {
                results[index] = ComponentResult()
                continue
            }
            let part = parts[index] ?? Part(component)
            parts[index] = part
            let before = part.search.work
            part.search.workLimit = before + share
            let result = part.search.minimise()
            remaining -= part.search.work - before
            if result.isInfeasible {
                settled = .infeasible
                return .infeasible
            }
            results[index] = result.multiplied(by: component.objectiveScales)
            if result.proven < component.objectives.count {
                next.append(index)
            } else {
                parts[index] = nil
            }
        }
        open = next
        return Solver.join(problem, presolve, decomposition, results.compactMap(\.self))
    }
}
