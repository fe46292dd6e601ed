// After a restore every resource is asked to report, since reports may have been missed. A worker
// may take over a million of them at once: asked in one go, they would be a million commands in
// memory, in one transaction, before anything else is decided.

internal import MusterModel

/// The domains of a partition that have yet to ask their resources to report.
///
/// A domain spreads its own requests; this spreads those of many domains.
struct Inquiries {
    /// About how many resources are asked in one go.
    static let portion = 5000
    /// How long the others wait then.
    static let pause = Duration.milliseconds(500)

    /// The next domain is the last one.
    private var waiting: [DomainID] = []
    /// When the next ones may ask; `nil` where none waits, or while none may.
    private(set) var next: Instant?

    /// Adds domains, in this order.
    mutating func add(_ domains: [DomainID]) { waiting = domains.reversed() + waiting }

    /// Lets them ask from now on.
    mutating func open(at now: Instant) {
        guard !waiting.isEmpty, next == nil else { return }
        next = now
    }

    /// Takes out the domains that may ask now: those whose turn has come, up to a portion.
    mutating func take(at now: Instant, counting size: (DomainID) -> Int) -> [DomainID] {
        // A clock that was set back does not make them wait.
        guard let next, next <= now || now + Self.pause < next else { return [] }
        var taken: [DomainID] = []
        var resources = 0
        while resources < Self.portion, let domain = waiting.popLast() {
            taken.append(domain)
            resources += size(domain)
        }
        self.next = waiting.isEmpty ? nil : now + Self.pause
        return taken
    }
}
