// Small problems that each break a solver which lacks one thing. They are plausible all the same:
// every one is a demand that somebody could make of a few machines.

public import MusterSolver

/// A family of problems that are hard for their size.
public enum Adversary: String, CaseIterable, Sendable {
    /// One service more than there are places: counting, not clauses, shows it.
    case hall
    /// Parities with one equation too many: the linear relaxation sees nothing.
    case xorchain
    /// Overlapping counts with different costs.
    case cover
    /// The same with equal costs, so that there are many best choices.
    case equal
    /// Groups of twenty equal machines under caps and demands over random sets of them.
    case groups
    /// Sums of odd sizes that must hit a narrow window.
    case knapsack
    /// Replicas of services on hosts whose memory is nearly full.
    case pack

    /// The problem of a size and a seed.
    public func problem(size: Int, seed: UInt64) -> Problem {
        var draft = Draft(random: SolverRandomness(seed: seed &* 977 &+ UInt64(size)))
        switch self {
        case .hall: draft.hall(size)
        case .xorchain: draft.parities(2 * size)
        case .cover: draft.cover(size, percent: 25, hasEqualCosts: false)
        case .equal: draft.cover(size, percent: 15, hasEqualCosts: true)
        case .groups: draft.groups(size)
        case .knapsack: draft.knapsack(4 * size)
        case .pack: draft.pack(size)
        }
        draft.problem.objectives = [draft.broken[0], draft.broken[1], draft.cost]
        return draft.problem
    }
}

/// A problem in the making: machines that are free of hosts, demands of two levels, and costs.
private struct Draft {
    var random: SolverRandomness
    var problem = Problem()
    var broken = [LinearSum(), LinearSum()]
    var cost = LinearSum()

    mutating func machine(isOn: Bool = false, price: Int = 0) -> Literal {
        let state = problem.addBool(start: isOn)
        cost.add(10, isOn ? !state : state)
        cost.add(price, state)
        return state
    }

    func sum(_ parts: [Literal], sizes: [Int]? = nil) -> LinearSum {
        var sum = LinearSum()
        for (index, part) in parts.enumerated() { sum.add(sizes?[index] ?? 1, part) }
        return sum
    }

    mutating func reaches(_ least: Int, _ sum: LinearSum) -> Literal {
        var sum = sum
        sum.constant -= least
        return problem.isNonNegative(sum)
    }

    mutating func want(_ literal: Literal, level: Int) { broken[level].add(1, !literal) }

    mutating func hall(_ services: Int) {
        let cells = (0..<services).map { _ in (1..<services).map { _ in machine() } }
        for row in cells { want(reaches(1, sum(row)), level: 1) }
        for place in 0..<services - 1 { want(!reaches(2, sum(cells.map { $0[place] })), level: 0) }
    }

    mutating func parities(_ count: Int) {
        let pairs = (0..<count).map { _ in [machine(), machine()] }
        let bits = pairs.map { reaches(1, sum($0)) }
        let hidden = (0..<count).map { _ in random.chance(50) }
        for index in 0..<count + 2 {
            var places: [Int] = []
            while places.count < 3 {
                let place = random.pick(0...count - 1)
                if !places.contains(place) { places.append(place) }
            }
            var parity = places.reduce(false) { $0 != hidden[$1] }
            if index == count + 1 { parity.toggle() }
            var isOdd = bits[places[0]]
            for place in places.dropFirst() {
                isOdd = Fleet.one(of: [isOdd, bits[place]], in: &problem)
            }
            want(parity ? isOdd : !isOdd, level: 1)
        }
    }

    mutating func cover(_ size: Int, percent: Int, hasEqualCosts: Bool) {
        let all = (0..<4 * size).map { _ in
            machine(price: hasEqualCosts ? 0 : random.pick(0...3))
        }
        for _ in 0..<2 * size {
            let chosen = all.filter { _ in random.chance(percent) }
            want(reaches(hasEqualCosts ? 2 : random.pick(2...4), sum(chosen)), level: 0)
        }
    }

    mutating func groups(_ count: Int) {
        let members = (0..<count).map { _ in (0..<20).map { _ in machine() } }
        for _ in 0..<2 * count {
            for isDemand in [true, false] {
                var chosen: [Int] = []
                while chosen.count < max(2, count / 3) {
                    let group = random.pick(0...count - 1)
                    if !chosen.contains(group) { chosen.append(group) }
                }
                let total = sum(chosen.flatMap { members[$0] })
                let more = random.pick(0...6)
                if isDemand {
                    want(reaches(7 * chosen.count + more, total), level: 1)
                } else {
                    want(!reaches(8 * chosen.count + more + 1, total), level: 0)
                }
            }
        }
    }

    mutating func knapsack(_ count: Int) {
        let all = (0..<count).map { _ in machine(price: random.pick(0...9)) }
        for _ in 0..<2 {
            let sizes = all.map { _ in random.pick(20...60) }
            let target = sizes.reduce(0, +) / 2
            let total = sum(all, sizes: sizes)
            want(reaches(target, total), level: 0)
            want(!reaches(target + 2, total), level: 0)
        }
    }

    mutating func pack(_ services: Int) {
        let hosts = max(4, 3 * services / 4)
        var placed = [[Literal]](repeating: [], count: hosts)
        var sizes = [[Int]](repeating: [], count: hosts)
        for _ in 0..<services {
            let memory = random.pick([8, 12, 16, 24])
            var chosen: [Int] = []
            while chosen.count < min(hosts, 5) {
                let host = random.pick(0...hosts - 1)
                if !chosen.contains(host) { chosen.append(host) }
            }
            let replicas = chosen.map { _ in machine(isOn: random.chance(30)) }
            for (host, replica) in zip(chosen, replicas) {
                placed[host].append(replica)
                sizes[host].append(memory)
            }
            want(reaches(3, sum(replicas)), level: 1)
        }
        for host in 0..<hosts {
            want(!reaches(61, sum(placed[host], sizes: sizes[host])), level: 0)
        }
    }
}
