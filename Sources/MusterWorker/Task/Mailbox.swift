// Where other threads leave things for the polling thread, which is woken.

internal import Synchronization

/// What has come for the loop.
struct Mail {
    var results: [TaskResult] = []
    var restorations: [Restoration] = []
    /// The numbers of partitions, where somebody has looked.
    var counts: [String: Int]?
}

/// Where tasks and the restoring thread leave results, and others the wish to stop.
final class Mailbox: Sendable {
    private struct Content {
        var mail = Mail()
        var isStopping = false
        var wake: (@Sendable () -> Void)?
    }

    private let content = Mutex(Content())
    private let latestEpoch = Atomic(0)

    /// The latest assignment. Others look at it so as not to begin work that nobody waits for.
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

    func post(_ results: [TaskResult]) {
        guard !results.isEmpty else { return }
        post { $0.mail.results += results }
    }

    func post(_ restoration: Restoration) { post { $0.mail.restorations.append(restoration) } }

    /// Tells how many partitions topics have.
    func post(counts: [String: Int]) { post { $0.mail.counts = counts } }

    func stop() { post { $0.isStopping = true } }

    private func post(_ change: (inout Content) -> Void) {
        let wake = content.withLock { content in
            change(&content)
            return content.wake
        }
        wake?()
    }

    /// Takes out what has come, in order.
    func drain() -> Mail {
        content.withLock { content in
            defer { content.mail = Mail() }
            return content.mail
        }
    }
}
