// The plan in progress and the commands that await confirmation.

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

    /// The number of the last plan that was made.
    private(set) var plan = 0
    /// The stages that are not confirmed, each in order of resource id; the first is the one under
    /// way. Moves to: empty, when every stage is confirmed; other stages, when the plan is
    /// superseded.
    private(set) var stages: [[Item]] = []
    /// The number of the first of ``stages`` within its plan.
    private(set) var stage = 1
    /// The changes of ``stages``, each with the number of its stage within the plan.
    private(set) var remaining: [ResourceID: (stage: Int, item: Item)] = [:]
    /// Commands that await confirmation.
    private(set) var flights: [ResourceID: Command] = [:]
    /// Why the plan was made.
    private(set) var cause = ""
    /// Resources whose part in all of this changed since the last ``takeTouched()``.
    private var touched: Set<ResourceID> = []

    // MARK: The plan

    /// Begins with the next plan.
    mutating func begin(_ stages: [[Item]], cause: String) {
        clear()
        plan += 1
        stage = 1
        self.cause = cause
        install(stages)
        touched.formUnion(remaining.keys)
    }

    /// Drops what is left of the plan.
    mutating func clear() {
        touched.formUnion(remaining.keys)
        stages = []
        remaining = [:]
    }

    /// Leaves only these changes of the stage under way; without any, the next stage is under way.
    mutating func narrow(to open: [Item]) {
        let kept = Set(open.map(\.resource))
        for item in stages[0] where !kept.contains(item.resource) {
            remaining[item.resource] = nil
            touched.insert(item.resource)
        }
        if open.isEmpty {
            stages.removeFirst()
            stage += 1
        } else if open.count < stages[0].count {
            stages[0] = open
        }
    }

    private mutating func install(_ stages: [[Item]]) {
        self.stages = stages
        for (index, items) in stages.enumerated() {
            for item in items { remaining[item.resource] = (stage + index, item) }
        }
    }

    // MARK: Flights

    /// Notes that a command awaits confirmation, in place of an earlier one to the same resource.
    mutating func launch(_ command: Command) {
        flights[command.resource] = command
        touched.insert(command.resource)
    }

    /// Notes that a resource is awaited no longer.
    mutating func land(_ resource: ResourceID) {
        if flights.removeValue(forKey: resource) != nil { touched.insert(resource) }
    }

    // MARK: State

    /// The resources whose part changed since the last call.
    mutating func takeTouched() -> Set<ResourceID> {
        defer { touched = [] }
        return touched
    }

    /// Puts back what was under way.
    mutating func restore(_ record: DomainRecord, stages: [[Item]], flights: [Command]) {
        plan = record.plan
        stage = record.stage
        cause = record.cause
        install(stages)
        for flight in flights { self.flights[flight.resource] = flight }
    }

    /// The earliest time at which a command is taken as not carried out.
    var nextDeadline: Instant? { flights.values.map(\.deadline).min() }
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
