// A CloudEvent in structured mode: attributes and data in one JSON object (CloudEvents 1.0, JSON
// event format). Only what is used is read; the data stays where it is.

/// The envelope around an event.
struct CloudEventEnvelope {
    /// Where the data is.
    enum Payload {
        /// A JSON value, in place.
        case json(Range<Int>)
        /// A string whose text is the data.
        case text([UInt8])
        /// Bytes that were written in Base64.
        case bytes([UInt8])
    }

    private(set) var payload: Payload?
    private(set) var format = ContentFormat.json
    private(set) var traceParent: TraceParent?

    /// Reads an envelope and checks what CloudEvents demands of it.
    init(_ bytes: [UInt8]) throws(DecodingFailure) {
        var json = JSONScanner(bytes)
        var members: [String: Member] = [:]
        var key: String?
        do throws(Flaw) {
            try Self.read(&json, into: &members, at: &key)
        } catch {
            throw DecodingFailure(
                error,
                in: bytes,
                path: key.map { "/" + pointerToken($0) } ?? ""
            )
        }
        try Self.check(members)
        if let text = members["datacontenttype"]?.string {
            format = try ContentType(text.utf8).readableFormat(path: "/datacontenttype")
        }
        traceParent = (members["traceparent"]?.string).flatMap { TraceParent($0.utf8) }
        payload = try payload(members)
    }

    /// A member's value, and where it stands.
    private struct Member {
        var range: Range<Int>
        var string: String?
        var isNull: Bool
    }

    private static func read(
        _ json: inout JSONScanner,
        into members: inout [String: Member],
        at current: inout String?
    ) throws(Flaw) {
        let used: Set = [
            "specversion", "id", "source", "type", "datacontenttype", "traceparent", "data",
            "data_base64",
        ]
        guard try json.enterObject(or: .notObject) else { return try json.expectEnd() }
        repeat {
            let name = json.string(try json.key())
            let start = json.peekOffset()
            current = name
            if used.contains(name), members[name] == nil, json.current == UInt8(ascii: "\"") {
                let text = try json.text()
                let string = json.string(text)
                members[name] = Member(range: start..<json.index, string: string, isNull: false)
            } else {
                let isNull = json.current == UInt8(ascii: "n")
                try json.skipValue()
                if used.contains(name), members[name] == nil {
                    members[name] = Member(range: start..<json.index, isNull: isNull)
                }
            }
            current = nil
        } while try json.nextMember()
        try json.expectEnd()
    }

    private static func check(_ members: [String: Member]) throws(DecodingFailure) {
        guard members["specversion"]?.string == "1.0" else {
            throw invalid(
                "/specversion",
                "`specversion` is not `1.0`",
                "send CloudEvents of version 1.0"
            )
        }
        for name in ["id", "source", "type"] where members[name]?.string?.isEmpty ?? true {
            throw invalid(
                "/" + name,
                "the attribute `\(name)` is missing, empty or no string",
                "every CloudEvent has a non-empty `id`, `source` and `type`"
            )
        }
    }

    private func payload(_ members: [String: Member]) throws(DecodingFailure) -> Payload? {
        let data = members["data"].flatMap { $0.isNull ? nil : $0 }
        let encoded = members["data_base64"].flatMap { $0.isNull ? nil : $0 }
        guard let encoded else {
            guard let data else { return nil }
            // A format other than JSON has no place in a JSON value but a string.
            if format == .yaml, let text = data.string { return .text(Array(text.utf8)) }
            return .json(data.range)
        }
        guard data == nil else {
            throw Self.invalid("", "both `data` and `data_base64` are there", "send one of them")
        }
        guard let text = encoded.string, let bytes = decodedBase64(text.utf8) else {
            throw Self.invalid(
                "/data_base64",
                "this is no Base64",
                "encode the data as in RFC 4648, section 4, with padding"
            )
        }
        return .bytes(bytes)
    }

    private static func invalid(
        _ path: String,
        _ reason: String,
        _ help: String
    ) -> DecodingFailure {
        DecodingFailure(code: .invalidEnvelope, path: path, reason: reason, help: help)
    }
}

/// The bytes that a text of RFC 4648's Base64 stands for; `nil` when it is none, padding included.
func decodedBase64(_ text: some Collection<UInt8>) -> [UInt8]? {
    let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard text.count % 4 == 0, padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var filled = 0
    for character in text.prefix(text.count - padding) {
        let value: UInt8
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        default: return nil
        }
        bits = bits << 6 | UInt32(value)
        filled += 6
        if filled >= 8 {
            filled -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(filled)))
        }
    }
    // What is left over of the last character must be zero, or two texts would mean the same bytes.
    guard bits & ((1 << UInt32(filled)) - 1) == 0 else { return nil }
    return bytes
}
