// What a resource is told to do. A command is a value; the shell sends it.

/// An order to one resource, awaiting confirmation by the resource's own report.
public struct Command: Hashable, Sendable {
    /// What the resource shall do.
    public enum Action: String, Hashable, Sendable, CaseIterable {
        case start, stop, report
    }

    /// Unique and deterministic: the same cause gives the same id.
    public var id: String
    /// The domain that decided it.
    public var domain: DomainID
    /// The number of the plan in its domain, from 1; 0 for a `report` outside any plan.
    public var plan: Int
    /// The stage within the plan, from 1.
    public var stage: Int
    /// Who shall act.
    public var resource: ResourceID
    /// The resource's host, where it has one.
    public var node: ResourceID?
    /// The resource's kind.
    public var kind: String
    /// What it shall do.
    public var action: Action
    /// 1 at first, one more each time it is sent again.
    public var attempt: Int
    /// When it is taken as not carried out, unless a report confirms it before.
    public var deadline: Instant
    /// The policies for whose sake it is sent, in order of name.
    public var policies: [String]
    /// In words, what made it necessary.
    public var cause: String

    /// Makes a command from all its parts.
    public init(
        id: String,
        domain: DomainID,
        plan: Int,
        stage: Int,
        resource: ResourceID,
        node: ResourceID?,
        kind: String,
        action: Action,
        attempt: Int,
        deadline: Instant,
        policies: [String],
        cause: String
    ) {
        self.id = id
        self.domain = domain
        self.plan = plan
        self.stage = stage
        self.resource = resource
        self.node = node
        self.kind = kind
        self.action = action
        self.attempt = attempt
        self.deadline = deadline
        self.policies = policies
        self.cause = cause
    }
}
