// What stands in the changelog: which records are written, and what they hold.

import MusterModel
import MusterPolicy
import MusterTestKit
import MusterYAML
import Testing

@testable import MusterEngine

@Suite struct StateTests {
    private static let policy = """
        kind: Policy
        name: web
        require: {count: {kind: vm}, atLeast: 1}
        """

    private func names(_ entries: [StateEntry]) -> [String] {
        entries.map {
            String(decoding: $0.key.dropFirst(2), as: UTF8.self) + ($0.value == nil ? " gone" : "")
        }
    }

    @Test("only what changed is written, and what went leaves a tombstone")
    func changes() throws {
        var scene = try Scene(Self.policy)
        #expect(scene.domain.takeStateChanges().isEmpty)
        _ = scene.report(vm("a", .online), vm("b"))
        #expect(names(scene.domain.takeStateChanges()) == ["bpweb", "d", "ra", "rb"])
        #expect(scene.domain.takeStateChanges().isEmpty)
        _ = scene.report(vm("b"))
        #expect(names(scene.domain.takeStateChanges()) == ["rb"])
        _ = scene.handle(.reports([.removed(ResourceID("b"))]))
        #expect(names(scene.domain.takeStateChanges()) == ["d", "rb gone"])
        _ = try scene.configure("kind: Policy\nname: x\nrequire: {count: {kind: vm}, atLeast: 1}")
        #expect(names(scene.domain.takeStateChanges()) == ["cpx", "d"])
        _ = scene.handle(.configuration([.replaceAll([])], record: 1))
        #expect(names(scene.domain.takeStateChanges()) == ["cpx gone", "d"])
        _ = scene.report(vm("a", .faulted))
        let entries = names(scene.domain.takeStateChanges())
        #expect(entries == ["ad/web/configuration-unsatisfied", "d", "ra"])
    }

    @Test("a key says whose it is, and what is no key of ours says nothing")
    func keys() throws {
        var scene = Scene()
        _ = scene.report(vm("a"))
        for entry in scene.domain.takeStateChanges() {
            #expect(StateEntry.domain(ofKey: entry.key) == DomainID("d"))
        }
        let others: [[UInt8]] = [[], [0], [0, 1], [1], [1, 100], [5, 100, 100], [1, 0xFF, 114]]
        for key in others { #expect(StateEntry.domain(ofKey: key) == nil) }
        #expect(StateEntry.domain(ofKey: [1, 100, 0xFF]) == DomainID("d"))
    }

    @Test("a later version is refused and says what to do")
    func laterVersion() throws {
        var scene = Scene()
        _ = scene.report(vm("a"))
        for entry in scene.domain.takeStateChanges() {
            var restoration = DomainRestoration(DomainID("d"), baseline: Baseline())
            var value = try #require(entry.value)
            let known = Int(value[0])
            value[0] += 1
            do {
                try restoration.apply(key: entry.key, value: value)
                Issue.record("a later version was read")
            } catch {
                guard
                    case .newerVersion(DomainID("d"), _, found: known + 1, supported: known) = error
                else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(error.description.contains("domain d"))
                #expect(error.description.contains("run the version of Muster that wrote it"))
            }
        }
    }

    @Test("what an earlier version wrote of a domain is read, and written anew as this one does")
    func earlierVersion() throws {
        var scene = try Scene(Self.policy)
        _ = scene.report(vm("a", .online), vm("b"))
        let entries = scene.domain.takeStateChanges()
        var restoration = DomainRestoration(
            DomainID("d"),
            baseline: try baseline(Self.policy)
        )
        for entry in entries {
            var value = try #require(entry.value)
            if names([entry]) == ["d"] {
                value[0] = 1
                // Version 1 had neither the progress of the plan nor requests to report.
                value.removeLast(5)
            }
            try restoration.apply(key: entry.key, value: value)
        }
        var domain = try restoration.finish()
        #expect(domain.summary.desired.map(\.resource.name) == ["a", "b"])
        #expect(domain.handle([.clock], at: scene.now).isEmpty)
        _ = domain.handle([.reports([.removed(ResourceID("b"))])], at: scene.now)
        let written = domain.takeStateChanges().first { names([$0]) == ["d"] }
        #expect(written?.value?.first == StateKey.Kind.domain.version)
    }

    @Test("a record of a kind that is not known yet is refused likewise, and nothing is given up")
    func laterKind() throws {
        var scene = Scene()
        _ = scene.report(vm("a"))
        let entry = try #require(scene.domain.takeStateChanges().first)
        var key = entry.key
        // Behind the domain's name and its length.
        key[2] = 0xEE
        var restoration = DomainRestoration(DomainID("d"), baseline: Baseline())
        let error = #expect(throws: StateError.self) {
            try restoration.apply(key: key, value: entry.value)
        }
        #expect(error == .newerKind(domain: DomainID("d"), kind: 0xEE))
        let text = try #require(error).description
        #expect(text.contains("run the version of Muster that wrote it"))
        #expect(!text.contains("delete"))
    }

