// Builds trees from the steps of a stream, and finds what libyaml lets pass: repeated keys,
// aliases of aliases, cycles, merge keys.

internal import MusterPolicy

/// A list or mapping that is being read.
private struct Frame {
    enum Kind { case sequence, mapping }

    var kind: Kind
    var isFlow: Bool
    var start: Mark
    /// Where its last part ended: the end of a block collection is the next thing's start.
    var end: Mark
    var anchor: String?
    var items: [Node] = []
    var entries: [Node.Entry] = []
    var places: [String: SourceSpan] = [:]
    var key: (text: String, span: SourceSpan, isPlain: Bool)?
}

/// A stream turned into trees, step by step.
struct TreeBuilder {
    private(set) var documents: [Node] = []
    private(set) var findings: DiagnosticList
    private let source: String
    private let limits: DocumentLimits
    private var frames: [Frame] = []
    private var anchors: [String: Node] = [:]
    /// Anchors whose node is not complete: an alias to one would be a cycle.
    private var openAnchors: Set<String> = []
    private var nodes = 0
    private var weight = 0
    private var documentStarts = 0

    init(source: String, limits: DocumentLimits) {
        self.source = source
        self.limits = limits
        findings = DiagnosticList(limit: limits.diagnostics)
    }

    mutating func append(_ finding: Diagnostic) { findings.append(finding) }

    /// Takes the next step.
    ///
    /// - Throws: a finding that reading cannot go on after.
    mutating func take(_ event: YAMLEvent) throws(ReadingError) {
        let span = SourceSpan(source: source, start: event.stretch.start, end: event.stretch.end)
        switch event.kind {
        case .mark: break
        case .documentStart: try startDocument(at: span)
        case .scalar(let text, let isPlain):
            try count(at: span)
            let node = try scalar(text, isPlain: isPlain, tag: event.tag, at: span)
            if let anchor = event.anchor { anchors[anchor] = node }
            try add(node, text: text, isPlain: isPlain)
        case .sequenceStart(let isFlow):
            try open(.sequence, isFlow: isFlow, event, at: span)
        case .mappingStart(let isFlow):
            try open(.mapping, isFlow: isFlow, event, at: span)
        case .collectionEnd: try close(at: span)
        case .alias(let name): try alias(name, at: span)
        }
    }

    private mutating func startDocument(at span: SourceSpan) throws(ReadingError) {
        anchors = [:]
        openAnchors = []
        documentStarts += 1
        guard documentStarts <= limits.documents else {
            throw stop("too-many-documents", "more than \(limits.documents) documents", at: span)
        }
    }

    private mutating func alias(_ name: String, at span: SourceSpan) throws(ReadingError) {
        try count(at: span)
        guard !openAnchors.contains(name) else {
            throw stop(
                "cyclic-alias",
                "the alias \("*\(name)".quoted) stands inside what it repeats",
                at: span
            )
        }
        guard let node = anchors[name] else {
            throw stop(
                "unknown-alias",
                "the alias \("*\(name)".quoted) repeats nothing",
                at: span,
                help: Spelling.nearest(to: name, among: anchors.keys.sorted()).map {
                    "did you mean `*\($0)`?"
                } ?? "mark what it repeats with `&\(name)`, above in the same document"
            )
        }
        guard case .scalar(_, let text, let isQuoted) = node.content else {
            return try add(node, text: nil, isPlain: false, at: span)
        }
        try add(node, text: text, isPlain: !isQuoted, at: span)
    }

    private mutating func open(
        _ kind: Frame.Kind,
        isFlow: Bool,
        _ event: YAMLEvent,
        at span: SourceSpan
    ) throws(ReadingError) {
        try count(at: span)
        guard frames.count < limits.depth else {
            throw stop("too-deep", "nested deeper than \(limits.depth) levels", at: span)
        }
        let tags =
            kind == .mapping ? ["tag:yaml.org,2002:map", "!"] : ["tag:yaml.org,2002:seq", "!"]
        if let tag = event.tag, !tags.contains(tag) { refuseTag(tag, at: span) }
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        frames.append(
            Frame(
                kind: kind,
                isFlow: isFlow,
                start: span.start,
                end: span.end,
                anchor: event.anchor
            )
        )
    }

