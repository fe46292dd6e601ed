// The registered resources, by slot. A slot is a small integer, so that everything the engine
// keeps about resources can stand in arrays; slots of removed resources are used again.

import MusterModel

/// The registered resources of a domain, with who hosts whom and who is usable.
struct Inventory: Sendable {
    /// The resource in each slot; `nil` in slots that are free.
    private(set) var resources: [Resource?] = []
    /// Whether the resource is registered and it, and every registered host above it, is sound.
    private(set) var isUsable: [Bool] = []
    /// Slots of registered resources by id.
    private(set) var slots: [ResourceID: Int] = [:]
    /// Reports that were older than the one held.
    private(set) var ignoredReports = 0

    /// Slots of which something is new that outlasts the process, each once; some may be free.
    private(set) var touched: [Int] = []

    private var isTouched: [Bool] = []
    private var isStale: [Bool] = []
    private var isQuarantined: [Bool] = []
    private var free: [Int] = []
    private var sharing = Sharing()
    /// Who has which values, as far as selectors have asked.
    var values = ValueIndex()
    /// How resources are known again from the bytes of their reports.
    var looks = Looks()
    /// The slots hosted by an id, whether that id is registered or not.
    private var hosted: [ResourceID: [Int]] = [:]
    /// By slot: the registered host's slot, or `nil`; and the slots that name this one as theirs.
    private var hosts: [Int?] = []
    private var guestLists: [[Int]] = []

    /// What a report did to the inventory.
    enum Change {
        /// The report was older than the one held.
        case ignored
        /// Nothing but its time is new.
        case renewed(slot: Int)
        /// Only its state or its usability is new; `usability` lists slots whose usability is.
        case state(slot: Int, usability: [Int])
        /// It is newly registered, or something that selectors see is new.
        case structure(slot: Int, usability: [Int])
    }

    /// Every registered slot, in order of slot.
    var registered: some Sequence<Int> { resources.indices.lazy.filter { isTaken($0) } }

    /// Whether a slot is in use. Asked for a field, as a copy of the whole resource is dear.
    func isTaken(_ slot: Int) -> Bool { resources[slot]?.state != nil }

    /// The number of slots, free ones included.
    var slotCount: Int { resources.count }

    /// The resource in a slot that is known to be in use.
    subscript(slot: Int) -> Resource {
        guard let resource = resources[slot] else { preconditionFailure("slot \(slot) is free") }
        return resource
    }

    /// The registered host's slot; `nil` without one, and where a resource names itself.
    @inline(__always)
    func host(of slot: Int) -> Int? { hosts[slot] }

    /// The slots that name this one as their host.
    func guests(of slot: Int) -> [Int] { guestLists[slot] }

    /// Whether the resource last said that it is online, or about to be.
    @inline(__always)
    func reportsOnline(_ slot: Int) -> Bool {
        guard let state = resources[slot]?.state else { return false }
        return state == .online || state == .starting
    }

    /// Why a registered resource is not usable, in a few words; `nil` when it is.
    func reasonUnusable(_ slot: Int) -> String? {
        guard let resource = resources[slot], !isUsable[slot] else { return nil }
        if !resource.isAvailable { return "unavailable" }
        if resource.state == .faulted { return "faulted" }
        if isStale[slot] { return "stale" }
        if isQuarantined[slot] { return "quarantined" }
        return "host \(resource.node?.name ?? "") not usable"
    }

    /// Takes in a report of a resource that hosts nobody and looks the same, and finds out whether
    /// it is usable.
    ///
    /// - Complexity: O(depth of hosting), without an allocation.
    mutating func renewLeaf(_ slot: Int, by report: Observation) {
        touch(slot)
        write(report, slot)
        isUsable[slot] = isSoundUpwards(slot)
    }

    /// Notes that a report was older than the one held.
    mutating func ignore() { ignoredReports += 1 }

    /// Whether a slot hosts nobody.
    @inline(__always)
    func hostsNobody(_ slot: Int) -> Bool { guestLists[slot].isEmpty }

