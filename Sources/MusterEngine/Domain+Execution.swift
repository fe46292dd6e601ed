// Carrying a decision out: commands stage by stage, confirmed by what resources report.

import MusterModel
import MusterPolicy

extension Domain {
    // MARK: Confirmation

    /// Ends the flights that a touched slot's report confirms or makes pointless.
    mutating func confirm(_ turn: inout Turn) {
        for slot in turn.touched.sorted() {
            guard let resource = situation.inventory.resources[slot],
                let flight = execution.flights[resource.id]
            else { continue }
            let isConfirmed = flight.target?.rawValue == resource.state.rawValue
            if isConfirmed || !situation.inventory.isUsable[slot] {
                land(resource.id, slot)
            }
        }
    }

    private mutating func land(_ resource: ResourceID, _ slot: Int) {
        execution.land(resource)
        situation.targets[slot] = nil
    }

    /// Sends commands again whose deadline has passed, or gives them up.
    mutating func passDeadlines(_ turn: inout Turn) {
        for (resource, flight) in execution.flights.sorted(by: { $0.key < $1.key })
        where flight.deadline <= turn.now {
            if let slot = situation.inventory.slots[resource], !isWanted(flight, slot) {
                land(resource, slot)
                turn.touched.insert(slot)
            } else if flight.attempt < options.commandAttempts {
                send(again: flight, &turn)
            } else {
                giveUp(resource, flight, &turn)
            }
        }
    }

    /// Whether what is implemented still asks for what a command says.
    private func isWanted(_ flight: Command, _ slot: Int) -> Bool {
        guard let target = flight.target, situation.isManaged.indices.contains(slot) else {
            return true
        }
        return situation.isManaged[slot] && situation.isOnline[slot] == (target == .online)
    }

    private mutating func send(again flight: Command, _ turn: inout Turn) {
        var command = flight
        command.attempt += 1
        command.id = commandID(command)
        // Twice as long each time, at most 64 times the first wait.
        let factor = 1 << min(command.attempt - 1, 6)
        command.deadline = turn.now + options.commandTimeout * factor
        execution.launch(command)
        turn.directives.append(.send(command))
    }

    private mutating func giveUp(
        _ resource: ResourceID,
        _ flight: Command,
        _ turn: inout Turn
    ) {
        guard let slot = situation.inventory.slots[resource] else { return }
        land(resource, slot)
        quarantines[resource] = turn.now + options.quarantine
        turn.touched.insert(slot)
        turn.touched.formUnion(situation.inventory.setQuarantined(slot, true))
        turn.causes.append("\(resource) did not \(flight.action.rawValue)")
        notify(
            &turn,
            .commandFailed,
            .error,
            summary: "\(resource) did not \(flight.action.rawValue) after \(flight.attempt) "
                + "attempts; it is left alone for \(options.quarantine.text)",
            changed: [.init(subject: resource.name, from: "commanded", to: "quarantined")]
        )
    }

    // MARK: Plans

    /// Makes a plan where the decision needs one, and sends what is due of it.
    mutating func proceed(_ turn: inout Turn) {
        let steps = neededSteps(turn)
        if isNewPlanNeeded(steps) { plan(steps, &turn) }
        guard !options.isDryRun else { return }
        advance(&turn)
    }

    /// Every change from what is reported to what is implemented, those under way included.
    ///
    /// - Complexity: O(slots that this turn touched + changes that are not confirmed); O(slots)
    ///   after a change of structure.
    private mutating func neededSteps(_ turn: Turn) -> [Step] {
        let suspects =
            turn.isStructural
            ? Set(situation.inventory.registered)
            : unsettled.union(turn.touched).union(situation.flipped)
        let steps = suspects.sorted().filter(isUnsettled).map {
            Step(slot: $0, target: situation.isOnline[$0] ? .online : .offline)
        }
        unsettled = Set(steps.map(\.slot))
        return steps
    }

    /// Whether a slot's report is not what is implemented, or is awaited.
    func isUnsettled(_ slot: Int) -> Bool {
        guard let resource = situation.inventory.resources[slot],
            situation.isManaged[slot], situation.inventory.isUsable[slot]
        else { return false }
        let isThere = situation.inventory.reportsOnline(slot) == situation.isOnline[slot]
        return !isThere || execution.flights[resource.id] != nil
    }

