// An open alert is the notice that opened it: what resolves it repeats most of that.

import MusterModel

extension Notice {
    /// The record's value, version included. Domain and fingerprint stand in the key.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.byte(StateKey.Kind.alert.version)
        writer.text(id)
        writer.text(kind.rawValue)
        writer.text(severity.rawValue)
        writer.text(status.rawValue)
        writer.optional(policy) { $0.text($1) }
        writer.text(summary)
        writer.optional(outlook) { writer, outlook in
            switch outlook {
            case .never: writer.byte(0)
            case .recovery(let resources):
                writer.byte(1)
                writer.texts(resources.map(\.name))
            }
        }
        writer.count(explanation.count)
        for reason in explanation {
            writer.text(reason.source)
            writer.text(reason.condition)
            writer.optional(reason.place) { $0.text($1) }
            writer.text(reason.needs)
            writer.text(reason.has)
        }
        // The words are what people may be shown again.
        writer.texts(suggestions.map(\.text))
        writer.signed(startsAt.milliseconds)
        writer.optional(endsAt) { $0.signed($1.milliseconds) }
        writer.count(changed.count)
        for change in changed {
            writer.text(change.subject)
            writer.text(change.from)
            writer.text(change.to)
        }
        return writer.bytes
    }

    /// Reads a value behind its version.
    init(
        _ reader: inout ByteReader,
        domain: DomainID,
        fingerprint: String
    ) throws(ByteReader.Flaw) {
        self.init(
            id: try reader.text(),
            domain: domain,
            kind: try reader.word(),
            severity: try reader.word(),
            status: try reader.word(),
            fingerprint: fingerprint,
            policy: try reader.optional { (reader) throws(ByteReader.Flaw) in try reader.text() },
            summary: try reader.text(),
            outlook: try reader.optional { (reader) throws(ByteReader.Flaw) in
                switch try reader.byte() {
                case 0: return .never
                case 1: return .recovery(try reader.texts().map { ResourceID($0) })
                default: throw .outOfRange
                }
            },
            explanation: try reader.list { (reader) throws(ByteReader.Flaw) in
                Reason(
                    source: try reader.text(),
                    condition: try reader.text(),
                    place: try reader.optional { (reader) throws(ByteReader.Flaw) in
                        try reader.text()
                    },
                    needs: try reader.text(),
                    has: try reader.text()
                )
            },
            suggestions: try reader.texts().map { Suggestion($0) },
            startsAt: Instant(milliseconds: try reader.signed()),
            endsAt: try reader.optional { (reader) throws(ByteReader.Flaw) in
                Instant(milliseconds: try reader.signed())
            },
            changed: try reader.list { (reader) throws(ByteReader.Flaw) in
                Change(
                    subject: try reader.text(),
                    from: try reader.text(),
                    to: try reader.text()
                )
            }
        )
        try reader.finish()
    }
}

extension ByteReader {
    /// One of the words that a type knows.
    fileprivate mutating func word<Word: RawRepresentable<String>>() throws(Flaw) -> Word {
        guard let word = Word(rawValue: try text()) else {
            throw Flaw(problem: "has a word that is not known")
        }
        return word
    }

    /// A list behind its length.
    fileprivate mutating func list<Element>(
        _ read: (inout Self) throws(Flaw) -> Element
    ) throws(Flaw) -> [Element] {
        let length = try length()
        var result: [Element] = []
        for _ in 0..<length { result.append(try read(&self)) }
        return result
    }
}
