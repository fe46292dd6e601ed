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
            of: resource.id.name.utf8Span.span,
            with: Fingerprint(of: resource.id.name.utf8Span.span),
            looking: appearance(resource),
            at: now
        )
    }

    @Test("a report whose looks are known is what decoding would make of it")
    func recalled() throws {
        var scene = try Scene(Self.twoUp)
        let a = vm("a", .online, labels: ["tier": "gold"])
        _ = scene.report(a, vm("b", .online), vm("c"))
        func recall(_ resource: Resource, _ looks: Fingerprint) -> Resource? {
            scene.domain.recall(
                resource.observation,
                of: resource.id.name.utf8Span.span,
                with: Fingerprint(of: resource.id.name.utf8Span.span),
                looking: looks
            )
        }
        let looks = Self.appearance(a)
        #expect(recall(a, looks) == nil, "not known yet")
        var again = a
        again.observedAt = scene.now
        let isTaken = scene.domain.takeIdle(again, looking: looks)
        #expect(isTaken)
        var broken = again
        broken.isAvailable = false
        broken.state = .faulted
        broken.sequence = 7
        broken.ttl = .seconds(5)
        broken.observedAt = scene.now + .seconds(1)
        #expect(recall(broken, looks) == broken)
        #expect(recall(broken, Self.appearance(vm("a"))) == nil, "looks different")
        var other = broken
        other.id = ResourceID("z")
        #expect(recall(other, looks) == nil, "not registered")
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

    /// A report as one may come, also long after it was made.
    private static func report(_ chance: inout SolverRandomness, at now: Instant) -> Resource {
        let states: [ReportedState] = [.online, .online, .online, .offline, .offline, .faulted]
        var resource = vm(
            "v\(chance.pick(0...11))",
            states[chance.pick(0...5)],
            on: chance.chance(10) ? "v0" : nil,
            labels: chance.chance(10) ? ["tier": "gold"] : [:],
            available: !chance.chance(5),
            ttl: chance.chance(50) ? .seconds(chance.pick(0...30)) : nil
        )
        let lag = chance.chance(10) ? chance.pick(0...20_000) : chance.pick(0...1200)
        resource.observedAt = Instant(milliseconds: now.milliseconds - Int64(lag))
        return resource
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
                let now = scene.now + .seconds(1)
                let reports = (0..<chance.pick(1...3)).map { _ in Self.report(&chance, at: now) }
                let directives = scene.handle(
                    .reports([.observed(reports[0])]),
                    .reports(reports.dropFirst().map { .observed($0) })
                )
                other.now = scene.now
                var pending: [Event] = []
                for report in reports {
                    let isTaken =
                        pending.isEmpty && other.domain.isIdle(at: now)
                        && (Self.sees(&other.domain, report, at: now)
                            || other.domain.takeIdle(report, looking: Self.appearance(report)))
                    taken += isTaken ? 1 : 0
                    if !isTaken { pending.append(.reports([.observed(report)])) }
                }
                let said = other.domain.handle(pending, at: now)
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