    /// Whether the resource is not usable for a reason of its own, not for its host's.
    @inline(__always)
    func isBroken(_ slot: Int) -> Bool { !isSound(slot) }

    /// Takes in a report.
    ///
    /// - Complexity: O(1), and O(guests) when the usability of a host changes.
    mutating func apply(_ resource: Resource) -> Change {
        guard let slot = slots[resource.id] else {
            let slot = register(resource)
            return .structure(slot: slot, usability: refreshUsability(below: slot))
        }
        guard !isOutdated(resource.observation, slot) else {
            ignoredReports += 1
            return .ignored
        }
        return looksSame(resource, slot) ? renew(slot, by: resource) : replace(slot, by: resource)
    }

    /// Whether a report was made before the one that is held.
    @inline(__always)
    func isOutdated(_ report: Observation, _ slot: Int) -> Bool {
        if let sequence = report.sequence, let held = resources[slot]?.sequence {
            return sequence < held
        }
        return report.observedAt < resources[slot]?.observedAt ?? report.observedAt
    }

    /// Whether selectors, hosts and quantities see no difference to the report that is held.
    ///
    /// Field by field in place: a copy of a report costs more than all the comparisons.
    func looksSame(_ resource: borrowing Resource, _ slot: Int) -> Bool {
        resources[slot]?.kind == resource.kind && resources[slot]?.node == resource.node
            && resources[slot]?.cluster == resource.cluster
            && resources[slot]?.serviceGroup == resource.serviceGroup
            && resources[slot]?.applications == resource.applications
            && resources[slot]?.labels == resource.labels
            && resources[slot]?.capacity == resource.capacity
    }

    /// Takes in what a report says that looks the same: all that selectors see stays as it is held,
    /// so that it stays shared.
    private mutating func renew(_ slot: Int, by resource: Resource) -> Change {
        touch(slot)
        let wasStale = isStale[slot]
        let wasSound = isSound(slot)
        let isNewState = resources[slot]?.state != resource.state
        write(resource.observation, slot)
        let usability = isSound(slot) == wasSound ? [] : refreshUsability(below: slot)
        return isNewState || !usability.isEmpty || wasStale
            ? .state(slot: slot, usability: usability) : .renewed(slot: slot)
    }

    /// Writes what a report says that looks like the one that is held.
    ///
    /// - Complexity: O(1), without an allocation.
    mutating func write(_ report: Observation, _ slot: Int) {
        isStale[slot] = false
        resources[slot]?.observation = report
    }

    /// Takes in a report of which selectors see something new.
    private mutating func replace(_ slot: Int, by resource: Resource) -> Change {
        let held = self[slot]
        touch(slot)
        let wasSound = isSound(slot)
        isStale[slot] = false
        looks.forget(slot)
        let resource = shared(resource, as: held.id)
        values.replace(slot, held, by: resource)
        resources[slot] = resource
        let isMoved = resource.node != held.node
        if isMoved { move(slot, from: held.node, to: resource.node) }
        let isUnaffected = !isMoved && isSound(slot) == wasSound
        return .structure(
            slot: slot,
            usability: isUnaffected ? [] : refreshUsability(below: slot)
        )
    }

    /// The resource with values that others have too, under the id that it was registered by:
    /// equal ids may differ in their bytes, and the bytes name its record.
    private mutating func shared(_ resource: Resource, as id: ResourceID) -> Resource {
        var copy = resource
        copy.id = id
        sharing.share(&copy)
        return copy
    }

    /// Forgets a resource.
    ///
    /// - Returns: its slot and its guests whose usability changed; `nil` when it was not known.
    mutating func remove(_ id: ResourceID) -> (slot: Int, usability: [Int])? {
        guard let slot = slots.removeValue(forKey: id), let resource = resources[slot]
        else { return nil }
        if let node = resource.node { leave(node, slot) }
        let guests = guestLists[slot]
        for guest in guests { hosts[guest] = nil }
        guestLists[slot] = []
        resources[slot] = nil
        looks.forget(slot)
        values.remove(slot, resource)
        isUsable[slot] = false
        isStale[slot] = false
        isQuarantined[slot] = false
        free.append(slot)
        var usability: [Int] = []
        for guest in guests { usability += refreshUsability(below: guest) }
        return (slot, usability)
    }

