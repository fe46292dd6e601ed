// Taking in without deciding. A worker that has fallen behind reads a backlog; what it would decide
// halfway would be about a state that is long past.

public import MusterModel

extension Domain {
    /// Takes events in without deciding on them: what is known and what is configured changes,
    /// and the domain notes, in its state, that a decision on everything is due. The next
    /// ``handle(_:at:)`` makes it. Until then ``nextDeadline`` is `now`.
    ///
    /// Nobody is told of what came and went meanwhile, and status requests are passed over.
    ///
    /// - Returns: what has to be said of configuration that could not be taken in.
    /// - Complexity: O(what the events say).
    public mutating func absorb(_ events: [Event], at now: Instant) -> [Directive] {
        var turn = Turn(now: now)
        turn.isCatchingUp = true
        begin(&turn)
        for event in events { absorb(event, &turn) }
        isDecisionDue = true
        // Windows of documents that have just come are looked at as they will be after a restart.
        boundary = configuration.nextBoundary(after: ruledAt)
        noteChanges()
        nextDeadline = now
        return turn.directives
    }

    /// Begins the history of a domain with its first event, and tells what its files say otherwise
    /// than before it was restored.
    mutating func begin(_ turn: inout Turn) {
        if epoch == nil {
            turn.isStructural = true
            epoch = turn.now
            ruledAt = turn.now
            announceBaseline()
        }
        guard !turn.isCatchingUp else { return }
        if isDecisionDue {
            isDecisionDue = false
            turn.isWhole = true
            turn.causes.append("a backlog was caught up with")
        }
        if !unannounced.isEmpty {
            turn.isWhole = true
            restraints.keep(limits)
            tell(unannounced, &turn)
            unannounced = []
            announceBaseline()
        }
        if turn.isWhole { turn.isStructural = true }
    }

    /// Looks at everything that may have changed while nothing was decided.
    mutating func widen(_ turn: inout Turn) {
        let alerted = alerts.ofResources.compactMap { alerts.open[$0] }.compactMap(subject)
        let awaited = Array(execution.flights.keys) + alerted
        for resource in awaited {
            if let slot = situation.inventory.slots[resource] { turn.touched.insert(slot) }
        }
        reconsider(&turn)
    }

    /// Notes which documents of the baseline decisions take in from now on.
    mutating func announceBaseline() {
        guard epoch != nil else { return }
        let digests = configuration.baseline.mapValues(\.document.digest)
        guard digests != announced else { return }
        let names = Set(announced.keys).union(digests.keys)
        journal.touch(names.filter { announced[$0] != digests[$0] })
        announced = digests
    }
}
