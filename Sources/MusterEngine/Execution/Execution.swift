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
    var plan = 0
    /// The stages that are not confirmed; the first is the one under way. Moves to: empty, when
    /// every stage is confirmed; other stages, when the plan is superseded.
    var stages: [[Item]] = []
    /// The number of the first of ``stages`` within its plan.
    var stage = 1
    /// Commands that await confirmation.
    var flights: [ResourceID: Command] = [:]
    /// Why the plan was made.
    var cause = ""

    /// The changes of the plan that are not confirmed.
    var remaining: [ResourceID: Placement] {
        Dictionary(
            stages.joined().map { ($0.resource, $0.target) },
            uniquingKeysWith: { _, last in last }
        )
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
