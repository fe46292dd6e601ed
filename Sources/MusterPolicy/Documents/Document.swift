// The documents that people write, parsed and checked (contract, section 4).

public import MusterModel

/// A policy: what must hold, what is preferred, and what it may cost.
public struct Policy: Hashable, Sendable {
    /// Whether it is carried out or only evaluated.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        case enforce, observe
    }

    /// What becomes of its resources when it cannot hold.
    public enum Fallback: String, Hashable, Sendable, CaseIterable {
        case hold, bestEffort
    }

    /// A condition that is worth its weight for each unit that it falls short by.
    public struct Preference: Hashable, Sendable {
        /// What is preferred.
        public var condition: Condition
        /// Cost of each unit of shortfall, at least 0.
        public var weight: Int

        /// Makes a preference.
        public init(_ condition: Condition, weight: Int) {
            self.condition = condition
            self.weight = weight
        }
    }

    /// A quantity over online resources that costs its weight for each unit.
    public struct Minimization: Hashable, Sendable {
        /// What costs; `count` or `sum` over online resources.
        public var quantity: Quantity
        /// Cost of each unit, at least 0.
        public var weight: Int

        /// Makes a term of the cost.
        public init(_ quantity: Quantity, weight: Int) {
            self.quantity = quantity
            self.weight = weight
        }
    }

    /// What it costs to change the state of one matching resource.
    public struct ChangeCost: Hashable, Sendable {
        /// Which resources.
        public var selector: Selector
        /// Cost of one change, at least 0.
        public var cost: Int

        /// Makes an entry.
        public init(of selector: Selector, cost: Int) {
            self.selector = selector
            self.cost = cost
        }
    }

    /// Its name; unique among the policies of a domain.
    public var name: String
    /// The domain it holds in; `nil` for every domain.
    public var domain: DomainID?
    /// 0 to 1000; a higher one is satisfied first.
    public var priority: Int
    /// Whether it is carried out or only evaluated.
    public var mode: Mode
    /// What becomes of its resources when it cannot hold.
    public var whenUnsatisfiable: Fallback
    /// What must hold; `nil` when the policy only has preferences.
    public var require: Condition?
    /// What is preferred.
    public var prefer: [Preference]
    /// What is kept small.
    public var minimize: [Minimization]
    /// What changes cost.
    public var changes: [ChangeCost]
    /// When it is in force; `nil` for always.
    public var active: Window?
    /// How bad it is when it does not hold.
    public var severity: Severity
    /// Where it was written.
    @Incidental public var span: SourceSpan
    /// In how many places of the text each parameter is used: who sets it anew changes them all.
    @Incidental public var parameterUses: [String: Int] = [:]

    /// Makes a policy; whatever is left out takes the contract's default.
    public init(
        name: String,
        domain: DomainID? = nil,
        priority: Int = 0,
        mode: Mode = .enforce,
        whenUnsatisfiable: Fallback = .hold,
        require: Condition? = nil,
        prefer: [Preference] = [],
        minimize: [Minimization] = [],
        changes: [ChangeCost] = [],
        active: Window? = nil,
        severity: Severity = .error,
        span: SourceSpan = .none
    ) {
        self.name = name
        self.domain = domain
        self.priority = priority
        self.mode = mode
        self.whenUnsatisfiable = whenUnsatisfiable
        self.require = require
        self.prefer = prefer
        self.minimize = minimize
        self.changes = changes
        self.active = active
        self.severity = severity
        self.span = span
    }

    /// Whether it is in force at `now`.
    public func isActive(at now: Instant) -> Bool { active?.isOpen(at: now) ?? true }
}

/// A service group's needs.
public struct ServiceGroup: Hashable, Sendable {
    /// How a group needs another.
    public enum Binding: String, Hashable, Sendable, CaseIterable {
        /// Its members may be online only while enough of the other are.
        case firm
        /// Only the order of starting and stopping.
        case soft
    }

    /// One need.
    public struct Dependency: Hashable, Sendable {
        /// The group that is needed.
        public var group: String
        /// How many of its members must be online.
        public var atLeast: Int
        /// How it is needed.
        public var binding: Binding
        /// Where it was written.
        @Incidental public var span: SourceSpan

        /// Makes a dependency.
        public init(group: String, atLeast: Int, binding: Binding, span: SourceSpan = .none) {
            self.group = group
            self.atLeast = atLeast
            self.binding = binding
            self.span = span
        }
    }

