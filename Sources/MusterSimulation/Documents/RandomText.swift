// Documents by chance, as people write them: everything that the language can say, about a few
// resources. What the language refuses is as welcome as what it accepts, since the bus brings both.

import MusterModel

/// Writes texts for the topic of desired configuration.
struct RandomText {
    var chance: Chance
    /// Where maintenance windows lie.
    var now = Instant.zero
    /// How many resources conditions can name.
    var machines = 8
    /// Whether people limit what is done without asking.
    var hasGuards = false
    /// The plan that waits for an answer, if one does.
    var heldPlan: Int?

    /// Numbers from 0 up to which policies are named; few, so that they replace each other.
    private static let policyNames = 4

    /// An event: one document, several, or one of the bus's own forms.
    mutating func event() -> String {
        if hasGuards, chance.percent(35) { return guardedEvent() }
        switch chance.below(20) {
        case 0...10: return policy()
        case 11: return group()
        case 12, 13: return maintenance()
        case 14: return "[\(policy()),\(chance.percent(50) ? group() : maintenance())]"
        case 15, 16: return withdrawal()
        case 17: return configuration()
        case 18: return chance.percent(70) ? parameters() : oddity()
        default: return request()
        }
    }

    // MARK: Documents

    private func head(_ kind: String, _ name: String) -> String {
        "\"apiVersion\":\"muster/v1\",\"kind\":\"\(kind)\",\"name\":\"\(name)\""
    }

    /// A policy; a fixed one has no parameters.
    mutating func policy(isFixed: Bool = false) -> String {
        let name = "p\(chance.below(Self.policyNames))"
        var fields = [head("Policy", name), "\"priority\":\(chance.pick([0, 0, 5, 5, 9]))"]
        if chance.percent(8) { fields.append("\"mode\":\"observe\"") }
        if chance.percent(50) { fields.append("\"whenUnsatisfiable\":\"bestEffort\"") }
        let isParametric = !isFixed && chance.percent(15)
        if isParametric { fields.append("\"parameters\":{\"n\":\(chance.below(4))}") }
        let hasRequirement = isParametric || chance.percent(85)
        if isParametric {
            fields.append("\"require\":{\"count\":\(selector(1)),\"atLeast\":\"${n}\"}")
        } else if hasRequirement {
            fields.append("\"require\":\(condition(3))")
        }
        if !hasRequirement || chance.percent(30) {
            let weight = chance.below(5)
            fields.append("\"prefer\":[{\"that\":\(condition(2)),\"weight\":\(weight)}]")
        }
        if chance.percent(30) {
            let what = chance.percent(60) ? "\"sum\":\"price\",\"of\"" : "\"count\""
            let weight = chance.below(4)
            fields.append("\"minimize\":[{\(what):\(selector(1)),\"weight\":\(weight)}]")
        }
        if chance.percent(30) {
            fields.append("\"changes\":[{\"of\":\(selector(1)),\"cost\":\(chance.below(6))}]")
        }
        if chance.percent(12) {
            fields.append("\"active\":{\"from\":\"\(minute())\",\"until\":\"\(minute())\"}")
        }
        return "{\(fields.joined(separator: ","))}"
    }

    /// A minute near those that a run lives through.
    private mutating func minute() -> String {
        let text = (now + .milliseconds(chance.pick(-100_000...300_000))).rfc3339
        return String(text.dropFirst(11).prefix(5))
    }

    private mutating func group() -> String {
        let (name, others) = chance.percent(60) ? ("web", ["app", "db"]) : ("app", ["db"])
        let needs = others.filter { _ in chance.percent(70) }.map { other in
            let binding = chance.percent(75) ? "firm" : "soft"
            return "{\"group\":\"\(other)\",\"atLeast\":\(chance.pick(1...2)),"
                + "\"binding\":\"\(binding)\"}"
        }
        return "{\(head("ServiceGroup", name)),\"dependsOn\":[\(needs.joined(separator: ","))]}"
    }

    private mutating func maintenance() -> String {
        let effect = chance.pick(["drain", "cordon", "ignore"])
        var text = "{\(head("Maintenance", "m\(chance.below(2))")),"
        text += "\"where\":\(selector(1)),\"effect\":\"\(effect)\""
        if chance.percent(40) { text += ",\"from\":\"\(time(-50_000...100_000))\"" }
        if chance.percent(50) { text += ",\"until\":\"\(time(100_001...300_000))\"" }
        return text + "}"
    }

