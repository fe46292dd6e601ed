// Reports that are known again from a fingerprint: a domain that takes them in that way is what it
// would be if each had been given to it whole.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct SightedTests {
    private static let twoUp = "kind: Policy\nname: two\nrequire: {count: {}, atLeast: 2}"

    /// A fingerprint of what selectors see of a resource.
    private static func appearance(_ resource: Resource) -> Fingerprint {
        var fingerprint = Fingerprint()
        let labels = resource.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let text = "\(resource.kind) \(resource.node?.name ?? "") \(labels)"
        fingerprint.mix(Array(text.utf8).span)
        return fingerprint
    }

    private static func sees(_ domain: inout Domain, _ resource: Resource, at now: Instant) -> Bool
    {
        domain.takeIdle(
            resource.observation,
            of: Array(resource.id.name.utf8).span,
            looking: appearance(resource),
            at: now
        )
    }

    @Test("a report is known again until its resource looks different or is gone")
    func known() throws {
        var scene = try Scene(Self.twoUp)
        func sees(_ resource: Resource) -> Bool {
            Self.sees(&scene.domain, resource, at: scene.now)
        }
        func teach(_ resource: Resource) -> Bool {
            scene.domain.takeIdle(resource, looking: Self.appearance(resource))
        }
        var a = vm("a", .online)
        _ = scene.report(a, vm("b", .online), vm("c"))
        a.observedAt = scene.now
        #expect(!sees(a), "not known yet")
        #expect(teach(a))
        #expect(sees(a))
        var other = a
        other.labels = ["tier": "gold"]
        #expect(!sees(other), "looks different")
        var off = a
        off.state = .offline
        #expect(!sees(off), "in use")
        _ = scene.report(vm("a", .online, labels: ["tier": "gold"]))
        #expect(!sees(a), "looked like that once")
        other.observedAt = scene.now
        #expect(teach(other))
        #expect(sees(other))
        _ = scene.handle(.reports([.removed(ResourceID("a"))]))
        #expect(!sees(other), "gone")
        _ = scene.report(vm("e", .online, labels: ["tier": "gold"]))
        #expect(!sees(other), "another has its slot")
    }

    @Test("whatever comes, a domain that knows reports again is and says what any other would")
    func random() throws {
        var taken = 0
        for seed in 0..<60 {
            var chance = SolverRandomness(seed: UInt64(seed))
            var scene = try Scene(Self.twoUp)
            var other = scene
            for step in 0..<150 {
                let name = "v\(chance.pick(0...11))"
                if chance.chance(4) {
                    let event = Event.reports([.removed(ResourceID(name))])
                    #expect(scene.handle(event) == other.handle(event))
                    continue
                }
                if chance.chance(5) {
                    let pause = Duration.seconds(chance.pick(1...40))
                    #expect(scene.wait(pause) == other.wait(pause), "seed \(seed), step \(step)")
                    continue
                }
                let states: [ReportedState] = [
                    .online, .online, .online, .offline, .offline, .faulted,
                ]
                var resource = vm(
                    name,
                    states[chance.pick(0...5)],
                    on: chance.chance(10) ? "v0" : nil,
                    labels: chance.chance(10) ? ["tier": "gold"] : [:],
                    available: !chance.chance(5),
                    ttl: chance.chance(50) ? .seconds(chance.pick(0...30)) : nil
                )
                let lag = Int64(chance.pick(0...1200))
                resource.observedAt = Instant(
                    milliseconds: scene.now.milliseconds + 1000 - lag
                )
                let directives = scene.handle(.reports([.observed(resource)]))
                other.now = scene.now
                let isTaken =
                    Self.sees(&other.domain, resource, at: other.now)
                    || other.domain.isIdle(at: other.now)
                        && other.domain.takeIdle(resource, looking: Self.appearance(resource))
                taken += isTaken ? 1 : 0
                let events: [Event] = isTaken ? [] : [.reports([.observed(resource)])]
                let said = other.domain.handle(events, at: other.now)
                #expect(said == directives, "seed \(seed), step \(step)")
                #expect(
                    other.domain.snapshot == scene.domain.snapshot,
                    "seed \(seed), step \(step)"
                )
                guard said == directives else { return }
            }
        }
        #expect(taken > 1000)
    }
}
