// Explanations in words: what is needed, what there is, and why the rest cannot be used.

import MusterModel
import MusterPolicy
import MusterSolver

extension Situation {
    /// What contradicts itself, in a few words.
    func summary(of core: [Element], policy: Int) -> String {
        let own = core.filter { $0.policy == policy }.flatMap { reasons(for: $0) }
        let named = own.prefix(2).map { "\($0.condition) (\($0.has))" }
        var text = named.isEmpty ? "its conditions" : named.joined(separator: ", or ")
        if own.count > 2 { text += ", or \(own.count - 2) more" }
        var others: [String] = []
        for element in core {
            let source = element.policy == policy ? "" : self.source(of: element)
            if !source.isEmpty, !others.contains(source) { others.append(source) }
        }
        guard !others.isEmpty else { return text }
        return "\(text) contradicts \(listed(others, most: 5))"
    }

    /// The elements as reasons, in their order.
    func reasons(of core: [Element]) -> [Notice.Reason] { core.flatMap { reasons(for: $0) } }

    /// The elements as reasons, with what there is now left out where it does not matter.
    func reasons(of core: [Element], isOfToday: Bool) -> [Notice.Reason] {
        guard !isOfToday else { return reasons(of: core) }
        return core.flatMap { element -> [Notice.Reason] in
            guard case .condition(let policy, let index) = element else {
                return reasons(for: element)
            }
            let ground = policies[policy]
            // Alternatives are not told apart by what holds of them today.
            return [reason(ground.writtenDemands[index], of: ground)]
        }
    }

    /// The policy, group, host or maintenance entry that an element belongs to.
    private func source(of element: Element) -> String {
        switch element {
        case .condition(let policy, _), .policy(let policy):
            "policy \(policies[policy].policy.name)"
        case .host(let slot), .carrier(let slot): "host \(inventory[slot].id)"
        case .dependency(let index): "service group \(dependencies[index].group)"
        case .maintenance(let index): "maintenance \(rules.maintenance[index].name)"
        }
    }

    private func reasons(for element: Element) -> [Notice.Reason] {
        switch element {
        case .condition(let policy, let index):
            let conjuncts = policies[policy].writtenDemands
            guard conjuncts.indices.contains(index) else { return [] }
            return reasons(for: conjuncts[index], of: policies[policy])
        case .policy(let policy):
            guard let require = policies[policy].policy.require,
                let ground = policies[policy].require
            else { return [] }
            return [reason((require, ground), of: policies[policy])]
        case .host(let slot): return [reason(hostedBy: slot, element)]
        case .carrier(let slot): return [reason(carriedBy: slot, element)]
        case .dependency(let index): return [reason(dependency: index, element)]
        case .maintenance(let index): return [reason(maintenance: index, element)]
        }
    }

    // MARK: Conditions

    /// A condition with what it needs and what there is; each alternative of an `or` for itself.
    private func reasons(
        for demand: (written: Condition, ground: GroundCondition),
        of policy: GroundPolicy
    ) -> [Notice.Reason] {
        guard case .or(let written) = demand.written.form, case .or(let ground) = demand.ground
        else { return [reason(demand, of: policy)] }
        return zip(written, ground).flatMap { written, ground -> [Notice.Reason] in
            let missing = ground.paired(with: written)
                .filter { !$0.ground.holds(policy.quantities) }
            return missing.prefix(3).flatMap { reasons(for: $0, of: policy) }
        }
    }

    /// A condition with what it needs and what there is.
    private func reason(
        _ demand: (written: Condition, ground: GroundCondition),
        of policy: GroundPolicy
    ) -> Notice.Reason {
        let leaf: GroundCondition.Leaf? =
            if case .leaf(let leaf) = demand.ground { leaf } else { nil }
        let span = demand.written.span == .none ? policy.policy.span : demand.written.span
        let scope = leaf.map { $0.scope.isEmpty ? "" : " for \($0.scope)" } ?? ""
        return Notice.Reason(
            source: "policy \(policy.policy.name)",
            condition: demand.written.summary + scope,
            place: place(span),
            needs: leaf?.needs(policy.quantities) ?? demand.written.summary,
            has: leaf.map { has($0, of: policy) } ?? values(demand.ground, of: policy)
        )
    }

