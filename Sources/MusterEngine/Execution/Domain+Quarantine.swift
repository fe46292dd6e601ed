// Leaving resources alone that do not obey, and using them again: when the time is over, when
// people ask for it, and when they obey after all.

import MusterModel
import MusterPolicy

extension Domain {
    /// Puts a resource in quarantine and tells people; `reason` says what it did.
    mutating func quarantine(
        _ slot: Int,
        _ quarantine: Quarantine,
        _ reason: String,
        _ turn: inout Turn
    ) {
        let resource = situation.inventory[slot].id
        quarantines[resource] = quarantine
        turn.touched.insert(slot)
        turn.touched.formUnion(situation.inventory.setQuarantined(slot, true))
        fireFailure(resource, reason, until: quarantine.end, &turn)
    }

    /// Ends quarantines whose time is over.
    mutating func endQuarantines(_ turn: inout Turn) {
        for resource in quarantines.takeEnded(at: turn.now) {
            release(resource, "its quarantine is over", &turn)
        }
    }

    /// Ends the quarantine of resources that have obeyed after all.
    mutating func acquit(_ turn: inout Turn) {
        guard !quarantines.isEmpty else { return }
        for slot in turn.touched {
            guard let resource = situation.inventory.resources[slot],
                let quarantine = quarantines[resource.id], quarantine.target == resource.state
            else { continue }
            release(resource.id, "it has obeyed after all", &turn)
        }
    }

    /// Ends the quarantine of what a selector matches, as people ask.
    mutating func release(_ selector: Selector?, _ turn: inout Turn) {
        let chosen = quarantines.resources.filter { resource in
            guard let slot = situation.inventory.slots[resource] else { return false }
            return selector?.matches(situation.inventory[slot]) ?? true
        }.sorted()
        for resource in chosen { release(resource, "it was released by request", &turn) }
        guard !turn.isCatchingUp else { return }
        let count = chosen.count
        notify(
            &turn,
            .configurationUpdated,
            .info,
            summary: count == 0
                ? "nothing that the release selects is in quarantine"
                : "\(count == 1 ? chosen[0].name : "\(count) resources") released from quarantine",
            changed: chosen.prefix(Self.changesPerNotice).map {
                .init(subject: $0.name, from: "quarantined", to: "released")
            }
        )
    }

    private mutating func release(
        _ resource: ResourceID,
        _ reason: String,
        _ turn: inout Turn
    ) {
        quarantines[resource] = nil
        guard let slot = situation.inventory.slots[resource] else { return }
        turn.releases[slot] = reason
        turn.touched.insert(slot)
        turn.touched.formUnion(situation.inventory.setQuarantined(slot, false))
    }
}
