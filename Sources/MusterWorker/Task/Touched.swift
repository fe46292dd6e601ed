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
    private(set) var since: Instant?

    /// Whether they are to be asked now. A clock that was put back is no reason to wait longer.
    mutating func isDue(at now: Instant, patience: Duration) -> Bool {
        guard !isUrgent, !domains.isEmpty else { return true }
        let since = since ?? now
        self.since = since
        return now < since || since.distance(to: now) >= patience
    }
}
