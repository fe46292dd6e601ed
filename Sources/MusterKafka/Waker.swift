// How other threads get the attention of the one that polls, without it polling often.

internal import CLibRdKafka
internal import Synchronization

/// Wakes a consumer's poll from any thread.
public final class Waker: Sendable {
    /// A reference to a `rd_kafka_queue_t`.
    ///
    /// Sendable because the only function called on it, `rd_kafka_queue_yield`, locks the queue
    /// itself, and because the lock below keeps it from running during or after the destruction.
    @safe
    private struct Queue: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private let queue: Mutex<Queue?>

    /// Takes over a reference to a queue.
    init(consuming raw: OpaquePointer?) {
        let queue = unsafe raw.map { unsafe Queue(raw: $0) }
        self.queue = Mutex(queue)
    }

    deinit { invalidate() }

    /// Makes the current poll, or else the next one, return at once. Does nothing once the
    /// consumer is closed.
    public func wake() {
        queue.withLock { queue in
            if let queue { unsafe rd_kafka_queue_yield(queue.raw) }
        }
    }

    /// Gives the queue back.
    func invalidate() {
        queue.withLock { queue in
            if let queue { unsafe rd_kafka_queue_destroy(queue.raw) }
            queue = nil
        }
    }
}
