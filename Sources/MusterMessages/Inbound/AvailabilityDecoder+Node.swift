// Availability events in YAML are rare. They are written as JSON and decoded by the one decoder, so
// that an event means the same in both languages and is checked by the same rules.

public import MusterModel
public import MusterPolicy

extension AvailabilityDecoder {
    /// Decodes an event from a document's tree.
    ///
    /// - Parameters:
    ///   - node: The tree.
    ///   - timestamp: When resources that do not say `observedAt` were observed.
    /// - Returns: The reports in the order written, each field with the contract's default.
    /// - Throws: The first thing that is wrong with it.
    public func decode(
        _ node: Node,
        timestamp: Instant
    ) throws(DecodingFailure) -> AvailabilityEvent {
        // Aliases stand for copies once they are written out.
        guard node.weight <= 2_000_000 else {
            throw DecodingFailure(
                code: .tooLarge,
                reason: "the document holds too many values once its aliases are expanded",
                help: "use fewer aliases, or several records"
            )
        }
        var writer = JSONWriter()
        writer.value(node)
        do {
            return try decode(writer.bytes, timestamp: timestamp)
        } catch {
            var failure = error
            failure.offset = nil
            throw failure
        }
    }
}

extension JSONWriter {
    fileprivate mutating func value(_ node: Node) {
        switch node.content {
        case .scalar(.null, _, _): null()
        case .scalar(.bool(let value), _, _): bool(value)
        case .scalar(.int(let value), _, _): integer(value)
        case .scalar(.double(let value), let text, _):
            // JSON has no infinity; as a string it is refused wherever a number belongs.
            if value.isFinite { token("\(value)") } else { string(text) }
        case .scalar(.string(let value), _, _): string(value)
        case .sequence(let nodes): array(nodes) { $0.value($1) }
        case .mapping(let entries):
            object { object in
                for entry in entries {
                    object.key(entry.key)
                    object.value(entry.value)
                }
            }
        }
    }
}
