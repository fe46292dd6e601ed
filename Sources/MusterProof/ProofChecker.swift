// A small checker of proofs in the part of VeriPB's language (version 2.0) that the solver's logs
// are written in. It shares no code with the solver, and each step is worked out anew, exactly.

/// What a proof was found to show.
public struct ProofVerdict: Hashable, Sendable {
    /// The objective's least value, proven and reached.
    public let optimum: Int128
    /// How many steps were checked.
    public let steps: Int
}

/// Why a proof was not accepted.
public struct ProofRejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line of the proof, from 1; 0 when it is about the problem.
    public let line: Int
    /// What is wrong.
    public let reason: String

    /// Where and what.
    public var description: String { line == 0 ? reason : "line \(line): \(reason)" }
}

/// Checks proofs.
public enum ProofChecker {
    /// Checks that a proof shows the optimum that it concludes.
    ///
    /// - Parameters:
    ///   - opb: The problem.
    ///   - proof: The proof.
    /// - Returns: what is shown.
    /// - Throws: the first step that does not follow, or what is missing.
    /// - Complexity: O(steps × occurrences of what each step's propagation sets).
    public static func check(
        opb: String,
        proof: String
    ) throws(ProofRejection) -> ProofVerdict {
        var run: CheckerRun
        do throws(Refusal) {
            run = try CheckerRun(try Formula(opb[...]))
        } catch {
            throw ProofRejection(line: 0, reason: error.reason)
        }
        var number = 0
        for line in proof.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            do throws(Refusal) {
                try run.take(line, number)
            } catch {
                throw ProofRejection(line: number, reason: error.reason)
            }
        }
        guard run.isEnded, let optimum = run.optimum else {
            throw ProofRejection(line: number, reason: "the proof ends without its conclusion")
        }
        return ProofVerdict(optimum: optimum, steps: run.steps)
    }
}

/// The state of a check.
private struct CheckerRun {
    let formula: Formula
    private var propagator: Propagator
    private var best: Int128?
    private(set) var optimum: Int128?
    private(set) var isEnded = false
    private(set) var steps = 0
    private var hasHeader = false
    private var hasLoaded = false
    private var hasOutput = false

    init(_ formula: Formula) throws(Refusal) {
        self.formula = formula
        propagator = Propagator(variables: formula.variableCount)
        for constraint in formula.constraints { try propagator.add(constraint) }
    }

    mutating func take(_ line: Substring, _ number: Int) throws(Refusal) {
        if number == 1 {
            guard line == "pseudo-Boolean proof version 2.0" else {
                throw Refusal("this is no pseudo-Boolean proof of version 2.0")
            }
            hasHeader = true
            return
        }
        let words = line.split(separator: " ")[...]
        guard let first = words.first, !first.hasPrefix("*") else { return }
        guard !isEnded else { throw Refusal("there is more behind the end") }
        let rest = words.dropFirst()
        switch first {
        case "f":
            guard !hasLoaded, rest.count == 1,
                rest.first.flatMap({ Int($0) })
                    == formula.constraints.count
            else { throw Refusal("the problem has \(formula.constraints.count) constraints") }
            hasLoaded = true
            return
        case "output":
            guard rest.elementsEqual(["NONE"]) else { throw Refusal("only `output NONE` is known") }
            hasOutput = true
            return
        case "conclusion": return try conclude(rest)
        case "end":
            guard rest.elementsEqual(["pseudo-Boolean", "proof"]), optimum != nil else {
                throw Refusal("the end without a conclusion")
            }
            isEnded = true
            return
        default: break
        }
        guard hasLoaded, optimum == nil else { throw Refusal("a step out of place") }
        steps += 1
        switch first {
        case "rup": try unitPropagation(rest)
        case "pol": try propagator.add(try polish(rest))
        case "soli": try solution(rest)
        default: throw Refusal("unknown step `\(first)`")
        }
    }

    // MARK: Steps

    private mutating func unitPropagation(_ words: ArraySlice<Substring>) throws(Refusal) {
        guard words.count >= 3, words.last == ";", words[words.endIndex - 3] == ">=",
            let bound = Int128(words[words.endIndex - 2])
        else { throw Refusal("not a constraint") }
        let sum = words.dropLast(3)
        guard sum.count.isMultiple(of: 2) else { throw Refusal("a factor without a literal") }
        var terms: [(factor: Int128, literal: ProofLiteral)] = []
        var index = sum.startIndex
        while index < sum.endIndex {
            guard let factor = Int128(sum[index]), let literal = formula.literal(sum[index + 1])
            else { throw Refusal("`\(sum[index]) \(sum[index + 1])` is no term") }
            terms.append((factor, literal))
            index += 2
        }
        let constraint = try Constraint(terms, atLeast: bound)
        guard try propagator.follows(constraint) else {
            throw Refusal("this does not follow by unit propagation")
        }
        try propagator.add(constraint)
    }

