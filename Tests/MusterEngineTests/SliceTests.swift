// Choices that a decision leaves unproven are made better in slices, and are valid meanwhile.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct SliceTests {
    @Test("without work to decide with, slices lead to the best choice of all")
    func slicesReachTheBest() throws {
        var sliced = 0
        var options = Options()
        options.solveWork = 1
        for seed in 0..<40 {
            var history = RandomHistory(seed: 3000 + seed)
            history.scene = Scene(options: options)
            for step in 0..<25 {
                _ = history.step()
                let label = "seed \(seed), step \(step)"
                var left = 500
                while history.scene.domain.wantsSlice, left > 0 {
                    _ = history.scene.domain.improve(at: history.scene.now)
                    left -= 1
                    sliced += 1
                }
                #expect(left > 0, "\(label): slices do not end")
                let summary = history.scene.domain.summary
                #expect(summary.isOptimal, "\(label)")
                try expectBest(summary, in: history.reference, label)
            }
        }
        #expect(sliced > 10, "\(sliced) slices")
    }

    @Test("a part that is too large for a slice becomes better slice by slice, and never worse")
    func largePart() {
        var options = Options()
        options.solveWork = 1
        options.sliceWork = 100_000
        options.maxInFlight = 0
        let fleet = Fleet(.mixed, resources: 150, policies: 16, seed: 4)
        var scene = Scene(fleet.documents, options: options)
        _ = scene.report(fleet.reports(at: scene.now))
        #expect(scene.domain.wantsSlice)
        var best = scene.domain.summary.objective
        let first = best
        var slices = 0
        while scene.domain.wantsSlice, slices < 400 {
            _ = scene.domain.improve(at: scene.now)
            let next = scene.domain.summary.objective
            #expect(!isBefore(best, next), "slice \(slices) made it worse")
            best = next
            slices += 1
        }
        #expect(slices < 400, "slices do not end")
        #expect(isBefore(best, first), "nothing was found")
    }

    @Test("what is proven best is left alone")
    func nothingToDo() throws {
        var scene = try Scene("kind: Policy\nname: p\nrequire: {count: {kind: vm}, atLeast: 1}")
        _ = scene.report(vm("a"), vm("b"))
        #expect(!scene.domain.wantsSlice)
        #expect(scene.domain.improve(at: scene.now).isEmpty)
    }

    /// Whether one objective is better than another.
    private func isBefore(_ a: Objective, _ b: Objective) -> Bool {
        func key(_ objective: Objective) -> [Int] {
            let priorities = (0...4).reversed().map { $0 * 100 }
            return priorities.map { priority in
                objective.unsatisfied.first { $0.priority == priority }?.policies.count ?? 0
            } + [objective.cost]
        }
        return key(a).lexicographicallyPrecedes(key(b))
    }
}
