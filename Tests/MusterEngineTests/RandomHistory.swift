// A domain's life by chance: whatever may happen to resources, documents and time, in any order.

import MusterModel
import MusterPolicy
import MusterTestKit

@testable import MusterEngine

/// Makes events by chance, and keeps what they amount to.
struct RandomHistory {
    var source: RandomDocuments
    var resources: [ResourceID: Resource] = [:]
    var documents: [Document] = []
    var scene: Scene
    /// Whether documents are written as text and read again, so that they have trees and places.
    var writesDocuments = false
    /// Whether guards come and go, and people answer what they hold.
    var hasGuards = false
    private let size: Int
    private var texts = 0

    init(seed: Int, size: Int = 8) {
        source = RandomDocuments(seed: seed)
        self.size = size
        var options = Options()
        options.commandAttempts = 2
        options.quarantine = .seconds(300)
        options.maxInFlight = seed % 3 == 0 ? 2 : nil
        options.reportInterval = seed % 4 == 0 ? .seconds(200) : nil
        scene = Scene(options: options)
    }

    /// Lets something happen, and says what the domain wants done.
    mutating func step() -> [Directive] {
        if hasGuards, source.chance.chance(12) { return answer() }
        switch source.chance.pick(0...19) {
        case 0...5: return shake(source.chance.pick(1...2))
        case 6:
            if source.chance.chance(30) { return release() }
            return observe(source.chance.pick(1...3)) { _, _ in }
        case 7, 8: return appear()
        case 9: return disappear()
        case 10, 11, 12: return obey()
        case 13, 14: return scene.wait(.seconds(source.chance.pick(1...200)))
        case 15, 16, 17: return set(writtenDocument())
        case 18: return withdraw()
        default:
            let deadline = scene.domain.nextDeadline ?? scene.now
            return scene.wait(.milliseconds(max(0, deadline.milliseconds - scene.now.milliseconds)))
        }
    }

    // MARK: Resources

    private mutating func report(_ reports: [Resource]) -> [Directive] {
        for resource in reports { resources[resource.id] = resource }
        return scene.report(reports)
    }

    private mutating func observe(
        _ count: Int,
        _ change: (inout RandomDocuments, inout Resource) -> Void
    ) -> [Directive] {
        guard !resources.isEmpty else { return [] }
        var reports: [Resource] = []
        for _ in 0..<count {
            guard var resource = resources[source.chance.pick(resources.keys.sorted())]
            else { continue }
            change(&source, &resource)
            reports.append(resource)
        }
        return report(reports)
    }

    private mutating func shake(_ count: Int) -> [Directive] {
        observe(count) { $0.shake(&$1) }
    }

    private mutating func appear() -> [Directive] {
        report(
            (0..<source.chance.pick(1...4)).map { _ in
                var resource = source.resource(source.chance.pick(0...size - 1))
                if source.chance.chance(15) { resource.ttl = .seconds(100) }
                return resource
            }
        )
    }

    private mutating func disappear() -> [Directive] {
        guard !resources.isEmpty else { return [] }
        let id = source.chance.pick(resources.keys.sorted())
        resources[id] = nil
        return scene.handle(.reports([.removed(id)]))
    }

    /// Some of the commands in flight are carried out.
    private mutating func obey() -> [Directive] {
        let flights = scene.domain.execution.flights.values.sorted { $0.resource < $1.resource }
        let obeyed = flights.filter { _ in source.chance.chance(70) }
        return report(
            obeyed.compactMap { command in
                guard var resource = resources[command.resource] else { return nil }
                resource.state = command.action == .start ? .online : .offline
                return resource
            }
        )
    }

    // MARK: Documents

