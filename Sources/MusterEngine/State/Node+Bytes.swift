// A document is kept as the tree that it was read from, with every place: read again, it is the
// same document, its parameters can be set anew, and what is said of it points at the same lines.

import MusterPolicy

extension ByteWriter {
    /// A tree. A part that aliases repeat is written once, and named where it stands again: a
    /// short text can stand for a tree of very many nodes.
    ///
    /// - Complexity: O(nodes as written, aliases not expanded).
    mutating func tree(_ node: Node) {
        var writer = TreeWriter()
        writer.node(node, to: &self)
    }
}

extension ByteReader {
    /// A tree, with parts shared as they were.
    mutating func tree() throws(Flaw) -> Node {
        var reader = TreeReader()
        let node = try reader.node(from: &self, depth: 0)
        guard node.weight <= TreeReader.mostNodes else { throw TreeReader.tooLarge }
        return node
    }
}

/// What stands at the beginning of a node.
private enum Form: UInt8 {
    case null, no, yes, int, double, string
    case sequence, mapping
    /// A node that has been written before.
    case again
}

private struct TreeWriter {
    /// Nodes by the order in which they were begun.
    private var nodes: [ObjectIdentifier: Int] = [:]
    private var sources: [String: Int] = [:]
    private var last = Mark(line: 0, column: 0)

    mutating func node(_ node: Node, to writer: inout ByteWriter) {
        if let number = nodes[ObjectIdentifier(node)] {
            writer.byte(Form.again.rawValue)
            writer.count(number)
            return
        }
        nodes[ObjectIdentifier(node)] = nodes.count
        switch node.content {
        case .scalar(let scalar, let text, let isQuoted):
            self.scalar(scalar, text: text, to: &writer)
            writer.byte(isQuoted ? 1 : 0)
            writer.text(text)
            span(node.span, to: &writer)
        case .sequence(let items):
            writer.byte(Form.sequence.rawValue)
            span(node.span, to: &writer)
            writer.count(items.count)
            for item in items { self.node(item, to: &writer) }
        case .mapping(let entries):
            writer.byte(Form.mapping.rawValue)
            span(node.span, to: &writer)
            writer.count(entries.count)
            for entry in entries {
                writer.text(entry.key)
                span(entry.keySpan, to: &writer)
                self.node(entry.value, to: &writer)
            }
        }
    }

    private func scalar(_ scalar: Node.Scalar, text: String, to writer: inout ByteWriter) {
        switch scalar {
        case .null: writer.byte(Form.null.rawValue)
        case .bool(let value): writer.byte((value ? Form.yes : Form.no).rawValue)
        case .int(let value):
            writer.byte(Form.int.rawValue)
            writer.signed(Int64(value))
        case .double(let value):
            writer.byte(Form.double.rawValue)
            writer.unsigned(value.bitPattern)
        case .string(let value):
            writer.byte(Form.string.rawValue)
            // Mostly what was written is what it means.
            let isAsWritten = value.utf8.elementsEqual(text.utf8)
            writer.optional(isAsWritten ? nil : value) { $0.text($1) }
        }
    }

    /// A place, as the way from the place before.
    private mutating func span(_ span: SourceSpan, to writer: inout ByteWriter) {
        if let number = sources[span.source] {
            writer.count(number + 1)
        } else {
            writer.count(0)
            writer.text(span.source)
            sources[span.source] = sources.count
        }
        for mark in [span.start, span.end] {
            writer.signed(Int64(mark.line &- last.line))
            writer.signed(Int64(mark.column &- last.column))
            last = mark
        }
    }
}

private struct TreeReader {
    /// How deep a tree may nest; documents that are read from texts nest less.
    private static let mostLevels = 128
    /// The nodes that a tree may stand for, aliases expanded; what texts may is less.
    static let mostNodes = 1 << 20
    static let tooLarge = ByteReader.Flaw(problem: "stands for too many nodes")

    /// Nodes by the order in which they were begun; `nil` for those that are not complete.
    private var nodes: [Node?] = []
    private var sources: [String] = []
    private var last = Mark(line: 0, column: 0)

    mutating func node(
        from reader: inout ByteReader,
        depth: Int
    ) throws(ByteReader.Flaw) -> Node {
        guard depth < Self.mostLevels else {
            throw ByteReader.Flaw(problem: "nests too deep")
        }
        guard let form = Form(rawValue: try reader.byte()) else { throw .outOfRange }
        if form == .again {
            let number = try reader.count()
            guard number < nodes.count, let node = nodes[number] else {
                throw ByteReader.Flaw(problem: "repeats something that is not there")
            }
            return node
        }
        let number = nodes.count
        nodes.append(nil)
        let node = try node(form, from: &reader, depth: depth)
        nodes[number] = node
        return node
    }

    private mutating func node(
        _ form: Form,
        from reader: inout ByteReader,
        depth: Int
    ) throws(ByteReader.Flaw) -> Node {
        switch form {
        case .sequence:
            let span = try span(from: &reader)
            let length = try reader.length()
            var items: [Node] = []
            for _ in 0..<length { items.append(try node(from: &reader, depth: depth + 1)) }
            return Node(.sequence(items), at: span)
        case .mapping:
            let span = try span(from: &reader)
            let length = try reader.length()
            var entries: [Node.Entry] = []
            var keys: Set<String> = []
            for _ in 0..<length {
                let key = try reader.text()
                guard keys.insert(key).inserted else {
                    throw ByteReader.Flaw(problem: "names something twice")
                }
                let place = try self.span(from: &reader)
                let value = try node(from: &reader, depth: depth + 1)
                entries.append(Node.Entry(key: key, keySpan: place, value: value))
            }
            return Node(.mapping(entries), at: span)
        default:
            let value = try scalar(form, from: &reader)
            let quotes = try reader.byte()
            guard quotes <= 1 else { throw .outOfRange }
            let text = try reader.text()
            let span = try span(from: &reader)
            return Node(
                .scalar(value ?? .string(text), text: text, isQuoted: quotes == 1),
                at: span
            )
        }
    }

    /// The scalar; `nil` for a text that means what was written.
    private func scalar(
        _ form: Form,
        from reader: inout ByteReader
    ) throws(ByteReader.Flaw) -> Node.Scalar? {
        switch form {
        case .null: return .null
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .int: return .int(Int(try reader.signed()))
        case .double: return .double(Double(bitPattern: try reader.unsigned()))
        default:
            return try reader.optional { (reader) throws(ByteReader.Flaw) in try reader.text() }
                .map { .string($0) }
        }
    }

    private mutating func span(
        from reader: inout ByteReader
    ) throws(ByteReader.Flaw) -> SourceSpan {
        let number = try reader.count()
        if number == 0 { sources.append(try reader.text()) }
        let index = number == 0 ? sources.count - 1 : number - 1
        guard index < sources.count else { throw .outOfRange }
        let start = try mark(from: &reader)
        let end = try mark(from: &reader)
        return SourceSpan(source: sources[index], start: start, end: end)
    }

    private mutating func mark(from reader: inout ByteReader) throws(ByteReader.Flaw) -> Mark {
        last = Mark(
            line: last.line &+ Int(try reader.signed()),
            column: last.column &+ Int(try reader.signed())
        )
        return last
    }
}
