// A resource as it was last reported. The engine adds what it decides; nothing here is decided.

/// What a resource said of itself.
public enum ReportedState: String, Hashable, Sendable, CaseIterable {
    case online, offline, starting, stopping, faulted, unknown
}

/// The state that a condition asks for or that the engine chose.
public enum Placement: String, Hashable, Sendable {
    case online, offline
}

/// A full report of one resource.
///
/// What most reports say anew stands first and together: there are many resources, and bringing
/// them from memory is most of what a report costs.
public struct Resource: Hashable, Sendable {
    /// Its name, unique in the domain.
    public var id: ResourceID
    /// When it was in this state.
    public var observedAt: Instant
    /// Orders reports of one resource, where the reporter counts them.
    public var sequence: Int?
    /// How long the report holds; `nil` means for ever.
    public var ttl: Duration?
    /// False when its reporter says that it must not be used.
    public var isAvailable: Bool
    /// The state that it reported.
    public var state: ReportedState
    /// `vm`, `node`, `application` or any word of the user's.
    public var kind: String
    /// The resource that hosts this one; it need not be registered.
    public var node: ResourceID?
    /// The cluster it belongs to.
    public var cluster: String?
    /// The service group it belongs to.
    public var serviceGroup: String?
    /// The applications it serves.
    public var applications: [String]
    /// Free labels.
    public var labels: [String: String]
    /// Named amounts, each at least 0: what a node offers, or what a virtual machine takes.
    public var capacity: [String: Int]

    /// Makes a report; whatever is left out takes the contract's default.
    public init(
        id: ResourceID,
        kind: String = "vm",
        isAvailable: Bool = true,
        state: ReportedState = .unknown,
        node: ResourceID? = nil,
        cluster: String? = nil,
        serviceGroup: String? = nil,
        applications: [String] = [],
        labels: [String: String] = [:],
        capacity: [String: Int] = [:],
        observedAt: Instant = .zero,
        sequence: Int? = nil,
        ttl: Duration? = nil
    ) {
        self.id = id
        self.kind = kind
        self.isAvailable = isAvailable
        self.state = state
        self.node = node
        self.cluster = cluster
        self.serviceGroup = serviceGroup
        self.applications = applications
        self.labels = labels
        self.capacity = capacity
        self.observedAt = observedAt
        self.sequence = sequence
        self.ttl = ttl
    }
}

/// One step of an availability event.
public enum Report: Hashable, Sendable {
    /// The resource is as the report says.
    case observed(Resource)
    /// The resource is gone.
    case removed(ResourceID)
}
