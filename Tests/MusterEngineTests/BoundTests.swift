// What is told of a choice that was not proven best: how good one could be.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct BoundTests {
    @Test("no choice is better than the bound, and what comes before it is proven")
    func boundsHold() throws {
        var told: [String: Int] = [:]
        for seed in 0..<320 {
            var options = Options()
            options.solveWork = [1, 30, 100, 300][seed % 4]
            var history = RandomHistory(seed: 7000 + seed)
            history.scene = Scene(options: options)
            for step in 0..<20 {
                _ = history.step()
                let label = "seed \(seed), step \(step)"
                let summary = history.scene.domain.summary
                guard let bound = summary.bound else { continue }
                #expect(!summary.isOptimal, "\(label)")
                #expect(bound.value < summary.objective[bound.level], "\(label)")
                let best = try #require(history.reference.best, "\(label)")
                let score = history.reference.score(of: summary.objective)
                let priorities = history.reference.priorities
                switch bound.level {
                case .unsatisfied(let priority):
                    told["unsatisfied", default: 0] += 1
                    let index = try #require(priorities.firstIndex(of: priority), "\(label)")
                    #expect(best.unsatisfied[..<index] == score.unsatisfied[..<index], "\(label)")
                    #expect(best.unsatisfied[index] >= bound.value, "\(label)")
                case .shortfall(let priority):
                    told["shortfall", default: 0] += 1
                    let index = try #require(priorities.firstIndex(of: priority), "\(label)")
                    #expect(best.unsatisfied == score.unsatisfied, "\(label)")
                    #expect(best.shortfall[..<index] == score.shortfall[..<index], "\(label)")
                    #expect(best.shortfall[index] >= bound.value, "\(label)")
                case .cost:
                    told["cost", default: 0] += 1
                    #expect(best.unsatisfied == score.unsatisfied, "\(label)")
                    #expect(best.shortfall == score.shortfall, "\(label)")
                    #expect(best.cost >= bound.value, "\(label)")
                }
            }
        }
        for level in ["unsatisfied", "shortfall", "cost"] {
            #expect(told[level, default: 0] > 0, "\(told)")
        }
    }

    @Test("slices that improve a choice make its bound unknown rather than wrong")
    func slices() {
        var options = Options()
        options.solveWork = 2_000
        options.sliceWork = 100_000
        let fleet = Fleet(.mixed, resources: 150, policies: 16, seed: 4)
        var scene = Scene(fleet.documents, options: options)
        _ = scene.report(fleet.reports(at: scene.now))
        let first = scene.domain.summary
        var slices = 0
        while scene.domain.wantsSlice, slices < 400 {
            _ = scene.domain.improve(at: scene.now)
            slices += 1
            let summary = scene.domain.summary
            guard let bound = summary.bound else { continue }
            #expect(bound.level == first.bound?.level && bound.value == first.bound?.value)
        }
        #expect(slices > 0 && first.bound != nil)
    }
}
