// Carrying a decision out: a plan where one is needed, and its commands stage by stage.

import MusterModel
import MusterPolicy

extension Domain {
    /// Makes a plan where the decision needs one, and sends what is due of it.
    ///
    /// - Complexity: O(slots that this turn touched), and O(changes) where a plan is made or a
    ///   stage comes up.
    mutating func proceed(_ turn: inout Turn) {
        let changed = changedSlots(turn)
        for slot in changed {
            if isUnsettled(slot) { unsettled.insert(slot) } else { unsettled.remove(slot) }
        }
        if changed.contains(where: contradictsPlan) { plan(&turn) }
        guard !options.isDryRun else { return }
        advance(&turn)
    }

    /// The slots for which the plan may be wrong now.
    private func changedSlots(_ turn: Turn) -> Set<Int> {
        if turn.isWhole { return Set(situation.inventory.registered) }
        return turn.touched.union(situation.flipped).union(situation.replaced)
    }

    /// Whether a slot's report is not what is implemented, or is awaited.
    func isUnsettled(_ slot: Int) -> Bool {
        guard let resource = situation.inventory.resources[slot],
            situation.isManaged[slot], situation.inventory.isUsable[slot]
        else { return false }
        let isThere = situation.inventory.reportsOnline(slot) == situation.isOnline[slot]
        return !isThere || execution.flights[resource.id] != nil
    }

    /// Whether the plan lacks a change that a slot needs, or has one that is not wanted.
    private func contradictsPlan(_ slot: Int) -> Bool {
        guard let resource = situation.inventory.resources[slot] else { return false }
        let desired: Placement = situation.isOnline[slot] ? .online : .offline
        let planned = execution.remaining[resource.id]?.item.target
        if unsettled.contains(slot) { return planned != desired }
        // What has come about is no contradiction, and neither is what cannot be commanded now.
        guard let planned, situation.inventory.isUsable[slot] else { return false }
        return !situation.isManaged[slot] || planned != desired
    }

    // MARK: Plans

    private mutating func plan(_ turn: inout Turn) {
        supersede(&turn)
        guard !unsettled.isEmpty else { return }
        let steps = unsettled.sorted().map {
            Step(slot: $0, target: situation.isOnline[$0] ? .online : .offline)
        }
        let stages = Staging(situation, steps: steps).stages().map { stage in
            stage.map { step in
                Execution.Item(
                    resource: situation.inventory[step.slot].id,
                    target: step.target,
                    policies: situation.beneficiaries(of: step.slot)
                )
            }
        }
        execution.begin(stages, cause: turn.cause, number: turn.planNumber)
        if turn.planNumber != nil { restraints.lastPlan = execution.lastNumber }
        let starts = steps.count { $0.target == .online }
        notify(
            &turn,
            .planStarted,
            .info,
            summary: "plan \(execution.plan): \(starts) to start, \(steps.count - starts) to stop, "
                + "in \(counted(stages.count, "stage")), because \(execution.cause)",
            changed: stages.joined().prefix(100).map {
                .init(
                    subject: $0.resource.name,
                    from: $0.target == .online ? "offline" : "online",
                    to: $0.target.rawValue
                )
            }
        )
    }

    /// Drops what is left of the plan, and says so.
    private mutating func supersede(_ turn: inout Turn) {
        guard execution.isUnderWay else { return }
        notify(
            &turn,
            .planSuperseded,
            .info,
            summary: "plan \(execution.plan) is superseded with "
                + "\(counted(execution.remaining.count, "change")) left"
                + (unsettled.isEmpty ? ", none of which is wanted any more" : "")
        )
        execution.clear()
    }

