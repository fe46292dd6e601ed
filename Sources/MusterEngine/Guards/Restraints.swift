// What guards have to remember: when resources changed and failed, and what is not done for now.
// Nothing here decides; it is kept in step with the records that outlast the process.

import MusterModel

/// Changes that were decided and are not made for now.
struct Withheld: Sendable {
    /// Why they are not made, and what may become of them.
    enum Status: UInt8, Sendable {
        /// A plan that waits for an answer. Moves to: approved, dropped; ends when what would be
        /// decided is no longer the same.
        case asking = 0
        /// An answer lets it go, but nothing has been decided since. Ends with the next decision.
        case approved = 1
        /// An answer drops it: it is not asked for again while the same would be decided.
        case dropped = 2
        /// An improvement that a guard does not want; ends when something else would be decided,
        /// or at its time.
        case skipped = 3
    }

    /// Counts in the domain what was withheld.
    let id: Int
    var status: Status
    /// The plan's number; 0 for an improvement.
    let plan: Int
    /// Why, in words.
    let reason: String
    /// The enforced policies that did not hold without it, in order of name.
    let policies: [String]
    /// When an improvement is looked at again; `nil` when only something new makes it so.
    let until: Instant?
    /// What would be changed.
    var changes: [ResourceID: Placement] = [:]

    /// Whether it is a plan that people have been asked about.
    var isAsking: Bool { status == .asking || status == .approved }
}

/// What guards remember of a domain.
struct Restraints: Sendable {
    /// What is remembered of one resource.
    struct Memory: Hashable, Sendable {
        /// When a decision last changed it.
        var changedAt: Instant?
        /// When it last changed its state by itself, in order.
        var flaps: [Instant] = []
        /// Since when it is unusable.
        var failedAt: Instant?
        /// Whether it is one of a mass failure that has not passed.
        var isInMassFailure = false

        var isEmpty: Bool { self == Memory() }
    }

    private(set) var memories: [ResourceID: Memory] = [:]
    /// In order of id.
    private(set) var withheld: [Withheld] = []
    /// The id of the last one.
    private(set) var lastID = 0
    /// The last number of a plan when one was held, or begun late. The number of the plan in
    /// progress may be lower than numbers that were given since.
    var lastPlan = 0 { didSet { isHeadTouched = true } }
    /// Resources that are unusable since a time that is remembered.
    private(set) var failed: Set<ResourceID> = []
    /// Those of a mass failure; while there are any, nothing is commanded.
    private(set) var massFailure: Set<ResourceID> = []
    /// Which of ``withheld`` holds a resource.
    private var owners: [ResourceID: Int] = [:]
    private var touched: Set<ResourceID> = []
    private var isHeadTouched = false

    /// Whether nothing is commanded, for too much has failed at once.
    var isFrozen: Bool { !massFailure.isEmpty }

    /// Whether there is anything to remember.
    var isEmpty: Bool { memories.isEmpty && lastID == 0 }

    /// When an improvement is looked at again.
    var nextDeadline: Instant? { withheld.compactMap(\.until).min() }

    /// The plan that waits for an answer.
    var asking: Withheld? { withheld.first(where: \.isAsking) }

    /// What is withheld for a resource.
    func withheld(_ resource: ResourceID) -> (id: Int, target: Placement)? {
        guard let id = owners[resource], let target = self[id]?.changes[resource]
        else { return nil }
        return (id, target)
    }

    subscript(id: Int) -> Withheld? { withheld.first { $0.id == id } }

    // MARK: Resources

    /// Changes what is remembered of a resource.
    mutating func remember(_ resource: ResourceID, _ change: (inout Memory) -> Void) {
        var memory = memories[resource] ?? Memory()
        let before = memory
        change(&memory)
        guard memory != before else { return }
        put(memory, resource)
        touched.insert(resource)
    }

    private mutating func put(_ memory: Memory, _ resource: ResourceID) {
        memories[resource] = memory.isEmpty ? nil : memory
        if memory.failedAt != nil { failed.insert(resource) } else { failed.remove(resource) }
        if memory.isInMassFailure {
            massFailure.insert(resource)
        } else {
            massFailure.remove(resource)
        }
    }

    /// Forgets a resource that is gone.
    mutating func forget(_ resource: ResourceID) {
        guard let index = memories.index(forKey: resource) else { return }
        touched.insert(memories[index].key)
        put(Memory(), resource)
    }

    /// Changes what is remembered of every resource that there is something of.
    mutating func rememberAll(_ change: (inout Memory) -> Void) {
        for resource in Array(memories.keys) { remember(resource, change) }
    }

    /// Forgets what no limit asks for any more.
    mutating func keep(_ limits: Limits) {
        let (flaps, cools) = (!limits.flapping.isEmpty, limits.cooldown != nil)
        let fails = !limits.maxUnusable.isEmpty
        rememberAll {
            if !flaps { $0.flaps = [] }
            if !cools { $0.changedAt = nil }
            if !fails {
                $0.failedAt = nil
                $0.isInMassFailure = false
            }
        }
    }

    // MARK: What is withheld

    /// Withholds changes.
    ///
    /// - Returns: their id.
    @discardableResult
    mutating func withhold(
        _ changes: [ResourceID: Placement],
        _ status: Withheld.Status,
        plan: Int = 0,
        reason: String,
        policies: [String] = [],
        until: Instant? = nil
    ) -> Int {
        lastID += 1
        isHeadTouched = true
        var entry = Withheld(
            id: lastID,
            status: status,
            plan: plan,
            reason: reason,
            policies: policies,
            until: until
        )
        entry.changes = changes
        withheld.append(entry)
        for resource in changes.keys {
            owners[resource] = lastID
            touched.insert(resource)
        }
        return lastID
    }

    /// Forgets what was withheld.
    mutating func release(_ id: Int) {
        guard let index = withheld.firstIndex(where: { $0.id == id }) else { return }
        let entry = withheld.remove(at: index)
        isHeadTouched = true
        for resource in entry.changes.keys where owners[resource] == id {
            owners[resource] = nil
            touched.insert(resource)
        }
    }

    /// Notes an answer to a plan.
    mutating func answer(_ id: Int, _ status: Withheld.Status) {
        guard let index = withheld.firstIndex(where: { $0.id == id }) else { return }
        withheld[index].status = status
        isHeadTouched = true
    }

    // MARK: State

    /// The resources of which something is new since the last call, and whether anything else is.
    mutating func takeTouched() -> (resources: Set<ResourceID>, head: Bool) {
        defer {
            touched = []
            isHeadTouched = false
        }
        return (touched, isHeadTouched)
    }

    /// Puts back what was remembered.
    mutating func restore(
        _ memories: [ResourceID: RestraintRecord],
        _ head: RestraintHead?
    ) {
        lastID = head?.lastID ?? 0
        lastPlan = head?.lastPlan ?? 0
        isHeadTouched = false
        withheld = head?.withheld ?? []
        for (resource, record) in memories {
            put(record.memory, resource)
            guard let change = record.withheld,
                let index = withheld.firstIndex(where: { $0.id == change.id })
            else { continue }
            withheld[index].changes[resource] = change.target
            owners[resource] = change.id
        }
    }
}
