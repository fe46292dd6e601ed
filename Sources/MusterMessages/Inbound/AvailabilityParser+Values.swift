// The types of an event's fields, each with its bounds.

internal import MusterModel

extension AvailabilityParser {
    mutating func string() throws(Flaw) -> String {
        let text = try json.text(or: .notString)
        let string = json.string(text)
        guard
            text.range.count <= AvailabilityLimits.stringBytes
                || string.utf8.count <= AvailabilityLimits.stringBytes
        else { throw Flaw(.stringTooLong, at: text.start) }
        return string
    }

    /// The name of a resource.
    mutating func name() throws(Flaw) -> String {
        let text = try json.text(or: .notString)
        let name = json.string(text)
        guard (1...AvailabilityLimits.nameBytes).contains(name.utf8.count) else {
            throw Flaw(.badIdentifier, at: text.start)
        }
        return name
    }

    mutating func domain() throws(Flaw) -> JSONScanner.Text {
        let text = try json.text(or: .notString)
        let count = text.hasEscapes ? json.string(text).utf8.count : text.range.count
        guard (1...AvailabilityLimits.nameBytes).contains(count) else {
            throw Flaw(.badDomain, at: text.start)
        }
        return text
    }

    mutating func state() throws(Flaw) -> ReportedState {
        let text = try json.text(or: .notString)
        // The two that nearly all events say need no string.
        if !text.hasEscapes, (1...12).contains(text.range.count) {
            let word = json.word(text)
            if word == ShortText("online") { return .online }
            if word == ShortText("offline") { return .offline }
        }
        guard text.range.count <= AvailabilityLimits.stringBytes,
            let state = ReportedState(rawValue: json.string(text))
        else { throw Flaw(.unknownState, at: text.start) }
        return state
    }

    mutating func instant() throws(Flaw) -> Instant {
        let text = try json.text(or: .notString)
        guard text.range.count <= AvailabilityLimits.stringBytes,
            let instant = text.hasEscapes
                ? Instant(rfc3339: json.string(text))
                : Instant(rfc3339: json.bytes.span.extracting(text.range))
        else { throw Flaw(.badTimestamp, at: text.start) }
        return instant
    }

    mutating func duration() throws(Flaw) -> Duration {
        let text = try json.text(or: .notString)
        guard text.range.count <= AvailabilityLimits.stringBytes,
            let duration = briefDuration(text) ?? Duration(text: json.string(text))
        else { throw Flaw(.badDuration, at: text.start) }
        return duration
    }

    /// The duration written with up to four digits and `s` or `m`, as nearly all are, without a
    /// string in between.
    private mutating func briefDuration(_ text: JSONScanner.Text) -> Duration? {
        guard (2...5).contains(text.range.count) else { return nil }
        var value: Int64 = 0
        let last = text.range.upperBound - 1
        for index in text.range.lowerBound..<last {
            let digit = json.bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        switch json.bytes[last] {
        case UInt8(ascii: "s"): return .milliseconds(value * 1000)
        case UInt8(ascii: "m"): return .milliseconds(value * 60_000)
        default: return nil
        }
    }

    /// A whole number of at least 0.
    mutating func amount() throws(Flaw) -> Int {
        let offset = json.peekOffset()
        let value = try json.integer(or: .notInteger)
        guard value >= 0 else { throw Flaw(.negative, at: offset) }
        return value
    }

    mutating func applications() throws(Flaw) -> [String] {
        var applications: [String] = []
        guard try json.enterArray(or: .notStrings) else { return applications }
        repeat {
            place.item = applications.count
            guard applications.count < AvailabilityLimits.entries else {
                throw Flaw(.tooManyApplications, at: json.peekOffset())
            }
            applications.append(try string())
        } while try json.nextElement()
        place.item = nil
        return applications
    }

    mutating func labels() throws(Flaw) -> [String: String] {
        try entries(tooMany: .tooManyLabels) { parser throws(Flaw) in try parser.string() }
    }

    mutating func capacity() throws(Flaw) -> [String: Int] {
        try entries(tooMany: .tooManyCapacities) { parser throws(Flaw) in try parser.amount() }
    }

    /// The members of an object that maps strings to values of one type.
    @inline(__always)
    private mutating func entries<Value>(
        tooMany: FlawKind,
        _ read: (inout Self) throws(Flaw) -> Value
    ) throws(Flaw) -> [String: Value] {
        guard try json.enterObject(or: .notObject) else { return [:] }
        var entries = Dictionary(Room<Value>(), uniquingKeysWith: { first, _ in first })
        repeat {
            let key = try entryKey()
            let mark = json.mark
            do throws(Flaw) {
                let value = try read(&self)
                if let first = entries.updateValue(value, forKey: key) { entries[key] = first }
            } catch {
                // What a repeated key holds does not count, so it may be of any type.
                guard entries[key] != nil else { throw error }
                json.rewind(to: mark)
                try json.skipValue()
            }
            guard entries.count <= AvailabilityLimits.entries else {
                throw Flaw(tooMany, at: place.entry?.start ?? json.index)
            }
        } while try json.nextMember()
        place.entry = nil
        return entries
    }

    @inline(__always)
    private mutating func entryKey() throws(Flaw) -> String {
        place.entry = nil
        let key = try json.key()
        guard key.range.count <= AvailabilityLimits.stringBytes else {
            throw Flaw(.stringTooLong, at: key.start)
        }
        place.entry = key
        return json.string(key)
    }
}

/// No entries, yet room for a few: a dictionary made of it is not made anew for the second entry.
/// `Dictionary(minimumCapacity:)` would do the same, but looks its own type up in the runtime at
/// every call, which took a twentieth of all decoding.
private struct Room<Value>: Sequence, IteratorProtocol {
    var underestimatedCount: Int { 3 }

    mutating func next() -> (String, Value)? { nil }
}