    /// What the quantities of a condition make, where it is more than one bound.
    private func values(_ condition: GroundCondition, of policy: GroundPolicy) -> String {
        let texts = condition.leaves.map { leaf in
            "\(leaf.condition.summary): \(policy.quantities[leaf.quantity].value)"
        }
        return listed(texts, most: 4)
    }

    /// What there is of what a bound is on.
    func has(_ leaf: GroundCondition.Leaf, of policy: GroundPolicy) -> String {
        let quantity = policy.quantities[leaf.quantity]
        let counts = quantity.counts
        let text = "\(counts.online) online, \(counts.usable) usable of \(counts.registered)"
        let idle = impediments(of: quantity.terms.map(\.slot))
        return idle.isEmpty ? text : "\(text); \(idle)"
    }

    /// Why slots cannot be used as one likes: each by name where they are few, else by reason.
    func impediments(of slots: [Int]) -> String {
        var reasons: [String: [Int]] = [:]
        for slot in slots {
            if let reason = impediment(of: slot) { reasons[reason, default: []].append(slot) }
        }
        let count = reasons.values.reduce(0) { $0 + $1.count }
        if count <= 3 {
            let all = inventory.ordered(reasons.values.joined())
            return all.map { "\(inventory[$0].id) \(impediment(of: $0) ?? "")" }
                .joined(separator: ", ")
        }
        // Hosts that fail together would each be a reason of its own.
        let byHost = reasons.filter { $0.value.allSatisfy { isCarriedByUnusable($0) } }
        let byAnyHost = "on hosts that are not usable"
        if byHost.count > 2 {
            for reason in byHost.keys { reasons[reason] = nil }
            reasons[byAnyHost] = byHost.values.flatMap(\.self)
        }
        // The most frequent first.
        let groups = reasons.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        let texts = groups.map { reason, slots in
            let named =
                reason == byAnyHost ? Array(Set(slots.compactMap(inventory.host))) : slots
            return "\(slots.count) \(reason) (\(firstNames(named)))"
        }
        return listed(texts, most: 5)
    }

    /// The first names in order, and how many more there are.
    private func firstNames(_ slots: [Int]) -> String {
        let names = inventory.first(3, of: slots).prefix(slots.count == 3 ? 3 : 2)
            .map { "\(inventory[$0].id)" }
        let more = slots.count > names.count ? " and \(slots.count - names.count) more" : ""
        return names.joined(separator: ", ") + more
    }

    /// Whether a slot could be used but for its host.
    private func isCarriedByUnusable(_ slot: Int) -> Bool {
        !inventory.isUsable[slot] && !inventory.isBroken(slot)
    }

    /// Why a slot cannot be used as one likes; `nil` where it can.
    func impediment(of slot: Int) -> String? {
        if let reason = inventory.reasonUnusable(slot) { return reason }
        if isDrained[slot] { return "drained" }
        if isCordoned[slot], !isCurrentlyOnline(slot) { return "cordoned" }
        let isIgnored = rules.maintenance.contains {
            $0.effect == .ignore && $0.selector.matches(inventory[slot])
        }
        if isIgnored { return "ignored" }
        if let host = inventory.host(of: slot), isManaged[slot], fixing(host) == .fixed(false) {
            return "host \(inventory[host].id) must be off"
        }
        return nil
    }

    private func place(_ span: SourceSpan) -> String? {
        span.source.isEmpty ? nil : span.description
    }

    // MARK: Structure

