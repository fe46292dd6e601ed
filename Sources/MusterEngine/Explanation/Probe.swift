// Questions of the kind "could these hold together?", asked of the solver about one part.

import MusterModel
import MusterPolicy
import MusterSolver

/// Asks what is possible in the part of one policy. It stops asking when its number of
/// questions is used up, and then says that it does not know.
struct Probe {
    enum Verdict {
        case possible, impossible, unknown
    }

    /// How many questions one explanation may ask, and how much work each may take.
    private static var questionLimit: Int { 150 }
    private static var budget: Budget { Budget(work: 5_000_000) }

    let situation: Situation
    let part: Part
    private var questions = 0

    /// Asks about the part that the policy belongs to.
    init(_ situation: Situation, policy: Int) {
        self.situation = situation
        part =
            situation.parts(touching: [], policies: [policy]).first
            ?? Part(slots: [], policies: [policy])
    }

    /// Whether the demands could hold together.
    mutating func check(_ demands: [Demand]) -> Verdict {
        switch ask(demands, { _ in }) {
        case .solved: .possible
        case .infeasible: .impossible
        case .unknown: .unknown
        }
    }

    /// Leaves out demands, the first first, as long as the rest stays impossible.
    mutating func shrink(_ demands: [Demand], keeping fixed: [Demand]) -> [Demand] {
        var kept = demands
        // One that is impossible by itself says most, and saves the search.
        for demand in demands where check(fixed + [demand]) == .impossible { return [demand] }
        for index in demands.indices.reversed() {
            let demand = kept.remove(at: index)
            if check(fixed + kept) != .impossible { kept.insert(demand, at: index) }
        }
        return kept
    }

    // MARK: Outlook

    /// Whether the demands could hold with every resource usable, and which recoveries would do.
    mutating func outlook(of core: [Demand]) -> Notice.Outlook? {
        let broken = situation.inventory.registered.filter { situation.inventory.isBroken($0) }
        let healthy = situation.supposing(recovered: broken)
        let index = core.first?.policy ?? 0
        var probe = Probe(healthy, policy: index)
        let inPart = Set(probe.part.slots)
        let candidates = situation.inventory.ordered(broken.filter { inPart.contains($0) })
        switch probe.ask(core, { $0.minimise(candidates) }) {
        case .infeasible: return .never
        case .unknown: return nil
        case .solved(let solution):
            let lowering = Lowering(healthy, probe.part)
            let online = lowering.states(in: solution).filter(\.isOnline).map(\.slot)
            let needed = online.filter { candidates.contains($0) }
            // Usability alone may matter too, so the recoveries are tried, not just believed.
            let recovered = situation.supposing(recovered: needed)
            var retry = Probe(recovered, policy: index)
            let chosen = retry.check(core) == .possible ? needed : candidates
            return .recovery(chosen.map { situation.inventory[$0].id }.sorted())
        }
    }

    // MARK: Suggestions

    /// The smallest change of one of the user's own numbers that makes the demands possible,
    /// and which rivals could be withdrawn instead.
    mutating func suggestions(for core: [Demand], policy: Int) -> [String] {
        var result: [String] = []
        for (index, demand) in core.enumerated() where result.count < 3 {
            guard case .leaf(let leaf) = demand.condition, leaf.bounds.count == 1,
                leaf.bounds[0].other == nil
            else { continue }
            let bound = leaf.bounds[0]
            let quantity = situation.policies[demand.policy].quantities[leaf.quantity]
            var others = core
            others.remove(at: index)
            guard
                case .solved(let solution) = ask(
                    others,
                    { $0.minimise(quantity, negated: bound.sign > 0) }
                ),
                let reached = solution.objectives.first, solution.isOptimal
            else { continue }
            let limit = bound.sign > 0 ? -reached : reached
            let word = bound.sign > 0 ? "at least" : "at most"
            let asked = bound.sign > 0 ? -bound.constant : bound.constant
            let place = leaf.condition.span
            let at = place.source.isEmpty ? "" : " (\(place))"
            result.append(
                "in policy \(situation.policies[demand.policy].policy.name)\(at): "
                    + "\(word) \(limit) instead of \(word) \(asked)"
            )
        }
        for rival in Set(core.map(\.policy)).subtracting([policy]).sorted() {
            let rest = core.filter { $0.policy != rival }
            if check(rest) == .possible {
                result.append("withdraw policy \(situation.policies[rival].policy.name)")
            }
        }
        return result
    }

    /// Solves for the demands, with what `refine` adds.
    private mutating func ask(
        _ demands: [Demand],
        _ refine: (inout Lowering) -> Void
    ) -> Outcome {
        questions += 1
        guard questions <= Self.questionLimit else { return .unknown }
        var lowering = Lowering(situation, part)
        for demand in demands {
            lowering.demand(demand.condition, of: situation.policies[demand.policy])
        }
        refine(&lowering)
        return Solver(budget: Self.budget).solve(lowering.problem)
    }
}

extension Situation {
    /// The same situation if these resources recovered.
    fileprivate func supposing(recovered slots: [Int]) -> Situation {
        var copy = self
        let changed = copy.inventory.suppose(recovered: slots)
        for slot in changed { copy.refresh(slot) }
        // What a dependency ruled out may be possible again.
        copy.refreshBlocked()
        return copy
    }
}