    private mutating func time(_ range: ClosedRange<Int>) -> String {
        (now + .milliseconds(chance.pick(range))).rfc3339
    }

    // MARK: Guards

    /// Limits, or an answer to what they hold.
    private mutating func guardedEvent() -> String {
        switch chance.below(10) {
        case 0...3: return limits()
        case 4: return "{\(head("Guard", guardName())),\"deleted\":true}"
        default: return approval()
        }
    }

    private mutating func guardName() -> String { "g\(chance.below(2))" }

    /// A guard, with each limit as often as not.
    mutating func limits() -> String {
        var fields = [head("Guard", guardName())]
        if chance.percent(30) { fields.append("\"maxInFlight\":\(chance.pick(1...3))") }
        if chance.percent(50) {
            let most = chance.pick(["0", "1", "2", "4", "\"10%\"", "\"35%\"", "\"60%\""])
            fields.append("\"maxChanges\":\(most)")
        }
        if chance.percent(30) {
            let (share, within) = (chance.pick([10, 30, 60]), chance.pick([10, 60, 300]))
            fields.append("\"maxUnusable\":{\"share\":\"\(share)%\",\"within\":\"\(within)s\"}")
        }
        if chance.percent(30) {
            let gain = chance.pick(["{\"gainAtLeast\":2}", "{\"gainAtLeast\":6}", "\"never\""])
            fields.append("\"improve\":\(gain)")
        }
        if chance.percent(25) { fields.append("\"cooldown\":\"\(chance.pick([5, 40, 200]))s\"") }
        if chance.percent(25) {
            let (changes, within) = (chance.pick(2...4), chance.pick([20, 120]))
            fields.append(
                "\"flapping\":{\"changes\":\(changes),\"within\":\"\(within)s\","
                    + "\"quarantine\":\"\(chance.pick([15, 90]))s\"}"
            )
        }
        return "{\(fields.joined(separator: ","))}"
    }

    /// An answer, mostly to the plan that waits for one.
    private mutating func approval() -> String {
        let plan = chance.percent(90) ? heldPlan ?? chance.below(4) : chance.below(9)
        let decision = chance.percent(65) ? "approve" : "reject"
        return "{\(head("Approval", "answer")),\"plan\":\(plan),\"decision\":\"\(decision)\"}"
    }

    // MARK: Other events

    private mutating func withdrawal() -> String {
        let (kind, name) = chance.pick([
            ("Policy", "p\(chance.below(Self.policyNames))"), ("ServiceGroup", "web"),
            ("Maintenance", "m\(chance.below(2))"),
        ])
        return "{\(head(kind, name)),\"deleted\":true}"
    }

    private mutating func configuration() -> String {
        let group = chance.percent(40) ? group() : nil
        let policy = policy()
        let second = chance.percent(50) ? maintenance() : nil
        return "{\"apiVersion\":\"muster/v1\",\"kind\":\"Configuration\",\"policies\":[\(policy)],"
            + "\"serviceGroups\":[\(group ?? "")],\"maintenance\":[\(second ?? "")]}"
    }

    private mutating func parameters() -> String {
        let name = "p\(chance.below(Self.policyNames))"
        return "{\(head("Policy", name)),\"parameters\":{\"n\":\(chance.below(5))}}"
    }

    private mutating func request() -> String {
        let filter = chance.percent(50) ? ",\"where\":\(selector(1))" : ""
        let kind = chance.percent(60) ? "StatusRequest" : "Release"
        return "{\"apiVersion\":\"muster/v1\",\"kind\":\"\(kind)\"\(filter)}"
    }

    /// A text that cannot be read.
    private mutating func oddity() -> String {
        chance.pick([
            "{\"apiVersion\":\"muster/v1\",\"kind\":\"Policy\"", "[]", "{\"kind\":\"Polic\"}",
            "{\(head("Policy", "p0")),\"require\":{\"cuont\":{}}}",
        ])
    }

    // MARK: Conditions

