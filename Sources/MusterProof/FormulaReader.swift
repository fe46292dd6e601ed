// The checker's own reader of OPB files: as strict as can be, and nothing of it is shared with the
// reader that the solver uses.

/// A problem as the checker sees it.
struct Formula {
    /// No variable has a greater number.
    private static let greatestNumber = 10_000_000

    /// The greatest number of a variable: they are called `x1`, `x2` and so on.
    private(set) var variableCount = 0
    var constraints: [Constraint] = []
    /// The objective's terms.
    var objective: [(factor: Int128, literal: ProofLiteral)] = []

    /// Reads the linear part of OPB, with nothing but `>=`.
    init(_ text: Substring) throws(Refusal) {
        var hasObjective = false
        for line in text.split(separator: "\n") where !line.hasPrefix("*") {
            var words = line.split(separator: " ")[...]
            guard let end = words.popLast(), end == ";" else {
                throw Refusal("a line of the problem does not end in ` ;`: \(line.prefix(60))")
            }
            if words.first == "min:" {
                guard !hasObjective, constraints.isEmpty else {
                    throw Refusal("the objective is not the first line of the problem")
                }
                hasObjective = true
                objective = try terms(words.dropFirst())
                continue
            }
            guard words.count >= 2, words[words.endIndex - 2] == ">=",
                let last = words.last, let bound = Int128(last)
            else { throw Refusal("not a constraint: \(line.prefix(60))") }
            constraints.append(try Constraint(try terms(words.dropLast(2)), atLeast: bound))
        }
        guard hasObjective else { throw Refusal("the problem has no objective") }
    }

    private mutating func terms(
        _ words: ArraySlice<Substring>
    ) throws(Refusal) -> [(factor: Int128, literal: ProofLiteral)] {
        guard words.count.isMultiple(of: 2) else { throw Refusal("a factor without a variable") }
        var terms: [(factor: Int128, literal: ProofLiteral)] = []
        var index = words.startIndex
        while index < words.endIndex {
            guard let factor = Int128(words[index]) else {
                throw Refusal("`\(words[index])` is no factor")
            }
            terms.append((factor, try declare(words[index + 1])))
            index += 2
        }
        return terms
    }

    private mutating func declare(_ word: Substring) throws(Refusal) -> ProofLiteral {
        guard let number = Self.number(word) else { throw Refusal("`\(word)` is no variable") }
        variableCount = max(variableCount, number)
        return 2 * (number - 1)
    }

    private static func number(_ word: Substring) -> Int? {
        guard word.hasPrefix("x"), word.dropFirst().allSatisfy({ ("0"..."9").contains($0) }),
            let number = Int(word.dropFirst()), number >= 1, number <= greatestNumber
        else { return nil }
        return number
    }

    /// The literal that a word of a proof names.
    func literal(_ word: Substring) -> ProofLiteral? {
        let isNegated = word.hasPrefix("~")
        guard let number = Self.number(isNegated ? word.dropFirst() : word),
            number <= variableCount
        else { return nil }
        return 2 * (number - 1) + (isNegated ? 1 : 0)
    }
}
