// Unit propagation over constraints: what a checker needs for steps that say "plain to see".

/// Constraints with an assignment that follows from them.
struct Propagator {
    private(set) var constraints: [Constraint] = []
    /// For each literal, the constraints that have it, with its factor.
    private var occurrences: [[(constraint: Int, factor: Int128)]]
    /// What each constraint's literals that can still be true add up to, less the degree.
    private var slacks: [Int128] = []
    /// The largest factor of each constraint.
    private var reaches: [Int128] = []
    /// By literal: whether it is true.
    private var isTrue: [Bool]
    private var trail: [ProofLiteral] = []
    private var head = 0
    /// Whether the constraints contradict each other as they are.
    private(set) var hasContradiction = false

    init(variables: Int) {
        occurrences = Array(repeating: [], count: 2 * variables)
        isTrue = Array(repeating: false, count: 2 * variables)
    }

    /// Adds a constraint for good, with all that follows from it.
    mutating func add(_ constraint: Constraint) throws(Refusal) {
        var isContradiction = try attach(constraint)
        if !isContradiction { isContradiction = propagate() }
        if isContradiction { hasContradiction = true }
    }

    /// Whether assuming that the constraint does not hold leads to a contradiction.
    mutating func follows(_ constraint: Constraint) throws(Refusal) -> Bool {
        if hasContradiction { return true }
        let mark = trail.count
        var isContradiction = try attach(try constraint.negated())
        if !isContradiction { isContradiction = propagate() }
        detach()
        while trail.count > mark, let literal = trail.popLast() {
            isTrue[literal] = false
            for (index, factor) in occurrences[literal ^ 1] { slacks[index] += factor }
        }
        head = trail.count
        return isContradiction
    }

    /// Puts a constraint behind the others; gives whether it is violated at once.
    private mutating func attach(_ constraint: Constraint) throws(Refusal) -> Bool {
        let index = constraints.count
        var slack = try subtract(0, constraint.degree)
        for (factor, literal) in constraint.terms {
            occurrences[literal].append((index, factor))
            if !isTrue[literal ^ 1] { slack = try sumOf(slack, factor) }
        }
        constraints.append(constraint)
        slacks.append(slack)
        reaches.append(constraint.terms.reduce(0) { max($0, $1.factor) })
        return visit(index)
    }

    /// Takes the last constraint away again.
    private mutating func detach() {
        guard let constraint = constraints.popLast() else { return }
        for (_, literal) in constraint.terms { occurrences[literal].removeLast() }
        slacks.removeLast()
        reaches.removeLast()
    }

    /// Makes true what a constraint leaves no choice about; gives whether it is violated.
    private mutating func visit(_ index: Int) -> Bool {
        let slack = slacks[index]
        if slack < 0 { return true }
        guard reaches[index] > slack else { return false }
        for (factor, literal) in constraints[index].terms
        where factor > slack && !isTrue[literal] && !isTrue[literal ^ 1] {
            isTrue[literal] = true
            trail.append(literal)
            // A literal that is true takes nothing from the slack of its own constraint.
            for (other, weight) in occurrences[literal ^ 1] { slacks[other] -= weight }
        }
        return false
    }

    /// Follows all that is new; gives whether something is violated.
    private mutating func propagate() -> Bool {
        while head < trail.count {
            let literal = trail[head]
            head += 1
            for (index, _) in occurrences[literal ^ 1] where visit(index) { return true }
        }
        return false
    }
}