    private func reason(hostedBy slot: Int, _ element: Element) -> Notice.Reason {
        let id = inventory[slot].id
        return Notice.Reason(
            source: source(of: element),
            condition: "what \(id) carries is online only while \(id) is",
            place: nil,
            needs: "\(id) online",
            has: impediment(of: slot) ?? (isOnline[slot] ? "online" : "offline")
        )
    }

    private func reason(carriedBy slot: Int, _ element: Element) -> Notice.Reason {
        let id = inventory[slot].id
        let guests = inventory.guests(of: slot).filter { isOnline[$0] }
        let foreign = guests.filter { !isManaged[$0] }
        let carried = inventory.ordered(foreign.isEmpty ? guests : foreign)
        return Notice.Reason(
            source: source(of: element),
            condition: "\(id) stays online under what is not managed",
            place: nil,
            needs: "\(id) online",
            has: "carries \(listed(carried.map { inventory[$0].id.name }, most: 4))"
        )
    }

    private func reason(dependency index: Int, _ element: Element) -> Notice.Reason {
        let dependency = dependencies[index]
        let need = dependency.need
        let providers = dependency.providers
        let online = providers.count { isOnline[$0] }
        let usable = providers.count { inventory.isUsable[$0] }
        let idle = impediments(of: providers)
        return Notice.Reason(
            source: source(of: element),
            condition: "online only with at least \(need.atLeast) online of group \(need.group)",
            place: place(need.span),
            needs: "at least \(need.atLeast)",
            has: "\(online) online, \(usable) usable of \(providers.count)"
                + (idle.isEmpty ? "" : "; \(idle)")
        )
    }

    private func reason(maintenance index: Int, _ element: Element) -> Notice.Reason {
        let entry = rules.maintenance[index]
        let what =
            switch entry.effect {
            case .drain: "must go offline"
            case .cordon: "must not be started"
            case .ignore: "stays as it is"
            }
        let matches = inventory.ordered(
            inventory.registered.filter { entry.selector.matches(inventory[$0]) }
        )
        let end = entry.until.map { "until \($0.rfc3339)" } ?? "without an end"
        return Notice.Reason(
            source: source(of: element),
            condition: "\(entry.selector.summary) \(what)",
            place: place(entry.span),
            needs: entry.effect.rawValue,
            has: "in force \(end): \(listed(matches.map { inventory[$0].id.name }, most: 4))"
        )
    }
}

extension GroundPolicy {
    /// The conditions of which all must hold, with what was written for each.
    var writtenDemands: [(written: Condition, ground: GroundCondition)] {
        guard let written = policy.require, let require else { return [] }
        return require.paired(with: written)
    }
}

extension GroundCondition {
    /// The conditions of which all must hold for this one to hold, with what was written for each.
    fileprivate func paired(
        with written: Condition
    ) -> [(written: Condition, ground: GroundCondition)] {
        switch (written.form, self) {
        case (.and(let parts), .and(let ground)):
            zip(parts, ground).flatMap { $1.paired(with: $0) }
        case (.forEach(_, _, let part), .and(let ground)):
            ground.flatMap { $0.paired(with: part) }
        case (.fits, .fits(let leaves)): leaves.map { (written, .leaf($0)) }
        default: [(written, self)]
        }
    }
}

extension GroundCondition.Leaf {
    /// What it needs, in numbers.
    func needs(_ quantities: [GroundQuantity]) -> String {
        bounds.enumerated().map { index, bound in
            let word = bound.sign > 0 ? "at least" : "at most"
            guard let other = bound.other else {
                let limit = bound.sign > 0 ? bound.constant.saturatingNegation : bound.constant
                return "\(word) \(limit)"
            }
            let value = other.factor.saturatingMultiply(quantities[other.quantity].value)
            let slack = bound.constant.saturatingAdd(value)
            let limit = bound.sign > 0 ? slack.saturatingNegation : slack
            let source = comparison(ofBound: index).map { comparisons[$0].operand.summary }
            return "\(word) \(limit)" + (source.map { ", which is \($0)" } ?? "")
        }.joined(separator: " and ")
    }
}
