// A domain with what the shell has to remember for it between a record and a decision.

internal import MusterEngine
internal import MusterMessages
internal import MusterModel

/// A domain in a task; a class, so that it changes in place, and owned by its task alone.
final class Tenant {
    private(set) var domain: Domain
    /// Events that it has not been given.
    private(set) var pending: [Event] = []
    /// Where the records behind pending events stand, one for each; `nil` where there is none.
    private var places: [Place?] = []
    /// The events of the last decision, with their places, until their outputs are made.
    private var causes: (events: [Event], places: [Place?]) = ([], [])
    /// Records behind pending configuration events, by the number that a rejection names.
    private(set) var configurations: [Int: InboundRecord] = [:]
    /// Of the latest record that had one.
    private(set) var traceParent: TraceParent?
    private var nextNumber = 1

    /// The place of a record.
    struct Place {
        var lane: Lane
        var offset: Int64
    }

    /// Begins with a domain; `asksForReports` is for one that the changelog brought back.
    init(_ domain: Domain, asksForReports: Bool) {
        self.domain = domain
        guard asksForReports else { return }
        pending = [.restored]
        places = [nil]
    }

    /// Adds what a record says.
    func add(_ decoded: DecodedRecord, of record: InboundRecord) {
        traceParent = decoded.traceParent ?? traceParent
        places.append(Place(record))
        switch decoded.content {
        case .reports(let reports): pending.append(.reports(reports))
        case .configuration(let changes):
            configurations[nextNumber] = record
            pending.append(.configuration(changes, record: nextNumber))
            nextNumber += 1
        }
    }

    /// Adds that there was a configuration that could not be read.
    func addUnreadable(_ summary: String, of record: InboundRecord) {
        places.append(Place(record))
        pending.append(.unreadableConfiguration(summary: summary))
    }

    /// Gives the domain what is pending, or else the time.
    func decide(at now: Instant) -> (events: [Event], directives: [Directive]) {
        let events = pending.isEmpty ? [.clock] : takePending()
        return (events, domain.handle(events, at: now))
    }

    /// Whether it may find something better than what it has decided, given time.
    var wantsSlice: Bool { domain.wantsSlice }

    /// Lets the domain look for something better for a little while.
    func improve(at now: Instant) -> [Directive] { domain.improve(at: now) }

    /// Lets the domain take in what is pending without deciding on it yet.
    func absorb(at now: Instant) -> [Directive] {
        domain.absorb(takePending(), at: now)
    }

    private func takePending() -> [Event] {
        defer {
            pending = []
            places = []
        }
        causes = (pending, places)
        return pending
    }

    /// The record that led to a command: the last one decided on that tells of the resource, else
    /// the last one of all; `nil` where only time has passed.
    ///
    /// - Complexity: O(reports decided on).
    func origin(of resource: ResourceID) -> Place? {
        let index = causes.events.lastIndex { event in
            if case .reports(let reports) = event {
                reports.contains { $0.resource == resource }
            } else {
                false
            }
        }
        return index.flatMap { causes.places[$0] } ?? origin
    }

    /// The record that led to what is told of the whole domain.
    var origin: Place? { causes.places.last ?? nil }

    /// What became of the domain's state since it was last asked.
    func takeStateChanges() -> [StateEntry] { domain.takeStateChanges() }

    /// Forgets the records behind the events of the last decision.
    func forgetCauses() {
        configurations = [:]
        traceParent = nil
        causes = ([], [])
    }
}

extension Tenant.Place {
    fileprivate init(_ record: InboundRecord) {
        self.init(lane: Lane(record.topic, record.partition), offset: record.offset)
    }
}

extension Report {
    /// The resource that it is about.
    fileprivate var resource: ResourceID {
        switch self {
        case .observed(let resource): resource.id
        case .removed(let id): id
        }
    }
}