    /// Supposes that resources have recovered: available, reporting and not faulted.
    ///
    /// - Returns: the slots whose usability changed.
    mutating func suppose(recovered slots: some Sequence<Int>) -> [Int] {
        var changed: [Int] = []
        for slot in slots {
            resources[slot]?.isAvailable = true
            if resources[slot]?.state == .faulted { resources[slot]?.state = .offline }
            isStale[slot] = false
            isQuarantined[slot] = false
            changed += refreshUsability(below: slot)
        }
        return changed
    }

    /// Marks a resource's report as expired, or not.
    ///
    /// - Returns: the slots whose usability changed.
    mutating func setStale(_ slot: Int, _ value: Bool) -> [Int] {
        touch(slot)
        isStale[slot] = value
        return refreshUsability(below: slot)
    }

    /// Puts a resource in quarantine, or takes it out.
    ///
    /// - Returns: the slots whose usability changed.
    mutating func setQuarantined(_ slot: Int, _ value: Bool) -> [Int] {
        touch(slot)
        isQuarantined[slot] = value
        return refreshUsability(below: slot)
    }

    /// Whether the report has expired and was marked so.
    @inline(__always)
    func isMarkedStale(_ slot: Int) -> Bool { isStale[slot] }

    /// Whether the resource is in quarantine.
    @inline(__always)
    func isInQuarantine(_ slot: Int) -> Bool { isQuarantined[slot] }

    /// When a resource's report expires; `nil` when it holds for ever, or has expired.
    func leaseEnd(_ slot: Int) -> Instant? {
        // Field by field: a copy of the whole report is dear.
        guard let ttl = resources[slot]?.ttl, let start = resources[slot]?.observedAt,
            !isStale[slot]
        else { return nil }
        return start + ttl
    }

    /// Whether one registered slot's resource comes before another's in order of id.
    func isBefore(_ a: Int, _ b: Int) -> Bool {
        guard let first = resources[a]?.id, let second = resources[b]?.id else { return a < b }
        return first < second
    }

    /// Registered slots in order of resource id, which is the same whoever reported first.
    func ordered(_ slots: some Sequence<Int>) -> [Int] {
        slots.filter { isTaken($0) }.sorted { isBefore($0, $1) }
    }

    /// Of registered slots those that come first in order of resource id.
    ///
    /// - Complexity: O(slots × count).
    func first(_ count: Int, of slots: [Int]) -> [Int] {
        var chosen: [Int] = []
        for slot in slots {
            let id = self[slot].id
            if chosen.count == count, let last = chosen.last, self[last].id < id { continue }
            chosen.insert(slot, at: chosen.firstIndex { id < self[$0].id } ?? chosen.endIndex)
            if chosen.count > count { chosen.removeLast() }
        }
        return chosen
    }

    private mutating func register(_ resource: Resource) -> Int {
        let slot = place(shared(resource, as: resource.id))
        guestLists[slot] = hosted[resource.id, default: []].filter { $0 != slot }
        for guest in guestLists[slot] { hosts[guest] = slot }
        if let node = resource.node { join(node, slot) }
        return slot
    }

