// Parameters are put in before a policy is read, as a pass over its tree: what stands behind them
// then never knows of them, and every place keeps its own position.

import MusterModel

/// The parameters of one policy, and where they were used.
struct ParameterScope {
    /// A place where a parameter's value stands now.
    struct Use {
        var name: String
        var value: SourceSpan
    }

    /// The values by name; `nil` for a document that has no parameters.
    var values: [String: Node]?
    var used: Set<String> = []
    var uses: [SourceSpan: Use] = [:]
    /// Places where a parameter could not be put in, so that no second error is reported there.
    var failures: Set<SourceSpan> = []
    /// What may still be put in. A few parameters used often could grow without end.
    private var nodesLeft: Int
    private var bytesLeft: Int

    init(values: [String: Node]? = nil, limits: DocumentLimits) {
        self.values = values
        nodesLeft = limits.expandedNodes
        bytesLeft = limits.bytes
    }

    /// Takes from what may still be put in; false when that does not suffice.
    mutating func spend(nodes: Int, bytes: Int) -> Bool {
        nodesLeft -= min(nodes, nodesLeft + 1)
        bytesLeft -= min(bytes, bytesLeft + 1)
        return nodesLeft >= 0 && bytesLeft >= 0
    }
}

/// A part of a text with parameters.
private enum Piece {
    case literal(String)
    case parameter(String)
}

extension DocumentDecoder {
    /// The parameters that a mapping declares, `nil` when it is no mapping.
    mutating func declaredParameters(_ node: Node) -> [String: Node]? {
        guard let fields = mapping(node, expected: "a mapping of parameters") else { return nil }
        var values: [String: Node] = [:]
        for entry in fields.entries {
            guard isParameterName(entry.key) else {
                error(
                    "parameter-syntax",
                    "\(entry.key.quoted) cannot name a parameter",
                    at: entry.keySpan,
                    help: "a letter, then letters, digits, `_` and `-`, at most 64"
                )
                continue
            }
            values[entry.key] = parameterValue(entry.value)
        }
        return values
    }

    /// A parameter's value as it is put in: a scalar or a list of scalars.
    private mutating func parameterValue(_ node: Node) -> Node {
        switch node.content {
        case .scalar(.int, _, _), .scalar(.bool, _, _): break
        case .scalar(.string(let text), _, let isQuoted):
            guard text.contains("${") else { break }
            let (pieces, problem) = pieces(of: text)
            if let problem {
                error("parameter-syntax", problem, at: node.span)
                break
            }
            let literals = pieces.compactMap {
                if case .literal(let text) = $0 { text } else { nil }
            }
            guard literals.count == pieces.count else {
                error(
                    "parameter-syntax",
                    "a parameter's value cannot use another parameter",
                    at: node.span,
                    help: "write `$${` to mean `${` itself"
                )
                break
            }
            let plain = literals.joined()
            return Node(.scalar(.string(plain), text: plain, isQuoted: isQuoted), at: node.span)
        case .sequence(let items):
            return Node(
                .sequence(
                    items.map { item in
                        if case .sequence = item.content {
                            mismatch(item, expected: "text or a number")
                        }
                        return parameterValue(item)
                    }
                ),
                at: node.span
            )
        case .scalar, .mapping:
            mismatch(
                node,
                expected: "a whole number, text, true, false, or a list of these"
            )
        }
        return node
    }

