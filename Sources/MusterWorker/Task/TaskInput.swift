// What the loop tells a partition's task, and what it hears back.

internal import MusterEngine
internal import MusterMessages
internal import MusterModel

/// What a task begins with.
struct TaskStart: Sendable {
    var partition: Int32
    /// The assignment that it belongs to.
    var epoch: Int
    /// How many partitions either inbound topic has.
    var partitionCount: Int
    /// Where reading begins.
    var positions: [Lane: Int64]
    /// The domains as the changelog tells of them.
    var domains: [Domain]
}

/// Something for a task to do.
enum TaskInput: Sendable {
    /// Records, in the order of their lanes.
    case records(RecordBatch)
    /// Everything that was there at the assignment has been given: domains decide from now on.
    case live
    /// Nothing is being restored any more: domains that the changelog brought back may ask their
    /// resources to report, beside those of so many partitions of this worker.
    case ask(partitions: Int)
    /// Records were deleted before they were read, and these lanes go on here. Where they were
    /// reports, domains shall ask for them as after a restore.
    case passedOver([Lane: Int64])
    /// Whatever waits for more to come is to be handed out.
    case settle
    /// Domains whose deadline has come want to be called.
    case clock
}

/// What a task leaves to be published, as a whole or not at all.
///
/// A transaction is made of whole units, so that the state in the changelog, the positions and
/// what was published always belong together.
struct Unit: Sendable {
    /// Commands, notices and dead letters, in order.
    var outputs: [OutboundRecord] = []
    /// What became of the domains' states.
    var entries: [StateEntry] = []
    /// Where both lanes stand once this is committed.
    var positions: [Lane: Int64] = [:]
}

/// What a task has done with one input, or with batches of records that it took in together.
struct TaskResult: Sendable {
    var partition: Int32
    var epoch: Int
    /// What it was given; `settle` counts as records.
    var cause: Cause
    /// How many inputs this is the result of, of those that are counted: batches of records, and
    /// `settle`.
    var inputs = 0
    /// The batches of records among them: their memory is used again.
    var batches: [RecordBatch] = []
    /// `nil` when there is nothing to publish yet.
    var unit: Unit?
    /// When the earliest of its domains wants to be called.
    var nextDeadline: Instant?

    /// Takes the batches out, so that nobody else holds them.
    mutating func takeBatches() -> [RecordBatch] {
        defer { batches = [] }
        return batches
    }

    /// The kinds of input.
    enum Cause: Hashable, Sendable {
        case records, live, ask, passedOver, clock
    }
}