    /// Gives a resource a slot, with no word yet of hosts and usability.
    private mutating func place(_ resource: Resource) -> Int {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            resources[slot] = resource
        } else {
            slot = resources.count
            resources.append(resource)
            isUsable.append(false)
            isStale.append(false)
            isQuarantined.append(false)
            isTouched.append(false)
            hosts.append(nil)
            guestLists.append([])
        }
        slots[resource.id] = slot
        values.insert(slot, resource)
        touch(slot)
        return slot
    }

    private mutating func move(_ slot: Int, from old: ResourceID?, to new: ResourceID?) {
        if let old { leave(old, slot) }
        if let new { join(new, slot) }
    }

    private mutating func join(_ node: ResourceID, _ slot: Int) {
        hosted[node, default: []].append(slot)
        guard let host = slots[node], host != slot else { return }
        hosts[slot] = host
        guestLists[host].append(slot)
    }

    private mutating func leave(_ node: ResourceID, _ slot: Int) {
        hosted[node]?.removeAll { $0 == slot }
        if hosted[node]?.isEmpty == true { hosted[node] = nil }
        guard let host = hosts[slot] else { return }
        guestLists[host].removeAll { $0 == slot }
        hosts[slot] = nil
    }

    @inline(__always)
    private func isSound(_ slot: Int) -> Bool {
        // Field by field: a copy of the whole report is dear.
        resources[slot]?.isAvailable == true && resources[slot]?.state != .faulted
            && !isStale[slot] && !isQuarantined[slot]
    }

    /// Whether the slot and every registered host above it is sound. A ring of hosts holds
    /// itself up: usability is the greatest solution of its definition.
    private func isSoundUpwards(_ slot: Int) -> Bool {
        var current = slot
        for _ in 0...resources.count {
            guard isSound(current) else { return false }
            guard let host = host(of: current), host != slot else { return true }
            current = host
        }
        return true
    }

    // MARK: State

    /// Notes that something of a slot is new that outlasts the process.
    ///
    /// - Complexity: O(1).
    mutating func touch(_ slot: Int) {
        guard !isTouched[slot] else { return }
        isTouched[slot] = true
        touched.append(slot)
    }

    /// The slots of which something is new since the last call; those that are free are left out.
    mutating func takeTouched() -> [Int] {
        for slot in touched { isTouched[slot] = false }
        defer { touched.removeAll(keepingCapacity: true) }
        return touched.filter { isTaken($0) }
    }

    /// Puts back what was known of a resource. Nothing follows from it before ``link()``.
    ///
    /// - Complexity: O(1).
    mutating func restore(_ resource: Resource, isStale: Bool, isQuarantined: Bool) -> Int {
        let slot: Int
        if let known = slots[resource.id] {
            slot = known
            looks.forget(slot)
            if let held = resources[slot] { values.replace(slot, held, by: resource) }
            resources[slot] = resource
        } else {
            slot = place(resource)
        }
        self.isStale[slot] = isStale
        self.isQuarantined[slot] = isQuarantined
        return slot
    }

    /// Takes back what was put back.
    ///
    /// - Returns: the slot that it had; `nil` when it is not known.
    mutating func unrestore(_ id: ResourceID) -> Int? {
        guard let slot = slots.removeValue(forKey: id) else { return nil }
        looks.forget(slot)
        if let held = resources[slot] { values.remove(slot, held) }
        resources[slot] = nil
        isStale[slot] = false
        isQuarantined[slot] = false
        free.append(slot)
        return slot
    }

    /// Finds out who hosts whom and who is usable, once everything has been put back.
    ///
    /// - Complexity: O(resources × depth of hosting).
    mutating func link(sharing: Sharing) {
        self.sharing = sharing
        _ = takeTouched()
        for slot in resources.indices {
            if let node = resources[slot]?.node { join(node, slot) }
        }
        for slot in resources.indices where isTaken(slot) {
            isUsable[slot] = isSoundUpwards(slot)
        }
    }

    /// Recomputes the usability of a slot and everything hosted below it.
    private mutating func refreshUsability(below slot: Int) -> [Int] {
        if guestLists[slot].isEmpty {
            let usable = isSoundUpwards(slot)
            guard usable != isUsable[slot] else { return [] }
            isUsable[slot] = usable
            return [slot]
        }
        var changed: [Int] = []
        var pending = [slot]
        var seen: Set<Int> = [slot]
        while let next = pending.popLast() {
            let usable = isSoundUpwards(next)
            guard usable != isUsable[next] || next == slot else { continue }
            if usable != isUsable[next] {
                isUsable[next] = usable
                changed.append(next)
            }
            for guest in guests(of: next) where seen.insert(guest).inserted {
                pending.append(guest)
            }
        }
        return changed
    }
}
