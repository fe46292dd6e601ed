// The order of plans, held against every state that it can pass through, and small ones against
// every other order.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

/// A plan that was made by chance, with what is known of it.
private struct Trial {
    let reference: Reference
    /// Who is online before anything has changed.
    let start: Set<ResourceID>
    let changes: [(resource: ResourceID, isStart: Bool)]
    /// By stage, the numbers of its changes.
    let stages: [[Int]]
    let pledges: [Pledge]
    private let caps: [Int]
    private let needs: [(dependents: [ResourceID], providers: [ResourceID], atLeast: Int)]

    /// `nil` where nothing is to be done.
    init?(_ resources: [Resource], _ documents: [Document]) {
        var options = Options()
        options.isDryRun = true
        var scene = Scene(documents, options: options)
        _ = scene.report(resources)
        let summary = scene.domain.summary
        guard !summary.changes.isEmpty else { return nil }
        reference = Reference(resources, documents)
        let usable = reference.usable
        start = Set(usable.filter { [reference] in reference.isOnline($0) })
        changes = summary.changes.map { ($0.resource, $0.target == .online) }
        let numbers = Dictionary(grouping: summary.changes.indices) { summary.changes[$0].stage }
        stages = numbers.sorted { $0.key < $1.key }.map(\.value)
        var end = start
        for (resource, isStart) in changes {
            if isStart { end.insert(resource) } else { end.remove(resource) }
        }
        pledges = reference.pledges(end)
        let start = start
        caps = pledges.map { $0.shortfall(start) }
        // Who had not what it needs before is not held against the order.
        needs = reference.firmNeeds.map { need in
            let isMet = need.providers.count { start.contains($0) } >= need.atLeast
            let others = need.dependents.filter { !start.contains($0) }
            let dependents = isMet ? need.dependents : others
            return (dependents, need.providers, need.atLeast)
        }
    }

    var promiseCount: Int { pledges.count + needs.count }

    /// Upper bounds first, then firm needs, then lower bounds.
    func rank(_ promise: Int) -> Int {
        promise < pledges.count ? (pledges[promise].isUpper ? 0 : 2) : 1
    }

    /// Who is online once these changes have come about.
    func online(_ done: Set<Int>) -> Set<ResourceID> {
        var online = start
        for change in done {
            let (resource, isStart) = changes[change]
            if isStart { online.insert(resource) } else { online.remove(resource) }
        }
        return online
    }

    /// The promises that are broken in a state.
    func broken(_ done: Set<Int>) -> Set<Int> {
        let online = online(done)
        var broken: Set<Int> = []
        for (index, pledge) in pledges.enumerated()
        where pledge.shortfall(online) > caps[index] {
            broken.insert(index)
        }
        for (index, need) in needs.enumerated()
        where need.providers.count(where: online.contains) < need.atLeast
            && need.dependents.contains(where: online.contains)
        {
            broken.insert(pledges.count + index)
        }
        return broken
    }

    /// Whether hosts and groups allow a state.
    func isOrdered(_ done: Set<Int>) -> Bool {
        changes.indices.allSatisfy { change in
            done.contains(change)
                ? changes.indices.allSatisfy { done.contains($0) || !isBefore($0, change) } : true
        }
    }

    private func isBefore(_ other: Int, _ change: Int) -> Bool {
        let (first, second) = (changes[other], changes[change])
        guard first.isStart == second.isStart else { return false }
        let (below, above) = first.isStart ? (second, first) : (first, second)
        if reference.host(of: below.resource) == above.resource { return true }
        guard let needing = reference.resources[below.resource]?.serviceGroup,
            let needed = reference.resources[above.resource]?.serviceGroup, needing != needed
        else { return false }
        return reference.groups.contains { group in
            group.name == needing && group.dependsOn.contains { $0.group == needed }
        }
    }

    /// Every state that the plan can pass through, or some where a stage is large.
    func states(_ chance: inout SolverRandomness) -> [Set<Int>] {
        var states: [Set<Int>] = []
        var reached: Set<Int> = []
        for stage in stages {
            if stage.count <= 7 {
                for bits in 0..<(1 << stage.count) {
                    let part = stage.indices.filter { bits >> $0 & 1 == 1 }
                    states.append(reached.union(part.map { stage[$0] }))
                }
            } else {
                for _ in 0..<60 {
                    let share = chance.pick(0...100)
                    states.append(reached.union(stage.filter { _ in chance.chance(share) }))
                }
            }
            reached.formUnion(stage)
            states.append(reached)
        }
        return states
    }

