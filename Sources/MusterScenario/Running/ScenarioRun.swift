// Runs a test: the core is given its events at their times, with nothing in between but the clock,
// and what comes of it is held against what is expected.

import MusterEngine
import MusterModel
public import MusterPolicy

extension Scenario {
    /// Runs the test.
    ///
    /// - Returns: what differs from what is expected, in the order of the steps; empty when nothing
    ///   does.
    /// - Complexity: that of deciding each step; a condition that is expected costs one more.
    public func run() -> [Diagnostic] {
        var run = ScenarioRun(self)
        for (index, step) in steps.enumerated() { run.take(step, index) }
        return run.failures
    }
}

/// The state of a test while it runs.
struct ScenarioRun {
    var domain: Domain
    private(set) var now: Instant
    private(set) var failures: [Diagnostic] = []
    /// What was sent and told since the last step.
    private(set) var commands: [Command] = []
    private(set) var notices: [Notice] = []
    /// The newest report of each resource.
    private var reported: [ResourceID: Resource] = [:]
    /// Commands that no report has confirmed.
    private var underWay: [ResourceID: Command] = [:]
    private var place = ""
    /// The domains of the policies that were given for others than this one, by name.
    let elsewhere: [String: DomainID]

    init(_ scenario: Scenario) {
        elsewhere = Self.policiesElsewhere(scenario)
        domain = Domain(
            scenario.domain,
            baseline: scenario.baseline,
            options: scenario.options,
            zones: scenario.zones
        )
        now = scenario.steps.first?.time ?? ScenarioReader.defaultStart
    }

    private static func policiesElsewhere(_ scenario: Scenario) -> [String: DomainID] {
        var domains: [String: DomainID] = [:]
        for case .policy(let policy) in scenario.baseline.entries.map(\.document) {
            guard let domain = policy.domain, domain != scenario.domain else { continue }
            domains[policy.name] = domain
        }
        return domains
    }

    /// How often resources may confirm commands in one step before it counts as endless.
    private static var confirmationLimit: Int { 10_000 }
    /// How often the clock may ring between two steps.
    private static var alarmLimit: Int { 1_000_000 }

    mutating func take(_ step: Scenario.Step, _ index: Int) {
        commands = []
        notices = []
        place = index == 0 ? "at the beginning" : "step \(index), \(step.time.rfc3339)"
        var alarms = 0
        while let deadline = domain.nextDeadline, deadline < step.time, alarms < Self.alarmLimit {
            alarms += 1
            handle([.clock], at: max(deadline, now))
        }
        confirm(step)
        let planning = domain.planningOnly()
        handle(step.events, at: step.time)
        guard let expectation = step.expectation else { return }
        for (demand, entry) in expectation.demands {
            if case .objective = demand {
                checkObjective(entry.value, objective(planning, step))
            } else {
                check(demand, entry)
            }
        }
    }

    /// The objective of what was decided in a step. Once commands are sent, the changes that they
    /// ask for cost nothing any more, so a domain that sends nothing is asked.
    private func objective(_ planning: Domain, _ step: Scenario.Step) -> Objective {
        var planning = planning
        _ = planning.handle(step.events, at: step.time)
        return planning.summary.objective
    }

    private mutating func handle(_ events: [Event], at time: Instant) {
        now = time
        for case .reports(let reports) in events {
            for report in reports { note(report) }
        }
        for directive in domain.handle(events, at: time) {
            switch directive {
            case .send(let command):
                commands.append(command)
                underWay[command.resource] = command
            case .notify(let notice): notices.append(notice)
            default: break
            }
        }
    }

    private mutating func note(_ report: Report) {
        switch report {
        case .observed(let resource):
            reported[resource.id] = resource
            if let state = underWay[resource.id]?.reportedState, state == resource.state {
                underWay[resource.id] = nil
            }
        case .removed(let id):
            reported[id] = nil
            underWay[id] = nil
        }
    }

    // MARK: Confirmation

    private mutating func confirm(_ step: Scenario.Step) {
        switch step.confirmation {
        case .none: break
        case .only(let nodes):
            var reports: [Report] = []
            for node in nodes {
                let id = ResourceID(node.inOneLine)
                if let report = confirmation(of: id, at: step.time) {
                    reports.append(report)
                } else {
                    fail(
                        "nothing-to-confirm",
                        "\(id.name.quoted) has no command under way",
                        at: node.span,
                        help: underWay.isEmpty
                            ? "no command is under way"
                            : "under way: " + some(underWay.keys.sorted().map(\.name))
                    )
                }
            }
            if !reports.isEmpty { handle([.reports(reports)], at: step.time) }
        case .all:
            var rounds = 0
            while !underWay.isEmpty, rounds < Self.confirmationLimit {
                rounds += 1
                let reports = underWay.keys.sorted().compactMap {
                    confirmation(of: $0, at: step.time)
                }
                guard !reports.isEmpty else { return }
                handle([.reports(reports)], at: step.time)
            }
        }
    }

    /// The report of a resource that has done what it was told.
    private mutating func confirmation(of id: ResourceID, at time: Instant) -> Report? {
        guard let command = underWay.removeValue(forKey: id), var resource = reported[id] else {
            return nil
        }
        if let state = command.reportedState { resource.state = state }
        resource.observedAt = max(resource.observedAt, time)
        resource.sequence = resource.sequence.map { $0 + 1 }
        return .observed(resource)
    }

    // MARK: Failures

    mutating func fail(
        _ code: String,
        _ message: String,
        at span: SourceSpan,
        help: String? = nil
    ) {
        failures.append(Diagnostic(code, "\(message) (\(place))", at: span, help: help))
    }

    /// The first of many, in words.
    func some(_ texts: [String]) -> String {
        let most = 8
        guard texts.count > most else { return texts.joined(separator: ", ") }
        return texts.prefix(most).joined(separator: ", ") + " and \(texts.count - most) more"
    }
}

extension Command {
    /// The state that a report has to show for the command to be confirmed; `nil` for one that
    /// asks for a report of any state.
    fileprivate var reportedState: ReportedState? {
        switch action {
        case .start: .online
        case .stop: .offline
        default: nil
        }
    }
}
