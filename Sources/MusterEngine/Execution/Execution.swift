// The plan in progress and the commands that await confirmation. What is asked of them at every
// event takes no longer for many changes than for few.

import MusterModel

/// What is being carried out.
struct Execution: Sendable {
    /// One change of the plan in progress.
    struct Item: Hashable, Sendable {
        let resource: ResourceID
        let target: Placement
        /// The policies for whose sake it is made, in order of name.
        let policies: [String]
    }

    /// A stage of the plan in progress.
    private struct Stage: Sendable {
        let number: Int
        /// In order of resource id; those that are done among them.
        let items: [Item]
        /// How many of them are not done.
        var open: Int
        /// Those before it have been sent, or are done.
        var unsent = 0
        /// Whether it has been looked at as the one under way.
        var isEntered = false
    }

    /// The number of the last plan that was begun.
    private(set) var plan = 0
    /// The last number that was given to a plan: one that was held may begin after later ones.
    private(set) var lastNumber = 0
    /// The number of the stage that came up last within its plan.
    private(set) var stage = 1
    /// Whether the last plan has not come to its end.
    ///
    /// Moves to: false, when every stage is done or nothing of the plan is wanted any more.
    private(set) var isUnderWay = false
    /// How many changes of the plan have been confirmed, and how many fell away since their
    /// resource was removed or cannot be used.
    private(set) var confirmed = 0
    private(set) var lapsed = 0
    /// Why the plan was made.
    private(set) var cause = ""
    /// The changes that are not done, each with the number of its stage within the plan.
    private(set) var remaining: [ResourceID: (stage: Int, item: Item)] = [:]
    /// Commands that await confirmation.
    private(set) var flights: [ResourceID: Command] = [:]
    /// The last stage first, so that the one under way is taken off the end.
    private var stages: [Stage] = []
    private var deadlines = Deadlines<ResourceID>()
    /// Resources whose part in all of this changed since the last ``takeTouched()``.
    private var touched: Set<ResourceID> = []

    // MARK: The plan

    /// Gives the next number to a plan that does not begin yet.
    mutating func reserve() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Begins with a plan, the next one unless it has a number already.
    mutating func begin(_ stages: [[Item]], cause: String, number: Int? = nil) {
        clear()
        plan = number ?? reserve()
        stage = 1
        isUnderWay = true
        self.cause = cause
        install(stages.enumerated().map { ($0.offset + 1, $0.element) })
        touched.formUnion(remaining.keys)
    }

    /// Drops what is left of the plan.
    mutating func clear() {
        touched.formUnion(remaining.keys)
        stages = []
        remaining = [:]
        isUnderWay = false
        confirmed = 0
        lapsed = 0
    }

    private mutating func install(_ stages: [(number: Int, items: [Item])]) {
        self.stages = stages.reversed().map {
            Stage(number: $0.number, items: $0.items, open: $0.items.count)
        }
        for (number, items) in stages {
            for item in items { remaining[item.resource] = (number, item) }
        }
    }

    /// The stages with the changes that are not done, in order.
    ///
    /// - Complexity: O(changes).
    var openStages: [(number: Int, items: [Item])] {
        stages.reversed().compactMap { stage in
            let items = stage.items.filter { isOpen($0, in: stage) }
            return items.isEmpty ? nil : (stage.number, items)
        }
    }

    private func isOpen(_ item: Item, in stage: Stage) -> Bool {
        remaining[item.resource]?.stage == stage.number
    }

    /// Notes that a change has come about, or that it never will.
    mutating func finish(_ resource: ResourceID, hasLapsed: Bool) {
        guard let (number, _) = remaining.removeValue(forKey: resource) else { return }
        if hasLapsed { lapsed += 1 } else { confirmed += 1 }
        touched.insert(resource)
        // Nearly always it is the stage under way.
        if let index = stages.lastIndex(where: { $0.number == number }) { stages[index].open -= 1 }
    }

    /// Goes on to the first stage of which something is open.
    ///
    /// - Returns: what is open of it, where it has come up just now: it is looked at as a whole
    ///   then, and later by what happens to its resources.
    /// - Complexity: O(changes of the stage) once for each stage, else O(1).
    mutating func enter() -> [Item] {
        while let current = stages.last, current.open == 0 { stages.removeLast() }
        guard let current = stages.last, !current.isEntered else { return [] }
        stages[stages.count - 1].isEntered = true
        stage = current.number
        return current.items.filter { isOpen($0, in: current) }
    }

    /// Has the stage under way looked at as a whole once more.
    mutating func reenter() {
        guard !stages.isEmpty else { return }
        stages[stages.count - 1].isEntered = false
    }

    /// Ends the plan where nothing of it is open.
    ///
    /// - Returns: whether it did.
    mutating func end() -> Bool {
        guard isUnderWay, remaining.isEmpty else { return false }
        stages = []
        isUnderWay = false
        return true
    }

    /// The next change of the stage under way that no command in flight is about.
    mutating func nextUnsent() -> Item? {
        guard var current = stages.popLast() else { return nil }
        defer { stages.append(current) }
        while current.unsent < current.items.count {
            let item = current.items[current.unsent]
            if isOpen(item, in: current), flights[item.resource]?.target != item.target {
                return item
            }
            current.unsent += 1
        }
        return nil
    }

    // MARK: Flights

    /// Notes that a command awaits confirmation, in place of an earlier one to the same resource.
    mutating func launch(_ command: Command) {
        flights[command.resource] = command
        deadlines[command.resource] = command.deadline
        touched.insert(command.resource)
    }

    /// Notes that a resource is awaited no longer.
    mutating func land(_ resource: ResourceID) {
        guard flights.removeValue(forKey: resource) != nil else { return }
        deadlines[resource] = nil
        touched.insert(resource)
    }

    /// The commands whose deadline has passed, in order of resource. Each has to be launched
    /// again or landed.
    mutating func takeOverdue(at now: Instant) -> [Command] {
        deadlines.takeDue(at: now).compactMap { flights[$0] }
    }

    /// The earliest time at which a command is taken as not carried out.
    var nextDeadline: Instant? { deadlines.next }

    // MARK: State

    /// The resources whose part changed since the last call.
    mutating func takeTouched() -> Set<ResourceID> {
        defer { touched = [] }
        return touched
    }

    /// Puts back what was under way; the stages are in order of their numbers.
    mutating func restore(
        _ record: DomainRecord,
        lastNumber: Int,
        stages: [(number: Int, items: [Item])],
        flights: [Command]
    ) {
        plan = record.plan
        self.lastNumber = max(plan, lastNumber)
        stage = record.stage
        // Version 1 of the record did not tell.
        isUnderWay = record.isUnderWay || !stages.isEmpty
        confirmed = record.confirmed
        lapsed = record.lapsed
        cause = record.cause
        install(stages)
        for flight in flights { launch(flight) }
        touched = []
    }
}

extension Command {
    /// What the resource reports once it has obeyed; `nil` for a request to report.
    var target: Placement? {
        switch action {
        case .start: .online
        case .stop: .offline
        case .report: nil
        }
    }
}
