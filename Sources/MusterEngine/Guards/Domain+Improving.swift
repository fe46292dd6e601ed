// Improvements can wait: where a guard says so, what is satisfied is changed for its cost alone
// only for a gain that is worth it, and not again and again.

import MusterModel
import MusterPolicy
import MusterSolver

/// How good one part is, compared from the first member to the last.
private struct Standing {
    /// By priority: how many enforced policies do not hold, and by how much.
    var unsatisfied: [Int: Int] = [:]
    var shortfall: [Int: Int] = [:]
    var cost = 0
}

/// Changes for cost alone that are not made.
private struct Skip {
    var changes: [ResourceID: Placement]
    var reason: String
    var until: Instant?
}

extension Domain {
    /// Takes back what a decision changes for cost alone where guards do not want it.
    ///
    /// - Complexity: O(size of the parts decided).
    mutating func skipImprovements(
        _ decision: Decision,
        _ decided: Set<Int>,
        _ changes: inout Changes,
        _ turn: inout Turn
    ) {
        var skips: [Skip] = []
        if limits.improve != .gain(atLeast: 0) || limits.cooldown != nil {
            for part in decision.parts {
                let own = part.slots.filter { changes[$0] != nil }
                guard !own.isEmpty, let gain = gain(of: own, in: part),
                    let (reason, until) = reasonToSkip(own, gain, turn.now)
                else { continue }
                var skip = Skip(changes: [:], reason: reason, until: until)
                for slot in own {
                    let id = situation.inventory[slot].id
                    skip.changes[id] = situation.isOnline[slot] ? .online : .offline
                }
                takeBack(own.reduce(into: [:]) { $0[$1] = changes.removeValue(forKey: $1) })
                skips.append(skip)
            }
        }
        let known = restraints.withheld.filter {
            $0.status == .skipped && isAffected($0, decided, turn)
        }
        for entry in known {
            // What is skipped again for the same reason has been told.
            let same = skips.firstIndex {
                $0.changes == entry.changes && $0.reason == entry.reason && $0.until == entry.until
            }
            if let same {
                skips.remove(at: same)
            } else {
                restraints.release(entry.id)
            }
        }
        for skip in skips {
            restraints.withhold(
                skip.changes,
                .skipped,
                reason: skip.reason,
                until: skip.until
            )
            tellSkipped(skip.changes, because: skip.reason, &turn)
        }
    }

    /// How much the cost falls by changes; `nil` where they are not made for cost alone.
    private mutating func gain(of slots: [Int], in part: Part) -> Int? {
        let after = standing(part)
        let chosen = slots.map { ($0, situation.isOnline[$0]) }
        takeBack(slots.reduce(into: [:]) { $0[$1] = true })
        let before = standing(part)
        let isValid = situation.isValid(part)
        for (slot, isOnline) in chosen { situation.setOnline(slot, isOnline) }
        guard isValid, before.unsatisfied == after.unsatisfied, before.shortfall == after.shortfall
        else { return nil }
        return before.cost.saturatingAdd(after.cost.saturatingNegation)
    }

    private func standing(_ part: Part) -> Standing {
        var standing = Standing()
        for index in part.policies {
            let ground = situation.policies[index]
            standing.cost = standing.cost.saturatingAdd(ground.preferenceCost)
            guard !ground.isSatisfied else { continue }
            standing.unsatisfied[ground.policy.priority, default: 0] += 1
            guard ground.policy.whenUnsatisfiable == .bestEffort else { continue }
            let known = standing.shortfall[ground.policy.priority] ?? 0
            standing.shortfall[ground.policy.priority] = known.saturatingAdd(ground.shortfall)
        }
        for slot in part.slots {
            if situation.isOnline[slot] {
                standing.cost = standing.cost.saturatingAdd(situation.onlineCost[slot])
            }
            if situation.isOnline[slot] != situation.isCurrentlyOnline(slot) {
                standing.cost = standing.cost.saturatingAdd(situation.changeCost[slot])
            }
        }
        return standing
    }

    /// Why changes for cost alone are not made, and until when; `nil` when they are.
    private func reasonToSkip(
        _ slots: [Int],
        _ gain: Int,
        _ now: Instant
    ) -> (reason: String, until: Instant?)? {
        switch limits.improve {
        case .never: return ("a guard allows no change for cost alone", nil)
        case .gain(let least) where gain < least:
            return ("it gains \(gain), and a guard asks for at least \(least)", nil)
        case .gain: break
        }
        guard let cooldown = limits.cooldown else { return nil }
        let ends = slots.compactMap { slot -> (end: Instant, id: ResourceID)? in
            let id = situation.inventory[slot].id
            guard let changed = restraints.memories[id]?.changedAt, changed + cooldown > now
            else { return nil }
            return (changed + cooldown, id)
        }
        guard let last = ends.max(by: { ($0.end, $0.id) < ($1.end, $1.id) }) else { return nil }
        return (
            "\(last.id) was changed less than \(cooldown.text) ago, and cools down until "
                + last.end.rfc3339,
            last.end
        )
    }

    /// Looks again at improvements whose time has come.
    mutating func passCooldowns(_ turn: inout Turn) {
        for entry in restraints.withheld {
            guard let until = entry.until, until <= turn.now else { continue }
            turn.isRestrained = true
            turn.reconsidered.insert(entry.id)
            turn.slots.formUnion(entry.changes.keys.compactMap { situation.inventory.slots[$0] })
            turn.causes.append("a cooldown is over")
        }
    }
}

extension Situation {
    /// Whether hosts and firm dependencies hold for what is online in a part, and maintenance for
    /// all of it.
    ///
    /// - Complexity: O(size of the part).
    func isValid(_ part: Part) -> Bool {
        part.slots.allSatisfy { slot in
            guard isOnline[slot] else { return true }
            if let host = inventory.host(of: slot), !isOnline[host] { return false }
            return needs[slot].allSatisfy { index in
                dependencies[index].providers.count { isOnline[$0] }
                    >= dependencies[index].need.atLeast
            }
        }
    }
}
