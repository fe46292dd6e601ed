// What the polling thread tells a shard, and what it hears back. Inputs go through one stream per
// shard, which keeps their order; a task for each would not.

internal import MusterMessages
internal import MusterModel
internal import Synchronization

/// Partitions that the worker has been given.
struct Assignment: Sendable {
    /// Grows with each assignment; what belongs to an older one is dropped.
    var epoch: Int
    var partitions: Set<Int32>
    /// How many partitions either inbound topic has.
    var partitionCount: Int
}

/// Something for a shard to do.
enum ShardInput: Sendable {
    /// Forget every domain and begin anew.
    case assigned(Assignment)
    /// Forget every domain.
    case revoked
    case batch(RecordBatch, round: Int, epoch: Int)
    /// The partition has caught up: its domains may decide from now on.
    case live(partition: Int32)
    /// Domains whose deadline has come want to be called.
    case clock
}

/// What a shard has done.
struct ShardResult: Sendable {
    var shard: Int
    var epoch: Int
    /// The input that this comes from.
    var cause: Cause
    var outputs: [OutboundRecord] = []
    /// Whether the input is finished with this.
    var isLast: Bool
    /// When the earliest of its domains wants to be called.
    var nextDeadline: Instant?

    /// What shards are told that leads to results.
    enum Cause: Hashable, Sendable {
        case batch(round: Int)
        case live
        case clock
    }
}

/// Where shards leave results and others leave wishes for the polling thread, which is woken.
final class Mailbox: Sendable {
    private struct Content {
        var results: [ShardResult] = []
        var isStopping = false
        var wake: (@Sendable () -> Void)?
    }

    private let content = Mutex(Content())
    private let latestEpoch = Atomic(0)

    /// The latest assignment. Shards look at it so as not to begin work that nobody waits for.
    var epoch: Int {
        get { latestEpoch.load(ordering: .relaxed) }
        set { latestEpoch.store(newValue, ordering: .relaxed) }
    }

    var isStopping: Bool { content.withLock { $0.isStopping } }

    /// Says how to wake the polling thread; calls it if there is something already.
    func connect(_ wake: (@Sendable () -> Void)?) {
        content.withLock { $0.wake = wake }
        wake?()
    }

    func post(_ result: ShardResult) {
        let wake = content.withLock { content in
            content.results.append(result)
            return content.wake
        }
        wake?()
    }

    func stop() {
        let wake = content.withLock { content in
            content.isStopping = true
            return content.wake
        }
        wake?()
    }

    /// Takes out what has come, in order.
    func drain() -> [ShardResult] {
        content.withLock { content in
            defer { content.results = [] }
            return content.results
        }
    }
}
