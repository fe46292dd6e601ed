// The way that a plan takes, held against the promises of the contract's section 7: every state
// that it may pass through, and every other order where one of them breaks something.

import MusterEngine
import MusterModel
import MusterPolicy

/// A plan that has just begun, ready for being looked at.
struct Passage {
    private typealias Members = Judge.Members
    /// Changes by number.
    private typealias Done = UInt64

    private struct Change {
        let place: Int
        let isStart: Bool
    }

    /// Something that must not fall further short on the way than it does at the beginning.
    private struct Promise {
        enum Subject {
            case pledge(Verdict)
            /// These may be online only while so many of those are.
            case need(dependents: Members, providers: Members, atLeast: Int)
        }

        let name: String
        let subject: Subject
        /// Upper bounds first, then firm needs, then lower bounds.
        let rank: Int
        var cap = 0
    }

    private let judge: Judge
    private let changes: [Change]
    /// By stage, its changes.
    private let stages: [Done]
    private let start: Members
    private var promises: [Promise] = []

    /// `nil` where nothing is to be changed. `online` is what is implemented.
    init?(
        _ judge: Judge,
        _ planned: [Domain.Summary.PlannedChange],
        implemented online: Judge.Members,
        isBackwards: Bool = false
    ) {
        self.judge = judge
        let places = Dictionary(
            judge.resources.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        changes = planned.compactMap { change in
            places[change.resource].map { Change(place: $0, isStart: change.target == .online) }
        }
        guard !changes.isEmpty, changes.count == planned.count, changes.count < 64
        else { return nil }
        var byStage: [Int: Done] = [:]
        for (number, change) in planned.enumerated() {
            byStage[change.stage, default: 0] |= 1 << number
        }
        let stages = byStage.sorted { $0.key < $1.key }.map(\.value)
        self.stages = isBackwards ? stages.reversed() : stages
        start = changes.reduce(online) {
            $1.isStart ? $0 & ~(1 << $1.place) : $0 | 1 << $1.place
        }
        promises = pledges(online) + needs
        let state = State(online: start, usable: judge.usable)
        for index in promises.indices { promises[index].cap = shortfall(index, state) }
    }

    private func pledges(_ online: Members) -> [Promise] {
        judge.cases.flatMap { judged -> [Promise] in
            guard judged.policy.mode == .enforce, let require = judged.require,
                judge.holds(judged, online)
            else { return [] }
            return require.pledges().map { pledge in
                Promise(
                    name: (pledge.isUpper ? "an upper" : "a lower") + " bound of "
                        + judged.policy.name,
                    subject: .pledge(pledge.verdict),
                    rank: pledge.isUpper ? 0 : 2
                )
            }
        }
    }

    private var needs: [Promise] {
        let firm = judge.groups.flatMap { group in
            group.dependsOn.filter { $0.binding == .firm }.map { (group.name, $0) }
        }
        return firm.map { name, need in
            let providers = judge.members(of: need.group)
            // Who had not what it needs before is not held against the order.
            let isMet = (start & providers).nonzeroBitCount >= need.atLeast
            let dependents = judge.members(of: name) & judge.managed
            return Promise(
                name: "the need of \(name) for \(need.group)",
                subject: .need(
                    dependents: isMet ? dependents : dependents & ~start,
                    providers: providers,
                    atLeast: need.atLeast
                ),
                rank: 1
            )
        }
    }

    // MARK: States

    private func state(_ done: Done) -> State {
        var online = start
        var rest = done
        while rest != 0 {
            // Before it has come about, each is in the opposite state.
            online ^= 1 << changes[rest.trailingZeroBitCount].place
            rest &= rest - 1
        }
        return State(online: online, usable: judge.usable)
    }

    private func shortfall(_ index: Int, _ state: State) -> Int {
        switch promises[index].subject {
        case .pledge(let verdict): verdict.shortfall(state)
        case .need(let dependents, let providers, let atLeast):
            (state.online & providers).nonzeroBitCount < atLeast && state.online & dependents != 0
                ? 1 : 0
        }
    }

    /// The promises that a state breaks.
    private func broken(_ done: Done) -> Set<Int> {
        let state = state(done)
        return Set(promises.indices.filter { shortfall($0, state) > promises[$0].cap })
    }

    /// Whether hosts and groups allow that just these have changed.
    private func isOrdered(_ done: Done) -> Bool {
        changes.indices.allSatisfy { change in
            done >> change & 1 == 0
                || changes.indices.allSatisfy { done >> $0 & 1 == 1 || !isBefore($0, change) }
        }
    }

    /// Whether one change has to come before another.
    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        guard changes[one].isStart == changes[other].isStart else { return false }
        let isStart = changes[one].isStart
        let below = changes[isStart ? other : one].place
        let above = changes[isStart ? one : other].place
        if judge.hosts[below] == above { return true }
        guard let needing = judge.resources[below].serviceGroup,
            let needed = judge.resources[above].serviceGroup, needing != needed
        else { return false }
        return judge.groups.contains { group in
            group.name == needing && group.dependsOn.contains { $0.group == needed }
        }
    }

    // MARK: Verdict

    /// What is wrong with the order of the stages; `nil` for nothing.
    ///
    /// - Complexity: O(2^(largest stage) × size of the policies); where a promise is broken on the
    ///   way, O(2^changes × size of the policies), so plans beyond a limit are not compared.
    var flaw: String? {
        var given: Set<Int> = []
        var hasOrder = true
        var reached: Done = 0
        for stage in stages {
            // Every part of it, the whole one included.
            var part: Done = 0
            repeat {
                given.formUnion(broken(reached | part))
                hasOrder = hasOrder && isOrdered(reached | part)
                part = (part &- stage) & stage
            } while part != 0
            reached |= stage
        }
        guard !given.isEmpty || !hasOrder, changes.count <= 10 else { return nil }
        let brokenIn = (0...reached).map { isOrdered($0) ? broken($0) : nil }
        // A ring of groups or hosts allows no order at all, and then anything goes.
        guard isPossible(keeping: [], brokenIn) else { return nil }
        guard hasOrder else { return "hosts or groups are out of order" }
        let atEnd = broken(reached)
        for rank in 0...2 {
            let kept = Set(promises.indices).filter {
                promises[$0].rank <= rank && !given.contains($0) && !atEnd.contains($0)
            }
            for index in given.subtracting(atEnd).sorted() where promises[index].rank == rank {
                if isPossible(keeping: kept.union([index]), brokenIn) {
                    return "\(promises[index].name) is broken, and another order would keep it"
                }
            }
        }
        return nil
    }

    /// Whether some order keeps these promises all along.
    private func isPossible(keeping kept: Set<Int>, _ brokenIn: [Set<Int>?]) -> Bool {
        var isReached = Array(repeating: false, count: brokenIn.count)
        isReached[0] = true
        for done in brokenIn.indices.dropFirst() {
            guard let broken = brokenIn[done], broken.isDisjoint(with: kept) else { continue }
            isReached[done] = changes.indices.contains {
                done >> $0 & 1 == 1 && isReached[done ^ 1 << $0]
            }
        }
        return isReached[brokenIn.count - 1]
    }
}
