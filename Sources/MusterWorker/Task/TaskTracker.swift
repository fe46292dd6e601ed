// The actors that were started, for whoever must not go before they have ended.

internal import Synchronization

/// Remembers tasks.
final class TaskTracker: Sendable {
    private let tasks = Mutex<[Task<Void, Never>]>([])

    func add(_ task: Task<Void, Never>) { tasks.withLock { $0.append(task) } }

    /// Waits until every task has ended.
    func waitForAll() async {
        while let task = tasks.withLock({ $0.popLast() }) { await task.value }
    }
}