    private mutating func condition(_ depth: Int) -> String {
        guard depth > 0 else { return leaf() }
        switch chance.below(20) {
        case 0...2: return all("and", depth)
        case 3, 4: return all("or", depth)
        case 5: return all("nor", depth)
        case 6: return all("nand", depth)
        case 7: return all("xor", depth)
        case 8: return "{\"not\":\(condition(depth - 1))}"
        case 9:
            let end = chance.percent(50) ? ",\"else\":\(condition(depth - 1))" : ""
            return "{\"if\":\(condition(depth - 1)),\"then\":\(condition(depth - 1))\(end)}"
        case 10:
            let relation = chance.pick(["atLeast", "atMost", "exactly"])
            return "{\"\(relation)\":\(chance.below(4)),\"of\":\(conditions(depth))}"
        case 11, 12:
            return "{\"forEach\":\"\(attribute())\",\"of\":\(selector(1)),"
                + "\"require\":\(condition(depth - 1))}"
        default: return leaf()
        }
    }

    private mutating func all(_ word: String, _ depth: Int) -> String {
        "{\"\(word)\":\(conditions(depth))}"
    }

    private mutating func conditions(_ depth: Int) -> String {
        let parts = (0..<chance.pick(1...3)).map { _ in condition(depth - 1) }
        return "[\(parts.joined(separator: ","))]"
    }

    private mutating func leaf() -> String {
        switch chance.below(10) {
        case 0:
            let name = chance.percent(90) ? Machine.name(chance.below(machines)) : "nobody"
            return "{\"resource\":\"\(name)\",\"is\":\"\(placement())\"}"
        case 1: return "{\"fits\":[\"cpu\"],\"of\":\(selector(1))}"
        case 2:
            let low = chance.below(4)
            return "{\(quantity()),\"between\":[\(low),\(low + chance.below(3))]}"
        default: return "{\(quantity()),\(comparison())}"
        }
    }

    private mutating func placement() -> String { chance.percent(70) ? "online" : "offline" }

    private mutating func comparison() -> String {
        let relation = chance.pick(["atLeast", "atMost", "exactly", "greaterThan", "lessThan"])
        switch chance.below(10) {
        case 0, 1: return "\"\(relation)\":\"\(chance.below(121))%\""
        case 2:
            let (times, plus) = (chance.pick(-1...2), chance.pick(-1...2))
            return "\"\(relation)\":{\(quantity()),\"times\":\(times),\"plus\":\(plus)}"
        default: return "\"\(relation)\":\(chance.below(6))"
        }
    }

    private mutating func quantity() -> String {
        let what: String
        switch chance.below(6) {
        case 0...2: what = "\"count\":\(selector(2))"
        case 3: what = "\"sum\":\"\(chance.pick(["cpu", "price"]))\",\"of\":\(selector(2))"
        default: what = "\"distinct\":\"\(attribute())\",\"of\":\(selector(2))"
        }
        return what + ",\"state\":\"\(chance.pick(["online", "online", "offline", "available"]))\""
    }

    private mutating func attribute() -> String {
        chance.pick(["node", "cluster", "serviceGroup", "labels.tier", "labels.zone"])
    }

    private mutating func selector(_ depth: Int) -> String {
        // A repeated field would be an error, so each kind of requirement comes at most once.
        var fields: [String] = []
        for _ in 0..<chance.pick([0, 1, 1, 1, 2]) {
            let field = requirement(depth)
            let word = field.prefix { $0 != ":" }
            if !fields.contains(where: { $0.hasPrefix(word) }) { fields.append(field) }
        }
        return "{\(fields.joined(separator: ","))}"
    }

    private mutating func requirement(_ depth: Int) -> String {
        switch chance.below(depth > 0 ? 12 : 10) {
        case 0, 1: return "\"kind\":\"\(chance.pick(["vm", "node", "application"]))\""
        case 2: return "\"node\":\"\(chance.pick(["n1", "n2"]))\""
        case 3: return "\"serviceGroup\":\"\(chance.pick(["db", "app", "web"]))\""
        case 4: return "\"resource\":\"\(chance.pick(["r*", "r3", "n?", "*5"]))\""
        case 5: return "\"application\":[\"shop\",\"m*\"]"
        case 6: return "\"cluster\":\"c1\""
        case 7: return "\"labels\":{\"tier\":\"gold\"}"
        case 8: return "\"match\":[{\"label\":\"zone\",\"notIn\":[\"1\",\"2\"]}]"
        case 9: return "\"match\":[{\"label\":\"zone\",\"exists\":\(chance.percent(50))}]"
        case 10: return "\"not\":\(selector(depth - 1))"
        default: return "\"any\":[\(selector(depth - 1)),\(selector(depth - 1))]"
        }
    }
}
