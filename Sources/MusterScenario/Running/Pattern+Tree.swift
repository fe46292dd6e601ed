// How an expected tree is compared with what there is: a mapping says what it names and no more, a
// list says everything, and text may have stars.

import MusterPolicy

/// What is expected of a list: exactly these elements, or what it contains, lacks and counts.
struct ListPattern {
    static let keys = ["contains", "absent", "count"]

    var exactly: [Node]?
    var contains: [Node] = []
    var absent: [Node] = []
    var count: (number: Int, node: Node)?

    /// Reads a pattern that was checked before.
    init(_ node: Node) {
        if case .sequence(let nodes) = node.content {
            exactly = nodes
            return
        }
        contains = node["contains"]?.elements ?? []
        absent = node["absent"]?.elements ?? []
        if let node = node["count"], case .scalar(.int(let number), _, _) = node.content {
            count = (number, node)
        }
    }

    /// Whether a mapping is a pattern of a list rather than of a mapping.
    static func isListPattern(_ node: Node) -> Bool {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else { return false }
        return entries.allSatisfy { keys.contains($0.key) }
    }

    /// How a list differs from what is expected.
    struct Difference {
        /// Expected elements that are not there.
        var missing: [Node] = []
        /// Positions of elements that are there though not expected.
        var unexpected: [Int] = []
        /// Elements that must not be there, with the position of one that is.
        var forbidden: [(pattern: Node, position: Int)] = []
        /// The number that was expected, where it is another.
        var count: (number: Int, node: Node)?

        var isEmpty: Bool {
            missing.isEmpty && unexpected.isEmpty && forbidden.isEmpty && count == nil
        }
    }

    /// Compares; each element answers one expected element only.
    ///
    /// - Complexity: O(expected² × elements), in practice expected × elements.
    func difference(from elements: [Node]) -> Difference {
        var difference = Difference()
        let wanted = exactly ?? contains
        let partner = Self.matching(wanted, elements)
        for (index, node) in wanted.enumerated() where !partner.contains(index) {
            difference.missing.append(node)
        }
        if exactly != nil {
            difference.unexpected = partner.indices.filter { partner[$0] == nil }
        }
        for pattern in absent {
            if let position = elements.firstIndex(where: { pattern.fits($0) }) {
                difference.forbidden.append((pattern, position))
            }
        }
        if let count, count.number != elements.count { difference.count = count }
        return difference
    }

    /// The expected element that each element answers, as many as can be answered (Kuhn's
    /// augmenting paths).
    private static func matching(_ wanted: [Node], _ elements: [Node]) -> [Int?] {
        var partner = [Int?](repeating: nil, count: elements.count)
        func augment(_ index: Int, _ seen: inout Set<Int>) -> Bool {
            for position in elements.indices where !seen.contains(position) {
                guard wanted[index].fits(elements[position]) else { continue }
                seen.insert(position)
                if let other = partner[position], !augment(other, &seen) { continue }
                partner[position] = index
                return true
            }
            return false
        }
        for index in wanted.indices {
            var seen: Set<Int> = []
            _ = augment(index, &seen)
        }
        return partner
    }
}

extension Node {
    /// The elements of a list; none of anything else.
    var elements: [Node] { if case .sequence(let nodes) = content { nodes } else { [] } }

    /// Whether what there is meets this as a pattern.
    func fits(_ actual: Node) -> Bool {
        switch content {
        case .scalar(.string(let text), _, _):
            guard case .scalar(let value, let written, _) = actual.content else { return false }
            if case .string(let other) = value { return Pattern(text).matches(other) }
            return text == written
        case .scalar(let value, _, _):
            guard case .scalar(let other, _, _) = actual.content else { return false }
            return value == other
        case .sequence:
            return ListPattern(self).difference(from: actual.elements).isEmpty
        case .mapping(let entries):
            if case .sequence(let elements) = actual.content {
                return ListPattern.isListPattern(self)
                    && ListPattern(self).difference(from: elements).isEmpty
            }
            return entries.allSatisfy { entry in
                actual[entry.key].map { entry.value.fits($0) } ?? false
            }
        }
    }

    /// The tree on one line, as flow-style YAML.
    var inOneLine: String {
        switch content {
        case .scalar(_, let text, _): text
        case .sequence(let nodes): "[" + nodes.map(\.inOneLine).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key): \($0.value.inOneLine)" }.joined(separator: ", ") + "}"
        }
    }
}
