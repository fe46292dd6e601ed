// In which order a choice is carried out. A stage holds starts or stops, never both, so that
// whatever part of it has happened, only one direction of change has to be safe.
//
// The promise: no stage makes a requirement that holds in the end fall further short than it
// does already. Where no order keeps that, lower bounds give way and upper bounds do not: stops
// go first, a quarter of them at a time.

import MusterModel
import MusterPolicy

/// One change of a plan.
struct Step: Hashable, Sendable {
    let slot: Int
    let target: Placement
}

/// Orders the changes from a current state to the implemented configuration.
struct Staging {
    /// Counters for the state reached so far; its implemented configuration is that state.
    private var trial: Situation
    private var starts: Set<Int>
    private var stops: Set<Int>
    /// How many starts, and how many stops, are left in each service group.
    private var startsLeft: [String: Int] = [:]
    private var stopsLeft: [String: Int] = [:]
    /// The groups that each group needs, and those that need it, firm or soft.
    private let needed: [String: [String]]
    private let needing: [String: [String]]
    /// For each policy that holds in the end, the conditions that together make it hold.
    private let promises: [Int: [GroundCondition]]

    /// Takes every slot whose current state differs from the implemented one.
    init(_ situation: Situation, steps: [Step]) {
        promises = Dictionary(
            uniqueKeysWithValues: situation.policies.indices.compactMap { index in
                let policy = situation.policies[index]
                guard policy.isEnforced, policy.isSatisfied, let require = policy.require
                else { return nil }
                return (index, require.conjuncts)
            }
        )
        var needed: [String: [String]] = [:]
        var needing: [String: [String]] = [:]
        for group in situation.rules.groups {
            for need in group.dependsOn where need.group != group.name {
                needed[group.name, default: []].append(need.group)
                needing[need.group, default: []].append(group.name)
            }
        }
        self.needed = needed
        self.needing = needing
        trial = situation
        starts = Set(steps.lazy.filter { $0.target == .online }.map(\.slot))
        stops = Set(steps.lazy.filter { $0.target == .offline }.map(\.slot))
        for step in steps {
            trial.setOnline(step.slot, step.target == .offline)
            tally(step, by: 1)
        }
    }

    /// The stages, each in order of resource id.
    mutating func stages() -> [[Step]] {
        var stages: [[Step]] = []
        while !starts.isEmpty || !stops.isEmpty {
            let chosen = nextStage()
            for step in chosen {
                trial.setOnline(step.slot, step.target == .online)
                starts.remove(step.slot)
                stops.remove(step.slot)
                tally(step, by: -1)
            }
            stages.append(
                chosen.sorted { trial.inventory[$0.slot].id < trial.inventory[$1.slot].id }
            )
        }
        return stages
    }

    private mutating func tally(_ step: Step, by change: Int) {
        guard let group = trial.inventory[step.slot].serviceGroup else { return }
        if step.target == .online {
            startsLeft[group, default: 0] += change
        } else {
            stopsLeft[group, default: 0] += change
        }
    }

    private mutating func nextStage() -> [Step] {
        let readyStarts = ordered(starts.filter(isReadyToStart))
        let safeStarts = harmless(readyStarts.map { Step(slot: $0, target: .online) })
        if !safeStarts.isEmpty { return safeStarts }
        let readyStops = ordered(stops.filter(isReadyToStop))
        let safeStops = harmless(readyStops.map { Step(slot: $0, target: .offline) })
        if !safeStops.isEmpty { return safeStops }
        // No order keeps every bound: break before make, a quarter at a time.
        let breaking = harmless(
            readyStops.map { Step(slot: $0, target: .offline) },
            keepingPromises: false
        )
        if !breaking.isEmpty { return quarter(of: breaking) }
        // A firm dependency gives way for a while, where only that keeps an upper bound.
        if !readyStops.isEmpty {
            return quarter(of: readyStops.map { Step(slot: $0, target: .offline) })
        }
        // What is left only passes through a worse state, or depends on itself in a ring; then
        // the order of groups gives way, and that of hosts only where hosts are the ring.
        let unhindered = [readyStarts, ordered(starts.filter(hasHost)), ordered(starts)]
        if let chosen = unhindered.first(where: { !$0.isEmpty }), stops.isEmpty || hasHosts(chosen)
        {
            return chosen.map { Step(slot: $0, target: .online) }
        }
        let bare = ordered(stops.filter(hasNoGuests))
        return (bare.isEmpty ? ordered(stops) : bare).map { Step(slot: $0, target: .offline) }
    }

