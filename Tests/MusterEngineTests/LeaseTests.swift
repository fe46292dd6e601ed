// Reports that expire: stale is not offline, and whatever a resource says next undoes it.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct LeaseTests {
    private static let oneUp = "kind: Policy\nname: up\nrequire: {count: {}, atLeast: 1}"

    @Test("a silent resource is not used, keeps what it reported, and its next report undoes that")
    func silence() throws {
        var scene = try Scene(Self.oneUp)
        _ = scene.report(vm("a", .online, ttl: .seconds(30)), vm("b"))
        var directives = scene.wait(.seconds(29))
        #expect(directives.isEmpty)
        directives = scene.wait(.seconds(1))
        #expect(directives.notices(.resourceStale).map(\.status) == [.firing])
        #expect(directives.orders == ["start b"])
        #expect(scene.desired("a") == .offline)
        directives = scene.report(vm("a", .online, ttl: .seconds(30)))
        let resolved = directives.notices(.resourceStale)
        #expect(resolved.map(\.summary) == ["a reports again"])
        // What is under way in its place is not worth another change.
        #expect(directives.orders.isEmpty)
        #expect(scene.domain.summary.usable == 2)
    }

    @Test("a late older report changes nothing, neither the lease nor that it is over")
    func lateReport() throws {
        for isSequenced in [false, true] {
            var scene = try Scene(Self.oneUp)
            var report = vm("a", .online, ttl: .seconds(30))
            if isSequenced { report.sequence = 7 }
            _ = scene.report(report)
            var older = report
            older.sequence = isSequenced ? 6 : nil
            older.ttl = .seconds(3600)
            older.observedAt = scene.now + .seconds(isSequenced ? 20 : -1)
            _ = scene.wait(.seconds(20))
            #expect(scene.handle(.reports([.observed(older)])).isEmpty)
            let directives = scene.wait(.seconds(9))
            #expect(directives.notices(.resourceStale).count == 1)
            #expect(scene.handle(.reports([.observed(older)])).isEmpty)
            #expect(scene.domain.summary.usable == 0)
        }
    }

    @Test("a report whose own lease has ended when it comes leaves its resource stale at once")
    func lateLease() throws {
        var scene = try Scene(Self.oneUp)
        _ = scene.report(vm("a", .online, ttl: .seconds(3600)), vm("b"))
        var late = vm("a", .online, ttl: .seconds(10))
        late.observedAt = scene.now + .seconds(1)
        _ = scene.wait(.seconds(60))
        let directives = scene.handle(.reports([.observed(late)]))
        #expect(directives.notices(.resourceStale).map(\.status) == [.firing])
        #expect(directives.orders == ["start b"])
        #expect(scene.domain.summary.usable == 1)
    }

    @Test("a lease that was renewed changes nothing of what is said of others, as after a restore")
    func renewedLease() throws {
        var scene = try Scene(Self.oneUp)
        let silent = vm("a", .online, ttl: .seconds(30))
        _ = scene.report(silent, vm("b"), vm("c"))
        _ = scene.wait(.seconds(20))
        _ = scene.report(silent)
        let entries = scene.domain.snapshot
        var other = scene
        other.domain = try Domain(entries, baseline: try baseline(Self.oneUp))
        // The first lease would have ended by now; the one in force has not.
        _ = scene.wait(.seconds(5))
        _ = other.wait(.seconds(5))
        // The broken one is told of before the one that appears, whichever way reports are taken.
        let events = [Report.observed(stamped("z", scene)), .observed(broken("c", scene))]
        scene.now = scene.now + .seconds(10)
        other.now = other.now + .seconds(10)
        let said = scene.handle(.reports(events.reversed()), .reports([events[0]]))
        #expect(!said.isEmpty)
        #expect(said == other.handle(.reports(events.reversed()), .reports([events[0]])))
    }

    private func stamped(_ name: String, _ scene: Scene) -> Resource {
        var resource = vm(name)
        resource.observedAt = scene.now
        return resource
    }

    private func broken(_ name: String, _ scene: Scene) -> Resource {
        var resource = stamped(name, scene)
        resource.state = .faulted
        return resource
    }

    @Test("many that fall silent at one instant lead to one decision and to notices of their own")
    func many() throws {
        var scene = try Scene(
            "kind: Policy\nname: up\nrequire: {count: {}, atLeast: 400}"
        )
        _ = scene.report((0..<400).map { vm("v\($0)", .online, ttl: .seconds(30)) })
        let solves = scene.domain.solves
        let directives = scene.wait(.seconds(30))
        #expect(scene.domain.solves <= solves + 2)
        let fired = directives.notices(.resourceStale)
        #expect(fired.count == 400)
        #expect(Set(fired.map(\.fingerprint)).count == 400)
        let told = directives.notices(.resourcesChanged)
        #expect(told.count == 1)
        #expect(told[0].changed.count == 100)
        #expect(told[0].summary.hasPrefix("400 resources changed"))
        #expect(scene.wait(.seconds(3600)).isEmpty)
    }

    @Test("whatever comes and goes, a resource is stale exactly from the end of its last lease")
    func random() throws {
        for seed in 0..<30 {
            var chance = SolverRandomness(seed: UInt64(seed))
            var scene = Scene()
            var ends: [String: Instant?] = [:]
            var open: Set<String> = []
            for step in 0..<200 {
                let name = "v\(chance.pick(0...9))"
                let directives: [Directive]
                switch chance.pick(0...9) {
                case 0:
                    directives = scene.handle(.reports([.removed(ResourceID(name))]))
                    ends[name] = nil
                case 1...3: directives = scene.wait(.seconds(chance.pick(0...15)))
                case 4:
                    let next = scene.domain.nextDeadline ?? scene.now
                    let rest = max(0, next.milliseconds - scene.now.milliseconds)
                    directives = scene.wait(.milliseconds(rest))
                default:
                    let ttl: Duration? =
                        chance.chance(70) ? .seconds(chance.pick(1...20)) : nil
                    directives = scene.report(vm(name, ttl: ttl))
                    ends[name] = .some(ttl.map { scene.now + $0 })
                }
                for notice in directives.notices(.resourceStale) {
                    let subject = notice.fingerprint.split(separator: "/")[1]
                    let isNew =
                        notice.status == .firing
                        ? open.insert(String(subject)).inserted
                        : open.remove(String(subject)) != nil
                    #expect(isNew, "seed \(seed), step \(step): \(notice.summary)")
                }
                let stale = Set(
                    ends.compactMap { name, end in
                        end.map { $0 <= scene.now } == true ? name : nil
                    }
                )
                #expect(open == stale, "seed \(seed), step \(step)")
                let usable = scene.domain.summary.usable
                #expect(usable == ends.count - stale.count, "seed \(seed), step \(step)")
            }
        }
    }
}

@Suite struct LeasesTests {
    @Test("who has ended is found, whatever was renewed, shortened and dropped")
    func heap() {
        for seed in 0..<20 {
            var chance = SolverRandomness(seed: UInt64(seed))
            var leases = Leases()
            var ends: [Int: Instant] = [:]
            var now: Int64 = 0
            for _ in 0..<400 {
                let slot = chance.pick(0...12)
                switch chance.pick(0...9) {
                case 0: ends[slot] = nil
                case 1, 2:
                    now += Int64(chance.pick(0...20))
                    let instant = Instant(milliseconds: now)
                    let ended = leases.takeEnded(at: instant) { [ends] in ends[$0] }
                    #expect(ended.sorted() == ends.filter { $0.value <= instant }.keys.sorted())
                    for slot in ended { ends[slot] = nil }
                    #expect(leases.next == ends.values.min(), "seed \(seed)")
                default:
                    let end = Instant(milliseconds: now + Int64(chance.pick(1...60)))
                    ends[slot] = end
                    leases.note(slot, end)
                    #expect(leases.next.map { $0 <= end } == true)
                }
            }
        }
    }
}
