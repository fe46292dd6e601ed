// From a record to an event for a domain. Envelopes and reports are decoded by MusterMessages,
// documents by MusterYAML and MusterPolicy; this is where they meet.

internal import MusterMessages
internal import MusterModel
internal import MusterPolicy
internal import MusterYAML

/// What a record says, and to whom.
struct DecodedRecord {
    enum Content {
        case reports([Report])
        case configuration([ConfigurationChange])
    }

    var domain: DomainID
    var content: Content
    var traceParent: TraceParent?
}

/// A record that cannot be used.
struct BadRecord: Error {
    /// Why.
    var letter: DeadLetter
    /// The domain that it was for; `nil` when that is not known, or not in the record's partition.
    var domain: DomainID?
}

/// Decodes records, for one topic layout.
struct RecordDecoder: Sendable {
    private let topics: Settings.Topics
    private let inbound = InboundDecoder { text in YAML.read(text, source: "value") }
    private let availability = AvailabilityDecoder()

    init(_ topics: Settings.Topics) { self.topics = topics }

    /// The partition that a domain's records belong to.
    func partition(of domain: DomainID, of count: Int) -> Int32 {
        Partitioner.partition(forKey: domain.name.utf8, count: Int32(count))
    }

    /// What a record of a batch says, if it is a plain report of one resource of the domain that
    /// is its key.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - batch: Its batch.
    ///   - layout: How the last report was written.
    ///   - isBrief: Whether to look only whether it is one that is known, see
    ///     ``AvailabilityDecoder/glimpse(in:_:timestamp:layout:)``.
    /// - Returns: `nil` where it is anything else.
    func sighting(
        _ record: RecordBatch.Record,
        in batch: borrowing RecordBatch,
        layout: inout ReportLayout,
        isBrief: Bool
    ) -> Sighting? {
        guard record.lane.topic == .availability, record.headers.isEmpty, let key = record.key,
            let value = record.value
        else { return nil }
        let timestamp = Instant(milliseconds: record.timestamp ?? 0)
        let sighting =
            if isBrief {
                availability.glimpse(
                    in: batch.bytes,
                    value,
                    timestamp: timestamp,
                    layout: &layout
                )
            } else {
                availability.sighting(
                    in: batch.bytes,
                    value,
                    timestamp: timestamp,
                    layout: &layout
                )
            }
        if let domain = sighting?.domain {
            let bytes = batch.bytes.span
            guard bytes.extracting(domain).hasBytes(of: bytes.extracting(key)) else { return nil }
        }
        return sighting
    }

    /// Decodes a record of a topic with so many partitions.
    func decode(
        _ record: InboundRecord,
        partitions: Int
    ) throws(BadRecord) -> DecodedRecord {
        do throws(DecodingFailure) {
            let message = try inbound.decode(record, partitions: Int32(partitions))
            switch message.content {
            case .availability(let domain, let reports):
                return DecodedRecord(
                    domain: domain,
                    content: .reports(reports),
                    traceParent: message.traceParent
                )
            case .configuration(let key, let payload, let format):
                let text = text(payload, format, of: record)
                let domain =
                    if let key { key } else { try domain(named: text, of: record, partitions) }
                return DecodedRecord(
                    domain: domain,
                    content: .configuration(try changes(in: text, for: domain)),
                    traceParent: message.traceParent
                )
            }
        } catch {
            throw BadRecord(
                letter: DeadLetter(error),
                domain: keyDomain(of: record, partitions: partitions)
            )
        }
    }

    /// The domain that the body of a record without a key names; `nil` when it names none.
    func domain(ofUnkeyed record: InboundRecord) -> DomainID? {
        guard let message = try? inbound.decode(record) else { return nil }
        switch message.content {
        case .availability(let domain, _): return domain
        case .configuration(let key, let payload, let format):
            return key ?? Self.domain(named: text(payload, format, of: record).nodes().nodes)
        }
    }

    /// The domain of a record's key, if the record is where that belongs.
    private func keyDomain(of record: InboundRecord, partitions: Int) -> DomainID? {
        guard let key = record.key, (1...253).contains(key.count),
            let name = String(validating: key, as: UTF8.self)
        else { return nil }
        let domain = DomainID(name)
        return partition(of: domain, of: partitions) == record.partition ? domain : nil
    }

    private func domain(
        named text: DocumentText,
        of record: InboundRecord,
        _ partitions: Int
    ) throws(DecodingFailure) -> DomainID {
        guard let domain = Self.domain(named: text.nodes().nodes) else {
            throw DecodingFailure(
                code: .missingDomain,
                path: "/domain",
                reason: "neither the key nor the value names a domain",
                help: "key the record by its domain"
            )
        }
        let right = partition(of: domain, of: partitions)
        guard right == record.partition else {
            throw DecodingFailure(
                code: .wrongPartition,
                reason:
                    "the domain `\(domain)` belongs to partition \(right), not \(record.partition)",
                help: "key the record by its domain, with the partitioner `murmur2_random`"
            )
        }
        return domain
    }

    /// The first domain that documents name.
    private static func domain(named documents: [Node]) -> DomainID? {
        for document in documents {
            if case .sequence(let nodes) = document.content {
                if let domain = domain(named: nodes) { return domain }
            } else if case .scalar(.string(let name), _, _)? = document["domain"]?.content,
                (1...253).contains(name.utf8.count)
            {
                return DomainID(name)
            }
        }
        return nil
    }

    private func changes(
        in text: DocumentText,
        for domain: DomainID
    ) throws(DecodingFailure) -> [ConfigurationChange] {
        let (changes, diagnostics) = DocumentText.read(
            [text],
            from: .bus,
            expectedDomain: domain,
            zones: .system
        )
        let errors = diagnostics.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw DecodingFailure(
                code: .invalidValue,
                reason: errors.prefix(5).map { "\($0.span): \($0.message)" }
                    .joined(separator: "; "),
                help: errors.lazy.compactMap(\.help).first ?? "correct the document"
            )
        }
        return changes
    }

    /// The payload as a text with a name. Where nobody says what it is written in, it is JSON if
    /// it begins and reads like that, else YAML.
    private func text(
        _ payload: [UInt8],
        _ format: ContentFormat,
        of record: InboundRecord
    ) -> DocumentText {
        let topic = topics.name(of: record.topic)
        var text = DocumentText(
            source: "\(topic)[\(record.partition)]@\(record.offset)",
            bytes: payload,
            format: format == .json ? .json : .yaml
        )
        guard format == .unspecified else { return text }
        let first = payload.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return text }
        // YAML's own flow style begins in the same way.
        let isYAML = !text.nodes().diagnostics.hasErrors
        text.format = .json
        guard text.nodes().diagnostics.hasErrors, isYAML else { return text }
        text.format = .yaml
        return text
    }
}
