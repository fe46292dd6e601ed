// The way from the current states to the implemented configuration: what changes, what has to come
// before what, and what must hold all along.

import MusterModel
import MusterPolicy

/// One change of a plan.
struct Step: Hashable, Sendable {
    let slot: Int
    let target: Placement
}

/// The changes of a plan, by number, with everything that their order depends on.
struct Transition {
    /// Something that must not fall further short on the way than it does at its beginning.
    struct Promise {
        enum Subject {
            /// A condition over the quantities of one of the policies concerned.
            case condition(GroundCondition, policy: Int)
            /// A firm dependency, by number among those concerned.
            case dependency(Int)
        }

        /// What gives way to what where no order keeps all: a later one to an earlier one.
        enum Rank: Int, CaseIterable {
            case upperBound, dependency, lowerBound
        }

        let subject: Subject
        let rank: Rank
        /// Of the policy; among those of one rank, a lower one gives way.
        let priority: Int
        /// How far it falls short before anything has changed.
        var cap = 0
    }

    /// Where a change counts.
    struct Term {
        let policy: Int
        let quantity: Int
        let term: Int
    }

    /// What a change is to the firm dependencies.
    struct Share {
        let dependency: Int
        let provides: Bool
        let depends: Bool
    }

    /// In order of resource id.
    let steps: [Step]
    /// By change: where it counts, and the promises that it may move.
    let terms: [[Term]]
    let shares: [[Share]]
    private(set) var touching: [[Int]] = []
    private(set) var promises: [Promise] = []
    /// By change: the changes of hosts or guests that have to come before it.
    let hosting: [[Int]]
    /// By change: the number of its service group; `nil` where order between groups says nothing.
    let group: [Int?]
    /// By group: those whose changes have to come before, when starting and when stopping.
    let startsAfter: [[Int]]
    let stopsAfter: [[Int]]
    /// Nothing has changed yet.
    private(set) var start: State
    private let needs: [Int]

    func isStart(_ change: Int) -> Bool { steps[change].target == .online }

    /// What has been reached on the way.
    struct State {
        /// By policy concerned.
        var quantities: [[GroundQuantity]]
        /// By dependency concerned: members online of the group that is needed, and of the one
        /// that needs it.
        var providers: [Int]
        var dependents: [Int]
    }

    /// Takes every slot whose current state differs from the implemented one.
    init(_ situation: Situation, steps unordered: [Step]) {
        let inventory = situation.inventory
        steps = unordered.sorted { inventory[$0.slot].id < inventory[$1.slot].id }
        var numbers: [Int: Int] = [:]
        for (change, step) in steps.enumerated() { numbers[step.slot] = change }
        let bounds = Bounds(situation, steps)
        terms = bounds.terms
        let firm = FirmNeeds(situation, steps, numbers)
        shares = firm.shares
        needs = firm.needs
        let targets = steps.map(\.target)
        hosting = steps.map { step in
            let others =
                step.target == .online
                ? [inventory.host(of: step.slot)].compactMap { $0 }
                : inventory.guests(of: step.slot)
            return others.compactMap { numbers[$0] }.filter { targets[$0] == step.target }
        }
        let order = GroupOrder(situation, steps)
        (group, startsAfter, stopsAfter) = (order.group, order.startsAfter, order.stopsAfter)
        start = State(
            quantities: bounds.quantities,
            providers: firm.providers,
            dependents: firm.dependents
        )
        // Dependents that were there while their need was not met are not held against it.
        for index in needs.indices where start.providers[index] < needs[index] {
            start.dependents[index] = 0
        }
        promise(bounds.promises + firm.promises)
    }

    /// Keeps the promises that some state on the way could break.
    private mutating func promise(_ candidates: [Promise]) {
        var (low, high) = (start, start)
        for change in steps.indices {
            if isStart(change) { apply(change, to: &high) } else { apply(change, to: &low) }
        }
        var byQuantity: [[[Int]]] = start.quantities.map { $0.map { _ in [] } }
        var byDependency: [[Int]] = needs.map { _ in [] }
        for var promise in candidates {
            promise.cap = shortfall(promise, start)
            guard worst(promise, low, high) > promise.cap else { continue }
            switch promise.subject {
            case .condition(let condition, let policy):
                for quantity in condition.reads
                where byQuantity[policy][quantity].last != promises.count {
                    byQuantity[policy][quantity].append(promises.count)
                }
            case .dependency(let index): byDependency[index].append(promises.count)
            }
            promises.append(promise)
        }
        touching = steps.indices.map { change in
            let read = terms[change].flatMap { byQuantity[$0.policy][$0.quantity] }
            let shared = shares[change].flatMap { byDependency[$0.dependency] }
            return read.count + shared.count < 2 ? read + shared : Set(read + shared).sorted()
        }
    }

    // MARK: States

    /// Has a change come about.
    func apply(_ change: Int, to state: inout State) { move(change, &state, isUndone: false) }

    /// Takes a change back.
    func undo(_ change: Int, in state: inout State) { move(change, &state, isUndone: true) }

    private func move(_ change: Int, _ state: inout State, isUndone: Bool) {
        let sign = isStart(change) != isUndone ? 1 : -1
        for term in terms[change] {
            state.quantities[term.policy][term.quantity]
                .update(term: term.term, usable: 0, online: sign)
        }
        for share in shares[change] {
            if share.provides { state.providers[share.dependency] += sign }
            if share.depends { state.dependents[share.dependency] += sign }
        }
    }

    /// By how much a promise falls short.
    func shortfall(_ promise: Promise, _ state: State) -> Int {
        switch promise.subject {
        case .condition(let condition, let policy): condition.shortfall(state.quantities[policy])
        case .dependency(let index):
            max(0, needs[index] - state.providers[index]) * max(0, state.dependents[index])
        }
    }

    /// The most that a promise may fall short by in any state between two, of which one has only
    /// changes of one direction more.
    func worst(_ promise: Promise, _ a: State, _ b: State) -> Int {
        switch promise.subject {
        case .condition(let condition, let policy):
            condition.worst(a.quantities[policy], b.quantities[policy])
        case .dependency(let index):
            max(0, needs[index] - min(a.providers[index], b.providers[index]))
                * max(0, a.dependents[index], b.dependents[index])
        }
    }
}

extension GroundCondition {
    /// The quantities that it reads; some may be there twice.
    fileprivate var reads: [Int] {
        switch self {
        case .and(let all), .or(let all), .nor(let all), .nand(let all), .xor(let all),
            .threshold(_, of: let all):
            all.flatMap(\.reads)
        case .not(let condition): condition.reads
        case .implication(let premise, let then, let otherwise):
            premise.reads + then.reads + (otherwise?.reads ?? [])
        case .leaf(let leaf):
            [leaf.quantity] + leaf.bounds.compactMap { $0.other?.quantity }
        case .fits(let leaves): leaves.map(\.quantity)
        }
    }
}
