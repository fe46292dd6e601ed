// A record of what a search infers, in VeriPB's language of cutting planes (Bogaerts, Gocht,
// McCreesh and Nordström), so that somebody who trusts nothing of the search can follow it.
//
// A search that has one writes: each solution (`soli`), each learned clause and each bound at the
// root that others build on (`rup`: unit propagation shows it), each row that the relaxation's
// multipliers sum up and each cut (`pol`: what is summed, weakened, divided). Whatever is inferred
// in another way must be off while there is a log.

/// The log of one search over 0/1 variables with one objective.
final class ProofLog {
    /// The lines so far.
    private(set) var text: String
    /// The number of the last constraint, counting those of the problem.
    private var last: Int
    /// The constraint that asks for something better than the last solution, and its limit.
    private(set) var goal: (id: Int, limit: Int)?
    /// The constraints that the component's strengthenings are, by position.
    var strengthenings: [Int] = []
    /// What the last bound of the goal at the root was summed from.
    private var boundSum: (bound: Int, shares: [(id: Int, factor: Int)], goalFactor: Int)?
    private var units: [Int32: Int] = [:]
    /// Whether something could not be logged.
    private(set) var isBroken = false

    /// Begins the log for a problem of so many constraints.
    init(constraints: Int) {
        text = "pseudo-Boolean proof version 2.0\nf \(constraints)\n"
        last = constraints
    }

    /// The literal "key reaches its greater value".
    static func literal(_ key: Int32) -> String {
        key & 1 == 0 ? "x\(key / 2 + 1)" : "~x\(key / 2 + 1)"
    }

    private func add(_ line: String) -> Int {
        text += line
        text += "\n"
        last += 1
        return last
    }

    // MARK: What unit propagation shows

    /// A clause of literals; an empty one is a contradiction.
    @discardableResult
    func clause(_ keys: [Int32]) -> Int {
        let terms = keys.map { "1 \(Self.literal($0)) " }.joined()
        return add("rup \(terms)>= 1 ;")
    }

    /// The constraint that a literal holds at the root.
    private func unit(_ key: Int32) -> Int {
        if let known = units[key] { return known }
        let id = clause([key])
        units[key] = id
        return id
    }

    // MARK: Solutions

    /// A solution, and its objective.
    func improve(_ values: [Int], objective: Int) {
        let literals = values.indices.map { values[$0] > 0 ? "x\($0 + 1)" : "~x\($0 + 1)" }
        goal = (add("soli " + literals.joined(separator: " ")), objective - 1)
    }

    // MARK: Sums

    /// A sum of constraints in reverse Polish notation.
    private struct Sum {
        var text = "pol"
        var isEmpty = true

        mutating func add(_ operand: String, times factor: Int) {
            text += " " + operand
            if factor != 1 { text += " \(factor) *" }
            if !isEmpty { text += " +" }
            isEmpty = false
        }

        mutating func divide(by divisor: Int) { if divisor > 1 { text += " \(divisor) d" } }
    }

    private func sum(_ shares: [(id: Int, factor: Int)]) -> Sum {
        var sum = Sum()
        for share in shares where share.factor != 0 {
            sum.add("\(share.id)", times: share.factor)
        }
        return sum
    }

    /// A row of multiples of constraints and of the goal's limit.
    func row(_ shares: [(id: Int, factor: Int)], goalFactor: Int, limit: Int) {
        var sum = sum(shares)
        if goalFactor > 0 {
            guard let goal, goal.limit == limit else {
                isBroken = true
                return
            }
            sum.add("\(goal.id)", times: goalFactor)
        }
        if !sum.isEmpty { _ = add(sum.text) }
    }

    /// A term of a row whose variable is fixed at the root.
    struct FixedTerm {
        /// The literal that makes the term's factor positive.
        let key: Int32
        let weight: Int
        let isTrue: Bool
    }

    /// A row without its fixed terms, divided, cut down, and divided again.
    func reduced(_ id: Int, _ fixed: [FixedTerm], _ first: Int, _ second: Int) -> Int {
        var sum = Sum()
        // Units come before the line that uses them.
        let operands = fixed.map { $0.isTrue ? Self.literal($0.key ^ 1) : "\(unit($0.key ^ 1))" }
        sum.add("\(id)", times: 1)
        for (operand, term) in zip(operands, fixed) { sum.add(operand, times: term.weight) }
        sum.divide(by: first)
        sum.text += " s"
        sum.divide(by: second)
        return add(sum.text)
    }

    /// A Chvátal-Gomory cut: rows summed, literals weakened, divided and rounded up.
    func cut(_ recipe: RoundedCut, ids: [Int]) -> Int {
        var sum = sum(recipe.shares.map { (ids[$0.row], $0.factor) })
        for weakening in recipe.weakenings {
            sum.add(Self.literal(weakening.key ^ 1), times: weakening.amount)
        }
        sum.divide(by: recipe.divisor)
        sum.divide(by: recipe.common)
        return add(sum.text)
    }

    // MARK: The end

    /// Notes what a bound of the goal at the root was summed from, if it is the best so far.
    func noteBound(_ bound: Int, _ shares: [(id: Int, factor: Int)], goalFactor: Int) {
        guard boundSum.map({ $0.bound < bound }) ?? true else { return }
        boundSum = (bound, shares, goalFactor)
    }

    /// Ends the log of an optimum.
    func conclude(optimum: Int) -> String {
        if let boundSum, let goal {
            row(boundSum.shares, goalFactor: boundSum.goalFactor, limit: goal.limit)
        }
        clause([])
        text += "output NONE\nconclusion BOUNDS \(optimum) \(optimum)\n"
        text += "end pseudo-Boolean proof\n"
        return text
    }
}
