// After a restore every resource is asked to report, since reports may have been missed. A worker
// may take over a million of them at once: asked in one go, they would be a million commands in
// memory, in one transaction, before anything else is decided.

internal import MusterModel

/// The domains of a partition that have yet to ask their resources to report.
///
/// A domain spreads its own requests; this spreads those of many domains, at the same pace.
struct RestoreInquiries {
    /// About how many resources are asked in one go.
    static let portion = 5000
    /// How long the others wait for each portion that was asked.
    static let pause = Duration.milliseconds(500)
    /// How many partitions ask at that pace; with more of them, each is slower.
    static let partitionsAtFullPace = 4

    /// In reverse, as taking from the end moves nothing.
    private var waiting: [DomainID]
    /// When the next ones may ask; `nil` where none waits, or while none may.
    private var next: Instant?
    /// How far away `next` is at most.
    private var wait = Self.pause
    private var slowness = 1

    /// Begins with domains, which ask in this order.
    init(_ domains: [DomainID]) { waiting = domains.reversed() }

    /// Lets them ask from now on, beside those of the worker's other partitions.
    mutating func open(at now: Instant, partitions: Int) {
        guard !waiting.isEmpty, next == nil else { return }
        slowness = max(1, partitions / Self.partitionsAtFullPace)
        next = now
    }

    /// When the next ones want to ask; a clock that was set back does not make them wait.
    func deadline(at now: Instant) -> Instant? { next.map { min($0, now + wait) } }

    /// Takes out the domains that may ask now: those whose turn has come, up to a portion.
    mutating func take(at now: Instant, counting size: (DomainID) -> Int) -> [DomainID] {
        guard let next, next <= now || now + wait < next else { return [] }
        var taken: [DomainID] = []
        var resources = 0
        while resources < Self.portion, let domain = waiting.popLast() {
            taken.append(domain)
            resources += size(domain)
        }
        // A large domain is more than a portion, and takes the time of so many.
        wait = Self.pause * (slowness * max(1, resources / Self.portion))
        self.next = waiting.isEmpty ? nil : now + wait
        return taken
    }
}
