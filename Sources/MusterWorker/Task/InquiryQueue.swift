// After a restore every resource is asked to report, since reports may have been missed; and so it
// is where the brokers deleted some unread. A worker may take over a million resources at once:
// asked in one go, they would be a million commands in memory, in one transaction, before anything
// else is decided.

internal import MusterEngine
internal import MusterModel

/// The domains of a partition that have yet to ask their resources to report.
///
/// A domain spreads its own requests; this spreads those of many domains, at the same pace.
struct InquiryQueue {
    /// About how many resources are asked in one go.
    static let portion = 5000
    /// How long the others wait for each portion that was asked.
    static let pause = Duration.milliseconds(500)
    /// How many partitions ask at that pace; with more of them, each is slower.
    static let partitionsAtFullPace = 4

    /// A domain that waits.
    struct Entry {
        var domain: DomainID
        /// What has it ask.
        var event: Event
    }

    /// In reverse, as taking from the end moves nothing.
    private var waiting: [Entry]
    /// Whether the first may ask.
    private var isOpen = false
    /// When the next ones may ask, once they may.
    private var next = Instant(milliseconds: .min)
    /// How far away `next` is at most.
    private var wait = Self.pause
    private var slowness = 1

    /// Begins with domains that were restored, which ask in this order.
    init(restored domains: [DomainID]) {
        waiting = domains.reversed().map { Entry(domain: $0, event: .restored) }
    }

    /// Adds domains whose reports were missed, behind all others; those that wait already ask once.
    mutating func addMissed(_ domains: [DomainID]) {
        let known = Set(waiting.map(\.domain))
        let new = domains.filter { !known.contains($0) }.reversed()
        waiting.insert(contentsOf: new.map { Entry(domain: $0, event: .reportsMissed) }, at: 0)
    }

    /// Lets them ask from now on, beside those of the worker's other partitions.
    mutating func open(partitions: Int) {
        slowness = max(1, partitions / Self.partitionsAtFullPace)
        isOpen = true
    }

    /// When the next ones want to ask; a clock that was set back does not make them wait.
    func deadline(at now: Instant) -> Instant? {
        guard isOpen, !waiting.isEmpty else { return nil }
        return min(max(next, now), now + wait)
    }

    /// Takes out the domains that may ask now: those whose turn has come, up to a portion.
    mutating func take(at now: Instant, counting size: (DomainID) -> Int) -> [Entry] {
        guard isOpen, !waiting.isEmpty, next <= now || now + wait < next else { return [] }
        var taken: [Entry] = []
        var resources = 0
        while resources < Self.portion, let entry = waiting.popLast() {
            taken.append(entry)
            resources += size(entry.domain)
        }
        // A large domain is more than a portion, and takes the time of so many.
        wait = Self.pause * (slowness * max(1, resources / Self.portion))
        next = now + wait
        return taken
    }
}
