// The one owner of a libyaml parser. Everything that is unsafe about libyaml ends in this file:
// what leaves it are Swift values.

internal import CLibYAML
internal import MusterPolicy

/// A stretch of text as libyaml counts it, turned to lines and columns from 1.
struct Stretch {
    var start: Mark
    var end: Mark
}

/// One step of a YAML stream.
struct YAMLEvent {
    enum Kind {
        case documentStart
        case scalar(text: String, isPlain: Bool)
        case sequenceStart(isFlow: Bool)
        case mappingStart(isFlow: Bool)
        case collectionEnd
        case alias(String)
        /// Something without content, such as the start of the stream.
        case mark
    }

    var kind: Kind
    var stretch: Stretch
    var anchor: String?
    var tag: String?
}

/// Why reading ends early.
enum ReadingError: Error {
    /// libyaml refuses the text.
    case syntax(SyntaxError)
    /// A finding that cannot be carried on from.
    case finding(Diagnostic)
}

/// What libyaml says of text that it refuses, in its words.
struct SyntaxError {
    var problem: String
    var place: Mark
    /// The byte, where libyaml knows no line.
    var offset: Int?
    var context: (text: String, place: Mark)?
}

/// Owns a `yaml_parser_t` and the bytes it reads, from `yaml_parser_initialize` to
/// `yaml_parser_delete`. Used by one thread at a time; running out of memory traps.
@safe
struct EventParser: ~Copyable {
    /// On the heap, because libyaml keeps its address while reading.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// libyaml reads from these bytes until the parser is deleted.
    private let input: UnsafeMutableBufferPointer<UInt8>
    private var isAtEnd = false

    init(_ bytes: [UInt8]) {
        unsafe input = UnsafeMutableBufferPointer.allocate(capacity: bytes.count)
        _ = unsafe input.initialize(from: bytes)
        unsafe parser = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        precondition(unsafe yaml_parser_initialize(parser) == 1, "out of memory")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deinitialize(count: 1)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next step, or `nil` behind the last.
    mutating func next() throws(ReadingError) -> YAMLEvent? {
        guard !isAtEnd else { return nil }
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else {
            isAtEnd = true
            throw .syntax(syntaxError())
        }
        // libyaml gave the event strings of its own; they are copied below, then freed here.
        defer { unsafe yaml_event_delete(&event) }
        if unsafe event.type == YAML_STREAM_END_EVENT {
            isAtEnd = true
            return nil
        }
        return unsafe converted(event)
    }

    private func converted(_ event: yaml_event_t) -> YAMLEvent {
        let stretch = unsafe Stretch(start: Mark(event.start_mark), end: Mark(event.end_mark))
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT:
            return YAMLEvent(kind: .documentStart, stretch: stretch)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            return unsafe YAMLEvent(
                kind: .scalar(text: text, isPlain: isPlain),
                stretch: stretch,
                anchor: string(scalar.anchor),
                tag: string(scalar.tag)
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            let isFlow = unsafe start.style == YAML_FLOW_SEQUENCE_STYLE
            return unsafe YAMLEvent(
                kind: .sequenceStart(isFlow: isFlow),
                stretch: stretch,
                anchor: string(start.anchor),
                tag: string(start.tag)
            )
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            let isFlow = unsafe start.style == YAML_FLOW_MAPPING_STYLE
            return unsafe YAMLEvent(
                kind: .mappingStart(isFlow: isFlow),
                stretch: stretch,
                anchor: string(start.anchor),
                tag: string(start.tag)
            )
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return YAMLEvent(kind: .collectionEnd, stretch: stretch)
        case YAML_ALIAS_EVENT:
            let name = unsafe string(event.data.alias.anchor) ?? ""
            return YAMLEvent(kind: .alias(name), stretch: stretch)
        default:
            return YAMLEvent(kind: .mark, stretch: stretch)
        }
    }

    private func syntaxError() -> SyntaxError {
        let state = unsafe parser.pointee
        let problem = unsafe state.problem.map { unsafe String(cString: $0) } ?? "unreadable"
        // Reader errors carry no line, only a byte offset.
        let isReader = unsafe state.error == YAML_READER_ERROR
        var error = unsafe SyntaxError(problem: problem, place: Mark(state.problem_mark))
        if isReader { error.offset = unsafe Int(state.problem_offset) }
        if let context = unsafe state.context {
            error.context = unsafe (String(cString: context), Mark(state.context_mark))
        }
        return error
    }

    private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe text.map { unsafe String(cString: $0) }
    }
}

extension Mark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
