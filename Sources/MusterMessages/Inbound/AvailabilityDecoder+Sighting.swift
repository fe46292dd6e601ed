// What a report says without making a resource of it. Most reports say of their resource what the
// one before said, but when; then its fingerprint is known, and nothing else has to be read.

public import MusterModel

/// A report of one resource as places in its bytes.
public struct Sighting: Sendable {
    /// Where the resource's name stands; it holds no escapes.
    public internal(set) var name: Range<Int>
    /// Where the name of its domain stands, if it names one.
    public internal(set) var domain: Range<Int>?
    /// What may be new each time.
    public internal(set) var observation: Observation
    /// Stands for everything else that it says. Only a report that
    /// ``AvailabilityDecoder/decode(_:in:timestamp:)`` has accepted makes sure that it is valid.
    public internal(set) var appearance = Fingerprint()
}

extension AvailabilityDecoder {
    /// Reads an event if it is a plain report of one resource.
    ///
    /// - Parameters:
    ///   - bytes: A buffer that holds the event's JSON.
    ///   - range: Where it stands in the buffer.
    ///   - timestamp: When a resource that does not say `observedAt` was observed.
    ///   - layout: Becomes the event's; of none where there is no sighting.
    /// - Returns: `nil` where only ``decode(_:in:timestamp:)`` can tell what it says, or what is
    ///   wrong with it.
    /// - Complexity: O(bytes).
    public func sighting(
        in bytes: [UInt8],
        _ range: Range<Int>,
        timestamp: Instant,
        layout: inout ReportLayout
    ) -> Sighting? {
        var parser = AvailabilityParser(bytes, in: range, timestamp: timestamp)
        if let sighting = (try? parser.sighting(&layout)) ?? nil { return sighting }
        // What was found up to a flaw is not how anything is written.
        layout.clear()
        return nil
    }

    /// Reads an event as ``sighting(in:_:timestamp:layout:)`` does, if it is written like an
    /// earlier one, in less than half the time.
    ///
    /// Where the labels, the applications and the capacities end is guessed from how long they
    /// were. If the fingerprint is one that a sighting has given, then the guess was right: a list
    /// or an object is never the beginning of another one. So what is seen here can be known again
    /// by a fingerprint, but not be remembered by it.
    ///
    /// - Parameters:
    ///   - bytes: A buffer that holds the event's JSON.
    ///   - range: Where it stands in the buffer.
    ///   - timestamp: When a resource that does not say `observedAt` was observed.
    ///   - layout: The earlier event's; lengths that have changed are noted in it.
    /// - Returns: `nil` where it is written otherwise, or is not for a sighting either.
    /// - Complexity: O(bytes), without an allocation.
    public func glimpse(
        in bytes: [UInt8],
        _ range: Range<Int>,
        timestamp: Instant,
        layout: inout ReportLayout
    ) -> Sighting? {
        guard layout.isWhole else { return nil }
        var parser = AvailabilityParser(bytes, in: range, timestamp: timestamp)
        return (try? parser.glimpse(&layout)) ?? nil
    }
}

extension AvailabilityParser {
    fileprivate mutating func sighting(_ layout: inout ReportLayout) throws(Flaw) -> Sighting? {
        layout.clear()
        var previous = json.index
        guard try json.enterObject(or: .notObject) else { return nil }
        var sighting = Sighting(name: 0..<0, observation: Observation(observedAt: timestamp))
        var seen: UInt32 = 0
        repeat {
            let key = try json.key()
            let start = json.peekOffset()
            var field = AvailabilityField(key, in: json)
            if let known = field, seen & known.bit != 0 { field = nil }
            if let field {
                seen |= field.bit
                guard try take(field, &sighting) else { return nil }
            } else {
                try json.skipValue()
            }
            layout.add(field, at: start..<json.index, behind: previous, in: json.bytes)
            previous = json.index
        } while try json.nextMember()
        try json.expectEnd()
        layout.finish(json.bytes, previous..<json.end)
        return sighting.name.isEmpty ? nil : sighting
    }

    fileprivate mutating func glimpse(_ layout: inout ReportLayout) throws(Flaw) -> Sighting? {
        // What stands before the first value opens the object.
        json.descend()
        var sighting = Sighting(name: 0..<0, observation: Observation(observedAt: timestamp))
        for index in layout.members.indices {
            let member = layout.members[index]
            guard json.take(member.literal, of: layout.text) else { return nil }
            guard let field = member.field else {
                try json.skipValue()
                continue
            }
            let start = json.peekOffset()
            if field.isContainer,
                json.takeContainer(of: member.length, before: layout.byteBehind(index))
            {
                mix(from: start, as: field, &sighting)
            } else {
                guard try take(field, &sighting) else { return nil }
                if field.isContainer { layout.note(length: json.index - start, of: index) }
            }
        }
        guard json.take(layout.tail, of: layout.text), json.index == json.end else { return nil }
        return sighting.name.isEmpty ? nil : sighting
    }

    /// Lets a field's value, which ends here, count for what the resource looks like.
    @inline(__always)
    private func mix(from start: Int, as field: AvailabilityField, _ sighting: inout Sighting) {
        sighting.appearance.mix(
            json.bytes.span.extracting(start..<json.index),
            tag: field.rawValue
        )
    }

    /// Takes in a field's value; `false` where that is not for a sighting.
    @inline(__always)
    private mutating func take(
        _ field: AvailabilityField,
        _ sighting: inout Sighting
    ) throws(Flaw) -> Bool {
        switch field {
        case .kind, .node, .cluster, .serviceGroup, .applications, .labels, .capacity:
            let start = json.peekOffset()
            try json.skipValue()
            mix(from: start, as: field, &sighting)
            return true
        case .resources, .removed: return false
        default: break
        }
        guard json.peek() != UInt8(ascii: "n") else { return false }
        switch field {
        case .domain:
            let text = try domain()
            sighting.domain = text.range
            return !text.hasEscapes
        case .resource:
            let text = try json.text(or: .notString)
            sighting.name = text.range
            return !text.hasEscapes
        case .available: sighting.observation.isAvailable = try json.bool(or: .notBool)
        case .state: sighting.observation.state = try state()
        case .observedAt: sighting.observation.observedAt = try instant()
        case .sequence: sighting.observation.sequence = try amount()
        case .ttl: sighting.observation.ttl = try duration()
        default: return false
        }
        return true
    }
}
