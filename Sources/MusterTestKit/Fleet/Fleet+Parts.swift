// The part of a fleet that a change touches: what shares no free machine with it keeps its state.

public import MusterSolver

extension Fleet {
    /// Machines and policies that cannot be decided apart.
    public struct Part: Sendable {
        /// Numbers of machines, in order.
        public var machines: [Int]
        var policies: [Int]
    }

    /// Which policies read which machines; does not change with the policies' numbers.
    public struct Ties: Sendable {
        var machinesOfPolicy: [[Int]] = []
        var policiesOfMachine: [[Int]]

        /// Finds the ties of a fleet.
        public init(_ fleet: Fleet) {
            policiesOfMachine = Array(repeating: [], count: fleet.machines.count)
            for (index, policy) in fleet.policies.enumerated() {
                let read = Set(fleet.read(by: policy.formula)).sorted()
                machinesOfPolicy.append(read)
                for number in read { policiesOfMachine[number].append(index) }
            }
        }
    }

    fileprivate func read(by formula: FleetFormula) -> [Int] {
        switch formula {
        case .atLeast(_, _, let selection), .atMost(_, _, let selection),
            .atMostPerHost(_, let selection), .distinctHosts(_, let selection):
            members(selection)
        case .some(_, let parts), .one(let parts): parts.flatMap { read(by: $0) }
        case .odd(let first, let second): read(by: first) + read(by: second)
        case .not(let formula): read(by: formula)
        }
    }

    /// A host that is on and that nothing wants off is not free.
    private func isFree(_ number: Int) -> Bool {
        machines[number].isUsable && (machines[number].host != nil || !machines[number].isOn)
    }

    /// What a change touches.
    public func part(touching change: Change, _ ties: Ties) -> Part {
        var seenPolicies: Set<Int> = []
        var seenMachines: Set<Int> = []
        var pending = change.machines.filter { isFree($0) }
        var policies = change.machines.flatMap { ties.policiesOfMachine[$0] }
        if let policy = change.policy { policies.append(policy) }
        while true {
            if let policy = policies.popLast() {
                guard seenPolicies.insert(policy).inserted else { continue }
                pending += ties.machinesOfPolicy[policy].filter { isFree($0) }
            } else if let number = pending.popLast() {
                guard seenMachines.insert(number).inserted else { continue }
                policies += ties.policiesOfMachine[number]
                if let host = machines[number].host {
                    if isFree(host) { pending.append(host) }
                } else {
                    pending += machinesOfHost[number].filter { isFree($0) }
                }
            } else {
                return Part(machines: seenMachines.sorted(), policies: seenPolicies.sorted())
            }
        }
    }

    /// The problem of a part; its first variables are the part's machines.
    public func problem(of part: Part) -> Problem {
        problem(machines: part.machines, policies: part.policies)
    }

    /// The objectives of the whole problem in which machines are on as given.
    public func objectives(of problem: Problem, at isOn: [Bool]) -> [Int] {
        var values = problem.variables.map(\.start)
        for (number, state) in isOn.enumerated() { values[number] = state ? 1 : 0 }
        func value(_ sum: LinearSum) -> Int {
            sum.terms.reduce(sum.constant) {
                $0 + $1.coefficient * values[Int($1.variable.index)]
            }
        }
        for definition in problem.definitions {
            values[Int(definition.variable.index)] = value(definition.sum) >= 0 ? 1 : 0
        }
        return problem.objectives.map(value)
    }
}
