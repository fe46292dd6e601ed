// Windows of policies (contract, section 4).

import MusterModel

extension DocumentDecoder {
    /// Reads when a policy is in force.
    mutating func window(_ node: Node) -> Window? {
        guard
            let fields = mapping(
                node,
                expected: "a window, such as `{days: [mon, fri], from: \"08:00\", "
                    + "until: \"18:00\"}`"
            )
        else { return nil }
        checkKeys(fields, known: ["days", "from", "until", "timeZone"], of: "a window")
        var window = Window()
        if let entry = fields["days"] { window.days = days(entry.value) }
        if let entry = fields["from"], let time = timeOfDay(entry, latest: "23:59") {
            window.from = time
        }
        if let entry = fields["until"], let time = timeOfDay(entry, latest: "24:00") {
            window.until = time
        }
        if let entry = fields["timeZone"], let zone = zone(entry.value) { window.zone = zone }
        return window
    }

    private mutating func days(_ node: Node) -> [Weekday] {
        guard
            let nodes = list(node, expected: "a list of days", help: "write it as `[mon, tue]`")
        else { return [] }
        guard !nodes.isEmpty else {
            error(
                "empty-list",
                "a window without days never opens",
                at: node.span,
                help: "leave `days` out for every day"
            )
            return []
        }
        var places: [Weekday: SourceSpan] = [:]
        for node in nodes {
            guard let day = day(node) else { continue }
            guard let first = places[day] else {
                places[day] = node.span
                continue
            }
            warning(
                "repeated-day",
                "`\(day.rawValue)` is named twice",
                at: node.span,
                related: [.init("first named here", at: first)]
            )
        }
        return Weekday.allCases.filter { places[$0] != nil }
    }

    private mutating func day(_ node: Node) -> Weekday? {
        // People write days out, or with a capital letter.
        if case .scalar(.string(let text), _, _) = node.content, Weekday(rawValue: text) == nil,
            let meant = Weekday(rawValue: String(text.lowercased().prefix(3)))
        {
            error(
                "unknown-word",
                "unknown day \(text.quoted)",
                at: node.span,
                help: "did you mean `\(meant.rawValue)`?"
            )
            return nil
        }
        return word(node, of: "day")
    }

    private mutating func timeOfDay(_ entry: Node.Entry, latest: String) -> Int? {
        let help = "write it as \"08:00\", from \"00:00\" to \"\(latest)\""
        guard case .scalar(.string(let text), _, _) = entry.value.content else {
            mismatch(entry.value, expected: "a time of day", help: help)
            return nil
        }
        let utf8 = Array(text.utf8)
        let isDigit = utf8.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if isDigit == [true, true, false, true, true], utf8[2] == UInt8(ascii: ":"),
            let hours = Int(text.prefix(2)), let minutes = Int(text.suffix(2)), minutes < 60,
            text <= latest
        {
            return hours * 60 + minutes
        }
        error(
            "bad-time-of-day",
            "`\(entry.key)` is \(text.quoted), which is no time of day",
            at: entry.value.span,
            help: help
        )
        return nil
    }

    private mutating func zone(_ node: Node) -> ZoneRules? {
        guard let name = text(node, expected: "the name of a time zone") else { return nil }
        if let rules = zones[name] { return rules }
        error(
            "unknown-time-zone",
            "unknown time zone \(name.quoted)",
            at: node.span,
            help: near(name).map { "did you mean `\($0)`?" }
                ?? "write a name of the time-zone database, such as `Europe/Berlin`, or `UTC`"
        )
        return nil
    }

    /// The zone that was probably meant: in other letters, with a slip, or by its city alone.
    private func near(_ name: String) -> String? {
        let names = zones.names
        let letters = Self.letters(of: name)
        return names.first { Self.letters(of: $0) == letters }
            ?? Spelling.nearest(to: name, among: names)
            ?? names.first { $0.contains("/") && Self.letters(of: $0).hasSuffix("/" + letters) }
    }

    private static func letters(of name: String) -> String {
        name.lowercased().replacing(" ", with: "_")
    }
}
