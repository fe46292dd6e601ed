// What a worker lets others watch: a command line that shows it live, tests that wait for it.

public import MusterEngine
public import MusterModel

/// Something that a worker did.
public enum WorkerEvent: Sendable {
    /// Partitions were assigned; their domains are being restored.
    case assigned(partitions: [Int])
    /// A partition's domains are as they were at the last commit; what came since is being read.
    case restored(partition: Int, domains: Int)
    /// The brokers had nothing at an offset to be read, and reading went on; so many records, which
    /// were deleted before they were read, were passed over.
    case readOn(missed: Int)
    /// Everything since the last commit was dropped, to begin anew from there.
    case rolledBack(reason: String)
    /// A partition has caught up: its domains decide from now on.
    case live(partition: Int)
    /// Partitions were taken away.
    case revoked(partitions: [Int])
    /// A domain has decided.
    case decided(Decision)
    /// A record was put on the dead-letter topic.
    case deadLettered(DeadLetterNote)
}

/// One decision of a domain.
public struct Decision: Sendable {
    /// The domain.
    public var domain: DomainID
    /// When it decided.
    public var at: Instant
    /// What it decided on.
    public var events: [Event]
    /// What is to be done.
    public var directives: [Directive]
    /// How long it took.
    public var duration: Duration
    /// The domain as it was then.
    let state: Domain

    /// What was decided and what is left to do. Asked for inside of the observer it costs what
    /// `Domain.summary` does; a decision that is kept costs a copy of the domain besides.
    public var summary: Domain.Summary { state.summary }
}

/// A record that could not be used.
public struct DeadLetterNote: Hashable, Sendable {
    /// The topic it came from.
    public var topic: String
    /// The partition it came from.
    public var partition: Int
    /// Its place there.
    public var offset: Int64
    /// What is wrong with it.
    public var reason: String
}

/// What a worker has done since it was started.
public struct Counters: Hashable, Sendable {
    /// Records read.
    public var records = 0
    /// Decisions of domains.
    public var decisions = 0
    /// Commands decided.
    public var commands = 0
    /// Notices decided.
    public var notices = 0
    /// Records put on the dead-letter topic.
    public var deadLetters = 0
    /// Commands, notices and dead letters committed.
    public var published = 0
    /// Records that were too large for their topics.
    public var undelivered = 0
    /// Commits.
    public var commits = 0
    /// Returns to the last commit.
    public var rollbacks = 0
}
