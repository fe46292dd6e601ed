// The core: events in, directives out. A value without clock, threads or IO.

public import MusterModel

/// What the engine is allowed and told by settings.
public struct Options: Hashable, Sendable {
    /// How long a command may take until a report confirms it; doubles with each attempt.
    public var commandTimeout: Duration = .seconds(60)
    /// How often a command is sent before it is given up.
    public var commandAttempts = 5
    /// The work that one solve may take, in the solver's units.
    public var solveWork = 20_000_000

    /// Makes the defaults.
    public init() {}
}

/// Everything about one domain.
public struct Domain: Sendable {
    /// Its name.
    public let id: DomainID
    /// When ``handle(_:at:)`` wants to be called next even if nothing happens.
    public private(set) var nextDeadline: Instant?

    /// Makes a domain that knows nothing but its baseline.
    public init(_ id: DomainID, baseline: Baseline, options: Options = Options()) {
        self.id = id
    }

    /// Takes in events in their order, then decides once on the state that holds.
    ///
    /// - Returns: what is to be done, in order; empty when nothing is.
    public mutating func handle(_ events: [Event], at now: Instant) -> [Directive] { [] }
}
