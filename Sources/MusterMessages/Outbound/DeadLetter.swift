// Bad records go to a topic of their own, untouched, with the reason in headers that Kafka Connect
// has made common, so that the tools for its dead letters read ours too.

/// Why a record was put aside.
public struct DeadLetter: Hashable, Sendable {
    /// Where it failed, in Kafka Connect's words.
    public enum Stage: String, Hashable, Sendable, CaseIterable {
        case keyConverter = "KEY_CONVERTER"
        case valueConverter = "VALUE_CONVERTER"
        case transformation = "TRANSFORMATION"
    }

    /// Where it failed.
    public var stage: Stage
    /// A stable word for the kind of failure.
    public var code: String
    /// The place in the value, as a JSON Pointer; empty for the whole value.
    public var pointer: String
    /// What is wrong and what would be right.
    public var message: String

    /// Makes a reason from all its parts.
    public init(stage: Stage, code: String, pointer: String = "", message: String) {
        self.stage = stage
        self.code = code
        self.pointer = pointer
        self.message = message
    }

    /// The reason why a record could not be decoded.
    public init(_ failure: DecodingFailure) {
        let stage: Stage =
            switch failure.code {
            case .missingDomain, .invalidDomain: .keyConverter
            case .domainMismatch, .wrongPartition: .transformation
            default: .valueConverter
            }
        self.init(
            stage: stage,
            code: failure.code.rawValue,
            pointer: failure.path,
            message: failure.description
        )
    }
}

/// Makes dead letters.
///
/// Key and value are the record's own bytes. Its headers are kept, except that at most
/// ``headerLimit`` of them are, that one of more than ``headerBytes`` bytes is left out whole,
/// since half a value could pass for a whole one, and that reasons of ours from an earlier failure
/// give way to the new ones. How many were left out stands in `muster-headers-dropped`.
public struct DeadLetterEncoder: Hashable, Sendable {
    /// How many of the record's own headers are kept at most.
    public static let headerLimit = 64
    /// How large a kept header may be, name and value together; also the limit of the message.
    public static let headerBytes = 4096

    private static let ownNames: Set = [
        "muster-error-code", "muster-error-pointer", "muster-headers-dropped",
        RecordOrigin.header,
    ]

    /// The consumer group, in the place of Connect's connector.
    public let group: String
    /// The worker's number or name within the group, in the place of Connect's task.
    public let worker: String

    /// Makes an encoder for one worker.
    public init(group: String, worker: String) {
        self.group = group
        self.worker = worker
    }

    /// The dead letter for a record.
    ///
    /// - Parameters:
    ///   - letter: Why it was put aside.
    ///   - record: The record as it came.
    ///   - topic: The name of the topic it came from.
    /// - Returns: a record for the topic of dead letters.
    public func record(
        of letter: DeadLetter,
        for record: InboundRecord,
        from topic: String
    ) -> OutboundRecord {
        let original = record.headers.filter { !Self.ownNames.contains($0.name) }
        var headers: [RecordHeader] = []
        for header in original where headers.count < Self.headerLimit {
            let size = header.name.utf8.count + (header.value?.count ?? 0)
            if size <= Self.headerBytes { headers.append(header) }
        }
        let dropped = original.count - headers.count
        let present = Set(headers.map(\.name))
        // Connect does not overwrite a reason that is there already: it is the first one.
        headers += errors(letter, record, topic).filter { !present.contains($0.name) }
        headers.append(RecordHeader("muster-error-code", letter.code))
        headers.append(RecordHeader("muster-error-pointer", truncated(letter.pointer)))
        // Connect's own may be those of an earlier failure.
        let origin = RecordOrigin(topic: topic, partition: record.partition, offset: record.offset)
        headers.append(RecordHeader(RecordOrigin.header, origin.text))
        if dropped > 0 { headers.append(RecordHeader("muster-headers-dropped", String(dropped))) }
        return OutboundRecord(
            topic: .deadLetters,
            key: record.key,
            value: record.value,
            headers: headers
        )
    }

    private func errors(
        _ letter: DeadLetter,
        _ record: InboundRecord,
        _ topic: String
    ) -> [RecordHeader] {
        [
            ("topic", topic),
            ("partition", String(record.partition)),
            ("offset", String(record.offset)),
            ("connector.name", group),
            ("task.id", worker),
            ("stage", letter.stage.rawValue),
            ("class.name", "muster.InboundDecoder"),
            ("exception.class.name", "muster.DecodingFailure"),
            ("exception.message", truncated(letter.message)),
        ].map { name, text in RecordHeader("__connect.errors." + name, text) }
    }

    /// The longest beginning of a text that fits into a header and ends with a whole character.
    private func truncated(_ text: String) -> String {
        guard text.utf8.count > Self.headerBytes else { return text }
        var count = 0
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= Self.headerBytes else { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
