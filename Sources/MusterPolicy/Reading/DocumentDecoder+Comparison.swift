// Quantities and what they are compared with (contract, section 4.1).

import MusterModel

/// What a comparison may have on its right.
enum Operands {
    /// Whole numbers, shares and other quantities.
    case all
    /// Whole numbers only.
    case integers
}

extension DocumentDecoder {
    /// Bounds stay far below what arithmetic can hold, as costs do.
    static let mostBound = 1_000_000_000_000
    /// A million percent, in thousandths of a percent.
    static let mostShare = 1_000_000_000
    private static let operandWords = "a whole number, a percentage such as \"80%\", or a quantity"
    /// Reads `count`, `sum` or `distinct` with what belongs to it. `more` are the other keys that
    /// may stand beside it; `nil` when keys were checked.
    mutating func quantity(_ fields: Fields, more: [String]?, what: String) -> Quantity? {
        let measures = fields.entries.filter { ["count", "sum", "distinct"].contains($0.key) }
        if let more {
            checkKeys(
                fields,
                known: ["count", "sum", "distinct", "of"] + more,
                of: what,
                hints: selectorHints
            )
        }
        guard let entry = measures.first else {
            error(
                "missing-quantity",
                "a quantity is missing",
                at: fields.head,
                help: "add `count: {…}`, or `sum: …` or `distinct: …` with `of: {…}`"
            )
            return nil
        }
        guard measures.count == 1 else {
            error(
                "two-forms",
                "`\(measures[1].key)` cannot stand beside `\(entry.key)`",
                at: measures[1].keySpan
            )
            return nil
        }
        let state =
            fields["state"].flatMap {
                word($0.value, of: "state", Quantity.StateFilter.self)
            } ?? .online
        if entry.key == "count" {
            if more != nil, let of = fields["of"] {
                error(
                    "unknown-key",
                    "unknown key `of`",
                    at: of.keySpan,
                    help: "`count` takes the selector itself: `count: {kind: vm}`"
                )
            }
            return selector(entry.value).map { Quantity(.count, of: $0, state: state) }
        }
        let measure: Quantity.Measure?
        if entry.key == "sum" {
            measure = text(entry.value, expected: "the name of a capacity").map { .sum($0) }
        } else {
            measure = attribute(entry.value).map { .distinct($0) }
        }
        guard let of = fields["of"] else {
            error(
                "missing-key",
                "`\(entry.key)` needs to know of which resources",
                at: entry.keySpan,
                help: "add `of: {kind: vm}`"
            )
            return nil
        }
        guard let selector = selector(of.value), let measure else { return nil }
        return Quantity(measure, of: selector, state: state)
    }

    private var selectorHints: [String: String] {
        Dictionary(
            uniqueKeysWithValues: selectorKeys.map {
                ($0, "put it into the selector: `{\($0): …}`")
            }
        )
    }

    /// Every comparison of a condition in the order written, `nil` when one has an error.
    mutating func comparisons(
        _ fields: Fields,
        of key: String,
        allowed: Operands
    ) -> [Comparison]? {
        let written = fields.entries.filter { ConditionForm.comparisonKeys.contains($0.key) }
        guard !written.isEmpty else {
            guard !wasSuggested(ConditionForm.comparisonKeys, in: fields) else { return nil }
            error(
                "missing-comparison",
                "`\(key)` needs a comparison",
                at: fields[key]?.keySpan ?? fields.head,
                help: "such as `atLeast: 1`"
            )
            return nil
        }
        var comparisons: [Comparison] = []
        var isComplete = true
        for entry in written {
            if let relation = Comparison.Relation(rawValue: entry.key) {
                guard let operand = operand(entry, allowed: allowed) else {
                    isComplete = false
                    continue
                }
                let span = entry.value.span
                warnOfMoreThanAll(relation, operand, at: span)
                comparisons.append(
                    Comparison(relation, operand, at: span, parameter: scope.uses[span]?.name)
                )
            } else if let both = between(entry) {
                comparisons += both
            } else {
                isComplete = false
            }
        }
        guard isComplete else { return nil }
        checkContradiction(comparisons)
        return comparisons
    }

    private mutating func operand(_ entry: Node.Entry, allowed: Operands) -> Comparison.Operand? {
        let node = entry.value
        switch (node.content, allowed) {
        case (.scalar(.int, _, _), .all):
            return bound(node, of: entry.key, atLeast: -Self.mostBound).map { value in
                if value < 0 {
                    warning(
                        "below-zero",
                        "a quantity is never below 0, so \(value) says nothing",
                        at: node.span
                    )
                }
                return .integer(value)
            }
        case (.scalar(.int, _, _), .integers):
            return bound(node, of: entry.key, atLeast: 0).map { .integer($0) }
        case (.scalar(.string(let text), _, let isQuoted), .all):
            guard text.hasSuffix("%") else {
                mismatch(
                    node,
                    expected: Self.operandWords,
                    help: isQuoted && Int(text) != nil ? "remove the quotes" : nil
                )
                return nil
            }
            return share(text, at: node.span)
        case (.mapping(let entries), .all):
            return quantityOperand(Fields(entries: entries, span: node.span))
        case (_, .all):
            mismatch(
                node,
                expected: Self.operandWords
            )
            return nil
        case (_, .integers):
            mismatch(node, expected: "a whole number")
            return nil
        }
    }

    /// A quantity is at most the whole that its share is of.
    private mutating func warnOfMoreThanAll(
        _ relation: Comparison.Relation,
        _ operand: Comparison.Operand,
        at span: SourceSpan
    ) {
        guard [.atLeast, .greaterThan, .exactly].contains(relation),
            case .share(let share) = operand, share > 100_000
        else { return }
        warning(
            "more-than-all",
            "more than 100% holds only where nothing is registered that matches",
            at: span
        )
    }

