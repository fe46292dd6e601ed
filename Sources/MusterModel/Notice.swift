// What people are told, as a value. Alerting reads it from the notification topic.

/// How bad a notice is.
public enum Severity: String, Hashable, Sendable, CaseIterable {
    case info, warning, error, critical
}

/// A message to people about a domain.
public struct Notice: Hashable, Sendable {
    /// What it is about.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case configurationUnsatisfied = "configuration-unsatisfied"
        case configurationUpdated = "configuration-updated"
        case configurationRejected = "configuration-rejected"
        case resourcesChanged = "resources-changed"
        case planStarted = "plan-started"
        case planCompleted = "plan-completed"
        case planSuperseded = "plan-superseded"
        case commandFailed = "command-failed"
        case resourceStale = "resource-stale"
        case policiesConflict = "policies-conflict"
        case resourceQuarantined = "resource-quarantined"
        case planHeld = "plan-held"
        case changeSkipped = "change-skipped"
    }

    /// Whether it opens an alert, closes one, or only informs.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case firing, resolved, info
    }

    /// Whether an unsatisfied policy could hold later.
    public enum Outlook: Hashable, Sendable {
        /// Not even with every registered resource usable.
        case never
        /// It would hold if these resources recovered.
        case recovery([ResourceID])
    }

    /// One of the conditions that cannot hold together.
    public struct Reason: Hashable, Sendable {
        /// The policy, group or maintenance entry that it belongs to.
        public var source: String
        /// The condition in words.
        public var condition: String
        /// Where it stands, `file:line:column`, when known.
        public var place: String?
        /// What it needs, in words.
        public var needs: String
        /// What there is, in words.
        public var has: String

        /// Makes a reason from all its parts.
        public init(
            source: String,
            condition: String,
            place: String?,
            needs: String,
            has: String
        ) {
            self.source = source
            self.condition = condition
            self.place = place
            self.needs = needs
            self.has = has
        }
    }

    /// One thing that changed.
    public struct Change: Hashable, Sendable {
        /// What changed: a resource's or a document's name.
        public var subject: String
        /// How it was, in words.
        public var from: String
        /// How it is, in words.
        public var to: String

        /// Makes a change from all its parts.
        public init(subject: String, from: String, to: String) {
            self.subject = subject
            self.from = from
            self.to = to
        }
    }

    /// Unique and deterministic: the same cause gives the same id.
    public var id: String
    /// The domain it is about.
    public var domain: DomainID
    /// What it is about.
    public var kind: Kind
    /// How bad it is.
    public var severity: Severity
    /// Whether it opens or closes an alert.
    public var status: Status
    /// The same for every notice of one alert.
    public var fingerprint: String
    /// The policy that it is about, where there is one.
    public var policy: String?
    /// One sentence.
    public var summary: String
    /// Whether it could hold later.
    public var outlook: Outlook?
    /// Conditions that cannot hold together.
    public var explanation: [Reason]
    /// Changes that would help, each verified.
    public var suggestions: [Suggestion]
    /// Since when.
    public var startsAt: Instant
    /// Until when, once it has ended.
    public var endsAt: Instant?
    /// What changed.
    public var changed: [Change]

    /// Makes a notice; the lists may be left out.
    public init(
        id: String,
        domain: DomainID,
        kind: Kind,
        severity: Severity,
        status: Status,
        fingerprint: String,
        policy: String? = nil,
        summary: String,
        outlook: Outlook? = nil,
        explanation: [Reason] = [],
        suggestions: [Suggestion] = [],
        startsAt: Instant,
        endsAt: Instant? = nil,
        changed: [Change] = []
    ) {
        self.id = id
        self.domain = domain
        self.kind = kind
        self.severity = severity
        self.status = status
        self.fingerprint = fingerprint
        self.policy = policy
        self.summary = summary
        self.outlook = outlook
        self.explanation = explanation
        self.suggestions = suggestions
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.changed = changed
    }
}
