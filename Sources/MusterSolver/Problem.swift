// What is asked of the solver: bounded integers, linear constraints, and several sums to be made
// small one after the other. It knows nothing of resources.

/// A variable of a ``Problem``.
public struct Variable: Hashable, Comparable, Sendable {
    /// Its position in ``Problem/variables``.
    public let index: Int32

    init(index: Int) { self.index = Int32(index) }

    /// In order of position.
    public static func < (a: Variable, b: Variable) -> Bool { a.index < b.index }
}

/// A 0/1 variable or its complement.
public struct Literal: Hashable, Sendable {
    /// The variable, whose range lies within 0...1.
    public let variable: Variable
    /// True for the complement.
    public let isNegated: Bool

    /// The literal that is true when the variable is 1, or when it is 0 if negated.
    public init(_ variable: Variable, isNegated: Bool = false) {
        self.variable = variable
        self.isNegated = isNegated
    }

    /// The complement.
    public static prefix func ! (literal: Literal) -> Literal {
        Literal(literal.variable, isNegated: !literal.isNegated)
    }
}

/// A sum of integer multiples of variables, plus a constant.
public struct LinearSum: Hashable, Sendable {
    /// A multiple of a variable.
    public struct Term: Hashable, Sendable {
        /// The factor.
        public var coefficient: Int
        /// The variable.
        public var variable: Variable
    }

    /// The multiples; a variable may occur more than once.
    public private(set) var terms: [Term] = []
    /// What is added.
    public var constant: Int

    /// Makes a sum of nothing but a constant.
    public init(_ constant: Int = 0) { self.constant = constant }

    /// Adds a multiple of a variable.
    public mutating func add(_ coefficient: Int, _ variable: Variable) {
        if coefficient != 0 { terms.append(Term(coefficient: coefficient, variable: variable)) }
    }

    /// Adds a multiple of a literal's truth value.
    public mutating func add(_ coefficient: Int, _ literal: Literal) {
        if literal.isNegated {
            constant = constant.saturatingAdd(coefficient)
            add(coefficient.saturatingNegation, literal.variable)
        } else {
            add(coefficient, literal.variable)
        }
    }

    /// Adds a multiple of another sum.
    public mutating func add(_ factor: Int, _ other: LinearSum) {
        constant = constant.saturatingAdd(factor.saturatingMultiply(other.constant))
        for term in other.terms {
            add(factor.saturatingMultiply(term.coefficient), term.variable)
        }
    }
}

/// Bounded integer variables under linear constraints, with sums to be minimised in order.
///
/// A node is a 0/1 variable that is 1 exactly when a sum is at least 0. Equal nodes are shared.
public struct Problem: Sendable {
    /// What a variable may be, and where the search begins.
    public struct Domain: Hashable, Sendable {
        /// The least value.
        public var lower: Int
        /// The greatest value.
        public var upper: Int
        /// The value it has now; the search looks near it first.
        public var start: Int
    }

    /// `variable` = 1 exactly when `sum` ≥ 0.
    public struct Definition: Hashable, Sendable {
        /// The defined 0/1 variable.
        public var variable: Variable
        /// What decides it. Its variables come before `variable`.
        public var sum: LinearSum
    }

    /// `variable` may be above its lower bound 0 only when `condition` is true.
    public struct Implication: Hashable, Sendable {
        /// A 0/1 variable.
        public var variable: Variable
        /// What it needs.
        public var condition: Literal
    }

    /// The range and start of each variable, defined ones included.
    public internal(set) var variables: [Domain] = []
    /// The nodes, in an order in which each comes after those it reads.
    public internal(set) var definitions: [Definition] = []
    /// Sums that are at least 0 in every solution.
    public internal(set) var constraints: [LinearSum] = []
    /// Variables that need a literal.
    public internal(set) var implications: [Implication] = []
    /// Minimised in this order, each without giving up what was reached before.
    public var objectives: [LinearSum] = []
    var shared: [LinearSum: Literal] = [:]

    /// Makes an empty problem.
    public init() {}

    /// Adds a variable.
    public mutating func addVariable(_ range: ClosedRange<Int>, start: Int) -> Variable {
        variables.append(
            Domain(lower: range.lowerBound, upper: range.upperBound, start: start)
        )
        return Variable(index: variables.count - 1)
    }

    /// Adds a 0/1 variable.
    public mutating func addBool(start: Bool = false) -> Literal {
        Literal(addVariable(0...1, start: start ? 1 : 0))
    }

    /// The literal that is true exactly when `sum` ≥ 0; a node is added unless there is one.
    public mutating func isNonNegative(_ sum: LinearSum) -> Literal {
        let key = sum.normalised
        if let known = shared[key] { return known }
        let literal = addBool(start: startValue(of: key) >= 0)
        definitions.append(Definition(variable: literal.variable, sum: key))
        shared[key] = literal
        return literal
    }

    /// Lets the search begin elsewhere.
    ///
    /// - Parameter values: A value for each variable; those of defined ones are not looked at.
    public mutating func start(from values: [Int]) {
        precondition(values.count == variables.count, "a value for each variable")
        for index in values.indices { variables[index].start = values[index] }
    }

    /// What the sum makes when every variable has its start value.
    ///
    /// - Complexity: O(terms).
    public func startValue(of sum: LinearSum) -> Int {
        sum.terms.reduce(sum.constant) {
            let start = variables[Int($1.variable.index)].start
            return $0.saturatingAdd($1.coefficient.saturatingMultiply(start))
        }
    }

    /// The least and the greatest value that the ranges of its variables allow the sum.
    ///
    /// - Complexity: O(terms).
    public func range(of sum: LinearSum) -> ClosedRange<Int> {
        var lower = sum.constant
        var upper = sum.constant
        for term in sum.terms {
            let domain = variables[Int(term.variable.index)]
            let a = term.coefficient.saturatingMultiply(domain.lower)
            let b = term.coefficient.saturatingMultiply(domain.upper)
            lower = lower.saturatingAdd(min(a, b))
            upper = upper.saturatingAdd(max(a, b))
        }
        return lower...upper
    }

    /// Demands that `sum` ≥ 0.
    public mutating func require(_ sum: LinearSum) { constraints.append(sum.normalised) }

    /// Demands that `literal` is true.
    public mutating func require(_ literal: Literal) {
        var sum = LinearSum(-1)
        sum.add(1, literal)
        require(sum)
    }

    /// Demands that the 0/1 `variable` is 1 only when `condition` is true.
    public mutating func require(_ variable: Variable, implies condition: Literal) {
        implications.append(Implication(variable: variable, condition: condition))
    }
}

extension LinearSum {
    /// The same sum with each variable once, in order, and no zero factors.
    var normalised: LinearSum {
        if isNormal { return self }
        var sorted = terms.sorted { $0.variable < $1.variable }
        // The terms of a variable become one, in the place of the first.
        var kept = 0
        var next = 0
        while next < sorted.count {
            var term = sorted[next]
            next += 1
            while next < sorted.count, sorted[next].variable == term.variable {
                term.coefficient = term.coefficient.saturatingAdd(sorted[next].coefficient)
                next += 1
            }
            if term.coefficient == 0 { continue }
            sorted[kept] = term
            kept += 1
        }
        sorted.removeLast(sorted.count - kept)
        var result = LinearSum(constant)
        result.terms = sorted
        return result
    }

    private var isNormal: Bool {
        var last: Int32 = -1
        for term in terms {
            guard term.variable.index > last, term.coefficient != 0 else { return false }
            last = term.variable.index
        }
        return true
    }
}
