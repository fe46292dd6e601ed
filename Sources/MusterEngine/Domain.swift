// The core: events in, directives out. A value without clock, threads or IO.

public import MusterModel
import MusterPolicy
import MusterSolver

/// What the engine is allowed and told by settings.
public struct Options: Hashable, Sendable {
    /// How long a command may take until a report confirms it; doubles with each attempt.
    public var commandTimeout: Duration = .seconds(60)
    /// How often a command is sent before it is given up, at least 1.
    public var commandAttempts = 5
    /// By how many percent at most a command may take longer than that, 0 to 100: so many that
    /// were sent at one time are not sent again at one time. Whatever it is for a command, it is
    /// the same after a restart.
    public var commandJitter = 10
    /// How many commands may await confirmation at once; `nil` for any number.
    public var maxInFlight: Int?
    /// How long a resource that did not obey is left alone.
    public var quarantine: Duration = .seconds(15 * 60)
    /// How often each resource is asked to report; `nil` for never.
    public var reportInterval: Duration?
    /// The work that deciding may take in one turn, in the solver's units; the default is about
    /// two seconds.
    public var solveWork = 300_000_000
    /// The work of one slice in which a choice that is not proven best is worked on between events;
    /// the default is a few hundredths of a second.
    public var sliceWork = 4_000_000
    /// Whether to plan only: nothing is sent, and nothing counts as under way.
    public var isDryRun = false

    /// Makes the defaults.
    public init() {}
}

/// Everything about one domain.
///
/// It acts on the state that holds, never on the fact that an event came: after each call the
/// implemented configuration is the best for the state known, and what is under way leads to it.
public struct Domain: Sendable {
    /// Its name.
    public let id: DomainID
    /// When ``handle(_:at:)`` wants to be called next even if nothing happens.
    public internal(set) var nextDeadline: Instant?
    /// How often the solver was called since the domain was made.
    public internal(set) var solves = 0

    private(set) var options: Options
    var configuration: Configuration
    var situation = Situation()
    var execution = Execution()
    var alerts = Alerts()
    /// Names of enforced policies whose choice is not proven best.
    var unproven: Set<String> = []
    /// What is left open of them, part by part. It does not outlast the process.
    var openParts: [OpenPart] = []
    /// How far slices have come, by policy of parts that are not proven best.
    var slices: [String: SliceProgress] = [:]
    /// When reports expire.
    var leases = Leases()
    /// When the next window of a policy or of maintenance opens or closes, as it was last asked
    /// for.
    var boundary: Instant?
    /// When that was.
    var ruledAt = Instant.zero
    /// Whether events were taken in without a decision, so that the next one is on everything.
    var isDecisionDue = false
    /// The slots whose report is not what is implemented, or that are awaited.
    var unsettled: Set<Int> = []
    /// The resources that are left alone for a while.
    var quarantines = Quarantines()
    /// The resources that are yet to be asked to report.
    var inquiry = Inquiry()
    /// When each resource is asked from time to time; `nil` where that is not wanted.
    var rounds: Rounds?
    /// Up to when that was done; `nil` where it never was.
    var askedAt: Instant?
    /// What people are to be told of reports of which nothing followed.
    var untold: [IdleChange] = []
    /// Counts notices, for ids that are the same whenever the same happens.
    var noticeCount = 0
    /// Counts turns with requests to report, for the ids of those.
    var requestCount = 0
    /// When the domain's history began. Without a state that outlasts the process the counts
    /// begin anew with it, so ids carry it: an id never means two things.
    var epoch: Instant?
    /// The documents of the baseline that decisions have taken in, by digest.
    var announced: [Configuration.Name: UInt128] = [:]
    /// What differs from those since the domain was restored, until it has been told.
    var unannounced: [Notice.Change] = []
    /// What guards remember.
    var restraints = Restraints()
    /// What the changelog has yet to be told.
    var journal = Journal()

    /// Makes a domain that knows nothing but its baseline. `zones` are the time zones that the
    /// windows of policies may name.
    public init(
        _ id: DomainID,
        baseline: Baseline,
        options: Options = Options(),
        zones: TimeZones = .utc
    ) {
        self.id = id
        self.options = options
        configuration = Configuration(domain: id, baseline: baseline, zones: zones)
        rounds = options.reportInterval.map { Rounds(every: $0) }
    }

