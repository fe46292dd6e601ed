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
    /// - Returns: `nil` where only ``decode(_:in:timestamp:)`` can tell what it says, or what is
    ///   wrong with it.
    /// - Complexity: O(bytes), without an allocation.
    public func sighting(
        in bytes: [UInt8],
        _ range: Range<Int>,
        timestamp: Instant
    ) -> Sighting? {
        var parser = AvailabilityParser(bytes, in: range, timestamp: timestamp)
        return (try? parser.sighting()) ?? nil
    }
}

extension AvailabilityParser {
    fileprivate mutating func sighting() throws(Flaw) -> Sighting? {
        guard try json.enterObject(or: .notObject) else { return nil }
        var sighting = Sighting(name: 0..<0, observation: Observation(observedAt: timestamp))
        var seen: UInt32 = 0
        repeat {
            let key = try json.key()
            guard let field = AvailabilityField(key, in: json), seen & field.bit == 0 else {
                try json.skipValue()
                continue
            }
            seen |= field.bit
            guard try take(field, &sighting) else { return nil }
        } while try json.nextMember()
        try json.expectEnd()
        return sighting.name.isEmpty ? nil : sighting
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
            sighting.appearance.mix(
                json.bytes.span.extracting(start..<json.index),
                tag: field.rawValue
            )
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
