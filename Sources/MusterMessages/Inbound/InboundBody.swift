// What a record holds once its envelope is opened.

/// A record's payload, its language and its trace.
struct InboundBody {
    /// Bytes of a buffer, so that data inside an envelope is not copied.
    struct Payload {
        var buffer: [UInt8]
        var range: Range<Int>
        /// Where the payload stands in the record's value, as a JSON Pointer.
        var path = ""
        /// Whether the buffer is the record's value, so that offsets are places in it.
        var isInPlace = true

        init(
            _ buffer: [UInt8],
            in range: Range<Int>? = nil,
            path: String = "",
            isInPlace: Bool = true
        ) {
            self.buffer = buffer
            self.range = range ?? buffer.indices
            self.path = path
            self.isInPlace = isInPlace
        }

        var bytes: [UInt8] { range == buffer.indices ? buffer : Array(buffer[range]) }
    }

    private(set) var payload: Payload?
    private(set) var format = ContentFormat.unspecified
    private(set) var traceParent: TraceParent?

    var bytes: [UInt8]? { payload?.bytes }

    /// Opens a record, whichever of the three ways it was sent in.
    init(_ record: InboundRecord) throws(DecodingFailure) {
        payload = record.value.map { Payload($0) }
        // Most records are bare, and then nothing is looked for.
        guard !record.headers.isEmpty else { return }
        let contentType = record.contentType.map { ContentType($0) }
        let traceHeader = record.header("traceparent") ?? record.header("ce_traceparent")
        traceParent = traceHeader.flatMap { TraceParent($0) }
        if let contentType, contentType.isEnvelope, let value = record.value {
            try open(value, contentType)
            return
        }
        if record.headers.contains(where: { $0.name == "ce_specversion" }) {
            try Self.checkAttributes(of: record)
        }
        if let contentType { format = try contentType.readableFormat(path: "") }
    }

    private mutating func open(
        _ value: [UInt8],
        _ contentType: ContentType
    ) throws(DecodingFailure) {
        guard contentType.isJSONEnvelope else {
            throw DecodingFailure(
                code: .unsupportedContentType,
                reason: "the content type is `\(contentType.essence)`",
                help: "send single CloudEvents in JSON (`application/cloudevents+json`)"
            )
        }
        let envelope = try CloudEventEnvelope(value)
        format = envelope.format
        traceParent = traceParent ?? envelope.traceParent
        payload =
            switch envelope.payload {
            case .json(let range): Payload(value, in: range, path: "/data")
            case .text(let text): Payload(text, isInPlace: false)
            case .bytes(let bytes): Payload(bytes, isInPlace: false)
            case nil: nil
            }
    }

    /// What CloudEvents demands of the headers in binary mode.
    private static func checkAttributes(of record: InboundRecord) throws(DecodingFailure) {
        func text(_ name: String) -> String? {
            record.header(name).flatMap { String(validating: $0, as: UTF8.self) }
        }
        guard text("ce_specversion") == "1.0" else {
            throw DecodingFailure(
                code: .invalidEnvelope,
                reason: "the header `ce_specversion` is not `1.0`",
                help: "send CloudEvents of version 1.0"
            )
        }
        for name in ["ce_id", "ce_source", "ce_type"] where text(name)?.isEmpty ?? true {
            throw DecodingFailure(
                code: .invalidEnvelope,
                reason: "the header `\(name)` is missing, empty or not UTF-8",
                help: "every CloudEvent has a non-empty `ce_id`, `ce_source` and `ce_type`"
            )
        }
    }
}