    /// Takes in events in their order, then decides once on the state that holds.
    ///
    /// - Returns: what is to be done, in order; empty when nothing is.
    /// - Complexity: O(1) for reports of which nothing follows, see ``takeIdle(_:looking:)``;
    ///   otherwise the cost of solving the parts that the events touch, plus a pass over the slots
    ///   when resources appear, go or change what selectors see.
    public mutating func handle(_ events: [Event], at now: Instant) -> [Directive] {
        var rest = events[...]
        refreshDeadline(at: now)
        if isQuiet(at: now) {
            takeIdle(&rest, at: now)
            // A report may be so late that its lease has ended already.
            let isDue = nextDeadline.map { $0 <= now } ?? false
            if rest.isEmpty && untold.isEmpty && !isDue { return [] }
        }
        var turn = Turn(now: now)
        begin(&turn)
        for event in rest { absorb(event, &turn) }
        rememberIdle(&turn)
        pass(&turn)
        if turn.isWhole { widen(&turn) }
        // Mostly nothing but leases is new, and then nothing else is looked at.
        if turn.isStructural || turn.isRestrained || !turn.touched.isEmpty {
            situation.forgetChanges()
            noteFailures(turn)
            settle(&turn)
            judgeFailures(&turn)
            decide(&turn)
            holdUp(&turn)
            proceed(&turn)
            alert(&turn)
        } else {
            tellChanges(&turn)
        }
        retry(&turn)
        ask(&turn)
        noteChanges()
        nextDeadline = earliestDeadline
        return turn.directives
    }

    /// The same domain as one that plans only: it decides as this one would, and sends nothing.
    public func planningOnly() -> Domain {
        var copy = self
        copy.options.isDryRun = true
        return copy
    }

    var earliestDeadline: Instant? {
        // While nothing may be commanded, no deadline of a command is looked at.
        let flights = restraints.isFrozen ? nil : execution.nextDeadline
        let others = [leases.next, quarantines.nextEnd, boundary, nextRequest]
        return (others + [flights, restraints.nextDeadline]).compactMap { $0 }.min()
    }
}

/// What one call of ``Domain/handle(_:at:)`` has gathered so far.
struct Turn {
    let now: Instant
    var directives: [Directive] = []
    /// Slots whose report, usability or flight is new.
    var touched: Set<Int> = []
    /// Slots and policies whose parts have to be decided.
    var slots: Set<Int> = []
    var policies: Set<Int> = []
    /// Managed slots that were online and cannot be used any more, and slots that were unusable and
    /// are off, of which nothing may follow.
    var lost: [Int] = []
    var gained: [Int] = []
    /// Whether grounding has to be renewed.
    var isStructural = false
    /// Whether everything has to be grounded and decided anew.
    var isWhole = false
    /// Whether events are only taken in: nothing is decided, and nobody is told of anything but
    /// what cannot be taken in.
    var isCatchingUp = false
    /// Resources as they were and are, as far as selectors see them, where that is new.
    var restructured: [Resource] = []
    /// The slots of resources that are new.
    var registered: Set<Int> = []
    /// What people are told of resources.
    var changes: [Notice.Change] = []
    /// Resources that were removed; some may be back.
    var removed: [ResourceID] = []
    /// Why the quarantine of a slot has ended.
    var releases: [Int: String] = [:]
    /// Whether guards have something to look at, and what of that which is withheld.
    var isRestrained = false
    var reconsidered: Set<Int> = []
    /// The number of the plan that is let go, and of the one that is held.
    var planNumber: Int?
    var heldPlan: Int?
    /// The work that is left for explaining alerts, in the solver's units: some 150 ms at first.
    var explanationWork = 12_000_000
    /// Commands in flight whose deadline has passed, in order of resource.
    var overdue: [Command] = []
    /// What made a decision necessary, in words; the first says most.
    var causes: [String] = []

    init(now: Instant) { self.now = now }

    /// The causes in one phrase.
    var cause: String {
        switch causes.count {
        case 0: "time passed"
        case 1: causes[0]
        default: "\(causes[0]), and \(counted(causes.count - 1, "more change"))"
        }
    }
}

/// A number with its noun, as people write them.
func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
