// A domain with what the shell has to remember for it between a record and a decision.

internal import MusterEngine
internal import MusterMessages
internal import MusterModel

/// A domain in a task; a class, so that it changes in place, and owned by its task alone.
final class Tenant {
    private(set) var domain: Domain
    /// Events that it has not been given.
    private(set) var pending: [Event] = []
    /// Records behind pending configuration events, by the number that a rejection names.
    private(set) var configurations: [Int: InboundRecord] = [:]
    /// Of the latest record that had one.
    private(set) var traceParent: TraceParent?
    private var nextNumber = 1

    /// Begins with a domain; `asksForReports` is for one that the changelog brought back.
    init(_ domain: Domain, asksForReports: Bool) {
        self.domain = domain
        if asksForReports { pending = [.restored] }
    }

    /// Adds what a record says.
    func add(_ decoded: DecodedRecord, of record: InboundRecord) {
        traceParent = decoded.traceParent ?? traceParent
        switch decoded.content {
        case .reports(let reports): pending.append(.reports(reports))
        case .configuration(let changes):
            configurations[nextNumber] = record
            pending.append(.configuration(changes, record: nextNumber))
            nextNumber += 1
        }
    }

    /// Adds that there was a configuration that could not be read.
    func addUnreadable(_ summary: String) {
        pending.append(.unreadableConfiguration(summary: summary))
    }

    /// Gives the domain what is pending, or else the time.
    func decide(at now: Instant) -> (events: [Event], directives: [Directive]) {
        let events = pending.isEmpty ? [.clock] : pending
        pending = []
        return (events, domain.handle(events, at: now))
    }

    /// Lets the domain take in what is pending without deciding on it yet.
    func absorb(at now: Instant) -> [Directive] {
        defer { pending = [] }
        return domain.absorb(pending, at: now)
    }

    /// What became of the domain's state since it was last asked.
    func takeStateChanges() -> [StateEntry] { domain.takeStateChanges() }

    /// Forgets the records behind the events of the last decision.
    func forgetCauses() {
        configurations = [:]
        traceParent = nil
    }
}