    private mutating func bound(_ node: Node, of key: String, atLeast least: Int) -> Int? {
        integer(node, of: key, in: least...Self.mostBound)
    }

    /// A percentage: digits, up to three decimals, and the sign.
    private mutating func share(_ text: String, at span: SourceSpan) -> Comparison.Operand? {
        guard let share = Self.thousandthsOfPercent(text) else {
            error(
                "bad-percentage",
                "\(text.quoted) is not a percentage",
                at: span,
                help: "digits, up to three decimals and the sign, such as \"12.5%\""
            )
            return nil
        }
        guard share <= Self.mostShare else {
            error("out-of-range", "\(text.quoted) is more than 1000000%", at: span)
            return nil
        }
        return .share(thousandthsOfPercent: share)
    }

    static func thousandthsOfPercent(_ text: String) -> Int? {
        guard text.hasSuffix("%"), text.utf8.count <= 20 else { return nil }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        let isNumber = { (part: Substring) in
            !part.isEmpty
                && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        guard (1...2).contains(parts.count), parts.allSatisfy(isNumber),
            let whole = Int(parts[0]), whole <= mostShare
        else { return nil }
        guard parts.count == 2 else { return whole * 1000 }
        guard parts[1].utf8.count <= 3,
            let thousandths = Int(parts[1] + String(repeating: "0", count: 3 - parts[1].utf8.count))
        else { return nil }
        return whole * 1000 + thousandths
    }

    private mutating func quantityOperand(_ fields: Fields) -> Comparison.Operand? {
        let quantity = quantity(fields, more: ["state", "times", "plus"], what: "a quantity")
        let range = -Self.mostCost...Self.mostCost
        var isComplete = true
        var factors: [Int] = []
        for (key, fallback) in [("times", 1), ("plus", 0)] {
            guard let entry = fields[key] else {
                factors.append(fallback)
                continue
            }
            let value = integer(entry.value, of: key, in: range)
            isComplete = isComplete && value != nil
            factors.append(value ?? fallback)
        }
        guard let quantity, isComplete else { return nil }
        return .quantity(quantity, times: factors[0], plus: factors[1])
    }

    /// `between: [a, b]` is `atLeast: a` and `atMost: b`.
    private mutating func between(_ entry: Node.Entry) -> [Comparison]? {
        let expected = "a list of two bounds, such as `[2, 4]`"
        guard let nodes = list(entry.value, expected: expected) else { return nil }
        guard nodes.count == 2 else {
            error(
                "wrong-type",
                "expected two bounds, found \(nodes.count)",
                at: entry.value.span,
                help: "write `between: [2, 4]`"
            )
            return nil
        }
        var bounds: [Comparison.Operand] = []
        for node in nodes {
            if case .mapping = node.content {
                mismatch(
                    node,
                    expected: "a whole number or a percentage",
                    help: "compare with a quantity by `atLeast` and `atMost`"
                )
                continue
            }
            let part = Node.Entry(key: entry.key, keySpan: entry.keySpan, value: node)
            if let bound = operand(part, allowed: .all) { bounds.append(bound) }
        }
        guard bounds.count == 2 else { return nil }
        let reversed =
            switch (bounds[0], bounds[1]) {
            case (.integer(let low), .integer(let high)): low > high
            case (.share(let low), .share(let high)): low > high
            default: false
            }
        guard !reversed else {
            error(
                "empty-range",
                "the lower bound is above the upper one",
                at: entry.value.span,
                help: "write the lower bound first"
            )
            return nil
        }
        return [
            Comparison(
                .atLeast,
                bounds[0],
                at: nodes[0].span,
                parameter: scope.uses[nodes[0].span]?.name
            ),
            Comparison(
                .atMost,
                bounds[1],
                at: nodes[1].span,
                parameter: scope.uses[nodes[1].span]?.name
            ),
        ]
    }

    /// Reports bounds that no quantity can keep together. Numbers are held against numbers and
    /// shares against shares: what a share comes to is not known here.
    private mutating func checkContradiction(_ comparisons: [Comparison]) {
        // Doubled, so that a strict bound lies half a step inside.
        var low: [Bool: (value: Int, span: SourceSpan)] = [:]
        var high: [Bool: (value: Int, span: SourceSpan)] = [:]
        for comparison in comparisons {
            let isShare: Bool
            let value: Int
            switch comparison.operand {
            case .integer(let number): (isShare, value) = (false, number * 2)
            case .share(let share): (isShare, value) = (true, share * 2)
            case .quantity: continue
            }
            // Between whole numbers a strict bound is a whole step inside.
            let step = isShare ? 1 : 2
            let (lower, upper): (Int?, Int?) =
                switch comparison.relation {
                case .atLeast: (value, nil)
                case .greaterThan: (value + step, nil)
                case .atMost: (nil, value)
                case .lessThan: (nil, value - step)
                case .exactly: (value, value)
                }
            if let lower, lower > (low[isShare]?.value ?? .min) {
                low[isShare] = (lower, comparison.span)
            }
            if let upper, upper < (high[isShare]?.value ?? .max) {
                high[isShare] = (upper, comparison.span)
            }
        }
        for isShare in [false, true] {
            guard let low = low[isShare], let high = high[isShare], low.value > high.value else {
                continue
            }
            let (first, second) = low.span.start < high.span.start ? (low, high) : (high, low)
            warning(
                "contradiction",
                "these comparisons can never hold together",
                at: second.span,
                related: [.init("the other one", at: first.span)]
            )
        }
    }
}