    @Test("a log that lost records is refused")
    func incomplete() throws {
        var scene = Scene()
        _ = scene.report(vm("a"))
        let entries = scene.domain.takeStateChanges().filter { $0.key.last != 0x64 }
        #expect(throws: StateError.self) { try Domain(entries) }
        var restoration = DomainRestoration(DomainID("e"), baseline: Baseline())
        #expect(throws: StateError.self) {
            try restoration.apply(key: entries[0].key, value: entries[0].value)
        }
    }

    @Test("tombstones of everything leave nothing")
    func emptied() throws {
        var scene = try Scene(Self.policy)
        _ = scene.report(vm("a", .faulted))
        _ = try scene.configure("kind: Policy\nname: x\nrequire: {count: {kind: vm}, atLeast: 1}")
        var restoration = DomainRestoration(DomainID("d"), baseline: Baseline())
        #expect(restoration.isEmpty)
        let entries = scene.domain.takeStateChanges()
        for entry in entries { try restoration.apply(key: entry.key, value: entry.value) }
        #expect(!restoration.isEmpty)
        for entry in entries { try restoration.apply(key: entry.key, value: nil) }
        #expect(restoration.isEmpty)
        #expect(try restoration.finish().snapshot.isEmpty)
    }

    @Test("hostile bytes are refused or read, and never stop the process")
    func hostile() throws {
        for seed in 0..<12 {
            var trial = StateTrial(seed: seed)
            for step in 0..<25 { try trial.step("seed \(seed), step \(step)") }
            let entries = trial.history.scene.domain.snapshot
            var chance = SolverRandomness(seed: UInt64(seed))
            for _ in 0..<200 {
                var damaged = entries
                let index = chance.pick(0...entries.count - 1)
                var value = try #require(damaged[index].value)
                switch chance.pick(0...3) {
                case 0: value.removeLast(chance.pick(1...value.count))
                case 1: value.append(UInt8(chance.pick(0...255)))
                case 2: value[chance.pick(0...value.count - 1)] = UInt8(chance.pick(0...255))
                default: value[chance.pick(0...value.count - 1)] ^= 1 << UInt8(chance.pick(0...7))
                }
                damaged[index].value = value
                guard var domain = try? Domain(damaged) else { continue }
                // What was read all the same is a state like any other.
                _ = domain.snapshot
                let now = trial.history.scene.now
                _ = domain.handle([.reports([.observed(vm("r3", .online))])], at: now)
            }
        }
    }

    @Test("every part of a report comes back, whatever it is")
    func reports() throws {
        var odd = vm("ä\u{0}b", .stopping, on: "a node with a long name", group: "")
        odd.kind = String(repeating: "k", count: 300)
        odd.cluster = "c"
        odd.applications = ["x", "x", ""]
        odd.labels = ["": "", "k": "v", "a long name of a label": "a long value of a label"]
        odd.capacity = ["cpu": .max, "": 0]
        odd.observedAt = Instant(milliseconds: .min)
        odd.sequence = .min
        odd.ttl = Duration(secondsComponent: 5, attosecondsComponent: 1)
        var plain = vm("b", .unknown, available: false)
        plain.observedAt = Instant(milliseconds: .max)
        plain.sequence = .max
        plain.ttl = .seconds(1)
        var domain = Domain(DomainID("d"), baseline: Baseline())
        _ = domain.handle([.reports([.observed(odd), .observed(plain)])], at: .zero)
        let other = try Domain(domain.takeStateChanges())
        for resource in [odd, plain] {
            let slot = try #require(other.situation.inventory.slots[resource.id])
            #expect(other.situation.inventory[slot] == resource)
        }
        #expect(other.snapshot == domain.snapshot)
    }

    @Test("ids that are equal in other bytes are one resource with one record")
    func equalIDs() throws {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        var scene = Scene()
        var log = Changelog()
        for name in [composed, decomposed] {
            _ = scene.report(vm(name))
            log.append(scene.domain.takeStateChanges())
            #expect(log.compacted == scene.domain.snapshot)
        }
        _ = scene.handle(.reports([.removed(ResourceID(decomposed))]))
        _ = scene.report(vm(decomposed))
        log.append(scene.domain.takeStateChanges())
        #expect(log.compacted == scene.domain.snapshot)
        #expect(try Domain(log.compacted).snapshot == log.compacted)
    }

    @Test("a document comes back with its places, and aliases stay shared")
    func documents() throws {
        let text = """
            apiVersion: muster/v1
            kind: Maintenance
            name: m
            effect: cordon
            where:
              not: &x0 {kind: vm}
              any: [&x1 {any: [*x0, *x0, *x0, *x0, *x0]}, &x2 {any: [*x1, *x1, *x1, *x1]},
                {any: [*x2, *x2, *x2, *x2, *x2]}, {any: [*x2, *x2, *x2]}]
            """
        let read = DocumentText.read(
            [DocumentText(source: "topic@17", bytes: Array(text.utf8), format: .yaml)],
            from: .bus
        )
        #expect(read.diagnostics.isEmpty)
        var domain = Domain(DomainID("d"), baseline: Baseline())
        _ = domain.handle([.configuration(read.changes, record: 1)], at: .zero)
        let entries = domain.takeStateChanges()
        let record = try #require(entries.first { $0.key[2] == 0x63 }?.value)
        #expect(record.count < 3 * text.utf8.count)
        let other = try Domain(entries)
        let (before, after) = (
            domain.configuration.bus.values.first, other.configuration.bus.values.first
        )
        #expect(before?.source.weight == after?.source.weight)
        #expect("\(before?.document as Any)" == "\(after?.document as Any)")
    }

    @Test("equal documents have equal digests, and others have others")
    func digests() throws {
        var source = RandomDocuments(seed: 1)
        var known: [UInt128: Document] = [:]
        for _ in 0..<3000 {
            let document = source.documents(policies: 1)[0]
            if let equal = known.updateValue(document, forKey: document.digest) {
                #expect(equal == document)
            }
        }
        // A digest that other processes compute as well must never change.
        let policy = Document.policy(Policy(name: "p", priority: 3))
        #expect(String(policy.digest, radix: 16) == "aa833ae0ac5f57fad5ff9da1e6ca8ac8")
    }
}