    /// Whether some order keeps these promises all along.
    func isPossible(keeping kept: Set<Int>, _ brokenIn: [Set<Int>?]) -> Bool {
        let full = brokenIn.count - 1
        var isReached = Array(repeating: false, count: brokenIn.count)
        isReached[0] = true
        for mask in 1...full {
            guard let broken = brokenIn[mask], broken.isDisjoint(with: kept) else { continue }
            isReached[mask] = changes.indices.contains {
                mask >> $0 & 1 == 1 && isReached[mask ^ (1 << $0)]
            }
        }
        return isReached[full]
    }

    /// What is broken by sets of changes, bit by bit; `nil` for those that order forbids.
    var brokenInAll: [Set<Int>?] {
        (0..<(1 << changes.count)).map { mask in
            let done = Set(changes.indices.filter { mask >> $0 & 1 == 1 })
            return isOrdered(done) ? broken(done) : nil
        }
    }
}

@Suite struct StagingTests {
    /// What the trials of a test have come to.
    private struct Tally {
        var plans = 0
        var states = 0
        var given = 0
        var compared = 0
    }

    private func check(
        _ trial: Trial,
        _ label: String,
        _ tally: inout Tally,
        _ chance: inout SolverRandomness
    ) {
        tally.plans += 1
        var given: Set<Int> = []
        var isOrdered = true
        for state in trial.states(&chance) {
            tally.states += 1
            given.formUnion(trial.broken(state))
            isOrdered = isOrdered && trial.isOrdered(state)
        }
        guard !given.isEmpty || !isOrdered else { return }
        tally.given += 1
        guard trial.changes.count <= 8 else { return }
        tally.compared += 1
        let brokenIn = trial.brokenInAll
        // A ring of groups or hosts allows no order at all, and then anything goes.
        guard trial.isPossible(keeping: [], brokenIn) else { return }
        #expect(isOrdered, "\(label): hosts or groups are out of order")
        let atEnd = trial.broken(Set(trial.changes.indices))
        for rank in 0...2 {
            let kept = (0..<trial.promiseCount).filter {
                trial.rank($0) <= rank && !given.contains($0) && !atEnd.contains($0)
            }
            for promise in given.subtracting(atEnd) where trial.rank(promise) == rank {
                let isNeedless = trial.isPossible(
                    keeping: Set(kept).union([promise]),
                    brokenIn
                )
                #expect(!isNeedless, "\(label): promise \(promise) of rank \(rank)")
            }
        }
    }

    @Test("whatever the documents say, no state on the way breaks what some order keeps")
    func anyDocuments() {
        var tally = Tally()
        for seed in 0..<800 {
            var source = RandomDocuments(seed: seed)
            let resources = source.resources(source.chance.pick(4...9))
            let documents = source.documents(policies: source.chance.pick(1...3))
            guard let trial = Trial(resources, documents) else { continue }
            check(trial, "seed \(seed)", &tally, &source.chance)
        }
        #expect(tally.plans > 300)
        #expect(tally.states > 1500)
    }

    /// A domain where bounds are narrow and much has to be replaced.
    private func narrow(_ chance: inout SolverRandomness, size: Int) -> Trial? {
        let hosts = ["h0", "h1"].map { name in
            var host = node(name, chance.chance(80) ? .online : .offline)
            host.capacity = ["cpu": size / 2 + chance.pick(0...2)]
            return host
        }
        let guests = (0..<size).map { index in
            vm(
                "v\(index)",
                chance.chance(50) ? .online : .offline,
                on: chance.chance(50) ? chance.pick(["h0", "h1"]) : nil,
                group: chance.pick(["db", "app", "web"]),
                labels: ["zone": chance.pick(["1", "2"])],
                capacity: ["cpu": chance.pick(1...2), "price": chance.pick(0...9)]
            )
        }
        var texts = ["db", "app", "web"].map { group in
            let count = chance.pick(0...(size / 3))
            let bound = chance.pick([
                "exactly: \(count)", "between: [\(count), \(count + 1)]", "atLeast: \(count)",
                "atMost: \(count)",
            ])
            return "kind: Policy\nname: \(group)\npriority: \(chance.pick(0...2))\n"
                + "require: {count: {serviceGroup: \(group)}, \(bound)}\n"
                + "minimize: [{sum: price, of: {serviceGroup: \(group)}, weight: 3}]"
        }
        if chance.chance(50) {
            texts.append(
                "kind: Policy\nname: all\nrequire: {count: {kind: vm}, "
                    + "between: [\(size / 3), \(size / 2 + 1)]}"
            )
        }
        if chance.chance(40) {
            texts.append(
                "kind: Policy\nname: zones\nrequire: {distinct: labels.zone, of: {kind: vm}, "
                    + "atLeast: 2}"
            )
        }
        if chance.chance(40) {
            texts.append("kind: Policy\nname: fit\nrequire: {fits: [cpu], of: {kind: vm}}")
        }
        if chance.chance(30) {
            texts.append(
                "kind: Policy\nname: either\nrequire: {or: [{count: {serviceGroup: web, labels: "
                    + "{zone: \"1\"}}, atLeast: 1}, {count: {serviceGroup: app}, atMost: 1}]}"
            )
        }
        for (group, needed) in [("web", "app"), ("app", "db")] where chance.chance(50) {
            texts.append(
                "kind: ServiceGroup\nname: \(group)\ndependsOn: [{group: \(needed), atLeast: 1, "
                    + "binding: \(chance.pick(["firm", "soft"]))}]"
            )
        }
        if chance.chance(30) {
            texts.append(
                "kind: Maintenance\nname: m\nwhere: {resource: \"v[\(chance.pick(0...3))]\"}\n"
                    + "effect: drain"
            )
        }
        guard let changes = try? changes(texts.joined(separator: "\n---\n"), from: .file)
        else { return nil }
        let documents = changes.compactMap { change -> Document? in
            if case .set(let document, _) = change { document } else { nil }
        }
        return Trial(hosts + guests, documents)
    }

