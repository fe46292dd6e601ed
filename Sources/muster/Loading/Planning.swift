// Deciding on files, without a broker: what `plan` and `explain` have in common.

import MusterEngine
import MusterModel
import MusterPolicy

/// Reports and documents of files, and the time to decide for.
struct Planning {
    let reports: [DomainID: [Report]]
    let baseline: Baseline
    let now: Instant
    /// Whether the time was asked for; otherwise leases are judged by the newest report.
    let isTimeGiven: Bool
    let options: Options

    /// Every domain that has resources or that a document names, in order of name.
    var domains: [DomainID] {
        let named = baseline.entries.compactMap(\.document.domain)
        return Set(named).union(reports.keys).sorted()
    }

    /// Decides a domain; nothing is sent and nothing counts as under way.
    func decide(_ id: DomainID) -> (domain: Domain, directives: [Directive]) {
        var options = options
        options.isDryRun = true
        var domain = Domain(id, baseline: baseline, options: options)
        let reports = reports[id] ?? []
        let directives = domain.handle(
            [.reports(isTimeGiven ? reports : fresh(reports))],
            at: now
        )
        return (domain, directives)
    }

    /// A file does not age while it lies there: unless a time is asked for, leases are judged by
    /// the newest report in it.
    private func fresh(_ reports: [Report]) -> [Report] {
        let times = reports.compactMap { report -> Instant? in
            if case .observed(let resource) = report { resource.observedAt } else { nil }
        }
        guard let newest = times.max() else { return reports }
        let age = now.milliseconds - newest.milliseconds
        guard age > 0 else { return reports }
        return reports.map { report in
            guard case .observed(var resource) = report else { return report }
            resource.observedAt = resource.observedAt + .milliseconds(age)
            return .observed(resource)
        }
    }
}

extension Baseline {
    /// The documents without where they come from.
    var documents: [Document] { entries.map(\.document) }
}
