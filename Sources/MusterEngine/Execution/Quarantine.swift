// Resources that are left alone for a while, since commanding them does no good.

import MusterModel

/// Why a resource is left alone, and how long.
struct Quarantine: Hashable, Sendable {
    /// What it did; the values stand in the changelog.
    enum Cause: UInt8, Sendable, CaseIterable {
        /// A version that did not tell causes apart has written it.
        case unknown = 0
        /// It did not start, however often it was told to.
        case didNotStart = 1
        /// It did not stop.
        case didNotStop = 2
        /// It changed its state by itself too often.
        case flapping = 3
    }

    /// When it ends by itself.
    var end: Instant
    var cause: Cause

    /// The state that it was told to take and did not; when it reports that, it has obeyed after
    /// all.
    var target: ReportedState? {
        switch cause {
        case .unknown, .flapping: nil
        case .didNotStart: .online
        case .didNotStop: .offline
        }
    }
}

/// The quarantines of a domain, with the one that ends first at hand.
struct Quarantines: Sendable {
    private var entries: [ResourceID: Quarantine] = [:]
    private var ends = Deadlines<ResourceID>()

    /// The resources in quarantine, in no order.
    var resources: some Collection<ResourceID> { entries.keys }

    var isEmpty: Bool { entries.isEmpty }

    /// When the first one ends.
    var nextEnd: Instant? { ends.next }

    /// The quarantine of a resource; `nil` where it is in none.
    subscript(resource: ResourceID) -> Quarantine? {
        get { entries[resource] }
        set {
            entries[resource] = newValue
            ends[resource] = newValue?.end
        }
    }

    /// Takes out those that have ended.
    ///
    /// - Returns: their resources, in order.
    mutating func takeEnded(at now: Instant) -> [ResourceID] {
        let ended = ends.takeDue(at: now)
        for resource in ended { entries[resource] = nil }
        return ended
    }
}