    @Test("where bounds are narrow, as few as can be give way, and upper ones last")
    func narrowBounds() {
        var tally = Tally()
        for seed in 0..<3000 {
            var chance = SolverRandomness(seed: UInt64(seed) &+ 77)
            guard let trial = narrow(&chance, size: chance.pick(4...8)) else { continue }
            check(trial, "seed \(seed)", &tally, &chance)
        }
        #expect(tally.plans > 2700)
        #expect(tally.compared > 240)
    }

    @Test("upper bounds hold on the way of large plans too")
    func largePlans() {
        for seed in 0..<4 {
            var chance = SolverRandomness(seed: UInt64(seed) &+ 991)
            guard let trial = narrow(&chance, size: 60) else { continue }
            for state in trial.states(&chance) {
                let broken = trial.broken(state).filter { trial.rank($0) == 0 }
                #expect(broken.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test(
        "a bound that is written as a double negation is as good as one that is not",
        arguments: [
            "{not: {nor: [{count: {kind: vm}, exactly: 1}]}}",
            "{not: {nand: [{count: {kind: vm}, exactly: 1}]}}",
            "{nand: [{nand: [{count: {kind: vm}, exactly: 1}]}]}",
            "{not: {and: [{nor: [{count: {kind: vm}, exactly: 1}]}]}}",
        ]
    )
    func doubleNegation(requirement: String) throws {
        // One has to make way for the other, and there may not be two meanwhile.
        let documents = """
            kind: Policy
            name: one
            require: \(requirement)
            ---
            kind: Policy
            name: other
            require: {resource: b, is: online}
            """
        var options = Options()
        options.isDryRun = true
        var scene = try Scene(documents, options: options)
        _ = scene.report(vm("a", .online), vm("b"))
        #expect(scene.domain.summary.changes.map(\.resource.name) == ["a", "b"])
        #expect(scene.domain.summary.changes.map(\.stage) == [1, 2])
    }

    @Test("a way that only exists in one order is found")
    func onlyOrder() throws {
        // Three may be online. Zone a can keep one all along, as there is room once c has gone;
        // zone b cannot, as it may not have two.
        let documents = """
            kind: Policy
            name: most
            require: {count: {}, atMost: 3}
            ---
            kind: Policy
            name: zones
            require: {and: [{count: {labels: {zone: a}}, atLeast: 1},
                            {count: {labels: {zone: b}}, exactly: 1}]}
            ---
            kind: Maintenance
            name: m
            where: {labels: {old: "yes"}}
            effect: drain
            ---
            kind: Policy
            name: end
            require: {and: [{resource: a2, is: online}, {resource: b2, is: online}]}
            """
        var options = Options()
        options.isDryRun = true
        var scene = try Scene(documents, options: options)
        _ = scene.report(
            vm("a1", .online, labels: ["zone": "a", "old": "yes"]),
            vm("a2", labels: ["zone": "a"]),
            vm("b1", .online, labels: ["zone": "b", "old": "yes"]),
            vm("b2", labels: ["zone": "b"]),
            vm("c", .online, labels: ["old": "yes"])
        )
        let stages = Dictionary(
            uniqueKeysWithValues: scene.domain.summary.changes.map { ($0.resource.name, $0.stage) }
        )
        let (c, a1, a2) = (stages["c"] ?? 9, stages["a1"] ?? 0, stages["a2"] ?? 0)
        #expect(c < a2 && a2 < a1)
        #expect(stages["b1"] ?? 9 < stages["b2"] ?? 0)
    }
}
