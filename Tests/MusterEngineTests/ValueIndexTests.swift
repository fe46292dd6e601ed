// Who has which values: however resources came, changed and went, the lists are those that would be
// made anew.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct ValueIndexTests {
    private static let dimensions: [Dimension] = [
        .kind, .node, .cluster, .serviceGroup, .application, .label("tier"),
    ]

    private static func resource(_ chance: inout SolverRandomness) -> Resource {
        func some(_ texts: [String?]) -> String? { texts[chance.pick(0...(texts.count - 1))] }
        var labels: [String: String] = [:]
        if let tier = some([nil, "gold", "silver"]) { labels["tier"] = tier }
        return Resource(
            id: ResourceID("r\(chance.pick(0...14))"),
            kind: some(["vm", "node"]) ?? "vm",
            state: .offline,
            node: some([nil, "r0", "r1", "x"]).map { ResourceID($0) },
            cluster: some([nil, "c", "d"]),
            serviceGroup: some([nil, "g", "h"]),
            applications: (0..<chance.pick(0...3)).compactMap { _ in some(["a", "b"]) },
            labels: labels,
            observedAt: .zero
        )
    }

    @Test("lists that are kept are those that would be made anew")
    func random() {
        for seed in 0..<40 {
            var chance = SolverRandomness(seed: UInt64(seed))
            var inventory = Inventory()
            for step in 0..<150 {
                if step == 5 {
                    for dimension in Self.dimensions {
                        inventory.values.add(dimension, of: inventory.resources)
                    }
                }
                let resource = Self.resource(&chance)
                switch chance.pick(0...9) {
                case 0: _ = inventory.remove(resource.id)
                case 1: _ = inventory.restore(resource, isStale: false, isQuarantined: false)
                case 2: _ = inventory.unrestore(resource.id)
                default: _ = inventory.apply(resource)
                }
                guard step >= 5 else { continue }
                var anew = ValueIndex()
                for dimension in Self.dimensions {
                    anew.add(dimension, of: inventory.resources)
                    for value in ["vm", "node", "r0", "r1", "x", "c", "d", "g", "a", "b", "gold"] {
                        #expect(
                            inventory.values.slots(dimension, value)
                                == anew.slots(dimension, value),
                            "seed \(seed), step \(step), \(dimension) \(value)"
                        )
                    }
                }
            }
        }
    }

    @Test("lists are dropped where keeping them costs more than making them anew")
    func dear() {
        var inventory = Inventory()
        for number in 0..<3000 { _ = inventory.apply(vm("r\(number)")) }
        inventory.values.add(.kind, of: inventory.resources)
        for number in 0..<20 { _ = inventory.remove(ResourceID("r\(number)")) }
        #expect(inventory.values.holds(.kind))
        for number in 20..<1000 { _ = inventory.remove(ResourceID("r\(number)")) }
        #expect(!inventory.values.holds(.kind))
        var grounder = Grounder(inventory)
        let found = grounder.matches(Selector([.field(.kind, [Pattern("vm")])]), among: nil)
        #expect(found == Array(1000..<3000))
    }

    @Test("what policies that are gone have asked for is forgotten in the end")
    func forgotten() throws {
        var scene = try Scene("kind: Policy\nname: p\nrequire: {count: {}, atLeast: 0}")
        _ = scene.report(vm("a"))
        for number in 0..<200 {
            _ = try scene.configure(
                "kind: Policy\nname: q\nrequire: {count: {labels: {l\(number): x}}, atLeast: 0}"
            )
            #expect(scene.domain.situation.inventory.values.count <= 70)
        }
    }

    @Test("a selector matches the same with and without lists to look at")
    func selectors() {
        let selectors: [Selector] = [
            Selector([]), Selector([.field(.kind, [Pattern("vm")])]),
            Selector([.field(.resource, [Pattern("r3"), Pattern("r1"), Pattern("r3")])]),
            Selector([.field(.resource, [Pattern("r*")]), .label("tier", in: ["gold", "silver"])]),
            Selector([.label("tier", in: ["gold"]), .field(.application, [Pattern("a")])]),
            Selector([.attribute(.node, "r0"), .not(Selector([.label("tier", in: ["gold"])]))]),
            Selector([.label("tier", in: ["none"])]), Selector([.label("tier", in: [])]),
            Selector([.field(.cluster, [Pattern("c"), Pattern("d*")])]),
            Selector([.labelExists("tier", true), .attribute(.label("tier"), "silver")]),
            Selector([.field(.kind, [Pattern("vm")]), .field(.kind, [Pattern("node")])]),
        ]
        for seed in 0..<20 {
            var chance = SolverRandomness(seed: UInt64(seed))
            var inventory = Inventory()
            for _ in 0..<30 { _ = inventory.apply(Self.resource(&chance)) }
            _ = inventory.remove(ResourceID("r2"))
            var grounder = Grounder(inventory)
            for selector in selectors {
                let expected = inventory.registered.filter { selector.matches(inventory[$0]) }
                #expect(grounder.matches(selector, among: nil) == expected, "\(selector)")
                let candidates = expected.filter { $0 % 2 == 0 }
                #expect(grounder.matches(selector, among: candidates) == candidates)
            }
        }
    }
}
