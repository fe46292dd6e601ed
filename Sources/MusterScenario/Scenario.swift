// A unit test of policies, as it was written: what is given, what happens when, what is expected.

public import MusterEngine
public import MusterModel
public import MusterPolicy

/// One test: a domain from its beginning through events in time.
public struct Scenario: Sendable {
    /// One point in time, with what happens then and what is expected after it.
    public struct Step: Sendable {
        /// When it happens.
        public var time: Instant
        /// What happens, taken in as one change.
        public var events: [Event]
        /// The resources that carry out what they have been told before this step.
        public var confirmation: Confirmation
        /// What is expected once it was taken in; `nil` where nothing is.
        public var expectation: Expectation?
        /// Where it was written.
        public var span: SourceSpan
    }

    /// Which resources report that they did what they were told.
    public enum Confirmation: Sendable {
        case none
        /// Every resource with a command under way, again and again until no command is left.
        case all
        /// These, each of which must have a command under way.
        case only([Node])
    }

    /// What it is called, unique in its file.
    public var name: String
    /// Where the name stands.
    public var span: SourceSpan
    /// The domain that it is about.
    public var domain: DomainID
    /// The documents in force from the beginning.
    public var baseline: Baseline
    /// What settings say.
    public var options: Options
    /// The time zones that windows may name.
    public var zones: TimeZones
    /// What happens, in order of time. The first step is the beginning.
    public var steps: [Step]
}

/// What is expected after a step; what is not said is not looked at.
public struct Expectation: Sendable {
    /// One thing that is expected, with the tree that says it.
    public enum Demand: Sendable {
        /// Whether every enforced policy holds.
        case isSatisfied(Bool)
        /// Whether the choice is proven best.
        case isOptimal(Bool)
        /// These policies hold.
        case satisfied([Node])
        /// Exactly these policies do not hold.
        case unsatisfied([Node])
        /// Each named resource is to be in this state, or is `unmanaged`.
        case desired([Node.Entry])
        /// The managed resources that are to be online.
        case online
        /// Conditions of the policy language that hold in the implemented configuration.
        case that([Condition])
        /// Parts of the objective.
        case objective
        /// Commands that were sent since the step before.
        case commands
        /// What is left of the plan, commands under way included.
        case plan
        /// Notices since the step before.
        case notices
    }

    /// A condition, with a policy around it that only observes.
    public struct Condition: Sendable {
        /// The change that brings the policy into force.
        public var change: ConfigurationChange
        /// Where the condition stands.
        public var span: SourceSpan
    }

    /// The demands with the entry that each was written as.
    public var demands: [(demand: Demand, entry: Node.Entry)]
}

/// What the reader asks of the world around it.
public struct ScenarioSurroundings: Sendable {
    /// The texts of a policy file, or of every one in a folder; `nil` where there is nothing.
    public var policies: @Sendable (_ path: String) -> [DocumentSource]?
    /// The bytes of a file of reports; `nil` where there is none.
    public var reports: @Sendable (_ path: String) -> [UInt8]?
    /// What a tree of settings, in the form of a settings file, says of the engine.
    public var options: @Sendable (_ settings: Node) -> Result<Options, ScenarioFailure>
    /// The time zones that windows may name.
    public var zones: TimeZones

    /// Makes surroundings from what they answer.
    public init(
        policies: @escaping @Sendable (_ path: String) -> [DocumentSource]?,
        reports: @escaping @Sendable (_ path: String) -> [UInt8]?,
        options: @escaping @Sendable (_ settings: Node) -> Result<Options, ScenarioFailure>,
        zones: TimeZones = .utc
    ) {
        self.policies = policies
        self.reports = reports
        self.options = options
        self.zones = zones
    }
}

/// A text with its name.
public struct DocumentSource: Sendable {
    /// What it is called in findings.
    public var name: String
    /// The text.
    public var bytes: [UInt8]

    /// Names a text.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// Findings that forbid going on.
public struct ScenarioFailure: Error, Sendable {
    /// What was found.
    public var diagnostics: [Diagnostic]

    /// Makes a failure of at least one finding.
    public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
