// A text by lines, and lines as a terminal shows them. A record on a bus is often one line of a
// million characters, so a line is never looked at as a whole to show a part of it.

/// A text that findings point into.
struct SourceLines {
    private struct Line {
        var bytes: Range<Int>
        /// Then a column is a byte.
        var isASCII: Bool
    }

    private let bytes: [UInt8]
    private var lines: [Line] = []

    init(_ bytes: [UInt8]) {
        self.bytes = TextPosition.withoutByteOrderMark(bytes)
        var start = 0
        var isASCII = true
        for (index, byte) in self.bytes.enumerated() {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                let isSecondHalf =
                    byte == UInt8(ascii: "\n") && index > 0
                    && self.bytes[index - 1] == UInt8(ascii: "\r")
                if !isSecondHalf { lines.append(Line(bytes: start..<index, isASCII: isASCII)) }
                start = index + 1
                isASCII = true
            } else if byte >= 0x80 {
                isASCII = false
            }
        }
        lines.append(Line(bytes: start..<self.bytes.count, isASCII: isASCII))
    }

    /// The line that a span starts in, clipped to the width, and the cells to mark beneath it.
    ///
    /// - Returns: `nil` when the text has no such line.
    func excerpt(
        of span: SourceSpan,
        width: Int
    ) -> (line: String, marks: (offset: Int, count: Int))? {
        guard lines.indices.contains(span.start.line - 1) else { return nil }
        let line = lines[span.start.line - 1]
        let column = max(0, span.start.column - 1)
        // Only this many characters around the place are looked at. Nearly every character takes
        // a column or two, so they fill the width.
        let first = max(0, column - 2 * width)
        let (scalars, isCut) = scalars(of: line, from: first, count: 4 * width)
        let cells = scalars.map { Cell($0) }
        let place = min(column - first, cells.count)
        let isOneLine = span.end.line == span.start.line
        let end = isOneLine ? span.end.column - 1 - first : cells.count
        let marked = place..<min(max(place, end), cells.count)
        let window = window(cells, around: place, width: width, isWhole: first == 0 && !isCut)
        let before = window.lowerBound > 0 || first > 0
        let after = window.upperBound < cells.count || isCut
        let shown = cells[window].map(\.text).joined()
        let offset = cells[window.lowerBound..<place].reduce(before ? 1 : 0) { $0 + $1.width }
        let count = cells[marked.clamped(to: window)].reduce(0) { $0 + $1.width }
        return ((before ? "…" : "") + shown + (after ? "…" : ""), (offset, max(1, count)))
    }

    /// The cells to show: all of them where they fit, else from a third of the width before.
    private func window(
        _ cells: [Cell],
        around place: Int,
        width: Int,
        isWhole: Bool
    ) -> Range<Int> {
        let total = cells.reduce(0) { $0 + $1.width }
        if isWhole, total <= width { return 0..<cells.count }
        var start = place
        var room = width / 3
        while start > 0, room >= cells[start - 1].width {
            start -= 1
            room -= cells[start].width
        }
        var end = start
        room = width - 2
        while end < cells.count, room >= cells[end].width {
            room -= cells[end].width
            end += 1
        }
        // What the end of the line leaves free goes to what is before.
        while start > 0, room >= cells[start - 1].width {
            start -= 1
            room -= cells[start].width
        }
        return start..<max(end, place)
    }

    /// Some characters of a line, and whether the line goes on behind them.
    private func scalars(
        of line: Line,
        from first: Int,
        count: Int
    ) -> (scalars: [Unicode.Scalar], isCut: Bool) {
        var start = line.bytes.lowerBound
        if line.isASCII {
            start = min(start + first, line.bytes.upperBound)
        } else {
            var passed = 0
            while start < line.bytes.upperBound, passed < first || isContinuation(bytes[start]) {
                if !isContinuation(bytes[start]) { passed += 1 }
                start += 1
            }
        }
        let end = min(start + 4 * count, line.bytes.upperBound)
        let text = String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars
        let some = Array(text.prefix(count))
        return (some, end < line.bytes.upperBound || some.count < text.count)
    }

    private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// A character as a terminal shows it.
private struct Cell {
    let text: String
    let width: Int

    init(_ scalar: Unicode.Scalar) {
        if scalar == "\t" {
            (text, width) = ("    ", 4)
        } else if !scalar.isPrintable {
            (text, width) = ("\u{FFFD}", 1)
        } else {
            (text, width) = (String(Character(scalar)), scalar.terminalWidth)
        }
    }
}

extension Unicode.Scalar {
    /// Whether a terminal may be given it: no controls, and nothing that turns the direction of
    /// the text around it, which could show another meaning than the one that is read.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .surrogate, .lineSeparator, .paragraphSeparator: false
        default:
            !(0x202A...0x202E).contains(value) && !(0x2066...0x2069).contains(value)
        }
    }

    /// The columns that it takes: 2 for East Asian wide characters and emoji, 0 for marks.
    fileprivate var terminalWidth: Int {
        switch value {
        case 0..<0x300: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default: break
        }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return properties.isEmojiPresentation ? 2 : 1
        }
    }
}

extension String {
    /// The text with everything replaced that a terminal should not be given.
    package var printable: String {
        guard !unicodeScalars.allSatisfy(\.isPrintable) else { return self }
        return String(
            String.UnicodeScalarView(unicodeScalars.map { $0.isPrintable ? $0 : "\u{FFFD}" })
        )
    }
}
