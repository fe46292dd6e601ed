// A plan as text that a person would approve: what starts, what stops, in which stage, for which
// policy; what stays unsatisfied and why; the cost; and a last line of counts.

import MusterEngine
import MusterModel

/// Writes plans to a terminal.
struct PlanText {
    let terminal: Terminal

    /// Writes the plans of all domains.
    func write(_ plans: [DomainPlan]) {
        if plans.isEmpty { terminal.write("nothing to plan: no resources and no domain named") }
        for (index, plan) in plans.enumerated() {
            if index > 0 { terminal.write("") }
            write(plan)
        }
    }

    private func write(_ plan: DomainPlan) {
        let summary = plan.summary
        let enforced = summary.policies.filter(\.isEnforced)
        terminal.write(
            terminal.styled("domain \(plan.id)", .bold)
                + ": \(counted(summary.registered, "resource")), \(summary.usable) usable, "
                + "\(summary.desired.count) managed; "
                + counted(enforced.count, "policy", "policies")
        )
        writeChanges(summary)
        writeWithheld(summary)
        writeComplaints(plan)
        writeConflicts(plan)
        writeCost(summary)
        writeCounts(summary)
    }

    private func writeChanges(_ summary: Domain.Summary) {
        guard !summary.changes.isEmpty else {
            let isAll = summary.withheld.isEmpty
            terminal.write(isAll ? "\nNothing to change." : "\nNothing is changed.")
            return
        }
        var stage = 0
        let width = summary.changes.map { $0.resource.name.count }.max() ?? 0
        for change in summary.changes {
            if change.stage != stage {
                stage = change.stage
                let wait = stage == 1 ? "" : ", once stage \(stage - 1) is confirmed"
                terminal.write("\n" + terminal.styled("Stage \(stage)", .bold) + wait)
            }
            let name = change.resource.name
            let padding = String(repeating: " ", count: max(0, width - name.count))
            let sake =
                change.policies.isEmpty
                ? "" : padding + "  for \(change.policies.joined(separator: ", "))"
            switch change.target {
            case .online: terminal.write(terminal.styled("  + start \(name)", .green) + sake)
            case .offline: terminal.write(terminal.styled("  - stop  \(name)", .red) + sake)
            }
        }
    }

    private func writeWithheld(_ summary: Domain.Summary) {
        for entry in summary.withheld {
            let title = entry.plan.map { "Held, as plan \($0)" } ?? "Skipped"
            terminal.write("\n" + terminal.styled(title, .bold) + ": \(entry.reason)")
            for (resource, target) in entry.changes {
                terminal.write(
                    terminal.styled(
                        target == .online ? "  ? start \(resource)" : "  ? stop  \(resource)",
                        .dim
                    )
                )
            }
        }
    }

    private func writeComplaints(_ plan: DomainPlan) {
        guard !plan.complaints.isEmpty else { return }
        terminal.write("\n" + terminal.styled("Unsatisfied", .bold, .red))
        for notice in plan.complaints {
            terminal.write("  \(terminal.styled("x", .red)) \(notice.summary)")
            terminal.write(notice.explanation, notice.outlook, notice.suggestions)
        }
    }

    private func writeConflicts(_ plan: DomainPlan) {
        guard !plan.conflicts.isEmpty else { return }
        terminal.write("\n" + terminal.styled("In conflict", .bold, .red))
        for notice in plan.conflicts {
            terminal.write("  \(terminal.styled("x", .red)) \(notice.summary)")
            for reason in notice.explanation {
                let place = reason.place.map { "\($0): " } ?? ""
                terminal.write("      \(place)\(reason.source): \(reason.condition)")
            }
        }
    }

    private func writeCost(_ summary: Domain.Summary) {
        let objective = summary.objective
        var parts: [String] = []
        if objective.changes > 0 { parts.append("changes \(objective.changes)") }
        if objective.preferences > 0 { parts.append("unmet preferences \(objective.preferences)") }
        if objective.running > 0 { parts.append("running \(objective.running)") }
        let detail = parts.count > 1 ? " = " + parts.joined(separator: " + ") : ""
        let proof = summary.isOptimal ? "proven best" : "best found, not proven" + reach(summary)
        terminal.write(
            "\n" + terminal.styled("Cost", .bold) + " \(objective.cost)\(detail), \(proof)"
        )
    }

    /// How good a choice could be at best, as far as that is known.
    private func reach(_ summary: Domain.Summary) -> String {
        guard let bound = summary.bound else { return "" }
        let value = summary.objective[bound.level]
        switch bound.level {
        case .unsatisfied(let priority):
            return ": of priority \(priority), \(value - bound.value) of the \(value) that are "
                + "unsatisfied may yet hold"
        case .shortfall(let priority):
            return
                ": the shortfall of priority \(priority) is \(value), and at least \(bound.value)"
        case .cost: return ": at least \(bound.value)"
        }
    }

    private func writeCounts(_ summary: Domain.Summary) {
        let starts = summary.changes.count { $0.target == .online }
        let stops = summary.changes.count - starts
        let unchanged = summary.desired.count - summary.changes.count
        let enforced = summary.policies.filter(\.isEnforced)
        let satisfied = enforced.count { $0.isSatisfied }
        terminal.write(
            "\(starts) to start, \(stops) to stop, \(unchanged) unchanged; "
                + "\(satisfied) of \(counted(enforced.count, "policy", "policies")) satisfied"
        )
    }
}
