// Section 5 of the contract once more, written against its text and not against the engine: it
// shares nothing with it but the documents and the matching of selectors. Sets of resources are
// bits of one number, so that a choice is judged in about a microsecond, and every choice of a
// small domain can be.

import MusterModel
import MusterPolicy

/// What is known about a domain, for judging choices of who is online.
struct Judge {
    /// A set of resources; bit `i` is the resource with index `i`.
    typealias Members = UInt64

    /// What is known about one resource besides its report.
    struct Witness {
        var report: Resource
        /// Whether something that the report does not tell makes it unusable.
        var isBarred: Bool
        /// Where the command in flight is taking it.
        var target: Placement?
    }

    /// A policy, with its conditions made ready for judging.
    struct Case {
        let policy: Policy
        let require: Verdict?
        let preferences: [(verdict: Verdict, weight: Int)]
        let sums: [(amount: Amount, weight: Int)]
    }

    /// In order of id.
    let resources: [Resource]
    let groups: [ServiceGroup]
    let maintenance: [Maintenance]
    private(set) var cases: [Case] = []
    /// The registered host of each; none where a resource names itself.
    let hosts: [Int?]
    private(set) var usable: Members = 0
    /// Current states: of a usable resource its x0.
    private(set) var current: Members = 0
    private(set) var managed: Members = 0
    private var drained: Members = 0
    private var cordoned: Members = 0
    private var changeCosts: [Int] = []
    /// For each resource, what its group firmly needs: so many of these.
    private var needs: [[(providers: Members, atLeast: Int)]] = []