    /// Works out a sum in reverse Polish notation.
    private func polish(_ words: ArraySlice<Substring>) throws(Refusal) -> Constraint {
        enum Operand {
            case constraint(Constraint)
            case number(Int128)
        }
        var stack: [Operand] = []
        // A number is the constraint of that number unless `*` or `d` takes it as it is.
        func constraint(_ operand: Operand?) throws(Refusal) -> Constraint {
            switch operand {
            case .constraint(let constraint): return constraint
            case .number(let number):
                guard number >= 1, number <= Int128(propagator.constraints.count) else {
                    throw Refusal("there is no constraint \(number)")
                }
                return propagator.constraints[Int(number) - 1]
            case nil: throw Refusal("an operand is missing")
            }
        }
        func number(_ operand: Operand?) throws(Refusal) -> Int128 {
            guard case .number(let number) = operand else { throw Refusal("a number is missing") }
            return number
        }
        for word in words where word != ";" {
            switch word {
            case "+":
                let right = try constraint(stack.popLast())
                let left = try constraint(stack.popLast())
                stack.append(.constraint(try left.adding(right)))
            case "*":
                let factor = try number(stack.popLast())
                let operand = try constraint(stack.popLast())
                stack.append(.constraint(try operand.multiplied(by: factor)))
            case "d":
                let divisor = try number(stack.popLast())
                let operand = try constraint(stack.popLast())
                stack.append(.constraint(try operand.divided(by: divisor)))
            case "s":
                stack.append(.constraint(try constraint(stack.popLast()).saturated()))
            default:
                if let number = Int128(word) {
                    stack.append(.number(number))
                } else if let literal = formula.literal(word) {
                    stack.append(.constraint(Constraint(axiom: literal)))
                } else {
                    throw Refusal("`\(word)` is neither a number nor a literal nor an operation")
                }
            }
        }
        let result = try constraint(stack.popLast())
        guard stack.isEmpty else { throw Refusal("operands are left over") }
        return result
    }

    private mutating func solution(_ words: ArraySlice<Substring>) throws(Refusal) {
        var values = [Bool?](repeating: nil, count: formula.variableCount)
        for word in words where word != ";" {
            // A variable that the problem does not use may have any value.
            guard let literal = formula.literal(word) else { continue }
            let value = literal & 1 == 0
            guard values[literal / 2] ?? value == value else {
                throw Refusal("`\(word)` contradicts what is before it")
            }
            values[literal / 2] = value
        }
        let complete = values.compactMap { $0 }
        guard complete.count == values.count else { throw Refusal("a variable has no value") }
        for (index, constraint) in formula.constraints.enumerated() {
            guard try constraint.isMet(by: complete) else {
                throw Refusal("the solution breaks constraint \(index + 1) of the problem")
            }
        }
        var value: Int128 = 0
        for term in formula.objective where complete[term.literal / 2] == (term.literal & 1 == 0) {
            value = try sumOf(value, term.factor)
        }
        if let best, value >= best { throw Refusal("the solution is no better than the last") }
        best = value
        // From here on something better is asked for.
        try propagator.add(
            try Constraint(
                formula.objective.map { (-$0.factor, $0.literal) },
                atLeast: try subtract(1, value)
            )
        )
    }

    private mutating func conclude(_ words: ArraySlice<Substring>) throws(Refusal) {
        guard hasHeader, hasLoaded, hasOutput, optimum == nil, words.count == 3,
            words.first == "BOUNDS", let lower = Int128(words[words.startIndex + 1]),
            let upper = Int128(words[words.startIndex + 2])
        else { throw Refusal("not a conclusion `BOUNDS lower upper` in its place") }
        guard let best else { throw Refusal("no solution was given") }
        guard lower == upper, upper == best else {
            throw Refusal("the bounds are \(lower) and \(upper), the best solution has \(best)")
        }
        guard propagator.hasContradiction else {
            throw Refusal("that nothing is better than \(best) was not shown")
        }
        optimum = best
    }
}
