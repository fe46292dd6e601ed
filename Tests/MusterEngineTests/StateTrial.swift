// A domain that goes on, beside one that is brought back from its changelog now and then: whatever
// happens to both, they have to say the same.

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
    init(
        _ entries: [StateEntry],
        baseline: Baseline = Baseline(),
        options: Options = Options(),
        mayBeTorn: Bool = false
    ) throws {
        var restoration = DomainRestoration(DomainID("d"), baseline: baseline, options: options)
        for entry in entries { try restoration.apply(key: entry.key, value: entry.value) }
        self = try restoration.finish(mayBeTorn: mayBeTorn)
    }
}

/// Two domains with one history.
struct StateTrial {
    var history: RandomHistory
    private(set) var log = Changelog()
    private var other: Domain
    private var baseline = Baseline()

    init(seed: Int) {
        history = RandomHistory(seed: seed)
        history.writesDocuments = true
        history.hasGuards = seed % 2 == 0
        other = history.scene.domain
    }

    /// Lets something happen to both.
    mutating func step(_ label: String) throws {
        let isTaken = history.source.chance.chance(85)
        switch history.source.chance.pick(0...99) {
        case 0...71:
            history.scene.last = nil
            let directives = history.step()
            if let events = history.scene.last {
                let others = other.handle(events, at: history.scene.now)
                try #require(directives == others, "\(label)")
            }
        case 72...75: try both(.configuration(try parameters(), record: 2), label)
        case 76...79:
            let changes = (0...history.source.chance.pick(0...2)).map { _ in
                history.writtenDocument()
            }
            try both(.configuration([.replaceAll(named(changes))], record: 3), label)
        case 80...83: try sendAgain(label)
        case 84...86:
            baseline = Baseline(
                named(
                    (0...history.source.chance.pick(0...2)).map { _ in history.writtenDocument() }
                )
                .map { .init($0, source: $1) }
            )
            try both(.baseline(baseline), label)
        default: try absorb(label)
        }
        // A step may go by without being written down, as several make one transaction.
        guard isTaken else { return }
        log.append(history.scene.domain.takeStateChanges())
        try compare(label)
        guard history.source.chance.chance(25) else { return }
        other = try Domain(
            history.source.chance.chance(50) ? log.compacted : log.all,
            baseline: baseline,
            options: history.scene.domain.options
        )
        try compare(label)
    }

    private mutating func both(_ event: Event, _ label: String) throws {
        let directives = history.scene.handle(event)
        try #require(directives == other.handle([event], at: history.scene.now), "\(label)")
    }

    private func compare(_ label: String) throws {
        let domain = history.scene.domain
        let snapshot = domain.snapshot
        try #require(log.compacted == snapshot, "\(label)")
        try #require(other.snapshot == snapshot, "\(label)")
        // What is due is decided from scratch, so until then there is nothing to show.
        guard !domain.isDecisionDue else { return }
        try #require("\(other.summary)" == "\(domain.summary)", "\(label)")
    }

    // MARK: What happens

    /// A policy with parameters, or other values for them, or values that do not fit.
    private mutating func parameters() throws -> [ConfigurationChange] {
        let number = history.source.chance.pick(0...4)
        let value = history.source.chance.chance(20) ? "[oops]" : "\(number)"
        let require = "require: {count: {kind: vm}, atLeast: \"${n}\"}\n"
        let isWhole = history.source.chance.chance(40)
        let head = "kind: Policy\nname: q\nparameters: {n: \(isWhole ? "1" : value)}\n"
        return try changes(isWhole ? head + require : head, from: .bus)
    }

    /// The last of several documents of one name, as a text that repeats one is not accepted.
    private func named(_ documents: [(Document, source: Node)]) -> [(Document, source: Node)] {
        documents.enumerated().filter { index, entry in
            !documents[(index + 1)...].contains {
                $0.0.kind == entry.0.kind && $0.0.name == entry.0.name
            }
        }.map(\.element)
    }

    /// A document that is in force already, from another place.
    private mutating func sendAgain(_ label: String) throws {
        let known = history.scene.domain.configuration.bus.sorted { $0.key < $1.key }
        guard !known.isEmpty else { return }
        let document = history.source.chance.pick(known.map(\.value.document))
        guard let (copy, source) = history.written(document) else { return }
        try both(.configuration([.set(copy, source: source)], record: 4), label)
    }

    private mutating func absorb(_ label: String) throws {
        var events: [Event] = []
        for _ in 0...history.source.chance.pick(0...2) {
            switch history.source.chance.pick(0...5) {
            case 0:
                let (document, source) = history.writtenDocument()
                events.append(.configuration([.set(document, source: source)], record: 5))
            case 1: events.append(.configuration([.withdraw(.policy, name: "p1")], record: 6))
            case 2: events.append(.reports([.removed(ResourceID("r3"))]))
            default:
                var resource = history.source.resource(history.source.chance.pick(0...7))
                resource.observedAt = history.scene.now + .seconds(1)
                events.append(.reports([.observed(resource)]))
            }
        }
        history.scene.now = history.scene.now + .seconds(1)
        let now = history.scene.now
        let directives = history.scene.domain.absorb(events, at: now)
        try #require(directives == other.absorb(events, at: now), "\(label)")
    }
}