    private mutating func close(at span: SourceSpan) throws(ReadingError) {
        guard let frame = frames.popLast() else { return }
        let place = SourceSpan(
            source: source,
            start: frame.start,
            end: frame.isFlow ? span.end : frame.end
        )
        let content: Node.Content =
            frame.kind == .mapping ? .mapping(frame.entries) : .sequence(frame.items)
        let node = Node(content, at: place)
        if let anchor = frame.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = node
        }
        try add(node, text: nil, isPlain: false)
    }

    /// Puts a complete node where it belongs; `text` is there for scalars, which can be keys.
    private mutating func add(
        _ node: Node,
        text: String?,
        isPlain: Bool,
        at place: SourceSpan? = nil
    ) throws(ReadingError) {
        let place = place ?? node.span
        guard node.weight <= limits.expandedNodes else { throw expandsTooFar(at: place) }
        guard var frame = frames.popLast() else {
            weight += node.weight
            guard weight <= limits.expandedNodes else { throw expandsTooFar(at: place) }
            documents.append(node)
            return
        }
        frame.end = max(frame.end, place.end)
        if frame.kind == .sequence {
            frame.items.append(node)
        } else if let key = frame.key {
            frame.key = nil
            addEntry(key, node, to: &frame)
        } else {
            guard let text else {
                throw stop("complex-key", "a key has to be a word", at: place)
            }
            frame.key = (text, place, isPlain)
        }
        frames.append(frame)
    }

    private mutating func addEntry(
        _ key: (text: String, span: SourceSpan, isPlain: Bool),
        _ value: Node,
        to frame: inout Frame
    ) {
        var (name, value) = (key.text, value)
        if key.isPlain, name == "<<" {
            findings.append(
                Diagnostic(
                    "merge-key",
                    "merge keys are not accepted",
                    at: key.span,
                    help: "write the keys out, or repeat a whole value with an alias"
                )
            )
            return
        }
        if key.isPlain, name.isEmpty || name == "~" {
            findings.append(Diagnostic("empty-key", "a key is missing", at: key.span))
            return
        }
        if frame.isFlow, key.isPlain, value.isOmitted, let parts = glued(name) {
            // Read on as if the space were there: one slip, one finding.
            findings.append(
                Diagnostic(
                    "missing-space",
                    "\(name.quoted) is one word here",
                    at: key.span,
                    help: "put a space behind the colon: `\(parts.key): \(parts.value)`"
                )
            )
            name = parts.key
            let scalar = PlainScalar.resolve(parts.value).scalar
            value = Node(.scalar(scalar, text: parts.value, isQuoted: false), at: key.span)
        }
        if let first = frame.places[name] {
            findings.append(.duplicateKey(name, at: key.span, first: first))
            return
        }
        frame.places[name] = key.span
        frame.entries.append(Node.Entry(key: name, keySpan: key.span, value: value))
    }

    private func glued(_ text: String) -> (key: String, value: String)? {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        let value = text[text.index(after: colon)...]
        return value.isEmpty ? nil : (String(text[..<colon]), String(value))
    }

    private mutating func count(at span: SourceSpan) throws(ReadingError) {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw stop("too-many-nodes", "more than \(limits.nodes) keys and values", at: span)
        }
    }

    private func expandsTooFar(at span: SourceSpan) -> ReadingError {
        stop(
            "alias-expansion",
            "aliases expand to more than \(limits.expandedNodes) values",
            at: span
        )
    }

    private func stop(
        _ code: String,
        _ message: String,
        at span: SourceSpan,
        help: String? = nil
    ) -> ReadingError {
        .finding(Diagnostic(code, message, at: span, help: help))
    }
}

extension TreeBuilder {
    private var expectsKey: Bool {
        frames.last.map { $0.kind == .mapping && $0.key == nil } ?? false
    }

    private mutating func scalar(
        _ text: String,
        isPlain: Bool,
        tag: String?,
        at span: SourceSpan
    ) throws(ReadingError) -> Node {
        guard text.utf8.count <= limits.scalarBytes else {
            throw stop(
                "scalar-too-long",
                "a text of more than \(limits.scalarBytes) bytes",
                at: span
            )
        }
        if let tag { return tagged(text, tag, at: span) }
        guard isPlain else {
            return Node(.scalar(.string(text), text: text, isQuoted: true), at: span)
        }
        let (scalar, doubt) = PlainScalar.resolve(text)
        // `n` and `y` are fine names for a parameter; no reader misses a key over them.
        let isShortKey = expectsKey && text.utf8.count == 1
        if let doubt, !isShortKey {
            findings.append(
                Diagnostic(
                    doubt.code,
                    doubt.message,
                    at: span,
                    severity: doubt.severity,
                    help: doubt.help
                )
            )
        }
        return Node(.scalar(scalar, text: text, isQuoted: false), at: span)
    }

    /// A scalar with a tag of the core schema, which must agree with what is written.
    private mutating func tagged(_ text: String, _ tag: String, at span: SourceSpan) -> Node {
        let (scalar, doubt) = PlainScalar.resolve(text)
        let agrees: Bool
        switch (tag, scalar) {
        case ("!", _), ("tag:yaml.org,2002:str", _):
            return Node(.scalar(.string(text), text: text, isQuoted: true), at: span)
        case ("tag:yaml.org,2002:int", .int), ("tag:yaml.org,2002:float", .double),
            ("tag:yaml.org,2002:bool", .bool), ("tag:yaml.org,2002:null", .null):
            agrees = true
        default: agrees = false
        }
        if !agrees || doubt != nil { refuseTag(tag, at: span) }
        return Node(.scalar(scalar, text: text, isQuoted: false), at: span)
    }

    private mutating func refuseTag(_ tag: String, at span: SourceSpan) {
        let prefix = "tag:yaml.org,2002:"
        let name = tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
        findings.append(
            Diagnostic(
                "tag",
                "the tag \(name.quoted) is not accepted here",
                at: span,
                help: "leave it out: the place decides the type, and quotes make text"
            )
        )
    }
}

extension Node {
    /// Whether nothing at all was written.
    fileprivate var isOmitted: Bool {
        guard case .scalar(.null, let text, _) = content else { return false }
        return text.isEmpty
    }
}
