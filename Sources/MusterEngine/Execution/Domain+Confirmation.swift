// Commands meet what resources report: confirmed, sent again with growing patience, or given up.

import MusterModel
import MusterPolicy

extension Domain {
    /// Ends the flights that a touched slot's report confirms or makes pointless.
    mutating func confirm(_ turn: inout Turn) {
        guard !execution.flights.isEmpty else { return }
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

    // MARK: Retry

    /// Gives up commands whose deadline has passed for the last time; which of the others are sent
    /// again, what is decided says: see ``retry(_:)``.
    mutating func passDeadlines(_ turn: inout Turn) {
        guard !restraints.isFrozen, let first = execution.nextDeadline, first <= turn.now
        else { return }
        // Reports that came with the passing of time count as in time.
        confirm(&turn)
        for flight in execution.takeOverdue(at: turn.now) {
            guard let slot = situation.inventory.slots[flight.resource] else { continue }
            if !isWanted(flight, slot) {
                land(flight.resource, slot)
                turn.touched.insert(slot)
            } else if flight.attempt < options.commandAttempts {
                turn.overdue.append(flight)
            } else {
                giveUp(flight, slot, &turn)
            }
        }
    }

    /// Sends overdue commands again that are still awaited and wanted. What the decision of this
    /// turn has made pointless only waits until it is replaced, or overdue once more.
    mutating func retry(_ turn: inout Turn) {
        for flight in turn.overdue where execution.flights[flight.resource] == flight {
            guard let slot = situation.inventory.slots[flight.resource] else { continue }
            var command = flight
            if restraints.isFrozen {
                // Still overdue once something may be sent again.
                execution.launch(command)
            } else if isWanted(flight, slot) {
                command.attempt += 1
                dispatch(&command, &turn)
            } else {
                command.deadline = turn.now + patience(command)
                execution.launch(command)
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

    /// How long a command may take: twice as long with each attempt, at most 64 times the first,
    /// and a part of that more, so that many commands of one instant are not sent again in one.
    /// The part follows from the command's id, hence is the same after a restart.
    func patience(_ command: Command) -> Duration {
        let patience = options.commandTimeout * (1 << min(command.attempt - 1, 6))
        guard options.commandJitter > 0 else { return patience }
        let range = patience.milliseconds / 100 * Int64(options.commandJitter) + 1
        return patience + .milliseconds(Int64(scattered(command.id) % UInt64(max(range, 1))))
    }

    private mutating func giveUp(_ flight: Command, _ slot: Int, _ turn: inout Turn) {
        land(flight.resource, slot)
        turn.causes.append("\(flight.resource) did not \(flight.action.rawValue)")
        quarantine(
            slot,
            Quarantine(
                end: turn.now + options.quarantine,
                cause: flight.action == .start ? .didNotStart : .didNotStop
            ),
            "\(flight.resource) did not \(flight.action.rawValue) after "
                + "\(counted(flight.attempt, "attempt"))",
            &turn
        )
    }
}

/// A number that looks like chance and follows from a text: Fowler, Noll and Vo's hash, mixed as
/// splitmix64 does it, since similar texts should not give similar numbers.
func scattered(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
}
