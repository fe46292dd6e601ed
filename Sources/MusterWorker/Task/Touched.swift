// Which domains have to be asked what follows from what they were given, and when. Where nothing
// does, there is no hurry: the more reports of a resource go by, the fewer entries of the changelog
// they make, and the fewer times a domain is asked.

internal import MusterModel

/// The domains that have taken something in since they were last asked for what follows.
struct Touched {
    /// In the order in which they were.
    var domains: [DomainID] = []
    /// Whether something follows.
    var isUrgent = false
    /// Since when something waits though it is not urgent.
    private var since: Instant?
    /// When the first of the domains wants to be called, by what they have taken in.
    private var next: Instant?

    /// Takes in what a domain says after a report that it has taken in at once.
    mutating func note(_ news: Tenant.News) {
        if news.hasUntold { isUrgent = true }
        if let deadline = news.nextDeadline { next = min(deadline, next ?? deadline) }
    }

    /// When they are to be asked without anything else coming; `nil` where nothing waits.
    func deadline(at now: Instant, patience: Duration) -> Instant? {
        guard let since else { return nil }
        // A clock that was put back is no reason to wait longer.
        let end = min(since, now) + patience
        return min(end, next ?? end)
    }

    /// Whether they are to be asked now.
    mutating func isDue(at now: Instant, patience: Duration) -> Bool {
        guard !isUrgent, !domains.isEmpty else { return true }
        let since = min(since ?? now, now)
        self.since = since
        return since.distance(to: now) >= patience || next.map { $0 <= now } ?? false
    }
}
