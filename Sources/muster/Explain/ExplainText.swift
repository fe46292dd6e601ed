// An explanation as text: the condition as a tree with what holds and what does not, then why, and
// what would help.

import MusterEngine
import MusterModel

/// Writes explanations to a terminal.
struct ExplainText {
    let terminal: Terminal

    func write(_ answers: [DomainAnswer]) {
        var isFirst = true
        for answer in answers {
            for policy in answer.policies {
                if !isFirst { terminal.write("") }
                isFirst = false
                write(policy, in: answer.id)
            }
            if !answer.policies.isEmpty, answer.changes > 0 {
                let changes = counted(answer.changes, "change")
                terminal.write(
                    "\nOnline is what is decided: \(changes) "
                        + "\(answer.changes == 1 ? "has" : "have") yet to be made, "
                        + "as `muster plan` shows."
                )
            }
            if let contrast = answer.contrast {
                if !isFirst { terminal.write("") }
                isFirst = false
                write(contrast, in: answer.id)
            }
        }
        if isFirst {
            let isNone = answers.allSatisfy { !$0.hasPolicies }
            terminal.write(isNone ? "there is no policy" : "every policy holds")
        }
    }

    // MARK: Policies

    private func write(_ policy: Domain.PolicyExplanation, in domain: DomainID) {
        let mode = policy.isEnforced ? "" : ", only observes"
        terminal.write(
            terminal.styled("policy \(policy.name)", .bold)
                + " of domain \(domain), priority \(policy.priority)\(mode): \(verdict(policy))"
        )
        if let tree = policy.tree { write(tree, "  ", "  ") }
        for preference in policy.preferences {
            let label = "preferred, weight \(preference.weight): "
            terminal.write(
                "  " + label
                    + (preference.tree.holds
                        ? "met"
                        : "short by "
                            + "\(preference.tree.shortfall)")
            )
            write(preference.tree, "  ", "  ")
        }
        guard !policy.isSatisfied else { return }
        terminal.write("\n" + terminal.styled("Why", .bold) + ": \(policy.summary)")
        terminal.write(policy.reasons, policy.outlook, policy.suggestions)
    }

    private func verdict(_ policy: Domain.PolicyExplanation) -> String {
        guard !policy.isSatisfied else { return terminal.styled("satisfied", .green) }
        let unmet = policy.isEnforced ? "cannot be satisfied" : "does not hold"
        let short =
            policy.isBestEffort && policy.isEnforced
            ? ", as close as possible: short by \(policy.shortfall)" : ""
        return terminal.styled(unmet, .red) + short
    }

    private func write(_ node: ConditionTree, _ lead: String, _ rest: String) {
        let mark =
            node.holds
            ? terminal.styled(terminal.symbols.holds, .green)
            : terminal.styled(terminal.symbols.fails, .red)
        var line = "\(lead)\(mark) \(node.text)"
        if !node.has.isEmpty { line += terminal.styled("  (\(node.has))", .dim) }
        terminal.write(line)
        for (index, child) in node.children.enumerated() {
            let isLast = index == node.children.count - 1
            let symbols = terminal.symbols
            write(
                child,
                rest + (isLast ? symbols.lastBranch : symbols.branch),
                rest + (isLast ? "   " : symbols.trunk)
            )
        }
    }

    // MARK: Resources

    private func write(_ contrast: Domain.Contrast, in domain: DomainID) {
        terminal.write(terminal.styled("domain \(domain)", .bold) + ": \(contrast.summary)")
        if !contrast.lost.isEmpty {
            terminal.write("  would no longer hold: \(contrast.lost.joined(separator: ", "))")
        }
        if !contrast.gained.isEmpty {
            terminal.write("  would hold instead: \(contrast.gained.joined(separator: ", "))")
        }
        for consequence in contrast.consequences.prefix(10) {
            terminal.write("  then \(consequence.resource) would be \(consequence.placement)")
        }
        if contrast.consequences.count > 10 {
            terminal.write("  and \(contrast.consequences.count - 10) more would be otherwise")
        }
    }
}
