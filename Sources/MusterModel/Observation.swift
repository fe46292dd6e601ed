// What of a report may be new each time. Nearly all reports say nothing else that is new.

/// The part of a report that selectors, hosts and quantities do not see.
public struct Observation: Hashable, Sendable {
    /// False when its reporter says that the resource must not be used.
    public var isAvailable: Bool
    /// The state that the resource reported.
    public var state: ReportedState
    /// When it was in this state.
    public var observedAt: Instant
    /// Orders reports of one resource, where the reporter counts them.
    public var sequence: Int?
    /// How long the report holds; `nil` means for ever.
    public var ttl: Duration?

    /// Makes an observation; whatever is left out takes the contract's default.
    public init(
        isAvailable: Bool = true,
        state: ReportedState = .unknown,
        observedAt: Instant,
        sequence: Int? = nil,
        ttl: Duration? = nil
    ) {
        self.isAvailable = isAvailable
        self.state = state
        self.observedAt = observedAt
        self.sequence = sequence
        self.ttl = ttl
    }
}

extension Resource {
    /// The part that may be new each time.
    @inlinable
    public var observation: Observation {
        get {
            Observation(
                isAvailable: isAvailable,
                state: state,
                observedAt: observedAt,
                sequence: sequence,
                ttl: ttl
            )
        }
        set {
            isAvailable = newValue.isAvailable
            state = newValue.state
            observedAt = newValue.observedAt
            sequence = newValue.sequence
            ttl = newValue.ttl
        }
    }
}
