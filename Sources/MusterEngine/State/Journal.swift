// What changed since the changelog was last told. Noting costs a few instructions; records are
// only written when they are asked for.

import MusterModel

/// Names of what the changelog has yet to be told; what resources in slots are concerned, the
/// inventory notes by slot.
struct Journal: Sendable {
    /// Whether somebody has asked for changes before, or the domain was restored. Until then
    /// everything is new, and nothing has to be noted.
    private(set) var isKept = false
    /// Resources without a slot: removed, or in the plan only.
    private(set) var resources: [ResourceID] = []
    /// Documents of the bus.
    private(set) var documents: Set<Configuration.Name> = []
    /// Documents of the baseline.
    private(set) var baseline: Set<Configuration.Name> = []
    /// Alerts by fingerprint.
    private(set) var alerts: Set<String> = []
    /// The record of the domain itself as the changelog has it.
    private(set) var record: DomainRecord?

    /// Begins anew, when the changelog knows everything.
    mutating func begin(_ record: DomainRecord?) {
        self = Journal()
        isKept = true
        self.record = record
    }

    mutating func touch(_ resource: ResourceID) {
        if isKept { resources.append(resource) }
    }

    mutating func touch(_ names: some Sequence<Configuration.Name>) {
        if isKept { baseline.formUnion(names) }
    }

    mutating func touch(documents names: Set<Configuration.Name>) {
        if isKept { documents.formUnion(names) }
    }

    mutating func touch(alerts fingerprints: Set<String>) {
        if isKept { alerts.formUnion(fingerprints) }
    }
}

extension Domain {
    /// Gathers what a turn changed of what outlasts the process.
    ///
    /// - Complexity: O(what changed).
    mutating func noteChanges() {
        for slot in situation.flipped where situation.placement(slot) != nil {
            situation.inventory.touch(slot)
        }
        for slot in situation.replaced { situation.inventory.touch(slot) }
        for slot in situation.blockings {
            situation.inventory.touch(slot)
            // A host that is not blocked any more may tie what it carries.
            situation.uniteGuests(of: slot)
        }
        situation.noteStandings()
        situation.forgetChanges()
        for resource in execution.takeTouched() {
            if let slot = situation.inventory.slots[resource] {
                situation.inventory.touch(slot)
                // Where a command takes a host, it may tie what it carries.
                situation.uniteGuests(of: slot)
            } else {
                journal.touch(resource)
            }
        }
        journal.touch(alerts: alerts.takeTouched())
        journal.touch(documents: configuration.takeTouched())
    }
}
