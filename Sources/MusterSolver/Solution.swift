// What the solver answers, and how much it may spend.

/// A bound on the work of one solve, in counts so that a run repeats exactly.
public struct Budget: Hashable, Sendable {
    /// The most units of work: a unit is about one step of propagation or of the simplex.
    public var work: Int

    /// Makes a budget of so many units of work.
    public init(work: Int) { self.work = work }
}

/// A choice that meets every constraint, and how good it is known to be.
public struct Solution: Hashable, Sendable {
    /// The value of each variable of the problem, in its order.
    public var values: [Int]
    /// The value of each objective, in its order.
    public var objectives: [Int]
    /// A proven lower bound of each objective, given the values of those before it.
    public var bounds: [Int]
    /// True when no solution has lexicographically smaller objectives.
    public var isOptimal: Bool
    /// What it took.
    public var statistics: Statistics

    /// Counts of what a solve did.
    public struct Statistics: Hashable, Sendable {
        /// Independent parts that were searched.
        public var components = 0
        /// Integer variables after interchangeable ones were joined.
        public var classes = 0
        /// Decisions.
        public var decisions = 0
        /// Conflicts.
        public var conflicts = 0
        /// Steps of the simplex.
        public var pivots = 0
        /// Units of work spent.
        public var work = 0

        /// Makes counts of nothing.
        public init() {}
    }
}

/// The answer to a problem.
public enum Outcome: Hashable, Sendable {
    case solved(Solution)
    /// No values meet the constraints.
    case infeasible
    /// The budget ran out before any values were found that meet the constraints.
    case unknown
}
