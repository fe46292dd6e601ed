// Which documents are in force depends on the time where a policy has a window, or maintenance a
// beginning or an end. Everything is asked for an instant, so nothing has to look at a clock.

import MusterModel
import MusterPolicy

extension Configuration {
    /// When the next window opens or closes after `now`, of a policy or of maintenance.
    ///
    /// - Complexity: O(documents).
    func nextBoundary(after now: Instant) -> Instant? {
        documents.compactMap { document -> Instant? in
            switch document {
            case .policy(let policy): policy.active?.nextChange(after: now)
            case .maintenance(let entry):
                [entry.from, entry.until].compactMap { $0 }.filter { $0 > now }.min()
            case .serviceGroup, .guardrail: nil
            }
        }.min()
    }

    /// What opened or closed between two instants, in order of kind and name.
    ///
    /// - Complexity: O(documents).
    func openings(from old: Instant, to now: Instant) -> [Notice.Change] {
        documents.compactMap { document in
            let (wasActive, isActive) = (document.isActive(at: old), document.isActive(at: now))
            guard wasActive != isActive else { return nil }
            return Notice.Change(
                subject: "\(document.kind.rawValue) \(document.name)",
                from: wasActive ? "active" : "inactive",
                to: isActive ? "active" : "inactive"
            )
        }
    }
}

extension Document {
    /// Whether its window is open.
    fileprivate func isActive(at instant: Instant) -> Bool {
        switch self {
        case .policy(let policy): policy.isActive(at: instant)
        case .maintenance(let entry): entry.isActive(at: instant)
        case .serviceGroup, .guardrail: true
        }
    }
}

extension Domain {
    /// Takes in that windows have opened or closed.
    ///
    /// - Complexity: O(1) between two boundaries, else O(documents).
    mutating func passWindows(_ turn: inout Turn) {
        // A clock that was put back may have gone back behind a boundary.
        let isDue = boundary.map { $0 <= turn.now } ?? false || turn.now < ruledAt
        guard turn.isStructural || isDue else { return }
        let changes = isDue ? configuration.openings(from: ruledAt, to: turn.now) : []
        boundary = configuration.nextBoundary(after: turn.now)
        ruledAt = turn.now
        guard !changes.isEmpty else { return }
        turn.isStructural = true
        tell(changes, &turn)
    }
}
