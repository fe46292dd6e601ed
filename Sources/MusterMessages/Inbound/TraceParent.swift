// The W3C trace context that ties a command to the record that caused it. It is copied on and never
// acted upon, so one that is not well formed is dropped rather than refused.

/// A well-formed `traceparent`.
public struct TraceParent: Hashable, Sendable {
    /// The header's text.
    public let text: String

    /// Reads a header's value.
    ///
    /// - Returns: `nil` unless it is version, trace id, parent id and flags in lower-case
    ///   hexadecimal, with neither id zero and the version not `ff`.
    public init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        // A later version may append fields; version 00 may not.
        guard bytes.count == 55 || (bytes.count > 55 && bytes[55] == UInt8(ascii: "-")),
            [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") })
        else { return nil }
        let fields = [0..<2, 3..<35, 36..<52, 53..<55].map { bytes[$0] }
        guard fields.allSatisfy({ $0.allSatisfy(Self.isHexadecimal) }),
            !fields[0].elementsEqual("ff".utf8),
            bytes.count == 55 || !fields[0].elementsEqual("00".utf8),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) }),
            [1, 2].allSatisfy({ !fields[$0].allSatisfy { $0 == UInt8(ascii: "0") } })
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