    func isParameterName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
        let isLetter = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || byte == UInt8(ascii: "_")
        }
        return isLetter(first)
            && name.utf8.allSatisfy {
                isLetter($0) || $0 == UInt8(ascii: "-")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }

    /// The tree with every parameter put in; subtrees without one are shared, not copied.
    /// What is nested too deep is left as it is: it is refused when it is read.
    mutating func substituted(_ node: Node, depth: Int = 0) -> Node {
        guard depth <= limits.depth else { return node }
        switch node.content {
        case .scalar(.string(let text), _, let isQuoted):
            guard text.utf8.contains(UInt8(ascii: "$")), text.contains("${") else { return node }
            return expanded(text, isQuoted: isQuoted, at: node.span) ?? failed(node)
        case .scalar: return node
        case .sequence(let items):
            let new = items.map { substituted($0, depth: depth + 1) }
            let isSame = zip(items, new).allSatisfy { $0 === $1 }
            return isSame ? node : Node(.sequence(new), at: node.span)
        case .mapping(let entries):
            let new = entries.map { entry in
                if entry.key.contains("${") {
                    error(
                        "parameter-not-allowed",
                        "a key cannot depend on a parameter",
                        at: entry.keySpan
                    )
                }
                return Node.Entry(
                    key: entry.key,
                    keySpan: entry.keySpan,
                    value: substituted(entry.value, depth: depth + 1)
                )
            }
            let isSame = zip(entries, new).allSatisfy { $0.value === $1.value }
            return isSame ? node : Node(.mapping(new), at: node.span)
        }
    }

    private mutating func failed(_ node: Node) -> Node {
        scope.failures.insert(node.span)
        return node
    }

    /// The node that stands for a text with parameters, `nil` when there is an error in it.
    private mutating func expanded(_ text: String, isQuoted: Bool, at span: SourceSpan) -> Node? {
        let (pieces, problem) = pieces(of: text)
        if let problem {
            error("parameter-syntax", problem, at: span, help: "write `$${` to mean `${` itself")
            return nil
        }
        if case .parameter(let name)? = pieces.first, pieces.count == 1 {
            guard let value = value(of: name, at: span) else { return nil }
            return placed(value, at: span)
        }
        var result = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): result += literal
            case .parameter(let name):
                guard let value = value(of: name, at: span) else { return nil }
                guard case .scalar(_, let written, _) = value.content else {
                    error(
                        "wrong-type",
                        "the parameter `\(name)` is a list, which cannot be a part "
                            + "of a text",
                        at: span,
                        help: "use \"${\(name)}\" alone"
                    )
                    return nil
                }
                result += written
            }
            guard result.utf8.count <= limits.scalarBytes else {
                error(
                    "scalar-too-long",
                    "parameters make this text longer than "
                        + "\(limits.scalarBytes) bytes",
                    at: span
                )
                return nil
            }
        }
        guard isWithinBudget(nodes: 1, bytes: result.utf8.count, at: span) else { return nil }
        return Node(.scalar(.string(result), text: result, isQuoted: isQuoted), at: span)
    }

    /// A parameter's value at the place where it is used.
    private mutating func placed(_ value: Node, at span: SourceSpan) -> Node? {
        guard isWithinBudget(nodes: value.weight, bytes: 0, at: span) else { return nil }
        guard case .sequence(let items) = value.content else {
            return Node(value.content, at: span)
        }
        return Node(.sequence(items.map { Node($0.content, at: span) }), at: span)
    }

    private mutating func isWithinBudget(nodes: Int, bytes: Int, at span: SourceSpan) -> Bool {
        guard !scope.spend(nodes: nodes, bytes: bytes) else { return true }
        error("parameter-expansion", "the parameters of this policy expand too far", at: span)
        return false
    }

    private mutating func value(of name: String, at span: SourceSpan) -> Node? {
        guard let values = scope.values else {
            error(
                "unknown-parameter",
                "only a policy has parameters",
                at: span,
                help: "write `$${` to mean `${` itself"
            )
            return nil
        }
        guard let value = values[name] else {
            error(
                "unknown-parameter",
                "the parameter \(name.quoted) is not declared",
                at: span,
                help: Spelling.nearest(to: name, among: values.keys.sorted()).map {
                    "did you mean `\($0)`?"
                } ?? "declare it: `parameters: {\(name): …}`"
            )
            return nil
        }
        scope.used.insert(name)
        scope.uses[span] = ParameterScope.Use(name: name, value: value.span)
        return value
    }

    /// A text in parts: `${name}` is a parameter, `$${` stands for `${` itself.
    private func pieces(of text: String) -> (pieces: [Piece], problem: String?) {
        var pieces: [Piece] = []
        var literal = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                literal += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                let name = rest.dropFirst(2).prefix { $0 != "}" }
                guard name.endIndex < rest.endIndex else {
                    return ([], "a `${` without its `}`")
                }
                guard isParameterName(String(name)) else {
                    return ([], "\(String(name).quoted) cannot name a parameter")
                }
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = ""
                pieces.append(.parameter(String(name)))
                rest = rest[name.endIndex...].dropFirst()
            } else {
                literal += "$"
                rest = rest.dropFirst()
            }
        }
        literal += rest
        if !literal.isEmpty || pieces.isEmpty { pieces.append(.literal(literal)) }
        return (pieces, nil)
    }
}
