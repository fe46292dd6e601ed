// What the bus benchmarks send: reports of about 300 bytes from domains of ten resources, of which
// a policy manages two and wants one to be online.

internal import Foundation

/// A stream of reports, each of which a worker can decide on without knowing any answer to it.
///
/// In each domain `a` and `b` take turns: when the active one breaks down, the other has to be
/// started. A third of a period later that one reports to be online, and another third later the
/// broken one is whole again. All other reports say nothing new.
struct BusWorkload {
    /// The domains' number.
    let domains: Int
    /// Which part of the reports leads to a decision: one in so many; `nil` for none.
    let period: Int?
    /// How many a domain has; the first two are `a` and `b`.
    static let resources = 10

    /// The policy that all of it is about.
    static let policy = """
        apiVersion: muster/v1
        kind: Policy
        name: one-up
        require: {count: {kind: vm}, atLeast: 1}
        """

    /// A report with the domain that it is keyed by.
    struct Report {
        let domain: Int
        let key: String
        let value: String
        /// Whether it leads to a decision.
        let isDecisive: Bool
    }

    private struct Pair {
        var states = ["online", "offline"]
        var active = 0
        var reports = 0
    }

    private var pairs: [Pair]
    private var count = 0

    init(domains: Int, period: Int?) {
        self.domains = domains
        self.period = period
        pairs = Array(repeating: Pair(), count: domains)
    }

    /// The reports that register all resources.
    mutating func registrations() -> [Report] {
        (0..<domains).flatMap { domain in
            (0..<Self.resources).map { report(domain, $0, isDecisive: false) }
        }
    }

    /// The next report.
    mutating func next() -> Report {
        let domain = count % domains
        count += 1
        pairs[domain].reports += 1
        let turn = pairs[domain].reports
        // Domains decide one after another, not all at once.
        if let period, let step = Self.step((turn + domain) % period, of: period) {
            return change(domain, step)
        }
        return report(domain, turn % Self.resources, isDecisive: false)
    }

    private enum Step {
        case breaksDown, standbyIsUp, isWhole
    }

    private static func step(_ phase: Int, of period: Int) -> Step? {
        switch phase {
        case 0: .breaksDown
        case period / 3: .standbyIsUp
        case period / 3 * 2: .isWhole
        default: nil
        }
    }

    private mutating func change(_ domain: Int, _ step: Step) -> Report {
        let active = pairs[domain].active
        switch step {
        case .breaksDown:
            guard pairs[domain].states[1 - active] == "offline" else { break }
            pairs[domain].states[active] = "faulted"
            return report(domain, active, isDecisive: true)
        case .standbyIsUp:
            guard pairs[domain].states[active] == "faulted" else { break }
            pairs[domain].states[1 - active] = "online"
            pairs[domain].active = 1 - active
            return report(domain, 1 - active, isDecisive: false)
        case .isWhole:
            guard pairs[domain].states[1 - active] == "faulted" else { break }
            pairs[domain].states[1 - active] = "offline"
            return report(domain, 1 - active, isDecisive: false)
        }
        return report(domain, active, isDecisive: false)
    }

    private mutating func report(_ domain: Int, _ resource: Int, isDecisive: Bool) -> Report {
        sequence += 1
        let isManaged = resource < 2
        let state = isManaged ? pairs[domain].states[resource] : "online"
        let name = isManaged ? ["a", "b"][resource] : "app-\(resource)"
        let key = "domain-\(domain)"
        let value = """
            {"domain":"\(key)","resource":"\(name)","kind":"\(isManaged ? "vm" : "application")",\
            "available":true,"state":"\(state)","node":"node-\(domain % 50)",\
            "cluster":"c-\(domain % 20)","applications":["shop"],\
            "labels":{"zone":"z\(domain % 3)","tier":"gold"},\
            "capacity":{"cpu":\(domain % 64),"memory":\(domain % 512 * 1024)},\
            "observedAt":"\(Self.start.addingTimeInterval(Double(sequence) / 1000)
                .formatted(Self.format))","sequence":\(sequence)}
            """
        return Report(domain: domain, key: key, value: value, isDecisive: isDecisive)
    }

    private var sequence = 0
    private static let start = Date.now
    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
