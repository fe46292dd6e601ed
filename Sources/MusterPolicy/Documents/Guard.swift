// Limits on what is done without asking, and the answer to a question (contract, section 4.3).

public import MusterModel

/// Limits on what is done without asking. Where a domain has several guards, the strictest of each
/// limit holds.
public struct Guard: Hashable, Sendable {
    /// So many resources, or such a share of them.
    public enum Amount: Hashable, Sendable {
        case number(Int)
        case share(thousandthsOfPercent: Int)
    }

    /// How many resources may become unusable before nothing is commanded any more.
    public struct MassFailure: Hashable, Sendable {
        /// In thousandths of a percent of the managed resources.
        public var share: Int
        /// Within what time they became so.
        public var within: Duration

        /// Makes a limit.
        public init(share: Int, within: Duration) {
            self.share = share
            self.within = within
        }
    }

    /// When what is satisfied may be changed for its cost alone.
    public enum Improvement: Hashable, Sendable {
        /// Where the cost falls by at least so much.
        case gain(atLeast: Int)
        case never
    }

    /// When a resource that changes its state by itself is left alone.
    public struct Flapping: Hashable, Sendable {
        /// So many changes are too many, at least 1.
        public var changes: Int
        /// Within what time.
        public var within: Duration
        /// How long it is left alone then.
        public var quarantine: Duration

        /// Makes a limit.
        public init(changes: Int, within: Duration, quarantine: Duration) {
            self.changes = changes
            self.within = within
            self.quarantine = quarantine
        }
    }

    /// Its name; unique among the guards of a domain.
    public var name: String
    /// The domain it holds in; `nil` for every domain.
    public var domain: DomainID?
    /// How many commands may await confirmation at once, at least 1.
    public var maxInFlight: Int?
    /// How many of the managed resources one decision may change.
    public var maxChanges: Amount?
    /// How many of the managed resources may become unusable.
    public var maxUnusable: MassFailure?
    /// When what is satisfied may be changed for its cost alone.
    public var improve: Improvement?
    /// How long a resource that was changed is not changed for cost alone.
    public var cooldown: Duration?
    /// When a resource that changes its state by itself is left alone.
    public var flapping: Flapping?
    /// Where it was written.
    @Incidental public var span: SourceSpan

    /// Makes a guard without limits.
    public init(name: String, domain: DomainID? = nil, span: SourceSpan = .none) {
        self.name = name
        self.domain = domain
        self.span = span
    }
}

/// The answer to a plan that is held.
public struct Approval: Hashable, Sendable {
    /// What becomes of the plan.
    public enum Decision: String, Hashable, Sendable, CaseIterable {
        /// It is carried out.
        case approve
        /// It is dropped.
        case reject
    }

    /// Its name.
    public var name: String
    /// The number of the plan, as the notice said it.
    public var plan: Int
    /// What becomes of it.
    public var decision: Decision

    /// Makes an answer.
    public init(name: String, plan: Int, decision: Decision) {
        self.name = name
        self.plan = plan
        self.decision = decision
    }
}
