// Problems of the shape that domains give: machines on hosts, under policies that count, sum and
// combine, with priorities, shortfalls and costs. They serve measurements and larger tests.

public import MusterSolver

/// A random estate of machines and the problem of placing them.
public struct SolverEstate {
    /// How far a policy looks.
    public enum Scope: String, CaseIterable, Sendable {
        /// Each policy speaks of one application.
        case application
        /// Policies speak of applications, clusters, labels or everything.
        case mixed
    }

    struct Machine {
        let host: Int
        let application: Int
        let group: Int
        let zone: Int
        let tier: Int
        let cores: Int
        let memory: Int
        let isUsable: Bool
        let isOn: Bool
    }

    var random: SolverRandomness
    var machines: [Machine] = []
    var problem = Problem()
    var states: [Literal] = []
    private var hostStates: [Literal] = []
    let scope: Scope
    let applications: Int

    /// The problem of placing `count` machines under `policies` policies.
    public static func problem(
        machines count: Int,
        policies: Int,
        scope: Scope,
        seed: UInt64
    ) -> Problem {
        var estate = SolverEstate(machines: count, policies: policies, scope: scope, seed: seed)
        estate.addPolicies(policies)
        return estate.problem
    }

    private init(machines count: Int, policies: Int, scope: Scope, seed: UInt64) {
        random = SolverRandomness(seed: seed)
        self.scope = scope
        applications = max(1, policies / 3)
        let hosts = max(2, count / 10)
        for _ in 0..<hosts { hostStates.append(problem.addBool(start: random.chance(85))) }
        for index in 0..<count - hosts {
            let application = index % applications
            // An application lives on the hosts of its own corner, mostly.
            let corner = hosts * application / applications
            let host =
                random.chance(90)
                ? corner + random.pick(0...max(1, hosts / applications))
                : random.pick(0...hosts - 1)
            let machine = Machine(
                host: min(host, hosts - 1),
                application: application,
                group: random.pick(0...2),
                zone: random.pick(0...2),
                tier: random.pick(0...2),
                cores: random.pick([1, 2, 4, 8]),
                memory: random.pick([2, 4, 8, 16, 24]),
                isUsable: random.chance(92),
                isOn: random.chance(50)
            )
            machines.append(machine)
            let isOn = machine.isOn && machine.isUsable
            let state = Literal(
                problem.addVariable(0...(machine.isUsable ? 1 : 0), start: isOn ? 1 : 0)
            )
            states.append(state)
            problem.require(state.variable, implies: hostStates[machine.host])
        }
    }

    /// A test of a machine.
    private typealias Filter = (Machine) -> Bool

    private mutating func addPolicies(_ count: Int) {
        let priorities = 3
        var unsatisfied = [LinearSum](repeating: LinearSum(), count: priorities)
        var shortfalls = [LinearSum](repeating: LinearSum(), count: priorities)
        var cost = LinearSum()
        for state in states + hostStates {
            let isOn = problem.variables[Int(state.variable.index)].start == 1
            cost.add(1, isOn ? !state : state)
        }
        for index in 0..<count {
            let priority = random.pick(0...priorities - 1)
            var shortfall = LinearSum()
            let holds = policy(application: index % applications, shortfall: &shortfall)
            unsatisfied[priority].add(1, !holds)
            shortfalls[priority].add(1, shortfall)
            if random.chance(30) {
                let application = index % applications
                for (machine, state) in zip(machines, states)
                where machine.application == application {
                    cost.add(random.chance(50) ? 1 : machine.cores, state)
                }
            }
        }
        problem.objectives = unsatisfied + shortfalls + [cost]
    }

