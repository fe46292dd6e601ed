// What is known and what is implemented, in arrays by slot, with the counters of every grounded
// policy kept in step. Everything that decides reads this and nothing else.

import MusterModel
import MusterPolicy
import MusterSolver

/// A domain's resources, grounded policies and implemented configuration.
struct Situation: Sendable {
    /// Where a slot is read: a term of a quantity of a policy.
    struct Occurrence: Sendable {
        let policy: Int
        let quantity: Int
        let term: Int
    }

    /// A firm dependency whose dependents are managed.
    struct Dependency: Sendable {
        let group: String
        let need: ServiceGroup.Dependency
        /// Managed members of the group, in order.
        let dependents: [Int]
        /// Registered members of the group that is needed, in order.
        let providers: [Int]
    }

    /// What rules and policies make of a slot beyond its own state.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8

        /// Its usability counts for some policy apart from its state.
        static let readsUsability = Traits(rawValue: 1)
        /// Being online can do harm to an enforced policy, or its usability counts.
        static let mayHurt = Traits(rawValue: 2)
        /// A firm dependency or maintenance concerns it.
        static let ruled = Traits(rawValue: 4)
    }

    var inventory = Inventory()
    /// The policies in force, in order of name.
    private(set) var policies: [GroundPolicy] = []
    /// Whether each policy may command.
    private(set) var isEnforced: [Bool] = []
    /// Firm dependencies of managed resources.
    private(set) var dependencies: [Dependency] = []
    /// Service groups and maintenance entries in force.
    private(set) var rules = Rules()

    // By slot.
    private(set) var isManaged: [Bool] = []
    private(set) var isDrained: [Bool] = []
    private(set) var isCordoned: [Bool] = []
    private(set) var onlineCost: [Int] = []
    /// The enforced policies that minimise something a slot counts in, in order.
    private(set) var minimisers = SlotLists()
    private(set) var changeCost: [Int] = []
    /// The implemented configuration; for a slot that is not managed, its current state.
    private(set) var isOnline: [Bool] = []
    /// The usability that the counters have taken in.
    private var countedUsable: [Bool] = []
    private(set) var occurrences: [[Occurrence]] = []
    /// The dependencies that a slot has, and those that it serves, by index.
    private(set) var needs: [[Int]] = []
    private(set) var serves: [[Int]] = []
    /// What rules and policies make of a slot beyond its own state.
    private(set) var traits: [Traits] = []
    /// How each policy stood at the end of the last turn, and the enforced ones that did not stand
    /// perfectly, in order.
    private(set) var standings: [Standing] = []
    private(set) var imperfect: [Int] = []
    /// Which slots and policies may hang together.
    var regions = Regions()
    /// The slots for which the last grounding changed the rules or the costs.
    private(set) var rearranged: Set<Int> = []
    /// Slots whose state was set anew, and policies whose counters moved, since the last
    /// ``forgetChanges()``: what follows a decision looks at these only.
    private(set) var flipped: Set<Int> = []
    private(set) var moved: Set<Int> = []
    /// Slots that the last grounding gave another placement, see ``placement(_:)``.
    private(set) var replaced: [Int] = []
    /// Managed slots that no valid choice has online, see ``refreshBlocked()``.
    var blocked: Set<Int> = []
    /// Slots that entered or left ``blocked`` since the last decision.
    var reblocked: Set<Int> = []
    /// Slots for which one of these two changed since the last ``forgetChanges()``.
    var blockings: Set<Int> = []
    /// Whether ``blocked`` may be out of date.
    var isBlockedStale = true
    /// The target of the command in flight, by slot.
    var targets: [Int: Placement] = [:] {
        didSet { isBlockedStale = true }
    }

    /// The current state of a usable resource: where a command in flight is taking it, else what
    /// it reports.
    func isCurrentlyOnline(_ slot: Int) -> Bool {
        if let target = targets[slot] { return target == .online }
        return inventory.reportsOnline(slot)
    }

    /// The usability that the counters have taken in, which a report may have outdated.
    func isCountedUsable(_ slot: Int) -> Bool { countedUsable[slot] }

    /// The enforced policies that read a slot in `require` or `prefer`, each once, in order.
    func enforcedReaders(of slot: Int) -> [Int] {
        var result: [Int] = []
        for occurrence in occurrences[slot] where isEnforced[occurrence.policy] {
            if result.last != occurrence.policy { result.append(occurrence.policy) }
        }
        return result
    }

    /// What is implemented for a slot; `nil` where it is not managed, as then its state is its own.
    func placement(_ slot: Int) -> Placement? {
        guard slot < isManaged.count, isManaged[slot] else { return nil }
        return isOnline[slot] ? .online : .offline
    }

    // MARK: Changes

    /// Sets what is implemented for a slot and tells the counters.
    ///
    /// - Complexity: O(occurrences of the slot).
    mutating func setOnline(_ slot: Int, _ value: Bool) {
        guard isOnline[slot] != value else { return }
        isOnline[slot] = value
        flipped.insert(slot)
        count(slot, usable: 0, online: value ? 1 : -1)
    }

    /// Begins anew to note what changes.
    mutating func forgetChanges() {
        flipped.removeAll(keepingCapacity: true)
        moved.removeAll(keepingCapacity: true)
        blockings.removeAll(keepingCapacity: true)
        replaced.removeAll(keepingCapacity: true)
    }

    /// Forgets what was decided for a slot whose resource is gone: the next one that gets the slot
    /// is another.
    mutating func forget(_ slot: Int) {
        targets[slot] = nil
        blocked.remove(slot)
        reblocked.remove(slot)
        guard slot < isManaged.count else { return }
        isManaged[slot] = false
        isOnline[slot] = false
    }

    /// Puts back what was decided, by slot, before the first grounding.
    mutating func restore(_ placements: [Placement?], blocked: Set<Int>, reblocked: Set<Int>) {
        grow()
        for (slot, placement) in placements.enumerated() {
            isManaged[slot] = placement != nil
            isOnline[slot] = placement == .online
        }
        self.blocked = blocked
        self.reblocked = reblocked
    }

    /// Takes in that a slot's usability or its reported state is new: an unusable resource is
    /// off, one that is not managed is as it reports. A managed one keeps what was decided.
    ///
    /// - Complexity: O(occurrences of the slot).
    mutating func refresh(_ slot: Int) {
        if mattersToBlocked(slot) { isBlockedStale = true }
        let usable = inventory.isUsable[slot]
        if usable != countedUsable[slot] {
            countedUsable[slot] = usable
            count(slot, usable: usable ? 1 : -1, online: 0)
        }
        if !usable {
            setOnline(slot, false)
        } else if !isManaged[slot] {
            setOnline(slot, isCurrentlyOnline(slot))
        }
    }

    private mutating func count(_ slot: Int, usable: Int, online: Int) {
        for occurrence in occurrences[slot] {
            if online != 0 || traits[slot].contains(.readsUsability) {
                moved.insert(occurrence.policy)
            }
            policies[occurrence.policy].quantities[occurrence.quantity]
                .update(term: occurrence.term, usable: usable, online: online)
        }
    }

    // MARK: Grounding

    /// Makes room for slots that the inventory has added.
    private mutating func grow() {
        let missing = inventory.slotCount - isManaged.count
        guard missing > 0 else { return }
        isManaged += Array(repeating: false, count: missing)
        isDrained += Array(repeating: false, count: missing)
        isCordoned += Array(repeating: false, count: missing)
        onlineCost += Array(repeating: 0, count: missing)
        changeCost += Array(repeating: 1, count: missing)
        isOnline += Array(repeating: false, count: missing)
        countedUsable += Array(repeating: false, count: missing)
        occurrences += Array(repeating: [], count: missing)
        needs += Array(repeating: [], count: missing)
        serves += Array(repeating: [], count: missing)
        traits += Array(repeating: [], count: missing)
    }

    /// Grounds the configuration anew after documents, resources or their attributes changed.
    ///
    /// Equal policies that `isKept` approves keep their grounding, so the cost follows what
    /// changed, plus a pass over the slots. What the change touched beyond those policies is in
    /// ``rearranged``.
    mutating func reground(
        _ policies: [Policy],
        rules: Rules,
        keeping isKept: (GroundPolicy) -> Bool
    ) {
        grow()
        let before = self
        let old = Dictionary(
            self.policies.map { ($0.policy.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        inventory.forgetValues(beyond: 64 + 2 * policies.count)
        var grounder = Grounder(inventory)
        self.policies = policies.map { policy in
            if let known = old[policy.name], known.policy == policy,
                known.policy.stands(as: policy), isKept(known)
            {
                return known
            }
            return grounder.ground(policy)
        }
        isEnforced = self.policies.map(\.isEnforced)
        self.rules = rules
        for slot in isManaged.indices {
            countedUsable[slot] = inventory.isUsable[slot]
            if !countedUsable[slot] { isOnline[slot] = false }
        }
        manage(&grounder)
        inventory.values = grounder.values
        for slot in isManaged.indices where countedUsable[slot] && !isManaged[slot] {
            isOnline[slot] = isCurrentlyOnline(slot)
        }
        index()
        price()
        characterise()
        compare(with: before)
    }

    /// Finds the traits of slots and the standing of policies, and makes void what was found for
    /// the last grounding.
    private mutating func characterise() {
        isBlockedStale = true
        regions = Regions()
        for slot in traits.indices {
            traits[slot] = []
            if !needs[slot].isEmpty || !serves[slot].isEmpty || isDrained[slot] || isCordoned[slot]
            {
                traits[slot].insert(.ruled)
            }
        }
        for policy in policies {
            for (quantity, hurts) in zip(policy.quantities, policy.polarity.hurts)
            where quantity.readsUsability || hurts {
                for term in quantity.terms {
                    if quantity.readsUsability { traits[term.slot].insert(.readsUsability) }
                    if policy.isEnforced { traits[term.slot].insert(.mayHurt) }
                }
            }
        }
        standings = policies.map { Standing($0) }
        imperfect = policies.indices.filter { isEnforced[$0] && !standings[$0].isPerfect }
    }

    /// Takes note of how the policies stand whose counters have moved.
    ///
    /// - Complexity: O(leaves of those policies).
    mutating func noteStandings() {
        for index in moved where index < standings.count {
            let wasPerfect = standings[index].isPerfect
            standings[index] = Standing(policies[index])
            guard isEnforced[index], standings[index].isPerfect != wasPerfect else { continue }
            let place = imperfect.firstIndex { $0 >= index } ?? imperfect.endIndex
            if wasPerfect {
                imperfect.insert(index, at: place)
            } else {
                imperfect.remove(at: place)
            }
        }
    }

    private mutating func compare(with before: Situation) {
        replaced = isManaged.indices.filter {
            inventory.isTaken($0) && placement($0) != before.placement($0)
        }
        rearranged = Set(
            isManaged.indices.filter { slot in
                inventory.isTaken(slot)
                    && (isManaged[slot] != before.isManaged[slot]
                        || isDrained[slot] != before.isDrained[slot]
                        || isCordoned[slot] != before.isCordoned[slot]
                        || onlineCost[slot] != before.onlineCost[slot]
                        || changeCost[slot] != before.changeCost[slot])
            }
        )
        guard rules.groups != before.rules.groups else { return }
        for dependency in dependencies + before.dependencies {
            rearranged.formUnion(
                (dependency.dependents + dependency.providers).filter {
                    inventory.isTaken($0)
                }
            )
        }
    }

    /// Finds what is managed and what maintenance says of it.
    private mutating func manage(_ grounder: inout Grounder) {
        let count = isManaged.count
        let wasManaged = isManaged
        var ignored = Array(repeating: false, count: count)
        isDrained = Array(repeating: false, count: count)
        isCordoned = Array(repeating: false, count: count)
        isManaged = Array(repeating: false, count: count)
        var pending: [Int] = []
        for entry in rules.maintenance {
            for slot in grounder.matches(entry.selector, among: nil) {
                switch entry.effect {
                case .ignore: ignored[slot] = true
                case .cordon: isCordoned[slot] = true
                case .drain:
                    isDrained[slot] = true
                    pending.append(slot)
                }
            }
        }
        for policy in policies where policy.isEnforced { pending += policy.matched }
        let named = rules.groups.flatMap { [$0.name] + $0.dependsOn.map(\.group) }
        let members = Dictionary(
            uniqueKeysWithValues: Set(named).map { ($0, grounder.members(of: $0)) }
        )
        var reached: Set<String> = []
        while let slot = pending.popLast() {
            guard !ignored[slot], !isManaged[slot] else { continue }
            isManaged[slot] = true
            // A newly managed resource enters with the state that it has.
            if !wasManaged[slot] { isOnline[slot] = countedUsable[slot] && isCurrentlyOnline(slot) }
            if let host = inventory.host(of: slot) { pending.append(host) }
            guard let group = inventory.resources[slot]?.serviceGroup,
                reached.insert(group).inserted
            else { continue }
            for need in rules.firmNeeds(of: group) { pending += members[need.group, default: []] }
        }
        depend(members)
    }

    private mutating func depend(_ members: [String: [Int]]) {
        dependencies = []
        needs = Array(repeating: [], count: isManaged.count)
        serves = needs
        for group in rules.groups {
            for need in group.dependsOn where need.binding == .firm {
                let dependents = inventory.ordered(
                    members[group.name, default: []].filter { isManaged[$0] }
                )
                guard !dependents.isEmpty else { continue }
                // In order of id: a decision must not depend on who reported first.
                let providers = inventory.ordered(members[need.group, default: []])
                for slot in dependents { needs[slot].append(dependencies.count) }
                for slot in providers { serves[slot].append(dependencies.count) }
                dependencies.append(
                    Dependency(
                        group: group.name,
                        need: need,
                        dependents: dependents,
                        providers: providers
                    )
                )
            }
        }
    }

    /// Lists where each slot is read, and sets every counter.
    private mutating func index() {
        occurrences = Array(repeating: [], count: isManaged.count)
        for policy in policies.indices {
            for quantity in policies[policy].quantities.indices {
                policies[policy].quantities[quantity].reset()
                for (term, entry) in policies[policy].quantities[quantity].terms.enumerated() {
                    let slot = entry.slot
                    occurrences[slot].append(
                        .init(policy: policy, quantity: quantity, term: term)
                    )
                    policies[policy].quantities[quantity].update(
                        term: term,
                        usable: countedUsable[slot] ? 1 : 0,
                        online: isOnline[slot] ? 1 : 0
                    )
                }
            }
        }
    }

    private mutating func price() {
        onlineCost = Array(repeating: 0, count: isManaged.count)
        var listed: [Int?] = Array(repeating: nil, count: isManaged.count)
        for policy in policies where policy.isEnforced {
            for (slot, cost) in policy.onlineCosts {
                onlineCost[slot] = onlineCost[slot].saturatingAdd(cost)
            }
            for (slot, cost) in policy.changeCosts { listed[slot] = max(listed[slot] ?? 0, cost) }
        }
        changeCost = listed.map { $0 ?? 1 }
        minimisers = SlotLists(slots: isManaged.count) { note in
            for (index, policy) in policies.enumerated() where policy.isEnforced {
                for (slot, _) in policy.onlineCosts { note(slot, index) }
            }
        }
    }
}

/// Service groups and the maintenance entries in force at one time.
struct Rules: Sendable, Equatable {
    /// In order of name.
    var groups: [ServiceGroup] = []
    /// In order of name; only those active now.
    var maintenance: [Maintenance] = []

    /// What members of a group may not be online without.
    func firmNeeds(of group: String) -> [ServiceGroup.Dependency] {
        groups.filter { $0.name == group }.flatMap { $0.dependsOn.filter { $0.binding == .firm } }
    }

    /// Every need of a group, soft ones included.
    func needs(of group: String) -> [ServiceGroup.Dependency] {
        groups.filter { $0.name == group }.flatMap(\.dependsOn)
    }
}