    private mutating func newDocument() -> Document {
        if hasGuards, source.chance.chance(25) {
            return .guardrail(source.guardrail("g\(source.chance.pick(0...1))"))
        }
        switch source.chance.pick(0...9) {
        case 0: return .serviceGroup(source.group("web", needing: ["app", "db"]))
        case 1: return .serviceGroup(source.group("app", needing: ["db"]))
        case 2, 3:
            var entry = source.maintenance("m\(source.chance.pick(0...1))")
            if source.chance.chance(40) {
                entry.from = scene.now + .seconds(source.chance.pick(-50...100))
            }
            if source.chance.chance(40) {
                entry.until = scene.now + .seconds(source.chance.pick(100...300))
            }
            return .maintenance(entry)
        default:
            var policy = source.policy("p\(source.chance.pick(0...3))")
            if source.chance.chance(20) { policy.active = window() }
            return .policy(policy)
        }
    }

    /// A window that opens or closes soon, so that histories live to see it.
    private mutating func window() -> Window {
        let minute = Int(scene.now.milliseconds / 60_000) % Window.minutesOfDay
        func near() -> Int { (minute + source.chance.pick(-3...5) + 1440) % Window.minutesOfDay }
        let days = Weekday.allCases.filter { _ in source.chance.chance(80) }
        return Window(days: days.isEmpty ? [.mon] : days, from: near(), until: near())
    }

    /// A document as it is read from a text, with its tree; as it is made, without one, where
    /// nothing is written. `nil` when the language refuses it.
    mutating func written(_ document: Document) -> (Document, source: Node)? {
        guard writesDocuments else { return (document, source: Node(.mapping([]), at: .none)) }
        texts += 1
        let blank = String(repeating: "\n", count: source.chance.pick(0...9))
        let bytes = Array((blank + document.json).utf8)
        let (node, problems) = JSONDocument.read(bytes, source: "text \(texts)")
        guard let node, problems.isEmpty else { return nil }
        let (changes, diagnostics) = DocumentReader.read([node], from: .bus)
        guard !diagnostics.hasErrors, case .set(let document, let source)? = changes.first else {
            return nil
        }
        return (document, source: source)
    }

    /// A document of any kind, with its tree.
    mutating func writtenDocument() -> (Document, source: Node) {
        while true {
            if let written = written(newDocument()) { return written }
        }
    }

    private mutating func set(_ written: (Document, source: Node)) -> [Directive] {
        let (document, source) = written
        documents.removeAll { $0.kind == document.kind && $0.name == document.name }
        documents.append(document)
        return scene.handle(.configuration([.set(document, source: source)], record: 1))
    }

    private mutating func withdraw() -> [Directive] {
        guard !documents.isEmpty else { return [] }
        let document = documents.remove(at: source.chance.pick(0...documents.count - 1))
        return scene.handle(
            .configuration([.withdraw(document.kind, name: document.name)], record: 1)
        )
    }

    private mutating func release() -> [Directive] {
        let selector = source.chance.chance(50) ? source.selector(depth: 1) : nil
        return scene.handle(.configuration([.release(selector)], record: 1))
    }

    /// An answer to the plan that is held, or to none.
    private mutating func answer() -> [Directive] {
        let held = scene.domain.restraints.asking?.plan
        let plan = source.chance.chance(90) ? held ?? 1 : source.chance.pick(1...5)
        let decision: Approval.Decision = source.chance.chance(65) ? .approve : .reject
        let approval = Approval(name: "a", plan: plan, decision: decision)
        return scene.handle(.configuration([.approval(approval)], record: 8))
    }

    // MARK: What it amounts to

    /// The state that holds when the domain was last called, for the reference.
    var reference: Reference {
        let instant = scene.now
        var reference = Reference(
            Array(resources.values),
            documents.filter {
                switch $0 {
                case .maintenance(let entry): entry.isActive(at: instant)
                case .policy(let policy): policy.isActive(at: instant)
                case .serviceGroup, .guardrail: true
                }
            }
        )
        let inventory = scene.domain.situation.inventory
        for (id, slot) in inventory.slots
        where inventory.isMarkedStale(slot) || inventory.isInQuarantine(slot) {
            reference.unusable.insert(id)
        }
        for (id, command) in scene.domain.execution.flights {
            reference.targets[id] = command.action == .start ? .online : .offline
        }
        return reference
    }
}
