// Restoring takes as long as there is state, so it has a thread of its own: the polling thread goes
// on meanwhile, and the group keeps the worker.

internal import Foundation
internal import Synchronization

/// Restores one partition after another.
final class RestoreThread: Restorer, Sendable {
    private struct Queue {
        var waiting: [(partition: Int32, epoch: Int)] = []
        var isRunning = false
    }

    private let context: WorkerContext
    private let mailbox: Mailbox
    private let queue = Mutex(Queue())

    init(context: WorkerContext, mailbox: Mailbox) {
        self.context = context
        self.mailbox = mailbox
    }

    func begin(_ partition: Int32, epoch: Int) {
        let isIdle = queue.withLock { queue in
            queue.waiting.append((partition, epoch))
            defer { queue.isRunning = true }
            return !queue.isRunning
        }
        guard isIdle else { return }
        let thread = Thread { [self] in work() }
        thread.name = "muster-restore"
        thread.start()
    }

    /// Works until nothing waits any more; the clients live no longer than that.
    private func work() {
        var changelog: KafkaChangelog?
        while let (partition, epoch) = next() {
            guard epoch == mailbox.epoch else { continue }
            var restoration: Restoration
            do throws(WorkerError) {
                let open =
                    if let changelog { changelog } else {
                        try KafkaChangelog(context.settings, log: context.logger.sink)
                    }
                changelog = open
                restoration = open.restore(
                    partition,
                    epoch: epoch,
                    context: context,
                    isCancelled: { epoch != mailbox.epoch }
                )
            } catch {
                restoration = Restoration(
                    partition: partition,
                    epoch: epoch,
                    outcome: .failure(error)
                )
            }
            mailbox.post(restoration)
        }
    }

    private func next() -> (partition: Int32, epoch: Int)? {
        queue.withLock { queue in
            guard !queue.waiting.isEmpty else {
                queue.isRunning = false
                return nil
            }
            return queue.waiting.removeFirst()
        }
    }
}