    private func quarter(of steps: [Step]) -> [Step] { Array(steps.prefix((steps.count + 3) / 4)) }

    /// In order of resource id: a plan must not depend on who reported first.
    private func ordered(_ slots: Set<Int>) -> [Int] {
        slots.sorted { trial.inventory[$0].id < trial.inventory[$1].id }
    }

    private func hasHosts(_ slots: [Int]) -> Bool { slots.allSatisfy(hasHost) }

    private func hasHost(_ slot: Int) -> Bool {
        trial.inventory.host(of: slot).map { trial.isOnline[$0] } ?? true
    }

    /// Whether no guest has yet to stop; one that stays on is not this plan's to wait for.
    private func hasNoGuests(_ slot: Int) -> Bool {
        !trial.inventory.guests(of: slot).contains { stops.contains($0) }
    }

    // MARK: Dependencies

    /// Whether everything that a start needs is online.
    private func isReadyToStart(_ slot: Int) -> Bool {
        guard hasHost(slot) else { return false }
        if let group = trial.inventory[slot].serviceGroup,
            needed[group, default: []].contains(where: { startsLeft[$0, default: 0] > 0 })
        {
            return false
        }
        return trial.needs[slot].allSatisfy { online(providersOf: $0) >= atLeast($0) }
    }

    /// Whether nothing that stays or has yet to stop needs what a stop takes away.
    private func isReadyToStop(_ slot: Int) -> Bool {
        guard hasNoGuests(slot) else { return false }
        if let group = trial.inventory[slot].serviceGroup,
            needing[group, default: []].contains(where: { stopsLeft[$0, default: 0] > 0 })
        {
            return false
        }
        return true
    }

    /// Whether every firm dependency that these slots serve holds in the state reached.
    private func keepsDependencies(_ steps: [Step]) -> Bool {
        Set(steps.flatMap { trial.serves[$0.slot] }).allSatisfy { index in
            online(providersOf: index) >= atLeast(index)
                || !trial.dependencies[index].dependents.contains { trial.isOnline[$0] }
        }
    }

    private func online(providersOf dependency: Int) -> Int {
        trial.dependencies[dependency].providers.count { trial.isOnline[$0] }
    }

    private func atLeast(_ dependency: Int) -> Int { trial.dependencies[dependency].need.atLeast }

    // MARK: Promises

    /// As many of the steps as keep the promise when done together, taken in order.
    private mutating func harmless(_ steps: [Step], keepingPromises: Bool = true) -> [Step] {
        guard !steps.isEmpty else { return [] }
        if isHarmless(steps, keepingPromises) { return steps }
        var chosen: [Step] = []
        for step in steps where isHarmless([step], keepingPromises) {
            chosen.append(step)
            trial.setOnline(step.slot, step.target == .online)
        }
        for step in chosen { trial.setOnline(step.slot, step.target == .offline) }
        return chosen
    }

    private mutating func isHarmless(_ steps: [Step], _ keepingPromises: Bool) -> Bool {
        let readers = keepingPromises ? steps.flatMap { trial.enforcedReaders(of: $0.slot) } : []
        let affected = Set(readers).sorted()
        let before = affected.map(shortfalls)
        for step in steps { trial.setOnline(step.slot, step.target == .online) }
        let after = affected.map(shortfalls)
        let isSound = keepsDependencies(steps)
        for step in steps { trial.setOnline(step.slot, step.target == .offline) }
        return isSound
            && zip(before, after).allSatisfy { old, new in
                zip(old, new).allSatisfy { $0 >= $1 }
            }
    }

    private func shortfalls(of policy: Int) -> [Int] {
        let quantities = trial.policies[policy].quantities
        return (promises[policy] ?? []).map { $0.shortfall(quantities) }
    }
}

extension GroundCondition {
    /// The conditions of which all must hold for this one to hold; bounds each for itself, so
    /// that a lower and an upper one are told apart.
    fileprivate var conjuncts: [GroundCondition] {
        switch self {
        case .and(let conditions): conditions.flatMap(\.conjuncts)
        case .fits(let leaves): leaves.map { .leaf($0) }
        case .leaf(let leaf):
            leaf.bounds.map { bound in
                .leaf(
                    Leaf(
                        quantity: leaf.quantity,
                        bounds: [bound],
                        condition: leaf.condition,
                        scope: leaf.scope
                    )
                )
            }
        default: [self]
        }
    }
}
