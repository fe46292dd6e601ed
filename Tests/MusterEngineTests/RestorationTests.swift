// A domain that is brought back from its changelog goes on as if nothing had happened.

import MusterModel
import MusterPolicy
import MusterTestKit
import Testing

@testable import MusterEngine

/// The records of a domain as a log holds them, whole and compacted.
struct Changelog {
    private(set) var all: [StateEntry] = []
    private(set) var latest: [[UInt8]: [UInt8]] = [:]

    mutating func append(_ entries: [StateEntry]) {
        all += entries
        for entry in entries { latest[entry.key] = entry.value }
    }

    /// What compaction leaves, in order of key.
    var compacted: [StateEntry] {
        latest.map { StateEntry(key: $0.key, value: $0.value) }
            .sorted { StateKey.isBefore($0.key, $1.key) }
    }
}

extension Domain {
    /// The domain that these records amount to.
    init(_ entries: [StateEntry], baseline: Baseline, options: Options) throws {
        var restoration = DomainRestoration(DomainID("d"), baseline: baseline, options: options)
        for entry in entries { try restoration.apply(key: entry.key, value: entry.value) }
        self = try restoration.finish()
    }
}

@Suite struct RestorationTests {
    @Test("a restored domain does what the one that went on does, record for record")
    func sameAsUninterrupted() throws {
        for seed in 0..<80 {
            var history = RandomHistory(seed: seed)
            history.writesDocuments = true
            var log = Changelog()
            var other = history.scene.domain
            for step in 0..<40 {
                let label = "seed \(seed), step \(step)"
                history.scene.last = nil
                let directives = history.step()
                guard let events = history.scene.last else { continue }
                let otherDirectives = other.handle(events, at: history.scene.now)
                try #require(directives == otherDirectives, "\(label)")
                log.append(history.scene.domain.takeStateChanges())
                let snapshot = history.scene.domain.snapshot
                try #require(log.compacted == snapshot, "\(label)")
                try #require(other.snapshot == snapshot, "\(label)")
                try #require("\(other.summary)" == "\(history.scene.domain.summary)", "\(label)")
                guard history.source.chance.chance(25) else { continue }
                let isCompacted = history.source.chance.chance(50)
                other = try Domain(
                    isCompacted ? log.compacted : log.all,
                    baseline: Baseline(),
                    options: history.scene.domain.options
                )
                try #require(other.snapshot == snapshot, "\(label)")
                try #require("\(other.summary)" == "\(history.scene.domain.summary)", "\(label)")
            }
        }
    }
}
