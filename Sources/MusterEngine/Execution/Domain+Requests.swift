// Requests to report: when people ask for it, after a restore, and from time to time.

import MusterModel
import MusterPolicy

extension Domain {
    /// Notes that everything, or what a selector matches, shall report.
    mutating func inquire(_ selector: Selector?) {
        let inventory = situation.inventory
        let chosen = inventory.slots.filter { selector?.matches(inventory[$0.value]) ?? true }
        inquiry.add(chosen.keys.sorted(), cause: "status request")
    }

    /// Puts off what is asked from time to time until a `.restored` has everything asked: the
    /// ticks that have passed since the state was written are part of that.
    public mutating func awaitInquiry() { inquiry.isAwaited = true }

    /// Sends the requests to report that are due.
    ///
    /// - Complexity: O(requests × log), and O(resources × log) where everything is asked.
    mutating func ask(_ turn: inout Turn) {
        guard !options.isDryRun else { return }
        let inventory = situation.inventory
        if let cause = inquiry.everything {
            inquiry.everything = nil
            inquiry.add(inventory.slots.keys.sorted(), cause: cause)
        }
        if let rounds, !inquiry.isAwaited {
            let last = askedAt ?? turn.now
            if askedAt == nil || rounds.next(after: last) <= turn.now { askedAt = turn.now }
            let due = inventory.ordered(rounds.slots(after: last, to: turn.now))
            inquiry.add(due.map { inventory[$0].id }, cause: "periodic request")
        }
        let requests = inquiry.take(at: turn.now)
        guard !requests.isEmpty else { return }
        // Not the time: a clock that was set back, or a restart, may bring the same again.
        requestCount += 1
        for (resource, cause) in requests {
            guard let slot = inventory.slots[resource] else { continue }
            let report = inventory[slot]
            turn.directives.append(
                .send(
                    Command(
                        id: "\(idPrefix)/report/\(requestCount)/\(resource)",
                        domain: id,
                        plan: 0,
                        stage: 0,
                        resource: report.id,
                        node: report.node,
                        kind: report.kind,
                        action: .report,
                        attempt: 1,
                        deadline: turn.now + options.commandTimeout,
                        policies: [],
                        cause: cause
                    )
                )
            )
        }
    }

    /// When the next request to report is due.
    var nextRequest: Instant? {
        if inquiry.everything != nil { return .zero }
        let tick =
            inquiry.isAwaited
            ? nil : rounds.flatMap { rounds in askedAt.map { rounds.next(after: $0) } }
        return [inquiry.next, tick].compactMap { $0 }.min()
    }
}
