// From byte offsets to lines and columns, for findings about the bytes of a text themselves.

/// Places in the bytes of a text.
package enum TextPosition {
    /// The line and column of a byte: `\n`, `\r\n` and `\r` end a line, columns count scalars.
    ///
    /// - Complexity: O(offset), so for findings that end the reading.
    package static func mark(ofByte offset: Int, in bytes: [UInt8]) -> Mark {
        var mark = Mark(line: 1, column: 1)
        for index in 0..<min(offset, bytes.count) {
            let byte = bytes[index]
            let endsLine =
                byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
                    && !(index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n"))
            if endsLine {
                mark = Mark(line: mark.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                mark.column += 1
            }
        }
        return mark
    }

    /// The span of one character that starts at a byte.
    package static func span(
        ofByte offset: Int,
        in bytes: [UInt8],
        source: String
    ) -> SourceSpan {
        let start = mark(ofByte: offset, in: bytes)
        return SourceSpan(
            source: source,
            start: start,
            end: Mark(line: start.line, column: start.column + 1)
        )
    }

    /// What makes the bytes unusable as text, if anything: too many of them, or no valid UTF-8.
    /// A byte order mark must be stripped before.
    package static func problem(
        in bytes: [UInt8],
        source: String,
        limits: DocumentLimits
    ) -> Diagnostic? {
        guard bytes.count <= limits.bytes else {
            return Diagnostic(
                "too-large",
                "the text has \(bytes.count) bytes, the limit is \(limits.bytes)",
                at: span(ofByte: 0, in: bytes, source: source)
            )
        }
        do {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            let offset = error.byteOffsets.lowerBound
            let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            let byte = String(bytes[offset], radix: 16, uppercase: true)
            return Diagnostic(
                "invalid-utf8",
                "the byte 0x\(byte) is not valid UTF-8 here",
                at: span(ofByte: offset, in: bytes, source: source),
                help: isUTF16
                    ? "this looks like UTF-16; save the text as UTF-8" : "save the text as UTF-8"
            )
        }
    }

    /// The bytes without a leading byte order mark.
    package static func withoutByteOrderMark(_ bytes: [UInt8]) -> [UInt8] {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }
}

extension String {
    /// The text in backquotes, cut where it is long, for use in a message.
    package var quoted: String {
        let most = 48
        guard unicodeScalars.count > most else { return "`\(self)`" }
        return "`\(String(String.UnicodeScalarView(unicodeScalars.prefix(most))))…`"
    }
}
