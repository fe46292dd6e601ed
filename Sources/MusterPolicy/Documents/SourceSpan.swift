// Places in a text. Every condition keeps the place it came from, so that what is said about it
// later, by the solver too, can point at the line.

/// A place in a text; lines and columns count from 1, columns in Unicode scalars.
public struct Mark: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, in Unicode scalars.
    public var column: Int

    /// Makes a mark; both numbers count from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }

    /// Whether `a` stands before `b` in one text.
    public static func < (a: Mark, b: Mark) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// A stretch of a named text.
public struct SourceSpan: Hashable, Sendable, CustomStringConvertible {
    /// What the text is called: a file's path as the user gave it, or a topic with its offset.
    public var source: String
    /// The first character.
    public var start: Mark
    /// Just behind the last character.
    public var end: Mark

    /// Makes a span from its parts.
    public init(source: String, start: Mark, end: Mark) {
        self.source = source
        self.start = start
        self.end = end
    }

    /// The place of something that was made by code, not read.
    public static let none = SourceSpan(
        source: "",
        start: Mark(line: 0, column: 0),
        end: Mark(line: 0, column: 0)
    )

    /// `source:line:column`.
    public var description: String { "\(source):\(start)" }
}
