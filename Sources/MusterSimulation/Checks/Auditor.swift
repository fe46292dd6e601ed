// Looks at the bus from outside, as those who live by it do: which commands and notices a consumer
// of committed records sees, and what the inbound records that count as taken in amount to.

import MusterEngine
import MusterModel
import MusterPolicy

/// What has been seen of every domain.
struct Auditor {
    /// What has been seen of one domain.
    fileprivate struct File {
        var position = 0
        var identities: Set<String> = []
        /// Notices by fingerprint that have fired and not resolved.
        var firing: Set<String> = []
        var isPlanned = false
        var notices = 0
        /// The latest command to each resource.
        var latest: [ResourceID: Command] = [:]
        var knowledge = Knowledge()
        var hasNews = false
    }

    private var files: [File]

    init(domains: Int) { files = Array(repeating: File(), count: domains) }

    // MARK: Outputs

    /// Reads what has become visible of a domain's outputs.
    mutating func read(
        _ log: SimulatedLog,
        _ domain: Int,
        _ tally: inout Tally
    ) throws(Violation) {
        while let (directive, next) = log.output(domain, from: files[domain].position) {
            files[domain].position = next
            switch directive {
            case .send(let command):
                tally.commands += 1
                guard files[domain].identities.insert(command.id).inserted else {
                    throw Violation(.identity, "two commands are called \(command.id)")
                }
                guard command.action != .report else { continue }
                tally.orders += 1
                files[domain].latest[command.resource] = command
            case .notify(let notice):
                tally.notices += 1
                try files[domain].read(notice)
            case .reject: break
            }
        }
    }

    // MARK: Knowledge

    /// Takes in records that count as taken in.
    mutating func learn(
        _ log: SimulatedLog,
        _ partition: Int,
        from old: SimulatedLog.Positions,
        to new: SimulatedLog.Positions
    ) {
        for lane in Action.Lane.allCases {
            let range = old[lane, default: 0]..<max(new[lane, default: 0], old[lane, default: 0])
            for record in log.records(partition, lane, range) {
                files[record.domain].knowledge.take(record.content)
                files[record.domain].hasNews = true
            }
        }
    }

    /// The resources that a domain knows, by what is committed.
    func reports(of domain: Int) -> [ResourceID: Resource] { files[domain].knowledge.reports }

    /// Compares a domain whose decisions are committed with what was seen.
    mutating func check(_ tenant: Tenant, _ baseline: Baseline) throws(Violation) {
        try checkFlights(tenant)
        let file = files[tenant.index]
        guard file.hasNews || tenant.book.decisions % 4 == 0 else { return }
        files[tenant.index].hasNews = false
        let holdings = tenant.domain.holdings
        let known = file.knowledge.reports
        for holding in holdings where known[holding.report.id] != holding.report {
            throw Violation(
                .knowledge,
                "\(tenant.domain.id) holds \(holding.report), the records say "
                    + "\(known[holding.report.id].map { "\($0)" } ?? "nothing") "
            )
        }
        guard holdings.count == known.count else {
            throw Violation(.knowledge, "\(tenant.domain.id) does not know of every resource")
        }
        guard tenant.domain.documentsInForce == file.knowledge.documents(over: baseline) else {
            throw Violation(
                .knowledge,
                "the documents in force in \(tenant.domain.id) are not those that were sent"
            )
        }
    }

    private func checkFlights(_ tenant: Tenant) throws(Violation) {
        for holding in tenant.domain.holdings {
            guard let flight = holding.flight else { continue }
            guard files[tenant.index].latest[holding.report.id]?.id == flight.id else {
                throw Violation(.flight, "\(flight.id) is awaited and was not published last")
            }
        }
    }

    /// Looks at a domain that was brought back before it has decided anything.
    func checkRestored(_ tenant: Tenant) throws(Violation) {
        try checkFlights(tenant)
        let open = Set(tenant.domain.openAlerts.map(\.fingerprint))
        guard open == files[tenant.index].firing else {
            throw Violation(.alert, "\(tenant.domain.id) has other alerts than were published")
        }
    }
}

extension Auditor.File {
    mutating func read(_ notice: Notice) throws(Violation) {
        notices += 1
        guard let number = notice.number, number == notices else {
            throw Violation(.numbering, "notice \(notices) is called \(notice.id)")
        }
        switch notice.status {
        case .firing:
            guard firing.insert(notice.fingerprint).inserted else {
                throw Violation(.alert, "\(notice.fingerprint) fires again")
            }
        case .resolved:
            guard firing.remove(notice.fingerprint) != nil else {
                throw Violation(.alert, "\(notice.fingerprint) resolves without having fired")
            }
        case .info: break
        }
        switch notice.kind {
        case .planStarted:
            guard !isPlanned else {
                throw Violation(.plan, "a plan begins before another has ended: \(notice.summary)")
            }
            isPlanned = true
        case .planCompleted, .planSuperseded:
            guard isPlanned else {
                throw Violation(.plan, "a plan ends that had not begun: \(notice.summary)")
            }
            isPlanned = false
        default: break
        }
    }
}

extension Notice {
    /// Its number within the history of its domain, which its id tells.
    fileprivate var number: Int? {
        let parts = id.split(separator: "/")
        guard let place = parts.firstIndex(of: "notice"), place + 1 < parts.count else {
            return nil
        }
        return Int(parts[place + 1])
    }
}
