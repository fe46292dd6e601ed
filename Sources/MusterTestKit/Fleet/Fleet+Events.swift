// What happens to a fleet: failures, recoveries and changed policies.

extension Fleet {
    /// What changed.
    public struct Change: Sendable {
        /// The machines that failed or came back.
        public var machines: [Int] = []
        /// The policy whose number was changed, or nil.
        public var policy: Int?
    }

    /// Takes the given states as the present ones.
    public mutating func settle(_ isOn: (Int) -> Bool) {
        for number in machines.indices { machines[number].isOn = isOn(number) }
    }

    /// Lets something happen that may ask for a decision.
    ///
    /// Half of it is a machine in use that fails; the rest are hosts that fail with all that runs
    /// on them, recoveries, failures of what is not used, and changed policies.
    public mutating func happen(_ random: inout SolverRandomness) -> Change {
        var change = Change()
        switch random.pick(1...100) {
        case ...15:
            let host = random.pick(0...hosts - 1)
            change.machines = [host] + machinesOfHost[host]
            for number in change.machines { fail(number) }
        case ...60:
            change.machines = choose(&random) { $0.isUsable && $0.isOn }
            for number in change.machines { fail(number) }
        case ...70:
            change.machines = choose(&random) { $0.isUsable && !$0.isOn }
            for number in change.machines { fail(number) }
        case ...85:
            change.machines = choose(&random) { !$0.isUsable }
            for number in change.machines {
                machines[number].isUsable = true
                if let host = machines[number].host, !machines[host].isUsable {
                    machines[host].isUsable = true
                    change.machines.append(host)
                }
            }
        default:
            let policy = random.pick(0...policies.count - 1)
            change.policy = policy
            policies[policy].formula = policies[policy].formula.shifted(by: random.pick([-1, 1]))
        }
        return change
    }

    private mutating func fail(_ number: Int) {
        machines[number].isUsable = false
        machines[number].isOn = false
    }

    private func choose(
        _ random: inout SolverRandomness,
        _ isEligible: (Machine) -> Bool
    ) -> [Int] {
        let all = machines.indices.filter { machines[$0].host != nil && isEligible(machines[$0]) }
        return all.isEmpty ? [] : [random.pick(all)]
    }
}
