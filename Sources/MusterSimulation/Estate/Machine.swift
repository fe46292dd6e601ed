// A machine of the simulated estate: what it is, what it does, and what it says.

import MusterModel

/// Something that reports and may obey.
struct Machine {
    /// Its place in its domain.
    let number: Int
    /// Everything but its state, from the variant that the trace names.
    var attributes: Resource
    /// How it really is.
    var state: ReportedState
    var isAvailable = true
    /// What it says instead of the truth.
    var lie: ReportedState?
    /// Whether commands have no effect on it.
    var isDeaf = false
    /// Commands that have reached it, the oldest first.
    var orders: [Command] = []
    /// How many reports it has sent.
    var sequence = 0

    /// A machine whose attributes follow from the variant.
    init(number: Int, variant: Int) {
        self.number = number
        var chance = Chance(seed: UInt64(truncatingIfNeeded: variant))
        attributes = Self.attributes(number, &chance)
        state = chance.percent(50) ? .online : .offline
    }

    /// The name of the machine with a number: the first are nodes.
    static func name(_ number: Int) -> String {
        number < nodes ? "n\(number + 1)" : "r\(number)"
    }

    /// How many of the first numbers are nodes, which host others.
    static let nodes = 2

    private static func attributes(_ number: Int, _ chance: inout Chance) -> Resource {
        let isNode = number < nodes
        var resource = Resource(id: ResourceID(name(number)))
        resource.kind = isNode ? "node" : chance.pick(["vm", "vm", "application"])
        if chance.percent(isNode ? 4 : 55) {
            resource.node = ResourceID(chance.pick(["n1", "n2", "n3"]))
        }
        if chance.percent(40) { resource.cluster = chance.pick(["c1", "c2"]) }
        if chance.percent(isNode ? 5 : 50) {
            resource.serviceGroup = chance.pick(["db", "app", "web"])
        }
        if chance.percent(30) { resource.applications = [chance.pick(["shop", "mail"])] }
        if chance.percent(50) { resource.labels["tier"] = chance.pick(["gold", "iron"]) }
        if chance.percent(30) { resource.labels["zone"] = chance.pick(["1", "2", "3"]) }
        resource.capacity = ["cpu": isNode ? chance.pick(4...8) : chance.below(5)]
        if chance.percent(70) { resource.capacity["price"] = chance.below(4) }
        if chance.percent(40) { resource.ttl = .seconds(chance.pick([30, 60, 120])) }
        // Where reporters count their reports, time does not order them.
        if chance.percent(40) { resource.sequence = 0 }
        return resource
    }

    /// Takes on other attributes, as a machine that is moved or labelled anew.
    mutating func reshape(variant: Int) {
        var chance = Chance(seed: UInt64(truncatingIfNeeded: variant))
        let counts = attributes.sequence != nil
        attributes = Self.attributes(number, &chance)
        attributes.sequence = counts ? 0 : nil
    }

    /// What it says of itself at a time.
    mutating func report(at now: Instant) -> Report {
        sequence += 1
        var report = attributes
        report.state = lie ?? state
        report.isAvailable = isAvailable
        report.observedAt = now
        if report.sequence != nil { report.sequence = sequence }
        return .observed(report)
    }
}
