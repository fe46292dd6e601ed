// Many failures at once are rarely what they look like: a network that split, or a reporter that
// died, looks like machines that did. Then it is better to ask than to command.

import MusterModel
import MusterPolicy

extension Domain {
    /// Notes which managed resources have become unusable, and which are usable again. Asked before
    /// the counters take that in.
    ///
    /// - Complexity: O(touched slots), or O(slots) where everything is decided anew.
    mutating func noteFailures(_ turn: Turn) {
        guard !limits.maxUnusable.isEmpty else { return }
        let slots = turn.isWhole ? Array(situation.inventory.registered) : Array(turn.touched)
        for slot in slots {
            guard let id = situation.inventory.resources[slot]?.id else { continue }
            if situation.inventory.isUsable[slot] {
                recover(id)
            } else if wasInUse(slot, turn) {
                restraints.remember(id) { $0.failedAt = $0.failedAt ?? turn.now }
            }
        }
    }

    private mutating func recover(_ id: ResourceID) {
        guard restraints.failed.contains(id) else { return }
        restraints.remember(id) {
            $0.failedAt = nil
            $0.isInMassFailure = false
        }
    }

    /// Whether a slot was managed and usable when that was last counted. After a backlog there is
    /// no telling but for what is implemented.
    private func wasInUse(_ slot: Int, _ turn: Turn) -> Bool {
        guard situation.isManaged.indices.contains(slot), situation.isManaged[slot]
        else { return false }
        return turn.isWhole ? situation.isOnline[slot] : situation.isCountedUsable(slot)
    }

    /// Finds out whether too much has failed at once, or has recovered. A mass failure begins with
    /// what failed within the time of the limit, and passes when so much of it has recovered that
    /// the limit would allow the rest.
    ///
    /// - Complexity: O(slots) where anything has failed of late, else O(1).
    mutating func judgeFailures(_ turn: inout Turn) {
        guard !restraints.failed.isEmpty else { return }
        let wasFrozen = restraints.isFrozen
        let failed = restraints.failed.filter { id in
            situation.inventory.slots[id].flatMap { situation.placement($0) } != nil
        }
        let managed = situation.isManaged.count { $0 }
        var members: Set<ResourceID> = []
        for limit in limits.maxUnusable {
            let recent = failed.filter { id in
                guard let memory = restraints.memories[id], let since = memory.failedAt
                else { return false }
                return memory.isInMassFailure || since + limit.within > turn.now
            }
            let (weight, overflow) = events(among: recent).multipliedReportingOverflow(by: 100_000)
            if overflow || weight > limit.share * managed { members.formUnion(recent) }
        }
        for id in restraints.failed {
            restraints.remember(id) { $0.isInMassFailure = members.contains(id) }
        }
        guard wasFrozen, !restraints.isFrozen else { return }
        turn.causes.append("enough of what failed at once has recovered")
        turn.isRestrained = true
        reconsider(&turn)
    }

    /// How many failures these resources are: those of one reporter that fell silent are one. Its
    /// resources are those of a host, with the host.
    private func events(among failed: Set<ResourceID>) -> Int {
        var silent: Set<ResourceID> = []
        var others = 0
        for id in failed {
            if let slot = situation.inventory.slots[id], let reporter = silentReporter(of: slot) {
                silent.insert(reporter)
            } else {
                others += 1
            }
        }
        return silent.count + others
    }

    /// Whose silence makes a resource unusable; `nil` when something else does.
    private func silentReporter(of slot: Int) -> ResourceID? {
        let inventory = situation.inventory
        if inventory.isMarkedStale(slot) { return inventory[slot].node ?? inventory[slot].id }
        guard !inventory.isBroken(slot), let host = inventory.host(of: slot),
            inventory.isMarkedStale(host)
        else { return nil }
        return inventory[host].id
    }

    /// In words, how much has failed.
    func massFailureReason(managed: Int) -> String {
        let failed = restraints.massFailure
        let events = events(among: failed)
        let together = events < failed.count ? ", counted as \(counted(events, "failure"))," : ""
        let limits = limits.maxUnusable.map { "\(percent($0.share)) within \($0.within.text)" }
        return "\(failed.count) of \(counted(managed, "managed resource"))\(together) became "
            + "unusable, and a guard allows \(limits.joined(separator: " and "))"
    }
}

/// A share as people write it.
func percent(_ thousandths: Int) -> String {
    let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
    guard rest > 0 else { return "\(whole)%" }
    var digits = String(1000 + rest).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)%"
}
