// Whether a worker lives and whether it is ready. The polling thread writes it, whoever answers
// probes reads it, and neither waits for the other longer than it takes to copy a few numbers.
//
// Living has nothing to do with the broker: a restart of the worker would not bring that back.

internal import Synchronization

/// The state of a worker that probes ask for. Every member may be used from any thread.
public final class Health: Sendable {
    /// One thing that has to hold.
    public struct Check: Hashable, Sendable {
        /// What it is called.
        public var name: String
        /// What is the matter, or `nil` when it holds.
        public var trouble: String?

        /// `[+]assigned ok` or `[-]restored not ok: restoring 41 %`, as Kubernetes writes it.
        public var line: String {
            trouble.map { "[-]\(name) not ok: \($0)" } ?? "[+]\(name) ok"
        }
    }

    /// Several checks together.
    public struct Report: Hashable, Sendable {
        /// All of them, in an order that never changes.
        public var checks: [Check]

        /// Whether all hold.
        public var isOK: Bool { checks.allSatisfy { $0.trouble == nil } }
    }

    /// How far the restoring of what is assigned has come.
    private struct Restore {
        /// Partitions that are not restored yet.
        var left = 0
        /// Those that were assigned.
        var total = 0
        /// How much of the partition that is being restored has been read, from 0 to 1.
        var share = 0.0
    }

    private struct State {
        var lastBeat: ContinuousClock.Instant
        /// `nil` while nothing is assigned.
        var restore: Restore?
        var isProducerReady = false
        var isStopping = false
    }

    /// How long the polling thread may be silent. A turn may solve for seconds and wait for a
    /// broker for some more.
    public let patience: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// Makes the state of a worker that has just been started: living, but not ready.
    ///
    /// - Parameters:
    ///   - patience: How long the polling thread may be silent.
    ///   - now: The clock that silence is measured by.
    public init(
        patience: Duration = .seconds(60),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.patience = patience
        self.now = now
        state = Mutex(State(lastBeat: now()))
    }
}

extension Health {
    /// The polling thread has come round.
    func beat() {
        let now = now()
        state.withLock { $0.lastBeat = now }
    }

    /// The group has answered; having no partition is an answer too, and then nothing has to be
    /// restored.
    func assigned(partitions: Int) {
        state.withLock { $0.restore = Restore(left: partitions, total: partitions) }
    }

    /// The group has taken partitions away and is about to assign anew.
    func revoked() { state.withLock { $0.restore = nil } }

    /// Of the partition that is being restored so many entries are read, and so many are left.
    func restoring(entries: Int, remaining: Int) {
        let total = max(1, max(0, entries) + max(0, remaining))
        state.withLock { $0.restore?.share = Double(max(0, entries)) / Double(total) }
    }

    /// One of the partitions is restored.
    func restoredPartition() {
        state.withLock { state in
            guard let left = state.restore?.left, left > 0 else { return }
            state.restore?.left = left - 1
            state.restore?.share = 0
        }
    }

    /// Everything assigned is restored.
    func restored() { state.withLock { $0.restore?.left = 0 } }

    /// Whether the producer can publish: with transactions, whether it is initialised for them.
    func producerIs(ready isReady: Bool) { state.withLock { $0.isProducerReady = isReady } }

    /// The worker is ending.
    func stopping() { state.withLock { $0.isStopping = true } }
}

extension Health {
    /// How long ago the polling thread came round.
    public var silence: Duration {
        let last = state.withLock { $0.lastBeat }
        return max(.zero, now() - last)
    }

    /// Whether the worker lives; if not, only a restart helps.
    public var liveness: Report {
        let silence = silence
        let trouble = "the polling thread is silent for \(silence.components.seconds) s"
        return Report(checks: [
            Check(name: "polling", trouble: silence > patience ? trouble : nil)
        ])
    }

    /// Whether the worker does its part of the work.
    public var readiness: Report {
        let state = state.withLock { state in state }
        let assigned = state.restore == nil ? "waiting for the group to assign partitions" : nil
        let producer = state.isProducerReady ? nil : "waiting for the broker"
        return Report(checks: [
            Check(name: "assigned", trouble: assigned),
            Check(name: "restored", trouble: Self.trouble(with: state.restore)),
            Check(name: "producer", trouble: producer),
            Check(name: "running", trouble: state.isStopping ? "stopping" : nil),
        ])
    }

    private static func trouble(with restore: Restore?) -> String? {
        guard let restore else { return "nothing is assigned" }
        guard restore.left > 0 else { return nil }
        let done = Double(restore.total - restore.left) + restore.share
        // Never 100: what is left then is more than reading.
        return "restoring \(min(99, Int(done / Double(restore.total) * 100))) %"
    }
}
