// Resources that do not obey: left alone, told of, and used again.

import MusterModel
import MusterPolicy
import Testing

@testable import MusterEngine

@Suite struct QuarantineTests {
    private static let oneOfTwo = "kind: Policy\nname: up\nrequire: {count: {}, atLeast: 1}"

    /// `a` was told to start once, and is in quarantine now.
    private func disobeyed(_ directives: inout [Directive]) throws -> Scene {
        var options = Options()
        options.commandAttempts = 1
        options.commandTimeout = .seconds(10)
        options.commandJitter = 0
        options.quarantine = .seconds(600)
        var scene = try Scene(Self.oneOfTwo, options: options)
        #expect(scene.report(vm("a")).orders == ["start a"])
        directives = scene.wait(.seconds(10))
        return scene
    }

    @Test("who does not obey is told of by an alert, which resolves when the quarantine is over")
    func alert() throws {
        var directives: [Directive] = []
        var scene = try disobeyed(&directives)
        let fired = try #require(directives.notices(.commandFailed).first)
        #expect(fired.status == .firing)
        #expect(fired.severity == .error)
        #expect(
            fired.summary
                == "a did not start after 1 attempt; it is left alone until "
                + (scene.now + .seconds(600)).rfc3339
        )
        #expect(directives.notices(.configurationUnsatisfied).map(\.status) == [.firing])
        #expect(scene.wait(.seconds(599)).isEmpty)
        directives = scene.wait(.seconds(1))
        let resolved = try #require(directives.notices(.commandFailed).first)
        #expect(resolved.status == .resolved)
        #expect(resolved.fingerprint == fired.fingerprint)
        #expect(resolved.summary == "a may be used again: its quarantine is over")
        #expect(resolved.startsAt == fired.startsAt)
        #expect(directives.orders == ["start a"])
    }

    @Test("a release lifts the quarantines that it selects, and says so")
    func release() throws {
        var directives: [Directive] = []
        var scene = try disobeyed(&directives)
        let other = try scene.configure("kind: Release\nwhere: {resource: b}")
        #expect(
            other.notices(.configurationUpdated).map(\.summary)
                == ["nothing that the release selects is in quarantine"]
        )
        #expect(other.count == 1)
        directives = try scene.configure("kind: Release\nwhere: {resource: a}")
        #expect(
            directives.notices(.configurationUpdated).map(\.summary)
                == ["a released from quarantine"]
        )
        #expect(
            directives.notices(.commandFailed).map(\.summary)
                == ["a may be used again: it was released by request"]
        )
        #expect(directives.orders == ["start a"])
        #expect(scene.domain.quarantines.isEmpty)
    }

    @Test("a resource that obeys after all is used again")
    func obeysLate() throws {
        var directives: [Directive] = []
        var scene = try disobeyed(&directives)
        #expect(scene.report(vm("a", .starting)).notices(.commandFailed).isEmpty)
        directives = scene.report(vm("a", .online))
        #expect(directives.notices(.commandFailed).map(\.status) == [.resolved])
        #expect(directives.notices(.configurationUnsatisfied).map(\.status) == [.resolved])
        #expect(scene.desired("a") == .online)
        #expect(scene.wait(.seconds(3600)).isEmpty)
    }

    @Test("one that comes and goes by itself is left alone even if it obeys after all")
    func obeysFlapping() throws {
        var directives: [Directive] = []
        var scene = try disobeyed(&directives)
        let limits = "flapping: {changes: 2, within: 10m, quarantine: 1m}"
        _ = try scene.configure("kind: Guard\nname: g\n\(limits)")
        let end = scene.domain.quarantines[ResourceID("a")]?.end
        _ = scene.report(vm("a", .faulted))
        directives = scene.report(vm("a", .online))
        #expect(directives.notices(.resourceQuarantined).count == 1)
        #expect(scene.domain.quarantines[ResourceID("a")]?.end == end)
        #expect(scene.desired("a") == .offline)
        directives = scene.wait(.seconds(600))
        #expect(directives.notices(.commandFailed).map(\.status) == [.resolved])
        #expect(scene.desired("a") == .online)
    }

    @Test("the alert and the quarantine of a resource end with it")
    func removed() throws {
        var directives: [Directive] = []
        var scene = try disobeyed(&directives)
        directives = scene.handle(.reports([.removed(ResourceID("a"))]))
        #expect(directives.notices(.commandFailed).map(\.status) == [.resolved])
        #expect(scene.report(vm("a")).orders == ["start a"])
    }

    @Test("a release in a backlog takes effect and is not told")
    func backlog() throws {
        var directives: [Directive] = []
        var scene = try disobeyed(&directives)
        let event = Event.configuration(try changes("kind: Release", from: .bus), record: 1)
        #expect(scene.domain.absorb([event], at: scene.now).isEmpty)
        directives = scene.wait(.seconds(1))
        #expect(directives.notices(.commandFailed).map(\.status) == [.resolved])
        #expect(directives.notices(.configurationUpdated).isEmpty)
        #expect(directives.orders == ["start a"])
    }

    @Test("what an earlier version wrote of a quarantine is read")
    func earlierVersion() throws {
        let end = Instant(milliseconds: 1_700_000_600_000)
        var record = ResourceRecord()
        record.resource = vm("a")
        record.quarantine = Quarantine(end: end, cause: .didNotStart)
        var bytes = record.encoded()
        bytes[0] = 1
        // Version 1 had nothing behind the end of the quarantine.
        bytes.removeLast()
        var reader = ByteReader(bytes)
        let version = try reader.byte()
        var sharing = Sharing()
        let read = try ResourceRecord(
            &reader,
            version: version,
            id: ResourceID("a"),
            domain: DomainID("d"),
            sharing: &sharing
        )
        #expect(read.quarantine == Quarantine(end: end, cause: .unknown))
    }
}
