// After any history a domain is where it would be had it only ever known the state that holds.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct IncrementalTests {
    @Test("after every event the choice is as good as one made from scratch")
    func incrementalIsFromScratch() throws {
        for seed in 0..<60 {
            var history = RandomHistory(seed: seed)
            for step in 0..<30 {
                _ = history.step()
                let label = "seed \(seed), step \(step)"
                let summary = history.scene.domain.summary
                try expectBest(summary, in: history.reference, label)
            }
        }
    }

    @Test("a larger domain that has obeyed is where one that knows only its state would leave it")
    func largerIsFromScratch() {
        for (seed, family) in zip(UInt64(1)..., [Fleet.Family.scoped, .mixed, .conflicting]) {
            var fleet = Fleet(family, resources: 90, policies: 14, seed: seed)
            var scene = Scene(fleet.documents)
            var chance = SolverRandomness(seed: seed)
            obey(scene.report(fleet.reports(at: scene.now + .seconds(1))), &scene, &fleet)
            for step in 0..<20 {
                let change = fleet.happen(&chance)
                var directives: [Directive] = []
                if !change.machines.isEmpty {
                    let later = scene.now + .seconds(1)
                    let reports = change.machines.map { fleet.report(of: $0, at: later) }
                    directives = scene.report(reports)
                }
                if let policy = change.policy {
                    let source = Node(.mapping([]), at: .none)
                    directives += scene.handle(
                        .configuration([.set(fleet.document(policy), source: source)], record: 1)
                    )
                }
                obey(directives, &scene, &fleet)
                var fresh = Scene(fleet.documents)
                _ = fresh.report(fleet.reports(at: fresh.now + .seconds(1)))
                let label = "\(family), seed \(seed), step \(step)"
                #expect(counts(scene.domain) == counts(fresh.domain), "\(label)")
            }
        }
    }

    /// Machines do as they are told until nothing is left to do.
    private func obey(_ first: [Directive], _ scene: inout Scene, _ fleet: inout Fleet) {
        var directives = first
        while !directives.commands.isEmpty {
            var obeyed: [Resource] = []
            for command in directives.commands {
                guard let machine = fleet.machine(of: command.resource) else { continue }
                fleet.set(machine, isOn: command.action == .start)
                obeyed.append(fleet.report(of: machine, at: scene.now + .seconds(1)))
            }
            directives = scene.report(obeyed)
        }
    }

    /// How many policies of each priority do not hold, and the cost.
    private func counts(_ domain: Domain) -> [Int] {
        let objective = domain.summary.objective
        return objective.unsatisfied.flatMap { [$0.priority, $0.policies.count] } + [objective.cost]
    }
}