    /// The group's name, as resources report it.
    public var name: String
    /// The domain it holds in; `nil` for every domain.
    public var domain: DomainID?
    /// What it needs.
    public var dependsOn: [Dependency]
    /// Where it was written.
    @Incidental public var span: SourceSpan

    /// Makes a group.
    public init(
        name: String,
        domain: DomainID? = nil,
        dependsOn: [Dependency] = [],
        span: SourceSpan = .none
    ) {
        self.name = name
        self.domain = domain
        self.dependsOn = dependsOn
        self.span = span
    }
}

/// Work on resources during which they are treated otherwise.
public struct Maintenance: Hashable, Sendable {
    /// How its matches are treated.
    public enum Effect: String, Hashable, Sendable, CaseIterable {
        /// They must go offline.
        case drain
        /// None of them is started anew.
        case cordon
        /// They are taken out of management.
        case ignore
    }

    /// Its name; unique among the maintenance entries of a domain.
    public var name: String
    /// The domain it holds in; `nil` for every domain.
    public var domain: DomainID?
    /// Which resources.
    public var selector: Selector
    /// How they are treated.
    public var effect: Effect
    /// From when on; `nil` for always.
    public var from: Instant?
    /// Until when, exclusive; `nil` for ever.
    public var until: Instant?
    /// Where it was written.
    @Incidental public var span: SourceSpan

    /// Makes an entry.
    public init(
        name: String,
        domain: DomainID? = nil,
        selector: Selector,
        effect: Effect,
        from: Instant? = nil,
        until: Instant? = nil,
        span: SourceSpan = .none
    ) {
        self.name = name
        self.domain = domain
        self.selector = selector
        self.effect = effect
        self.from = from
        self.until = until
        self.span = span
    }

    /// Whether it is in force at `now`.
    public func isActive(at now: Instant) -> Bool {
        (from.map { $0 <= now } ?? true) && (until.map { now < $0 } ?? true)
    }
}

/// A kind of document that can be set and withdrawn by name.
public enum DocumentKind: String, Hashable, Sendable, CaseIterable {
    case policy = "Policy"
    case serviceGroup = "ServiceGroup"
    case maintenance = "Maintenance"
    case guardrail = "Guard"
}

/// A document that is part of a configuration.
public enum Document: Hashable, Sendable {
    case policy(Policy)
    case serviceGroup(ServiceGroup)
    case maintenance(Maintenance)
    case guardrail(Guard)

    /// What kind it is of.
    public var kind: DocumentKind {
        switch self {
        case .policy: .policy
        case .serviceGroup: .serviceGroup
        case .maintenance: .maintenance
        case .guardrail: .guardrail
        }
    }

    /// Its name.
    public var name: String {
        switch self {
        case .policy(let policy): policy.name
        case .serviceGroup(let group): group.name
        case .maintenance(let maintenance): maintenance.name
        case .guardrail(let guardrail): guardrail.name
        }
    }

    /// The domain it is for; `nil` for every domain.
    public var domain: DomainID? {
        switch self {
        case .policy(let policy): policy.domain
        case .serviceGroup(let group): group.domain
        case .maintenance(let maintenance): maintenance.domain
        case .guardrail(let guardrail): guardrail.domain
        }
    }

    /// Where it was written.
    public var span: SourceSpan {
        switch self {
        case .policy(let policy): policy.span
        case .serviceGroup(let group): group.span
        case .maintenance(let maintenance): maintenance.span
        case .guardrail(let guardrail): guardrail.span
        }
    }
}

/// One step of a `desired-config` event (contract, section 3.2), or one document of a file.
public enum ConfigurationChange: Sendable {
    /// Sets a document. `source` is its tree, kept so that parameters can be set anew later.
    case set(Document, source: Node)
    /// Gives an existing policy other parameters; the rest of it stays.
    case parameters(policy: String, Node)
    /// Withdraws a document that the bus has set.
    case withdraw(DocumentKind, name: String)
    /// Replaces everything that the bus has set.
    case replaceAll([(Document, source: Node)])
    /// Lets a plan go that is held, or drops it.
    case approval(Approval)
    /// Asks the matching resources to report; every resource where there is no selector.
    case statusRequest(Selector?)
    /// Ends the quarantine of the matching resources; of all of them where there is no selector.
    case release(Selector?)
}
