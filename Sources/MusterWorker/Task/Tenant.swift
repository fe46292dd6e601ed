// A domain with what the shell has to remember for it between a record and a decision.

internal import MusterEngine
internal import MusterMessages
internal import MusterModel

/// A domain in a task; a class, so that it changes in place, and owned by its task alone.
final class Tenant {
    let id: DomainID
    private(set) var domain: Domain
    /// What the domain says of itself.
    private(set) var news = News()

    /// What a domain wants.
    struct News {
        /// When it wants to be called.
        var nextDeadline: Instant?
        /// Whether it may find something better than what it has last decided, given time.
        var wantsSlice = false
        /// Whether it has something to tell of reports that were taken in at once.
        var hasUntold = false

        /// Asks a domain that has decided. Asked for through a reference to a class, each would
        /// copy the whole domain.
        mutating func ask(_ domain: inout Domain) {
            askAfterReport(&domain)
            wantsSlice = domain.wantsSlice
        }

        /// Asks a domain that has taken in a report at once, which makes no slice worth more.
        mutating func askAfterReport(_ domain: inout Domain) {
            nextDeadline = domain.nextDeadline
            hasUntold = domain.hasUntold
        }
    }
    /// Events that it has not been given.
    private(set) var pending: [Event] = []
    /// Reports that it has taken in since, where somebody wants to know.
    private var observed: [Event] = []
    /// Where those stand, by the names of their resources.
    private var idle: [IdlePlace] = []
    /// Where the records behind pending events stand, one for each; `nil` where there is none.
    private var places: [Place?] = []
    /// The events of the last decision, with their places, until their outputs are made.
    private var causes: (events: [Event], places: [Place?], idle: [IdlePlace]) = ([], [], [])
    /// Records behind pending configuration events, by the number that a rejection names.
    private(set) var configurations: [Int: InboundRecord] = [:]
    /// Of the latest record that had one.
    private(set) var traceParent: TraceParent?
    private var nextNumber = 1

    /// The place of a record.
    struct Place {
        var lane: Lane
        var offset: Int64

        init(lane: Lane, offset: Int64) {
            self.lane = lane
            self.offset = offset
        }

        init(_ record: InboundRecord) {
            self.init(lane: Lane(record.topic, record.partition), offset: record.offset)
        }
    }

    /// The place of a report that was taken in at once.
    private struct IdlePlace {
        let name: Fingerprint
        let place: Place
    }

    /// Begins with a domain; `willAskForReports` is for one that the changelog brought back.
    init(_ domain: Domain, willAskForReports: Bool) {
        id = domain.id
        self.domain = domain
        if willAskForReports { self.domain.awaitInquiry() }
    }

    /// Has the domain ask its resources to report, by an event that leads to it.
    func askForReports(_ event: Event) {
        pending.append(event)
        places.append(nil)
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

    /// Whether it has something to decide on, or has taken in reports since it last decided.
    var isTouched: Bool { !pending.isEmpty || !idle.isEmpty }

    /// Takes in a report of a resource that is known to look like it: at once if nothing follows
    /// from it and nothing else waits, else as the event that decoding would make of it.
    ///
    /// - Parameters:
    ///   - sighting: The report.
    ///   - name: The name of its resource.
    ///   - place: Where its record stands.
    ///   - now: The time.
    /// - Returns: whether it was taken in; if not, nothing has changed.
    func take(
        _ sighting: Sighting,
        of name: Span<UInt8>,
        from place: Place,
        at now: Instant
    ) -> Bool {
        let fingerprint = Fingerprint(of: name)
        let (observation, appearance) = (sighting.observation, sighting.appearance)
        if pending.isEmpty,
            domain.takeIdle(
                observation,
                of: name,
                with: fingerprint,
                looking: appearance,
                at: now
            )
        {
            noteIdle(fingerprint, place)
            return true
        }
        let recalled = domain.recall(observation, of: name, with: fingerprint, looking: appearance)
        guard let recalled else { return false }
        places.append(place)
        pending.append(.reports([.observed(recalled)]))
        return true
    }

    /// Takes in a decoded report like one that is known again from its appearance later on.
    func takeIdle(
        _ decoded: DecodedRecord,
        looking appearance: Fingerprint,
        from place: Place,
        at now: Instant
    ) -> Bool {
        guard pending.isEmpty, decoded.traceParent == nil,
            case .reports(let reports) = decoded.content, reports.count == 1,
            case .observed(let resource)? = reports.first, domain.isIdle(at: now),
            domain.takeIdle(resource, looking: appearance)
        else { return false }
        noteIdle(Fingerprint(of: resource.id.name.utf8Span.span), place)
        return true
    }

    private func noteIdle(_ name: Fingerprint, _ place: Place) {
        idle.append(IdlePlace(name: name, place: place))
        news.askAfterReport(&domain)
    }

    /// Adds a report that was taken in to what the next decision says that it was on.
    func remember(_ decoded: DecodedRecord) {
        if case .reports(let reports) = decoded.content { observed.append(.reports(reports)) }
    }

    /// Gives the domain what is pending, or else the time.
    func decide(at now: Instant) -> (events: [Event], directives: [Directive]) {
        let isIdle = isTouched && pending.isEmpty
        let seen = observed
        let events = takePending()
        defer { news.ask(&domain) }
        if isIdle { return (seen, domain.handle([], at: now)) }
        let given = events.isEmpty ? [.clock] : events
        return (seen + given, domain.handle(given, at: now))
    }

    /// Lets the domain look for something better for a little while.
    func improve(at now: Instant) -> [Directive] {
        defer { news.ask(&domain) }
        return domain.improve(at: now)
    }

    /// Lets the domain take in what is pending without deciding on it yet.
    func absorb(at now: Instant) -> [Directive] {
        domain.absorb(takePending(), at: now)
    }

    private func takePending() -> [Event] {
        defer {
            pending = []
            places = []
            observed = []
            idle = []
        }
        causes = (pending, places, idle)
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
        if let place = index.flatMap({ causes.places[$0] }) { return place }
        guard !causes.idle.isEmpty else { return origin }
        let name = Fingerprint(of: resource.name.utf8Span.span)
        return causes.idle.last { $0.name == name }?.place ?? origin
    }

    /// The record that led to what is told of the whole domain.
    var origin: Place? { (causes.places.last ?? nil) ?? causes.idle.last?.place }

    /// What became of the domain's state since it was last asked.
    func takeStateChanges() -> [StateEntry] { domain.takeStateChanges() }

    /// Forgets the records behind the events of the last decision.
    func forgetCauses() {
        configurations = [:]
        traceParent = nil
        causes = ([], [], [])
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
