// The story that the demo plays, step by step, and what it tells of each.

import ArgumentParser
import MusterEngine
import MusterKafka
import MusterModel
import MusterWorker

/// One thing that happens to the estate.
struct DemoStep: Sendable {
    let title: String
    /// Makes it happen; gives what happened, in words.
    let act: @Sendable (DemoEstate) -> String
}

/// Plays steps and tells what became of each.
struct DemoStory {
    let estate: DemoEstate
    let watch: DemoWatch
    let terminal: Terminal

    /// Plays a step: makes it happen and waits until what follows from it is confirmed.
    ///
    /// - Throws: `ExitCode.unavailable` where the broker is lost or nothing is decided in time.
    func play(_ number: Int, _ step: DemoStep) async throws {
        terminal.write("")
        terminal.write(terminal.styled("\(number)  \(step.title)", .bold))
        watch.begin()
        let begin = ContinuousClock.now
        tell("event", step.act(estate))
        try await wait(since: begin)
        try tellOutcome(since: begin)
    }

    /// The longest that a step may take; past it the demo says what has come of it.
    private static var patience: Duration { .seconds(12) }

    private func wait(since begin: ContinuousClock.Instant) async throws {
        while ContinuousClock.now - begin < Self.patience {
            let sight = watch.current
            if !sight.decisions.isEmpty, !sight.isPlanUnderWay { return }
            if let failure = estate.failure {
                Terminal.error.write(
                    "error: the demo's machines lost the broker: \(failure.reason)"
                )
                throw ExitCode.unavailable
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    // MARK: Telling

    private func tellOutcome(since begin: ContinuousClock.Instant) throws {
        let sight = watch.current
        guard let first = sight.decisions.first else {
            tell("decided", "nothing within \(text(Self.patience))")
            Terminal.error.write(
                "error: the demo's worker has decided nothing, so it does not go on; "
                    + "start it again, with fewer other programs beside it"
            )
            throw ExitCode.unavailable
        }
        let notices = sight.decisions.flatMap { decision in
            decision.directives.compactMap { directive -> Notice? in
                if case .notify(let notice) = directive { notice } else { nil }
            }
        }
        var isQuiet = true
        for notice in notices { isQuiet = tell(notice) && isQuiet }
        if isQuiet { tell("decided", "the implemented configuration stays") }
        var took = "decided in \(text(first.duration))"
        if sight.commands > 0 {
            let end = sight.completed ?? .now
            took +=
                ", \(counted(sight.commands, "command")), confirmed after \(text(end - begin))"
        }
        if sight.isPlanUnderWay { took += "; the plan is still under way" }
        tell("took", took)
    }

    /// Tells a notice; gives whether it says nothing of a decision.
    private func tell(_ notice: Notice) -> Bool {
        switch notice.kind {
        case .planStarted:
            tell("decided", notice.summary)
            let changes = notice.changed.prefix(4).map { change in
                change.to == "online" ? "+ \(change.subject)" : "- \(change.subject)"
            }
            let rest = notice.changed.count > 4 ? " …" : ""
            tell("", changes.joined(separator: "  ") + rest)
            return false
        case .configurationUnsatisfied where notice.status == .firing:
            tell("alert", notice.summary, .red)
            for (place, reason) in notice.explanation.prefix(3).enumerated() {
                // They hold each other up: none of them alone is the cause.
                tell(place == 0 ? "why" : "and", "\(reason.condition): \(reason.has)")
            }
            switch notice.outlook {
            case .never: tell("outlook", "never, with the resources there are")
            case .recovery(let resources): tell("outlook", "once \(listed(resources)) recover")
            case nil: break
            }
            for suggestion in notice.suggestions.prefix(3) { tell("try", suggestion.text) }
            return false
        case .configurationUnsatisfied:
            tell("resolved", notice.summary, .green)
            return false
        default:
            return true
        }
    }

    private func listed(_ resources: [ResourceID]) -> String {
        let names = resources.prefix(3).map(\.name).joined(separator: ", ")
        return resources.count > 3 ? "\(names) and \(resources.count - 3) more" : names
    }

    /// Tells something in lines of about 100 characters.
    private func tell(_ label: String, _ text: String, _ style: Terminal.Style? = nil) {
        var lines = [""]
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let isFull = lines[lines.count - 1].count + word.count > 87
            if isFull, !lines[lines.count - 1].isEmpty { lines.append("") }
            let space = lines[lines.count - 1].isEmpty ? "" : " "
            lines[lines.count - 1] += space + word
        }
        for (place, line) in lines.enumerated() {
            let label = place == 0 ? label : ""
            let padding = String(repeating: " ", count: max(0, 9 - label.count))
            let styled = style.map { terminal.styled(line, $0) } ?? line
            terminal.write("   " + terminal.styled(label, .cyan) + padding + styled)
        }
    }

    private func text(_ duration: Duration) -> String {
        let microseconds = duration.components.attoseconds / 1_000_000_000_000
        let total = duration.components.seconds * 1_000_000 + microseconds
        if total < 1000 { return "\(total) µs" }
        if total < 1_000_000 { return "\(total / 1000) ms" }
        return "\(total / 1_000_000).\(total / 100_000 % 10) s"
    }
}

extension DemoStep {
    /// What happens after the start, in order.
    static let story: [DemoStep] = [
        DemoStep(title: "A node fails that carries a chat replica") { estate in
            let hosts = ["T4", "V100M32"].flatMap { estate.hosts(ofOnline: "chat", on: $0) }
            guard let host = hosts.first else {
                return "no replica is up"
            }
            estate.report([host.failed])
            return "\(host.id) reports that it is faulted"
        },
        DemoStep(title: "A cheaper place for batch work appears") { estate in
            let bargain = Resource(
                id: ResourceID("batch-ads-spot-0001"),
                state: .offline,
                node: ResourceID("g2-0009"),
                cluster: "c10",
                serviceGroup: "batch",
                applications: ["ads"],
                labels: ["gpu": "G2", "qos": "BE"],
                capacity: ["cpu": 4, "memory": 16, "gpu": 1, "price": 1]
            )
            estate.report([bargain])
            return "\(bargain.id) reports for the first time, at price 1"
        },
        DemoStep(title: "The policy changes: more chat replicas") { estate in
            estate.configure(
                """
                {"apiVersion": "muster/v1", "kind": "Policy", "name": "inference-chat",
                 "domain": "openb", "parameters": {"onV100": 13}}
                """
            )
            return "parameter onV100 of inference-chat is set to 13"
        },
        DemoStep(title: "An outage makes it impossible") { estate in
            let lost =
                Array(estate.hosts(of: "chat", on: "T4").prefix(12))
                + estate.hosts(of: "chat", on: "V100M32").prefix(6)
            estate.report(lost.map(\.failed))
            return "\(lost.count) nodes fail at once, of T4 and of V100M32"
        },
        DemoStep(title: "The nodes come back") { estate in
            let back = estate.resources.filter { $0.kind == "node" && $0.state == .faulted }
            estate.report(back.map(\.recovered))
            return "\(back.count) nodes report that they are online, the one of step 2 among them"
        },
    ]
}

extension DemoEstate {
    /// The sound nodes of a model that host replicas of an application, in order of name.
    fileprivate func hosts(of application: String, on model: String) -> [Resource] {
        hosts(on: model) { $0.applications == [application] }
    }

    /// The same, for replicas that are online.
    fileprivate func hosts(ofOnline application: String, on model: String) -> [Resource] {
        hosts(on: model) { $0.applications == [application] && $0.state == .online }
    }

    private func hosts(on model: String, where isGuest: (Resource) -> Bool) -> [Resource] {
        let all = resources
        let names = Set(all.filter(isGuest).compactMap(\.node))
        return all.filter {
            names.contains($0.id) && $0.labels["gpu"] == model && $0.state == .online
        }
    }
}

extension Resource {
    fileprivate var failed: Resource {
        var copy = self
        copy.state = .faulted
        return copy
    }

    fileprivate var recovered: Resource {
        var copy = self
        copy.state = .online
        return copy
    }
}
