// What happens when: the beginning, then steps at times that only grow.

import MusterEngine
import MusterModel
import MusterPolicy

extension ScenarioReader {
    /// The beginning and the steps after it, with what is expected of each.
    mutating func steps(
        _ entries: [Node.Entry],
        _ node: Node,
        _ start: Instant,
        _ domain: DomainID,
        reports: [DomainReports]
    ) -> [Scenario.Step] {
        let opening = entries.first { $0.key == "expect" }
        let following = entries.first { $0.key == "steps" }
        if opening == nil, following == nil {
            error(
                "missing-key",
                "the test expects nothing",
                at: entries.first?.keySpan ?? node.span,
                help: "write `expect: {…}`, or `steps:` with an `expect` in one of them"
            )
        }
        var steps = [
            Scenario.Step(
                time: start,
                events: [.reports(self.reports(reports, of: domain))],
                confirmation: .none,
                expectation: opening.flatMap { expectation($0.value, domain) },
                span: node.span
            )
        ]
        guard let following else { return steps }
        let before = diagnostics.count
        for item in list(following.value, "a list of steps") ?? [] {
            if let step = step(item, start, domain, after: steps) { steps.append(step) }
        }
        // A step with a mistake is left out, and may have been the one that expects something.
        if opening == nil, diagnostics.count == before,
            !steps.contains(where: { $0.expectation != nil })
        {
            error(
                "missing-key",
                "no step of the test expects anything",
                at: following.keySpan,
                help: "write `expect: {…}` in one of them"
            )
        }
        return steps
    }

    private mutating func step(
        _ node: Node,
        _ start: Instant,
        _ domain: DomainID,
        after before: [Scenario.Step]
    ) -> Scenario.Step? {
        guard let entries = mapping(node, "a step, such as `{at: 30s, reports: […]}`") else {
            return nil
        }
        checkKeys(
            entries,
            known: ["at", "after", "documents", "reports", "confirm", "expect"],
            of: "a step",
            hints: ["resources": "in a step they are `reports`"]
        )
        func entry(_ key: String) -> Node.Entry? { entries.first { $0.key == key } }
        let last = before.last?.time ?? start
        guard let time = time(at: entry("at"), after: entry("after"), start, last) else {
            return nil
        }
        var events: [Event] = []
        if let documents = entry("documents") {
            let changes = changes(documents.value, from: .bus, in: domain)
            events.append(.configuration(changes, record: before.count))
        }
        if let entry = entry("reports") {
            let found = domainReports(entry, at: time)
            events.append(.reports(reports(found, of: domain)))
        }
        if events.isEmpty { events = [.clock] }
        return Scenario.Step(
            time: time,
            events: events,
            confirmation: entry("confirm").flatMap { confirmation($0.value) } ?? .none,
            expectation: entry("expect").flatMap { expectation($0.value, domain) },
            span: node.span
        )
    }

    /// When a step is: a time, an offset from the beginning or from the step before, or with it.
    private mutating func time(
        at entry: Node.Entry?,
        after delay: Node.Entry?,
        _ start: Instant,
        _ last: Instant
    ) -> Instant? {
        if let entry, let delay {
            _ = entry
            error("two-forms", "`after` cannot stand beside `at`", at: delay.keySpan)
            return nil
        }
        guard let given = entry ?? delay else { return last }
        guard let text = text(given.value) else { return nil }
        let time: Instant
        if let offset = Duration(text: text) {
            time = (entry == nil ? last : start) + offset
        } else if entry != nil, let instant = Instant(rfc3339: text) {
            time = instant
        } else {
            error(
                "not-a-time",
                "\(text.quoted) is not a time",
                at: given.value.span,
                help: entry == nil
                    ? "write how long after the step before, as in 30s or 5m"
                    : "write an offset from the beginning, as in 30s, or 2026-11-23T12:00:00Z"
            )
            return nil
        }
        guard time >= last else {
            error(
                "back-in-time",
                "the step is at \(time.rfc3339), before the step above it at \(last.rfc3339)",
                at: given.value.span,
                help: "put steps in order of time"
            )
            return nil
        }
        return time
    }

    private mutating func confirmation(_ node: Node) -> Scenario.Confirmation? {
        switch node.content {
        case .scalar(.string("all"), _, _): return .all
        case .sequence(let nodes):
            return .only(nodes.filter { text($0) != nil })
        default:
            mismatch(node, "`all` or a list of resources")
            return nil
        }
    }

    /// The reports that are about a domain, or name none.
    private func reports(_ found: [DomainReports], of domain: DomainID) -> [Report] {
        found.filter { $0.domain == nil || $0.domain == domain }.flatMap(\.reports)
    }
}
