// The engine against an estate that obeys, delays, ignores and fails: whatever has happened, once
// the faults stop, what is implemented is what is reported, and then nothing is done any more.

import MusterEngine
import MusterModel
import MusterTestKit
import Testing

@Suite struct ConvergenceTests {
    private static let configuration = """
        kind: Policy
        name: web
        priority: 10
        require: {count: {serviceGroup: web}, between: [2, 3]}
        ---
        kind: Policy
        name: shop
        whenUnsatisfiable: bestEffort
        require: {count: {kind: vm}, atLeast: 4}
        minimize: [{sum: price, of: {kind: vm}}]
        ---
        kind: ServiceGroup
        name: web
        dependsOn: [{group: db, atLeast: 1}]
        """

    /// Resources that carry out what they are told, some time, or not at all.
    private struct Estate {
        var resources: [ResourceID: Resource] = [:]
        var orders: [Command] = []
        var chance: SolverRandomness
        var isFaulty = true

        init(seed: UInt64) {
            chance = SolverRandomness(seed: seed)
            for host in ["a", "b"] { add(node(host, chance.chance(70) ? .online : .offline)) }
            for index in 1...7 {
                add(
                    vm(
                        "v\(index)",
                        chance.chance(40) ? .online : .offline,
                        on: chance.chance(80) ? chance.pick(["a", "b"]) : nil,
                        group: ["db", "web", "web", "web", nil][index % 5],
                        capacity: ["price": chance.pick(0...3)]
                    )
                )
            }
        }

        private mutating func add(_ resource: Resource) { resources[resource.id] = resource }

        /// Takes orders, carries some of those it has out, and reports what is new.
        mutating func live(_ commands: [Command], at now: Instant) -> [Report] {
            for command in commands where !isFaulty || chance.chance(80) { orders.append(command) }
            var changed: Set<ResourceID> = []
            var later: [Command] = []
            for order in orders {
                guard !isFaulty || chance.chance(60) else {
                    later.append(order)
                    continue
                }
                resources[order.resource]?.state = order.action == .start ? .online : .offline
                changed.insert(order.resource)
            }
            orders = later
            if isFaulty {
                let victim = chance.pick(resources.keys.sorted())
                switch chance.pick(0...9) {
                case 0: resources[victim]?.state = .faulted
                case 1, 2: resources[victim]?.state = .offline
                case 3: resources[victim]?.isAvailable.toggle()
                case 4: resources[victim]?.state = .online
                default: break
                }
                changed.insert(victim)
            }
            return changed.sorted().compactMap { resources[$0] }.map { resource in
                var report = resource
                report.observedAt = now
                return .observed(report)
            }
        }

        /// Ends every fault and reports everything.
        mutating func recover(at now: Instant) -> [Report] {
            isFaulty = false
            for id in resources.keys {
                resources[id]?.isAvailable = true
                if resources[id]?.state == .faulted { resources[id]?.state = .offline }
            }
            return resources.keys.sorted().compactMap { resources[$0] }.map { resource in
                var report = resource
                report.observedAt = now
                return .observed(report)
            }
        }
    }

    @Test("once faults stop, what is implemented comes about, and then all is quiet")
    func converges() throws {
        var options = Options()
        options.commandTimeout = .seconds(5)
        options.commandAttempts = 2
        options.quarantine = .seconds(20)
        for seed in 0..<200 {
            var estate = Estate(seed: UInt64(seed))
            var scene = try Scene(Self.configuration, options: options)
            var directives = scene.report(estate.resources.values.sorted { $0.id < $1.id })
            var ids: Set<String> = []
            func step(_ scene: inout Scene, _ reports: [Report]) -> [Directive] {
                let next = scene.handle(.reports(reports), .clock)
                for command in next.commands {
                    let isNew = ids.insert(command.id).inserted
                    #expect(isNew, "seed \(seed): \(command.id) is sent twice")
                }
                return next
            }
            for _ in 0..<30 {
                let reports = estate.live(directives.commands, at: scene.now + .seconds(1))
                directives = step(&scene, reports)
            }
            var reports = estate.recover(at: scene.now + .seconds(1))
            for _ in 0..<60 {
                directives = step(&scene, reports)
                reports = estate.live(directives.commands, at: scene.now + .seconds(1))
            }
            #expect(directives.isEmpty, "seed \(seed)")
            #expect(scene.wait(.seconds(600)).isEmpty, "seed \(seed)")
            #expect(scene.domain.summary.isSatisfied, "seed \(seed)")
            for (resource, placement) in scene.domain.summary.desired {
                let state = estate.resources[resource]?.state.rawValue
                #expect(state == placement.rawValue, "seed \(seed), \(resource)")
            }
        }
    }
}
