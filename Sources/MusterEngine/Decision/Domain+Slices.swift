// Going on where a decision ran out of work. Large parts are improved neighbourhood by
// neighbourhood, in slices so short that events hardly wait: all but some of a part keeps what is
// implemented, and the rest is decided as well as can be (large neighbourhood search, after Shaw).

public import MusterModel
import MusterPolicy
import MusterSolver

/// How far the slices have come with one part.
struct SliceProgress: Sendable {
    /// Slices since the part was last decided.
    var slices = 0
    /// Slices since one of them made the choice better, and after how many of those it is enough.
    var idleSlices = 0
    var limit = Int.max

    /// How many slots the first neighbourhoods have; they grow with each round of the policies.
    static let size = 200
}

extension Domain {
    /// Whether there is a choice that is not proven best and that ``improve(at:)`` may make
    /// better. What guards hold back is implemented nowhere, so it is not improved.
    public var wantsSlice: Bool {
        !options.isDryRun && !isDecisionDue && restraints.withheld.isEmpty && !restraints.isFrozen
            && unproven.contains { !isSpent($0) }
    }

    /// Whether slices have found nothing better any more for the part of a policy.
    private func isSpent(_ policy: String) -> Bool {
        guard let progress = slices[policy] else { return false }
        return progress.idleSlices >= progress.limit
    }

    /// Looks for a better choice in one neighbourhood of one part that is not proven best, and
    /// carries it out like any other decision. Parts take turns, and so do the policies around
    /// which neighbourhoods are made, so the same calls do the same.
    ///
    /// It is only called between events: when ``nextDeadline`` has come, ``handle(_:at:)`` goes
    /// first. How far it has come does not outlast the process; what it decides does.
    ///
    /// - Complexity: O(size of the part), and the work of a slice.
    public mutating func improve(at now: Instant) -> [Directive] {
        guard wantsSlice, let (part, name) = nextOpenPart() else { return [] }
        var turn = Turn(now: now)
        situation.forgetChanges()
        let progress = slices[name] ?? SliceProgress()
        let neighbourhood = situation.neighbourhood(
            of: part.policies[progress.slices % part.policies.count],
            in: part,
            size: SliceProgress.size << min(8, progress.slices / part.policies.count)
        )
        solves += 1
        let before = neighbourhood.slots.map { situation.isOnline[$0] }
        let (isBetter, isProven) = situation.improve(
            neighbourhood,
            budget: Budget(work: options.sliceWork)
        )
        if isBetter {
            // By how much it is better was not asked.
            forgetBounds(touching: part.policies.map { situation.policies[$0].policy.name })
            turn.causes.append("a better choice was found")
            turn.slots.formUnion(situation.flipped)
            turn.touched.formUnion(situation.flipped)
            if isRestrained {
                var decision = Decision()
                decision.parts = [neighbourhood]
                restrain(decision, &turn)
            }
            proceed(&turn)
            alert(&turn)
        }
        let isWhole = neighbourhood.slots.count == part.slots.count
        if isWhole && isProven {
            for policy in part.policies { settleProof(of: policy) }
        } else {
            // What guards have taken back would be found again and again.
            let isKept = neighbourhood.slots.map { situation.isOnline[$0] } != before
            note(progress, isBetter: isKept, isWhole: isWhole, part)
        }
        noteChanges()
        nextDeadline = earliestDeadline
        return turn.directives
    }

    /// The part that has had the fewest slices, of those that are worth one, and the name by which
    /// its progress is known.
    private mutating func nextOpenPart() -> (Part, String)? {
        var best: (part: Part, name: String, slices: Int)?
        var seen: Set<Int> = []
        for index in situation.policies.indices where situation.isEnforced[index] {
            let name = situation.policies[index].policy.name
            guard unproven.contains(name), !seen.contains(index) else { continue }
            guard let part = situation.parts(touching: [], policies: [index]).first,
                !part.slots.isEmpty, let first = part.policies.first
            else {
                // Nothing is open in it any more, so there is nothing better.
                settleProof(of: index)
                continue
            }
            seen.formUnion(part.policies)
            let key = situation.policies[first].policy.name
            let done = slices[key]?.slices ?? 0
            if !isSpent(name), done < best?.slices ?? .max { best = (part, key, done) }
        }
        return best.map { ($0.part, $0.name) }
    }

    private mutating func settleProof(of policy: Int) {
        let name = situation.policies[policy].policy.name
        unproven.remove(name)
        slices[name] = nil
        forgetBounds(touching: CollectionOfOne(name))
    }

    /// Notes what a slice has done for all policies of its part.
    private mutating func note(
        _ progress: SliceProgress,
        isBetter: Bool,
        isWhole: Bool,
        _ part: Part
    ) {
        var progress = progress
        progress.slices += 1
        progress.idleSlices = isBetter ? 0 : progress.idleSlices + 1
        // Twice round all policies, or once more with the whole part, and nothing was better.
        progress.limit = isWhole ? progress.idleSlices : 2 * part.policies.count
        for policy in part.policies {
            slices[situation.policies[policy].policy.name] = progress
        }
    }
}

extension Situation {
    /// Some slots of a part around a policy, with everything that reads them; all of a small part.
    ///
    /// - Complexity: O(size of the part).
    func neighbourhood(of policy: Int, in part: Part, size: Int) -> Part {
        guard part.slots.count > size else { return part }
        let isOpen = Set(part.slots)
        var chosen: Set<Int> = []
        var reached: Set<Int> = [policy]
        var pending = [policy]
        var next = 0
        while next < pending.count, chosen.count < size {
            let found = policies[pending[next]].coupled.filter(isOpen.contains)
            next += 1
            for slot in found {
                chosen.insert(slot)
                // A host is decided with what it carries.
                if let host = inventory.host(of: slot), isOpen.contains(host) {
                    chosen.insert(host)
                }
            }
            for slot in found {
                for reader in enforcedReaders(of: slot) where reached.insert(reader).inserted {
                    pending.append(reader)
                }
            }
        }
        var readers: Set<Int> = [policy]
        for slot in chosen { readers.formUnion(enforcedReaders(of: slot)) }
        return Part(
            slots: part.slots.filter(chosen.contains),
            policies: part.policies.filter(readers.contains)
        )
    }

    /// Decides some slots of a part while the others keep what is implemented.
    ///
    /// - Returns: whether the choice became better, and whether none is better for these slots.
    mutating func improve(_ part: Part, budget: Budget) -> (isBetter: Bool, isProven: Bool) {
        guard !part.slots.isEmpty else { return (false, true) }
        var lowering = Lowering(self, part, others: .asImplemented)
        lowering.decide()
        guard case .solved(let solution) = Solver(budget: budget).solve(lowering.problem) else {
            return (false, false)
        }
        var isBetter = false
        for (slot, isOnline) in lowering.states(in: solution) where isOnline != self.isOnline[slot]
        {
            setOnline(slot, isOnline)
            isBetter = true
        }
        checkClaims(of: lowering, solution)
        return (isBetter, solution.isOptimal)
    }
}
