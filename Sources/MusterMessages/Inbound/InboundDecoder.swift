// From a record to what it says: which envelope it is in, which language it is written in, which
// domain it is for. Whatever is wrong is a value to be dead-lettered; nothing here stops the
// worker.

internal import MusterModel
public import MusterPolicy

/// Decodes the records of the inbound topics.
public struct InboundDecoder: Sendable {
    /// Reads YAML; another module's business, because it takes a C library.
    public typealias YAMLReader =
        @Sendable (_ text: [UInt8]) -> (documents: [Node], diagnostics: [Diagnostic])

    private let availability = AvailabilityDecoder()
    private let readYAML: YAMLReader?

    /// Makes a decoder; without a reader of YAML, availability events in YAML are refused.
    public init(readYAML: YAMLReader? = nil) { self.readYAML = readYAML }

    /// Decodes one record.
    ///
    /// - Parameters:
    ///   - record: The record as it came.
    ///   - partitions: The topic's number of partitions; with it, a record that is in another than
    ///     its domain's is refused.
    /// - Returns: What it says.
    /// - Throws: Why it must go to the dead letters.
    public func decode(
        _ record: InboundRecord,
        partitions: Int32? = nil
    ) throws(DecodingFailure) -> InboundMessage {
        let key = try record.key.map { key throws(DecodingFailure) in try Self.domain(key) }
        let body = try InboundBody(record)
        let content: InboundMessage.Content
        switch record.topic {
        case .availability:
            let event = try event(record, body)
            let domain = try Self.domain(key: key, body: event.domain)
            content = .availability(domain, event.reports)
            try Self.check(domain, isIn: record.partition, of: partitions)
        case .configuration:
            guard let payload = body.bytes else {
                throw DecodingFailure(
                    code: .missingValue,
                    reason: "the value is null",
                    help: "send a document; `deleted: true` withdraws one"
                )
            }
            content = .configuration(key: key, payload: payload, body.format)
            if let key { try Self.check(key, isIn: record.partition, of: partitions) }
        }
        return InboundMessage(content, traceParent: body.traceParent)
    }

    private func event(
        _ record: InboundRecord,
        _ body: InboundBody
    ) throws(DecodingFailure) -> AvailabilityEvent {
        guard let payload = body.payload else {
            guard record.value == nil else {
                throw DecodingFailure(
                    code: .missingValue,
                    reason: "the envelope holds no data",
                    help: "put the report into `data`; a null value removes a resource"
                )
            }
            return AvailabilityEvent(reports: [.removed(try Self.removedResource(record))])
        }
        if body.format == .yaml {
            return try availability.decode(try node(payload.bytes), timestamp: record.timestamp)
        }
        do {
            return try availability.decode(
                payload.buffer,
                in: payload.range,
                timestamp: record.timestamp
            )
        } catch {
            var failure = error
            failure.path = payload.path + error.path
            if !payload.isInPlace { failure.offset = nil }
            throw failure
        }
    }

    /// The only document of a text in YAML.
    private func node(_ text: [UInt8]) throws(DecodingFailure) -> Node {
        guard let readYAML else {
            throw DecodingFailure(
                code: .unsupportedContentType,
                reason: "the value is YAML",
                help: "send JSON"
            )
        }
        let (documents, diagnostics) = readYAML(text)
        if let error = diagnostics.first(where: { $0.severity == .error }) {
            throw DecodingFailure(
                code: .invalidYAML,
                reason: "\(error.message), at \(error.span.start)",
                help: error.help ?? "write YAML 1.2"
            )
        }
        guard documents.count == 1 else {
            throw DecodingFailure(
                code: .invalidYAML,
                reason: "there are \(documents.count) documents",
                help: "send one event in each record; `resources` carries many reports"
            )
        }
        return documents[0]
    }

    /// A null value removes the resource that the header names.
    private static func removedResource(
        _ record: InboundRecord
    ) throws(DecodingFailure) -> ResourceID {
        guard let bytes = record.header("resource"),
            let name = String(validating: bytes, as: UTF8.self),
            (1...AvailabilityLimits.nameBytes).contains(bytes.count)
        else {
            throw DecodingFailure(
                code: .missingValue,
                reason: "the value is null and no header `resource` says what is removed",
                help: "name the resource in the header `resource`, in 1 to 253 bytes of UTF-8"
            )
        }
        return ResourceID(name)
    }
}

// MARK: - Domains

extension InboundDecoder {
    private static func domain(_ key: [UInt8]) throws(DecodingFailure) -> DomainID {
        guard (1...AvailabilityLimits.nameBytes).contains(key.count),
            let name = String(validating: key, as: UTF8.self)
        else {
            throw DecodingFailure(
                code: .invalidDomain,
                reason: "the key is no name of a domain",
                help: "key the record by its domain: 1 to 253 bytes of UTF-8"
            )
        }
        return DomainID(name)
    }

    private static func domain(
        key: DomainID?,
        body: DomainID?
    ) throws(DecodingFailure) -> DomainID {
        guard let domain = key ?? body else {
            throw DecodingFailure(
                code: .missingDomain,
                path: "/domain",
                reason: "neither the key nor the value names a domain",
                help: "key the record by its domain"
            )
        }
        if let body, !isSame(body.name, domain.name) {
            throw DecodingFailure(
                code: .domainMismatch,
                path: "/domain",
                reason: "the value is for the domain `\(body)`, the key says `\(domain)`",
                help: "key a record by its domain, and leave `domain` out"
            )
        }
        return domain
    }

    private static func check(
        _ domain: DomainID,
        isIn partition: Int32,
        of count: Int32?
    ) throws(DecodingFailure) {
        guard let count else { return }
        let right = Partitioner.partition(forKey: domain.name.utf8, count: count)
        guard right != partition else { return }
        throw DecodingFailure(
            code: .wrongPartition,
            reason: "the domain `\(domain)` belongs to partition \(right), not \(partition)",
            help: "key the record by its domain, with the partitioner `murmur2_random`"
        )
    }
}
