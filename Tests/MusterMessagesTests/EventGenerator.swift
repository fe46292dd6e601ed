// Random events, good ones and ones that are nearly good.

/// A small random generator with a seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes texts of events.
struct EventGenerator {
    private var random: SeededGenerator
    /// How often, in a hundred, a value is one that its field should not have.
    private let oddness: Int

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        oddness = [0, 0, 2, 10][Int(seed % 4)]
    }

    /// A text, about half of them changed afterwards.
    mutating func text() -> [UInt8] {
        var text = Array(event().utf8)
        if chance(50) {
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&text) }
        }
        return text
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func space() -> String {
        chance(80) ? "" : pick([" ", "\n", "\t", "\r", "  "])
    }

    private mutating func event() -> String {
        guard chance(20) else { return report() }
        let list = (0..<Int.random(in: 0...3, using: &random)).map { _ in report() }
        var members = ["\"resources\":[\(list.joined(separator: ","))]"]
        if chance(50) { members.append("\"domain\":\"d\"") }
        if chance(10) { members.append("\"resource\":\(pick(["null", "\"a\""]))") }
        if chance(10) { members.append("\"state\":\"online\"") }
        return "{" + members.shuffled(using: &random).joined(separator: "," + space()) + "}"
    }

    private mutating func report() -> String {
        var members: [String] = []
        if !chance(oddness) { members.append(member("resource", string())) }
        let optional: [(String, Int)] = [
            ("domain", 30), ("removed", 10), ("kind", 40), ("available", 50), ("state", 60),
            ("node", 40), ("cluster", 40), ("serviceGroup", 30), ("applications", 30),
            ("labels", 50), ("capacity", 50), ("observedAt", 50), ("sequence", 50), ("ttl", 50),
        ]
        for (name, percent) in optional where chance(percent) {
            members.append(member(name, value(of: name)))
            if chance(4) { members.append(member(name, value(of: name))) }
        }
        if chance(25) { members.append(member(text(), json(depth: 0))) }
        members.shuffle(using: &random)
        return space() + "{" + members.joined(separator: space() + ",") + "}" + space()
    }

    private mutating func member(_ name: String, _ value: String) -> String {
        "\(space())\(quoted(name))\(space()):\(space())\(chance(oddness) ? json(depth: 0) : value)"
    }

    private mutating func value(of field: String) -> String {
        switch field {
        case "domain": chance(90) ? "\"d\"" : string()
        case "removed", "available": pick(["true", "false", "null"])
        case "state":
            quoted(pick(["online", "offline", "starting", "stopping", "faulted", "unknown"]))
        case "applications": array { $0.string() }
        case "labels": object { $0.string() }
        case "capacity": object { $0.number() }
        case "observedAt":
            quoted(
                pick([
                    "2026-11-23T12:00:00Z", "2024-02-29t23:59:60.123456z",
                    "1969-12-31T00:00:00-23:59",
                    "2026-11-23T12:00:00.5+05:30",
                ])
            )
        case "sequence": number()
        case "ttl": quoted(pick(["500ms", "30s", "5m", "2h", "1d", "0s", "99999s", "123456s"]))
        default: string()
        }
    }

    private mutating func number() -> String {
        guard chance(oddness) else {
            return pick(["0", "4", "8192", "12.0", "1e3", "120e-1", "0.5e1", "9223372036854775807"])
        }
        return pick([
            "9223372036854775808", "-0", "-1", "1.5", "01", "1e400", "1e-400", "00",
            "4503599627370496.0",
            "2.0E+0", "-0.0e1", "1.0000000000000000000001",
        ])
    }

    /// A string in which anything that is valid may stand, some of it escaped.
    private mutating func text() -> String {
        let parts = [
            "a", "vm-17", "node", "-", " ", "x", "e\u{301}", "\u{E9}", "\u{212B}", "\u{1F600}",
            "\u{FFFF}", "/", "~", "\u{7F}", "1234567890", "\u{0}", "\n", "\"", "\\", "",
        ]
        return (0..<Int.random(in: 1...4, using: &random)).map { _ in pick(parts) }.joined()
    }

    private mutating func string() -> String {
        if chance(1) { return quoted(String(repeating: "r", count: pick([253, 254]))) }
        if chance(oddness) {
            return pick([
                "\"\\ud800\"", "\"\\udc00x\"", "\"\\x\"", "\"\\u12\"", "\"\t\"", "\"\"", "null",
            ])
        }
        return quoted(text())
    }

    private mutating func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || chance(3) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: chance(50))
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private mutating func array(_ element: (inout Self) -> String) -> String {
        let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ in element(&self) }
        return "[" + elements.joined(separator: "," + space()) + "]"
    }

    private mutating func object(_ value: (inout Self) -> String) -> String {
        let members = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            "\(space())\(quoted(text())):\(value(&self))"
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func json(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 3 ? 6 : 8), using: &random) {
        case 0: string()
        case 1, 2: number()
        case 3: pick(["true", "false", "null"])
        case 4: pick(["\"\"", "{}", "[]", "nul", "+1", "[1,]", "{\"a\":1,}", "1.", "-"])
        case 5:
            pick([
                "\"d\"", "\"a\"", "\"30s\"", "\"s\"", "1", "\"on\"", "\"2026-13-01T00:00:00Z\"",
                "\"1.5s\"",
            ])
        case 6: array { $0.json(depth: depth + 1) }
        default: object { $0.json(depth: depth + 1) }
        }
    }

    private mutating func mutate(_ text: inout [UInt8]) {
        guard !text.isEmpty else { return }
        let at = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: text[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: text.remove(at: at)
        case 2: text.removeSubrange(at...)
        case 3: text.insert(pick(Array("{}[]\",:\\e.-+0159nt ".utf8)), at: at)
        case 4: text.insert(pick([0, 9, 0x1F, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF, 0xEF]), at: at)
        case 5: text[at] = UInt8.random(in: 0...255, using: &random)
        default:
            let end = min(text.count, at + Int.random(in: 1...12, using: &random))
            text.insert(contentsOf: Array(text[at..<end]), at: at)
        }
    }
}
