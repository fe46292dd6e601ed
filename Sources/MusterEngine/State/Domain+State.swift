// The state of a domain as records. What is state, and what follows from it, is listed below: a
// stored property that is added anywhere in a domain has to find its place in this list.

// Of `Domain`: `id`, `options` and the files of the baseline are given. State are `epoch`,
// `noticeCount`, `requestCount`, `askedAt`, `ruledAt`, `isDecisionDue`, `unproven` (its record),
// `quarantines` (records of resources), `announced` (records of the baseline). Derived are
// `leases` (from reports, and some ends earlier), `boundary` (from `ruledAt`), `nextDeadline`,
// `unsettled` (from reports, placements and flights), `unannounced` (from `announced` and the
// files), `rounds` (from the registered resources). Not kept is `inquiry`, as everything is asked
// to report after a restore, nor `solves`, which counts what this process did, nor `slices`, how
// far it has come with what `unproven` names; `untold` is empty between turns, and `journal` is
// about the changelog, not the domain.
//
// Of `Inventory`: state are `resources`, `isStale`, `isQuarantined`. Derived are `isUsable`,
// `slots`, `hosted`, `hosts`, `guestLists`; leases follow from reports. Which slot a resource has,
// and so `free`, is not kept: no decision may depend on it. Nor is `ignoredReports`, a count of
// this process, nor `sharing`, `values` and `looks`, which only save memory and time; `touched` is
// about the changelog.
//
// Of `Situation`: state are `isManaged` and `isOnline` of managed slots (as placements), `blocked`
// and `reblocked`, which say what the last decisions have seen. Derived are `policies`,
// `isEnforced`, `dependencies`, `rules`, `isDrained`, `isCordoned`, `onlineCost`, `changeCost`,
// `countedUsable`, `occurrences`, `needs`, `serves`, `traits`, `standings`, `imperfect`, `regions`
// (by grounding, and kept in step), `isBlockedStale` (true at first), `isOnline` of other slots (as
// reported), `targets` (from flights). `rearranged`, `replaced`, `flipped`, `moved`, `blockings`
// live for a turn.
//
// Of `Configuration`: state is `bus`; `baseline` is given, `documents` is derived. Of `Execution`:
// state are `plan`, `stage`, `cause`, `isUnderWay`, `confirmed`, `lapsed` (record of the domain),
// `remaining` and `flights` (records of resources; within a stage changes are in order of id, and a
// command's id follows from the rest); `stages` and `deadlines` are derived, and `lastNumber` from
// `plan` and `lastPlan`. Of `Alerts`: state is `open`; `ofResources` and `others` are derived. Of
// `Restraints`: state are `memories` and the changes of `withheld` (records of restraints, by
// resource), the rest of `withheld`, `lastID` and `lastPlan` (record of the restraints); `failed`,
// `massFailure` and `owners` are derived. What is `touched` in these four is about the changelog.

import MusterModel
import MusterPolicy

extension Domain {
    /// The records that changed since the last call, or since the domain was restored; on the
    /// first call of a domain that was not restored, all of them. In order of key.
    ///
    /// - Complexity: O(what changed × log of that).
    public mutating func takeStateChanges() -> [StateEntry] {
        noteChanges()
        guard journal.isKept else {
            _ = situation.inventory.takeTouched()
            _ = restraints.takeTouched()
            journal.begin(record)
            return snapshot
        }
        let prefix = StateKey.prefix(of: id)
        var entries = situation.inventory.takeTouched().map { resourceEntry(prefix, slot: $0) }
        entries += entriesOfGone(prefix, journal.resources, known: entries)
        for name in journal.documents {
            let key = StateKey.key(prefix, .document, name)
            entries.append(StateEntry(key: key, value: configuration.bus[name]?.encoded()))
        }
        for name in journal.baseline {
            let key = StateKey.key(prefix, .baseline, name)
            entries.append(StateEntry(key: key, value: announced[name].map(BaselineRecord.encoded)))
        }
        for fingerprint in journal.alerts {
            let key = StateKey.key(prefix, .alert, fingerprint)
            entries.append(StateEntry(key: key, value: alerts.open[fingerprint]?.encoded()))
        }
        entries += takeRestraintChanges(prefix)
        if record != journal.record {
            entries.append(StateEntry(key: domainKey(prefix), value: record?.encoded()))
        }
        journal.begin(record)
        return entries.sorted { StateKey.isBefore($0.key, $1.key) }
    }

    /// The whole state, in order of key. Domains of equal state have equal snapshots, byte for
    /// byte.
    ///
    /// - Complexity: O(size of the domain × log of that).
    public var snapshot: [StateEntry] {
        guard let record else { return [] }
        let prefix = StateKey.prefix(of: id)
        var entries = [StateEntry(key: domainKey(prefix), value: record.encoded())]
        entries += situation.inventory.registered.map { resourceEntry(prefix, slot: $0) }
        for (name, entry) in configuration.bus {
            let key = StateKey.key(prefix, .document, name)
            entries.append(StateEntry(key: key, value: entry.encoded()))
        }
        for (name, digest) in announced {
            let key = StateKey.key(prefix, .baseline, name)
            entries.append(StateEntry(key: key, value: BaselineRecord.encoded(digest)))
        }
        for (fingerprint, notice) in alerts.open {
            let key = StateKey.key(prefix, .alert, fingerprint)
            entries.append(StateEntry(key: key, value: notice.encoded()))
        }
        entries += restraintSnapshot(prefix)
        return entries.sorted { StateKey.isBefore($0.key, $1.key) }
    }

    private func domainKey(_ prefix: [UInt8]) -> [UInt8] { StateKey.key(prefix, .domain, "") }

    private func resourceEntry(_ prefix: [UInt8], slot: Int) -> StateEntry {
        let resource = situation.inventory[slot]
        return StateEntry(
            key: StateKey.key(prefix, .resource, resource.id.name),
            value: record(of: resource, slot).encoded()
        )
    }

    private func record(of resource: Resource, _ slot: Int) -> ResourceRecord {
        var record = ResourceRecord()
        record.resource = resource
        record.isStale = situation.inventory.isMarkedStale(slot)
        if situation.inventory.isInQuarantine(slot) {
            record.quarantine = quarantines[resource.id]
        }
        record.placement = situation.placement(slot)
        if !situation.blocked.isEmpty { record.isBlocked = situation.blocked.contains(slot) }
        if !situation.reblocked.isEmpty { record.isReblocked = situation.reblocked.contains(slot) }
        if !execution.remaining.isEmpty { record.change = plannedChange(resource.id) }
        if !execution.flights.isEmpty { record.flight = execution.flights[resource.id] }
        return record
    }

    private func plannedChange(_ id: ResourceID) -> ResourceRecord.PlannedChange? {
        execution.remaining[id].map { stage, item in
            .init(stage: stage, target: item.target, policies: item.policies)
        }
    }

    /// Tombstones of resources that had no slot when something of theirs changed.
    private func entriesOfGone(
        _ prefix: [UInt8],
        _ resources: [ResourceID],
        known: [StateEntry]
    ) -> [StateEntry] {
        guard !resources.isEmpty else { return [] }
        var seen = Set(known.map(\.key))
        var entries: [StateEntry] = []
        for id in resources {
            // Equal ids may differ in their bytes: what was under the old ones is gone.
            let key = StateKey.key(prefix, .resource, id.name)
            if seen.insert(key).inserted { entries.append(StateEntry(key: key, value: nil)) }
        }
        return entries
    }
}
