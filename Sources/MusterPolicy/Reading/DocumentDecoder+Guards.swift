// Guards and approvals (contract, section 4.3).

import MusterModel

extension DocumentDecoder {
    private static let limitKeys = [
        "maxInFlight", "maxChanges", "maxUnusable", "improve", "cooldown", "flapping",
    ]

    mutating func guardrail(_ node: Node, isEnclosed: Bool) -> Guard? {
        guard let written = mapping(node, expected: "a guard"),
            checkVersion(written, isRequired: !isEnclosed)
        else { return nil }
        if isEnclosed { checkEnclosedKind(written, is: .guardrail) }
        checkKeys(
            written,
            known: Self.headKeys + Self.limitKeys,
            of: "a guard",
            hints: Self.foreignKeys
        )
        let name = name(written)
        var guardrail = Guard(
            name: name ?? "",
            domain: domain(written),
            span: written["name"]?.value.span ?? node.span
        )
        if let entry = written["maxInFlight"] {
            guardrail.maxInFlight = integer(
                substituted(entry.value),
                of: "maxInFlight",
                in: 1...Self.mostCost
            )
        }
        guardrail.maxChanges = written["maxChanges"].flatMap { amount($0) }
        guardrail.maxUnusable = written["maxUnusable"].flatMap {
            massFailure(substituted($0.value))
        }
        guardrail.improve = written["improve"].flatMap { improvement(substituted($0.value)) }
        guardrail.cooldown = written["cooldown"].flatMap { duration(substituted($0.value)) }
        guardrail.flapping = written["flapping"].flatMap { flapping(substituted($0.value)) }
        if Self.limitKeys.allSatisfy({ written[$0] == nil }),
            !wasSuggested(Self.limitKeys, in: written)
        {
            warning(
                "no-limits",
                "the guard limits nothing",
                at: guardrail.span,
                help: "give it one of \(Self.limitKeys.joined(separator: ", "))"
            )
        }
        return name == nil ? nil : guardrail
    }

    private mutating func amount(_ entry: Node.Entry) -> Guard.Amount? {
        let node = substituted(entry.value)
        if case .scalar(.string, _, _) = node.content {
            return percentage(node).map { .share(thousandthsOfPercent: $0) }
        }
        guard case .scalar(.int, _, _) = node.content else {
            mismatch(node, expected: "a whole number, or a percentage such as \"10%\"")
            return nil
        }
        return integer(node, of: entry.key, in: 0...Self.mostCost).map { .number($0) }
    }

    /// A share of at most all, in thousandths of a percent.
    private mutating func percentage(_ node: Node) -> Int? {
        guard case .scalar(.string(let text), _, _) = node.content else {
            mismatch(node, expected: "a percentage such as \"40%\"")
            return nil
        }
        guard let share = Self.thousandthsOfPercent(text) else {
            error(
                "bad-percentage",
                "\(text.quoted) is not a percentage",
                at: node.span,
                help: "write it as \"40%\" or \"12.5%\""
            )
            return nil
        }
        guard share <= 100_000 else {
            error("out-of-range", "a share of more than all is no limit", at: node.span)
            return nil
        }
        return share
    }

    private mutating func massFailure(_ node: Node) -> Guard.MassFailure? {
        guard
            let fields = mapping(
                node,
                expected: "a limit, such as `{share: \"40%\", within: 5m}`"
            )
        else { return nil }
        checkKeys(fields, known: ["share", "within"], of: "this limit")
        let share = required("share", fields).flatMap { percentage($0) }
        let within = required("within", fields).flatMap { duration($0) }
        guard let share, let within else { return nil }
        return Guard.MassFailure(share: share, within: within)
    }

    private mutating func improvement(_ node: Node) -> Guard.Improvement? {
        if case .scalar(.string("never"), _, _) = node.content { return .never }
        guard
            let fields = mapping(node, expected: "`{gainAtLeast: 5}` or `never`")
        else { return nil }
        checkKeys(fields, known: ["gainAtLeast"], of: "`improve`")
        guard let value = required("gainAtLeast", fields) else { return nil }
        if case .scalar(.string, _, _) = value.content {
            return word(value, of: "gainAtLeast", among: ["never"]).map { _ in .never }
        }
        return integer(value, of: "gainAtLeast", in: 0...Self.mostCost).map { .gain(atLeast: $0) }
    }

    private mutating func flapping(_ node: Node) -> Guard.Flapping? {
        guard
            let fields = mapping(
                node,
                expected: "a limit, such as `{changes: 5, within: 10m, quarantine: 15m}`"
            )
        else { return nil }
        checkKeys(fields, known: ["changes", "within", "quarantine"], of: "this limit")
        let changes = required("changes", fields).flatMap {
            integer($0, of: "changes", in: 1...Self.mostFlaps)
        }
        let within = required("within", fields).flatMap { duration($0) }
        let quarantine = required("quarantine", fields).flatMap { duration($0) }
        guard let changes, let within, let quarantine else { return nil }
        return Guard.Flapping(changes: changes, within: within, quarantine: quarantine)
    }

    /// Each change is remembered for a while, so there must not be too many of them.
    private static let mostFlaps = 100

    private mutating func duration(_ node: Node) -> Duration? {
        let help = "write a whole number with a unit: `500ms`, `30s`, `5m`, `2h` or `7d`"
        guard case .scalar(.string(let text), _, _) = node.content else {
            mismatch(node, expected: "a duration", help: help)
            return nil
        }
        guard let duration = Duration(text: text) else {
            error("bad-duration", "\(text.quoted) is not a duration", at: node.span, help: help)
            return nil
        }
        guard duration > .zero else {
            error("out-of-range", "a duration of nothing limits nothing", at: node.span)
            return nil
        }
        return duration
    }

    /// Reads the answer to a held plan.
    mutating func approval(_ fields: Fields) -> Approval? {
        checkKeys(
            fields,
            known: Self.headKeys + ["plan", "decision"],
            of: "an approval",
            hints: Self.foreignKeys
        )
        _ = domain(fields)
        let name = name(fields)
        let plan = required("plan", fields).flatMap { integer($0, of: "plan", in: 1...Int.max) }
        let decision = required("decision", fields).flatMap {
            word($0, of: "decision", Approval.Decision.self)
        }
        guard let name, let plan, let decision else { return nil }
        return Approval(name: name, plan: plan, decision: decision)
    }
}