    private func isNewPlanNeeded(_ steps: [Step]) -> Bool {
        let remaining = execution.remaining
        let needed = Dictionary(
            uniqueKeysWithValues: steps.map { (situation.inventory[$0.slot].id, $0.target) }
        )
        if needed.contains(where: { remaining[$0.key]?.item.target != $0.value }) { return true }
        // A change that is no longer wanted makes the plan wrong, unless it has come about.
        return remaining.contains { resource, change in
            guard needed[resource] == nil, let slot = situation.inventory.slots[resource],
                situation.inventory.isUsable[slot]
            else { return false }
            return situation.isOnline[slot] != (change.item.target == .online)
        }
    }

    private mutating func plan(_ steps: [Step], _ turn: inout Turn) {
        let old = execution.remaining.count
        if old > 0 {
            notify(
                &turn,
                .planSuperseded,
                .info,
                summary: "plan \(execution.plan) is superseded with \(counted(old, "change")) left"
            )
        }
        guard !steps.isEmpty else {
            execution.clear()
            return
        }
        var staging = Staging(situation, steps: steps)
        let stages = staging.stages().map { stage in
            stage.map { step in
                Execution.Item(
                    resource: situation.inventory[step.slot].id,
                    target: step.target,
                    policies: situation.beneficiaries(of: step.slot)
                )
            }
        }
        execution.begin(stages, cause: turn.cause)
        let starts = steps.count { $0.target == .online }
        notify(
            &turn,
            .planStarted,
            .info,
            summary: "plan \(execution.plan): \(starts) to start, \(steps.count - starts) to stop, "
                + "in \(counted(execution.stages.count, "stage")), because \(execution.cause)",
            changed: execution.stages.joined().prefix(100).map {
                .init(
                    subject: $0.resource.name,
                    from: $0.target == .online ? "offline" : "online",
                    to: $0.target.rawValue
                )
            }
        )
    }

    /// Ends stages that are confirmed and sends the first one that is not.
    private mutating func advance(_ turn: inout Turn) {
        guard !execution.stages.isEmpty else { return }
        while let stage = execution.stages.first {
            let open = stage.filter { !isDone($0) }
            execution.narrow(to: open)
            if !open.isEmpty {
                for item in open { send(item, &turn) }
                return
            }
        }
        notify(
            &turn,
            .planCompleted,
            .info,
            summary: "plan \(execution.plan) is complete: every change is confirmed"
        )
    }

    /// Whether the resource is where the plan wants it, or out of the plan's reach.
    private func isDone(_ item: Execution.Item) -> Bool {
        guard let slot = situation.inventory.slots[item.resource],
            situation.inventory.isUsable[slot]
        else { return true }
        if execution.flights[item.resource] != nil { return false }
        return situation.inventory.reportsOnline(slot) == (item.target == .online)
    }

    private mutating func send(_ item: Execution.Item, _ turn: inout Turn) {
        guard let slot = situation.inventory.slots[item.resource],
            execution.flights[item.resource]?.target != item.target
        else { return }
        let resource = situation.inventory[slot]
        var command = Command(
            id: "",
            domain: id,
            plan: execution.plan,
            stage: execution.stage,
            resource: resource.id,
            node: resource.node,
            kind: resource.kind,
            action: item.target == .online ? .start : .stop,
            attempt: 1,
            deadline: turn.now + options.commandTimeout,
            policies: item.policies,
            cause: execution.cause
        )
        command.id = commandID(command)
        execution.launch(command)
        situation.targets[slot] = item.target
        turn.directives.append(.send(command))
    }

    /// What a command is called: it follows from the rest, so no state has to hold it.
    func commandID(_ command: Command) -> String {
        "\(idPrefix)/\(command.plan)/\(command.stage)/\(command.resource)/\(command.attempt)"
    }

    /// What the ids of one history of the domain have in common.
    var idPrefix: String { "\(id)/\(String(epoch?.milliseconds ?? 0, radix: 36))" }
}

extension Situation {
    /// The enforced policies for whose sake a slot is changed: those that match it, else those
    /// of what it hosts or serves; in order of name.
    func beneficiaries(of slot: Int) -> [String] {
        var names = namesOfReaders(of: slot)
        if names.isEmpty {
            for guest in inventory.guests(of: slot) where isOnline[guest] {
                names.formUnion(namesOfReaders(of: guest))
            }
            for dependency in serves[slot] {
                for dependent in dependencies[dependency].dependents where isOnline[dependent] {
                    names.formUnion(namesOfReaders(of: dependent))
                }
            }
        }
        return names.sorted()
    }

    private func namesOfReaders(of slot: Int) -> Set<String> {
        var names = Set(enforcedReaders(of: slot).map { policies[$0].policy.name })
        for policy in policies where policy.isEnforced {
            if policy.onlineCosts.contains(where: { $0.slot == slot }) {
                names.insert(policy.policy.name)
            }
        }
        return names
    }
}
