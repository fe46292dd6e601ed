// Waiting for what other threads do, without blocking one and with a deadline.

import Synchronization
import Testing

/// Keeps what is appended, and lets tests wait for it.
final class Journal<Entry: Sendable>: Sendable {
    private struct Waiter {
        let id: Int
        let isMet: @Sendable ([Entry]) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct Content {
        var entries: [Entry] = []
        var waiters: [Waiter] = []
        var nextID = 0
    }

    private let content = Mutex(Content())

    var entries: [Entry] { content.withLock { $0.entries } }

    func append(_ entry: Entry) {
        let met = content.withLock { content in
            content.entries.append(entry)
            let entries = content.entries
            let met = content.waiters.filter { $0.isMet(entries) }
            content.waiters.removeAll { waiter in met.contains { $0.id == waiter.id } }
            return met
        }
        for waiter in met { waiter.continuation.resume(returning: true) }
    }

    /// Waits until the entries meet the condition.
    ///
    /// - Returns: all entries by then.
    @discardableResult
    func wait(
        for what: String,
        within limit: Duration = .seconds(90),
        until isMet: @escaping @Sendable ([Entry]) -> Bool
    ) async throws -> [Entry] {
        let id = content.withLock { content in
            content.nextID += 1
            return content.nextID
        }
        let deadline = Task {
            try await Task.sleep(for: limit)
            giveUp(id)
        }
        defer { deadline.cancel() }
        let isThere = await withCheckedContinuation { continuation in
            let isMetAlready = content.withLock { content in
                if isMet(content.entries) { return true }
                content.waiters.append(
                    Waiter(id: id, isMet: isMet, continuation: continuation)
                )
                return false
            }
            if isMetAlready { continuation.resume(returning: true) }
        }
        guard isThere else { throw Missed(what: what, entries: "\(entries)") }
        return entries
    }

    /// Waits for an entry of a kind.
    func first<Found>(
        _ what: String,
        within limit: Duration = .seconds(90),
        _ pick: @escaping @Sendable (Entry) -> Found?
    ) async throws -> Found {
        let entries = try await wait(for: what, within: limit) { entries in
            entries.contains { pick($0) != nil }
        }
        return try #require(entries.lazy.compactMap(pick).first)
    }

    private func giveUp(_ id: Int) {
        let waiter = content.withLock { content in
            let index = content.waiters.firstIndex { $0.id == id }
            return index.map { content.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }
}

/// Something did not happen in time.
struct Missed: Error {
    let what: String
    let entries: String
}
