// A document that the bus has set, and what is remembered of one from a file.

import MusterModel
import MusterPolicy

extension DocumentKind {
    /// The byte that stands for the kind in keys.
    var tag: UInt8 {
        switch self {
        case .policy: 0x70  // p
        case .serviceGroup: 0x67  // g
        case .maintenance: 0x6D  // m
        case .guardrail: 0x6C  // l
        }
    }

    init?(tag: UInt8) {
        guard let kind = Self.allCases.first(where: { $0.tag == tag }) else { return nil }
        self = kind
    }
}

extension Baseline.Entry {
    /// The record's value, version included: the tree, and the parameters set since.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 512)
        writer.byte(StateKey.Kind.document.version)
        writer.tree(source)
        writer.optional(parameters) { $0.tree($1) }
        return writer.bytes
    }

    /// Reads a value behind its version, and the document again from its tree.
    init(
        _ reader: inout ByteReader,
        named name: Configuration.Name,
        zones: TimeZones
    ) throws(ByteReader.Flaw) {
        let source = try reader.tree()
        let parameters = try reader.optional { (reader) throws(ByteReader.Flaw) in
            try reader.tree()
        }
        try reader.finish()
        let (document, diagnostics) = DocumentReader.document(
            name.kind,
            from: source,
            parameters: parameters,
            zones: zones
        )
        guard let document else {
            let finding = diagnostics.first { $0.severity == .error }
            throw ByteReader.Flaw(
                problem: "holds a document that is not valid: "
                    + (finding.map { "\($0.span): \($0.message)" } ?? "it cannot be read")
            )
        }
        guard Configuration.name(of: document) == name else {
            throw ByteReader.Flaw(problem: "holds another document")
        }
        self.init(document, source: source, parameters: parameters)
    }
}

/// What is remembered of a document of the baseline: enough to tell whether it is the same.
enum BaselineRecord {
    static func encoded(_ digest: UInt128) -> [UInt8] {
        var writer = ByteWriter(capacity: 24)
        writer.byte(StateKey.Kind.baseline.version)
        writer.unsigned(UInt64(truncatingIfNeeded: digest >> 64))
        writer.unsigned(UInt64(truncatingIfNeeded: digest))
        return writer.bytes
    }

    /// Reads a value behind its version.
    static func digest(_ reader: inout ByteReader) throws(ByteReader.Flaw) -> UInt128 {
        let high = UInt128(try reader.unsigned())
        let low = UInt128(try reader.unsigned())
        try reader.finish()
        return high << 64 | low
    }
}