    /// At most 64 resources can be judged.
    init(_ witnesses: [Witness], _ documents: [Document], at now: Instant) {
        resources = witnesses.map(\.report)
        groups = documents.compactMap { document in
            if case .serviceGroup(let group) = document { group } else { nil }
        }
        maintenance = documents.compactMap { document in
            guard case .maintenance(let entry) = document, entry.isActive(at: now) else {
                return nil
            }
            return entry
        }
        let indices = Dictionary(
            witnesses.enumerated().map { ($1.report.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        hosts = witnesses.enumerated().map { index, witness in
            guard let node = witness.report.node, let host = indices[node], host != index
            else { return nil }
            return host
        }
        for (index, witness) in witnesses.enumerated() {
            let report = witness.report
            if report.isAvailable, report.state != .faulted, !witness.isBarred {
                usable |= 1 << index
            }
            let isOnline =
                witness.target.map { $0 == .online }
                ?? (report.state == .online || report.state == .starting)
            if isOnline { current |= 1 << index }
        }
        loseGuestsOfUnusable()
        let policies = documents.compactMap { document -> Policy? in
            guard case .policy(let policy) = document, policy.isActive(at: now) else { return nil }
            return policy
        }
        let compiler = VerdictCompiler(resources, hosts)
        cases = policies.map { policy in
            Case(
                policy: policy,
                require: policy.require.map { compiler.verdict($0) },
                preferences: policy.prefer.map { (compiler.verdict($0.condition), $0.weight) },
                sums: policy.minimize.map { (compiler.amount($0.quantity), $0.weight) }
            )
        }
        findNeeds()
        findManaged(compiler)
        changeCosts = resources.map { resource in
            cases.filter { $0.policy.mode == .enforce }.flatMap(\.policy.changes)
                .filter { $0.selector.matches(resource) }.map(\.cost).max() ?? 1
        }
    }

    private mutating func loseGuestsOfUnusable() {
        var isStable = false
        while !isStable {
            isStable = true
            for index in resources.indices where usable >> index & 1 == 1 {
                guard let host = hosts[index], usable >> host & 1 == 0 else { continue }
                usable &= ~(1 << index)
                isStable = false
            }
        }
    }

    private mutating func findNeeds() {
        needs = resources.map { resource in
            groups.filter { $0.name == resource.serviceGroup }.flatMap(\.dependsOn)
                .filter { $0.binding == .firm }
                .map { (members(of: $0.group), $0.atLeast) }
        }
    }

    func members(of group: String) -> Members {
        all { $0.serviceGroup == group }
    }

    private func all(where holds: (Resource) -> Bool) -> Members {
        var result: Members = 0
        for (index, resource) in resources.enumerated() where holds(resource) {
            result |= 1 << index
        }
        return result
    }

    private func matches(_ effect: Maintenance.Effect) -> Members {
        all { resource in
            maintenance.contains { $0.effect == effect && $0.selector.matches(resource) }
        }
    }

    private mutating func findManaged(_ compiler: VerdictCompiler) {
        drained = matches(.drain)
        cordoned = matches(.cordon)
        let ignored = matches(.ignore)
        var pending = drained
        for policy in cases.map(\.policy) where policy.mode == .enforce {
            if let require = policy.require { pending |= compiler.mentioned(require) }
            for preference in policy.prefer { pending |= compiler.mentioned(preference.condition) }
            for term in policy.minimize { pending |= compiler.members(of: term.quantity.selector) }
        }
        pending &= ~ignored
        while pending != 0 {
            let index = pending.trailingZeroBitCount
            pending &= ~(1 << index)
            managed |= 1 << index
            var next: Members = hosts[index].map { 1 << $0 } ?? 0
            for need in needs[index] { next |= need.providers }
            pending |= next & ~ignored & ~managed
        }
    }

    // MARK: Validity

    /// What is wrong with a choice; `nil` when it is valid. `online` holds unmanaged resources too.
    func flaw(of online: Members) -> String? {
        if let index = first(of: online & ~usable) { return "\(name(index)) is not usable" }
        let settled = usable & ~managed
        if let index = first(of: (online ^ current) & settled) {
            return "\(name(index)) is not managed and changes its state"
        }
        for index in resources.indices where (online & managed) >> index & 1 == 1 {
            if let host = hosts[index], online >> host & 1 == 0 {
                return "\(name(index)) is online and its host \(name(host)) is not"
            }
            for need in needs[index]
            where (online & need.providers).nonzeroBitCount < need.atLeast {
                return "\(name(index)) lacks what its group firmly needs"
            }
        }
        let carriers = carriers
        let barred = managed & ~allowed(carriers)
        if let index = first(of: online & barred) { return "\(name(index)) is under maintenance" }
        if let index = first(of: carriers & possible(carriers) & ~online) {
            return "\(name(index)) carries an online resource that is not managed"
        }
        return nil
    }

    private func first(of members: Members) -> Int? {
        members == 0 ? nil : members.trailingZeroBitCount
    }

    private func name(_ index: Int) -> String { resources[index].id.name }

    /// The managed hosts that carry, directly or through managed ones, something online that is
    /// not managed.
    private var carriers: Members {
        var result: Members = 0
        let loose = usable & ~managed & current
        for index in resources.indices where loose >> index & 1 == 1 {
            guard var host = hosts[index], current >> host & 1 == 1 else { continue }
            while managed >> host & 1 == 1, result >> host & 1 == 0 {
                result |= 1 << host
                guard let above = hosts[host] else { break }
                host = above
            }
        }
        return result
    }

    /// What maintenance lets be online.
    private func allowed(_ carriers: Members) -> Members {
        (~cordoned | current) & (~drained | (carriers & current))
    }

    /// What can be online in some valid choice. Whatever can be so can be so together.
    private func possible(_ carriers: Members) -> Members {
        var result = (usable & managed & allowed(carriers)) | (usable & ~managed & current)
        var isStable = false
        while !isStable {
            isStable = true
            for index in resources.indices where (result & managed) >> index & 1 == 1 {
                let hasHost = hosts[index].map { result >> $0 & 1 == 1 } ?? true
                let hasNeeds = needs[index].allSatisfy {
                    (result & $0.providers).nonzeroBitCount >= $0.atLeast
                }
                guard !hasHost || !hasNeeds else { continue }
                result &= ~(1 << index)
                isStable = false
            }
        }
        return result
    }

    // MARK: Goodness

    /// How good a choice is; compared from the first number to the last, the smaller the better.
    struct Score: Hashable, Comparable {
        /// For each priority, the highest first, and the names of those unsatisfied.
        var unsatisfied: [Int]
        var shortfall: [Int]
        var cost: Int

        static func < (a: Score, b: Score) -> Bool {
            if a.unsatisfied != b.unsatisfied {
                return a.unsatisfied.lexicographicallyPrecedes(b.unsatisfied)
            }
            if a.shortfall != b.shortfall {
                return a.shortfall.lexicographicallyPrecedes(b.shortfall)
            }
            return a.cost < b.cost
        }
    }

    /// The priorities of the enforced policies, the highest first.
    var priorities: [Int] {
        Set(cases.map(\.policy).filter { $0.mode == .enforce }.map(\.priority)).sorted(by: >)
    }

    /// Whether a policy holds.
    func holds(_ judged: Case, _ online: Members) -> Bool {
        judged.require?.holds(State(online: online, usable: usable)) ?? true
    }

    func score(_ online: Members) -> Score { score(online, priorities) }

    private func score(_ online: Members, _ priorities: [Int]) -> Score {
        let state = State(online: online, usable: usable)
        var score = Score(
            unsatisfied: [Int](repeating: 0, count: priorities.count),
            shortfall: [Int](repeating: 0, count: priorities.count),
            cost: 0
        )
        for judged in cases where judged.policy.mode == .enforce {
            if let require = judged.require, !require.holds(state) {
                let level = priorities.firstIndex(of: judged.policy.priority) ?? 0
                score.unsatisfied[level] += 1
                if judged.policy.whenUnsatisfiable == .bestEffort {
                    score.shortfall[level] += require.shortfall(state)
                }
            }
            for (verdict, weight) in judged.preferences {
                score.cost += weight * verdict.shortfall(state)
            }
            for (amount, weight) in judged.sums { score.cost += weight * amount.value(state) }
        }
        var changed = (online ^ current) & usable
        while changed != 0 {
            score.cost += changeCosts[changed.trailingZeroBitCount]
            changed &= changed - 1
        }
        return score
    }

    /// How many resources a choice is free to set.
    var freedom: Int { (possible(carriers) & managed).nonzeroBitCount }

    /// The best score of all valid choices.
    ///
    /// - Complexity: O(2^freedom × size of the policies).
    var best: Score? {
        let priorities = priorities
        let free = possible(carriers) & managed
        let settled = usable & ~managed & current
        var best: Score?
        var chosen: Members = 0
        repeat {
            let online = settled | chosen
            if flaw(of: online) == nil {
                let score = score(online, priorities)
                best = best.map { min($0, score) } ?? score
            }
            // The next subset of the free ones, as counting over their bits alone.
            chosen = (chosen &- free) & free
        } while chosen != 0
        return best
    }
}
