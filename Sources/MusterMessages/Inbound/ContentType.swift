// What a content type says about the bytes beside it.

/// A media type without its parameters, in lower case.
struct ContentType {
    let essence: String

    init(_ bytes: some Collection<UInt8>) {
        let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
        let spaces: Set<Character> = [" ", "\t"]
        let trimmed = text.drop { spaces.contains($0) }
        essence = String(trimmed.reversed().drop { spaces.contains($0) }.reversed()).lowercased()
    }

    /// Whether the bytes are a whole event, with attributes and data, rather than data.
    var isEnvelope: Bool { essence.hasPrefix("application/cloudevents") }

    /// Whether the envelope is written in JSON; a batch of events is another type.
    var isJSONEnvelope: Bool {
        ["application/cloudevents", "application/cloudevents+json"].contains(essence)
    }

    /// The language, or `nil` for one that nothing here reads.
    var format: ContentFormat? {
        switch essence {
        case "", "application/octet-stream", "text/plain": .unspecified
        case "application/json", "text/json": .json
        case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml": .yaml
        case _ where essence.hasSuffix("+json"): .json
        case _ where essence.hasSuffix("+yaml"): .yaml
        default: nil
        }
    }

    /// The language, where it is one that can be read.
    func readableFormat(path: String) throws(DecodingFailure) -> ContentFormat {
        if let format { return format }
        throw DecodingFailure(
            code: .unsupportedContentType,
            path: path,
            reason: "the content type is `\(essence)`",
            help: "send JSON (`application/json`) or YAML (`application/yaml`)"
        )
    }
}
