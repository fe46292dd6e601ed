// What a run was made of.

/// Counts of what happened.
public struct Tally: Hashable, Sendable {
    /// Actions that were carried out, those after the faults included.
    public internal(set) var steps = 0
    /// How often a domain decided.
    public internal(set) var decisions = 0
    /// Commands that were committed.
    public internal(set) var commands = 0
    /// Those among them that are more than a request to report.
    public internal(set) var orders = 0
    /// Notices that were committed.
    public internal(set) var notices = 0
    /// Domains that were brought back from a changelog.
    public internal(set) var restores = 0
    /// Transactions that were committed.
    public internal(set) var commits = 0
    /// Domains that were brought to rest after the faults.
    public internal(set) var convergences = 0
    /// Choices that were compared with every other one.
    public internal(set) var comparisons = 0
    /// Plans of which every state on the way was looked at.
    public internal(set) var passages = 0
    /// Decisions after which guards held something back.
    public internal(set) var heldBack = 0
    /// Faults by kind.
    public internal(set) var faults: [String: Int] = [:]

    mutating func add(_ other: Tally) {
        steps += other.steps
        decisions += other.decisions
        commands += other.commands
        orders += other.orders
        notices += other.notices
        restores += other.restores
        commits += other.commits
        convergences += other.convergences
        comparisons += other.comparisons
        passages += other.passages
        heldBack += other.heldBack
        faults.merge(other.faults) { $0 + $1 }
    }
}
