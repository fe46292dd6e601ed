// Tests of processes and brokers wait a lot, and a thread of Swift's pool that waits is missed by
// everybody else.

import Dispatch

/// Runs a test's body on a thread of its own. It stays part of the test's task, so that what it
/// expects is counted as the test's.
func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withTaskExecutorPreference(OwnQueue()) { try await onPreferredExecutor(body) }
}

@concurrent
private func onPreferredExecutor(_ body: @Sendable () throws -> Void) async throws { try body() }

private final class OwnQueue: TaskExecutor {
    private let queue = DispatchQueue(label: "blocking")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
