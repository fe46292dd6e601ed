// Fields that an event has and that mean nothing here. Any are allowed, so that producers may carry
// more; a person who wrote one by hand would like to hear of a slip.

extension AvailabilityDecoder {
    /// The names of the fields that decoding passes over, of the event and of the elements of its
    /// list, in the order written.
    ///
    /// - Parameters:
    ///   - bytes: A buffer that holds an event that can be decoded.
    ///   - range: Where it stands in the buffer; the whole of it by default.
    /// - Returns: the names, with repetitions; those before the first flaw where there is one.
    /// - Complexity: O(bytes).
    public func unknownFields(_ bytes: [UInt8], in range: Range<Int>? = nil) -> [String] {
        var search = UnknownFields(json: JSONScanner(bytes, in: range ?? bytes.indices))
        do throws(Flaw) {
            try search.fields(ofElement: false)
        } catch {
            // The decoder says what is wrong with it.
        }
        return search.names
    }
}

private struct UnknownFields {
    var json: JSONScanner
    var names: [String] = []

    mutating func fields(ofElement isElement: Bool) throws(Flaw) {
        guard try json.enterObject(or: .notObject) else { return }
        repeat {
            let key = try json.key()
            let field = AvailabilityField(key, in: json)
            if field == nil { names.append(json.string(key)) }
            guard field == .resources, !isElement else {
                try json.skipValue()
                continue
            }
            guard try !json.takeNull(), try json.enterArray(or: .notArray) else { continue }
            repeat { try fields(ofElement: true) } while try json.nextElement()
        } while try json.nextMember()
    }
}