    private mutating func policy(application: Int, shortfall: inout LinearSum) -> Literal {
        let isWide = scope == .mixed && random.chance(40)
        let zone = random.pick(0...2)
        let base: Filter =
            isWide
            ? { $0.zone == zone } : { $0.application == application }
        let narrow = random.pick(0...2)
        let group: Filter = { base($0) && $0.group == narrow }
        let size = machines.count(where: group)
        let part = max(1, size * random.pick(25...75) / 100)
        switch random.pick(0...11) {
        case 0: return atLeast(part, of: group, shortfall: &shortfall)
        case 1:
            return atLeast(
                max(1, part / 2),
                of: { group($0) && $0.zone == 1 },
                shortfall: &shortfall
            )
        case 2:
            let all = machines.filter(base).reduce(0) { $0 + $1.cores }
            return quantity(
                base,
                { $0.cores },
                atLeast: all * random.pick(30...60) / 100,
                &shortfall
            )
        case 3: return atMostPerHost(random.pick(1...3), of: group)
        case 4: return distinctHosts(atLeast: random.pick(2...4), of: group)
        case 5:
            let all = machines.filter(base).reduce(0) { $0 + $1.memory }
            return !quantity(
                base,
                { $0.memory },
                atLeast: 1 + all * random.pick(35...70) / 100,
                &shortfall
            )
        case 6:
            var none = LinearSum()
            let first = atLeast(part, of: group, shortfall: &none)
            let second = atLeast(part, of: { base($0) && $0.tier == narrow }, shortfall: &none)
            return any([!first, second])
        case 7:
            var none = LinearSum()
            let parts = (0..<2).map { tier in
                atLeast(1, of: { group($0) && $0.tier == tier }, shortfall: &none)
            }
            return odd(parts)
        case 8:
            var none = LinearSum()
            let parts = (0..<3).map { zone in
                atLeast(max(1, part / 3), of: { group($0) && $0.zone == zone }, shortfall: &none)
            }
            let isOne = count(parts, atLeast: 1)
            return all([isOne, !count(parts, atLeast: 2)])
        case 9:
            var none = LinearSum()
            let parts = (0..<3).map { number in
                atLeast(
                    max(1, part * 3 / 4),
                    of: { base($0) && $0.group == number },
                    shortfall: &none
                )
            }
            return count(parts, atLeast: 2)
        case 10:
            var none = LinearSum()
            let few = !atLeast(1 + part / 3, of: { group($0) && $0.tier == 0 }, shortfall: &none)
            let many = atLeast(part, of: { base($0) && $0.zone == zone }, shortfall: &none)
            return any([all([few, many]), !atLeast(part, of: group, shortfall: &none)])
        default:
            var none = LinearSum()
            let some: Filter = { group($0) && $0.tier == 1 }
            let wanted = max(1, part / 3)
            return all([
                atLeast(wanted, of: some, shortfall: &none),
                !atLeast(wanted + 1, of: some, shortfall: &none),
            ])
        }
    }

    private mutating func atLeast(
        _ least: Int,
        of filter: Filter,
        shortfall: inout LinearSum
    ) -> Literal {
        quantity(filter, { _ in 1 }, atLeast: least, &shortfall)
    }

    private mutating func quantity(
        _ filter: Filter,
        _ size: (Machine) -> Int,
        atLeast least: Int,
        _ shortfall: inout LinearSum
    ) -> Literal {
        var sum = LinearSum(-least)
        for (machine, state) in zip(machines, states) where filter(machine) {
            sum.add(size(machine), state)
        }
        if random.chance(50), least > 0 {
            let missing = problem.addVariable(0...least, start: 0)
            var epigraph = sum
            epigraph.add(1, missing)
            problem.require(epigraph)
            shortfall.add(1, missing)
        }
        return problem.isNonNegative(sum)
    }

    private mutating func atMostPerHost(_ most: Int, of filter: Filter) -> Literal {
        var parts: [Literal] = []
        for host in hostStates.indices
        where machines.contains(where: { $0.host == host && filter($0) }) {
            var none = LinearSum()
            parts.append(
                !atLeast(most + 1, of: { $0.host == host && filter($0) }, shortfall: &none)
            )
        }
        return all(parts)
    }

    private mutating func distinctHosts(atLeast least: Int, of filter: Filter) -> Literal {
        var parts: [Literal] = []
        for host in hostStates.indices {
            var sum = LinearSum(-1)
            for (machine, state) in zip(machines, states)
            where machine.host == host && filter(machine) {
                sum.add(1, state)
            }
            if !sum.terms.isEmpty { parts.append(problem.isNonNegative(sum)) }
        }
        return count(parts, atLeast: least)
    }

    private mutating func count(_ literals: [Literal], atLeast least: Int) -> Literal {
        var sum = LinearSum(-least)
        for literal in literals { sum.add(1, literal) }
        return problem.isNonNegative(sum)
    }

    private mutating func any(_ literals: [Literal]) -> Literal { count(literals, atLeast: 1) }

    private mutating func all(_ literals: [Literal]) -> Literal {
        count(literals, atLeast: literals.count)
    }

    private mutating func odd(_ pair: [Literal]) -> Literal {
        all([any(pair), !all(pair)])
    }
}
