// A resource that comes and goes by itself costs a decision and commands each time. After a few
// times it is left alone for a while.

import MusterModel
import MusterPolicy

extension Domain {
    /// Takes in that a managed resource reports another state than before; too many changes that no
    /// command asked for put it in quarantine.
    ///
    /// - Complexity: O(changes that are remembered).
    mutating func noteFlap(from held: Resource, _ turn: inout Turn) {
        guard !limits.flapping.isEmpty, let slot = situation.inventory.slots[held.id],
            situation.placement(slot) != nil
        else { return }
        let report = situation.inventory[slot]
        guard held.condition != report.condition,
            execution.flights[held.id]?.target?.rawValue != report.condition.rawValue
        else { return }
        // By its own clock: a backlog is read faster than it came about.
        let last = report.observedAt
        let longest = limits.flapping.map(\.within).max() ?? .zero
        restraints.remember(held.id) { memory in
            memory.flaps = memory.flaps.filter { $0 + longest > last } + [last]
        }
        let flaps = restraints.memories[held.id]?.flaps ?? []
        let broken = limits.flapping.filter { limit in
            flaps.count { $0 + limit.within > last } >= limit.changes
                && last + limit.within > turn.now
        }
        guard let strictest = broken.max(by: { $0.quarantine < $1.quarantine }) else { return }
        restraints.remember(held.id) { $0.flaps = [] }
        quarantine(slot, strictest, &turn)
    }

    private mutating func quarantine(_ slot: Int, _ limit: Guard.Flapping, _ turn: inout Turn) {
        let id = situation.inventory[slot].id
        // One that did not obey stays away as long, but obeying now does not acquit it any more.
        let end = max(turn.now + limit.quarantine, quarantines[id]?.end ?? turn.now)
        let left = Duration.milliseconds(end.milliseconds - turn.now.milliseconds)
        quarantines[id] = Quarantine(end: end, cause: .flapping)
        turn.touched.insert(slot)
        turn.touched.formUnion(situation.inventory.setQuarantined(slot, true))
        turn.causes.append("\(id) was flapping")
        notify(
            &turn,
            .resourceQuarantined,
            .warning,
            summary: "\(id) changed its state by itself \(limit.changes) times within "
                + "\(limit.within.text); it is left alone for \(left.text)",
            changed: [.init(subject: id.name, from: "flapping", to: "quarantined")]
        )
    }
}

/// What a resource's report comes to, in words that placements have too.
private enum ReportedCondition: String {
    case online, offline, broken
}

extension Resource {
    fileprivate var condition: ReportedCondition {
        guard isAvailable else { return .broken }
        return switch state {
        case .online, .starting: .online
        case .offline, .stopping, .unknown: .offline
        case .faulted: .broken
        }
    }
}