    /// Ends what is confirmed, goes on to the first stage that is not, and sends of it as much as
    /// may be in flight.
    private mutating func advance(_ turn: inout Turn) {
        guard execution.isUnderWay else { return }
        if turn.isWhole { execution.reenter() }
        for slot in turn.touched {
            if let resource = situation.inventory.resources[slot] { finish(resource.id) }
        }
        var entered = execution.enter()
        while !entered.isEmpty {
            for item in entered { finish(item.resource) }
            // What takes a command back waits for no other: it is one in place of one.
            for item in entered
            where execution.flights[item.resource] != nil && !restraints.isFrozen {
                send(item, &turn)
            }
            entered = execution.enter()
        }
        // What takes a command back is sent once something may be.
        if restraints.isFrozen { execution.reenter() }
        if execution.end() {
            complete(&turn)
        } else {
            while execution.flights.count < inFlightLimit, let item = execution.nextUnsent() {
                send(item, &turn)
            }
        }
    }

    /// How many commands may await confirmation at once; none while too much has failed.
    var inFlightLimit: Int {
        restraints.isFrozen
            ? 0 : [options.maxInFlight, limits.maxInFlight].compactMap { $0 }.min() ?? .max
    }

    /// Ends a change of the stage under way that has come about, or is out of the plan's reach.
    private mutating func finish(_ resource: ResourceID) {
        guard let (stage, item) = execution.remaining[resource], stage == execution.stage,
            let slot = situation.inventory.slots[resource]
        else { return }
        if !situation.inventory.isUsable[slot] {
            execution.finish(resource, hasLapsed: true)
        } else if execution.flights[resource] == nil,
            situation.inventory.reportsOnline(slot) == (item.target == .online)
        {
            execution.finish(resource, hasLapsed: false)
        }
    }

    private mutating func complete(_ turn: inout Turn) {
        let (confirmed, lapsed) = (execution.confirmed, execution.lapsed)
        notify(
            &turn,
            .planCompleted,
            .info,
            summary: "plan \(execution.plan) is complete: "
                + (lapsed == 0
                    ? "every change is confirmed"
                    : "\(counted(confirmed, "change")) confirmed, \(lapsed) dropped as "
                        + "\(lapsed == 1 ? "its resource is" : "their resources are") gone "
                        + "or cannot be used")
        )
    }

    // MARK: Commands

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
            deadline: turn.now,
            policies: item.policies,
            cause: execution.cause
        )
        dispatch(&command, &turn)
        situation.targets[slot] = item.target
    }

    /// Sends a command, and awaits its confirmation.
    mutating func dispatch(_ command: inout Command, _ turn: inout Turn) {
        command.id = commandID(command)
        command.deadline = turn.now + patience(command)
        execution.launch(command)
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
    /// The enforced policies for whose sake a slot is changed to what is implemented for it: those
    /// that may be the better for it, else those of what it hosts or serves, else all that match
    /// it; in order of name.
    func beneficiaries(of slot: Int) -> [String] {
        var names = namesOfServed(by: slot)
        if names.isEmpty {
            for guest in inventory.guests(of: slot) where isOnline[guest] {
                names.formUnion(namesOfServed(by: guest))
            }
            for dependency in serves[slot] {
                for dependent in dependencies[dependency].dependents where isOnline[dependent] {
                    names.formUnion(namesOfServed(by: dependent))
                }
            }
        }
        if names.isEmpty { names = Set(enforcedReaders(of: slot).map(nameOfPolicy)) }
        return names.sorted()
    }

    private func nameOfPolicy(_ index: Int) -> String { policies[index].policy.name }

    /// The enforced policies that a slot's state may serve: more that is online, or less.
    private func namesOfServed(by slot: Int) -> Set<String> {
        var names: Set<String> = []
        if !isOnline[slot] { names.formUnion(minimisers[slot].map(nameOfPolicy)) }
        for reader in enforcedReaders(of: slot) where isServed(reader, by: slot) {
            names.insert(nameOfPolicy(reader))
        }
        return names
    }

    private func isServed(_ reader: Int, by slot: Int) -> Bool {
        let ground = policies[reader]
        return occurrences[slot].contains { occurrence in
            guard occurrence.policy == reader else { return false }
            let grows: Bool
            switch ground.quantities[occurrence.quantity].state {
            case .online: grows = isOnline[slot]
            case .offline: grows = !isOnline[slot]
            case .available: return false
            }
            return grows
                ? ground.polarity.helps[occurrence.quantity]
                : ground.polarity.hurts[occurrence.quantity]
        }
    }
}
