// What the solver takes for the families of problems it is meant for, in a form that a benchmark
// can print.

public import MusterSolver

/// How one problem went.
public struct SolverMeasurement: Sendable {
    /// The family and seed.
    public let name: String
    /// How long the solve took.
    public let duration: Duration
    /// What came out.
    public let outcome: Outcome

    /// One line for a table.
    public var line: String {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        let time = "\(name): \(microseconds / 1000).\(microseconds % 1000 / 100) ms"
        guard case .solved(let solution) = outcome else { return "\(time) \(outcome)" }
        let facts = solution.statistics
        return time + (solution.isOptimal ? " proven" : " open, bounds \(solution.bounds)")
            + " \(solution.objectives) classes \(facts.classes) parts \(facts.components)"
            + " decisions \(facts.decisions) conflicts \(facts.conflicts) pivots \(facts.pivots)"
            + " work \(facts.work)"
    }

    /// Solves a problem and takes the time.
    public static func measure(
        _ name: String,
        _ problem: Problem,
        budget: Budget = .standard
    ) -> SolverMeasurement {
        let clock = ContinuousClock()
        let begin = clock.now
        let outcome = Solver(budget: budget).solve(problem)
        return SolverMeasurement(name: name, duration: clock.now - begin, outcome: outcome)
    }

    /// A family of estates.
    public struct Family: Sendable {
        /// How many machines and hosts there are.
        public let machines: Int
        /// How many policies there are.
        public let policies: Int
        /// How far the policies look.
        public let scope: SolverEstate.Scope

        /// Makes a family.
        public init(machines: Int, policies: Int, scope: SolverEstate.Scope) {
            self.machines = machines
            self.policies = policies
            self.scope = scope
        }

        /// The problem of a seed.
        public func problem(seed: UInt64) -> Problem {
            SolverEstate.problem(machines: machines, policies: policies, scope: scope, seed: seed)
        }

        /// Names the size and the scope.
        public var name: String { "\(scope.rawValue)-\(machines)-\(policies)" }
    }

    /// The families the solver is meant for, easy ones first.
    public static let families = [
        Family(machines: 40, policies: 5, scope: .mixed),
        Family(machines: 400, policies: 15, scope: .application),
        Family(machines: 2000, policies: 60, scope: .application),
        Family(machines: 400, policies: 15, scope: .mixed),
        Family(machines: 1000, policies: 60, scope: .mixed),
    ]

    /// Measures one family after the other and gives each result as soon as it is there.
    public static func run(
        seeds: ClosedRange<UInt64> = 1...5,
        of chosen: [Family] = families,
        budget: Budget = .standard,
        report: (SolverMeasurement) -> Void
    ) {
        for family in chosen {
            for seed in seeds {
                report(
                    measure("\(family.name)-s\(seed)", family.problem(seed: seed), budget: budget)
                )
            }
        }
    }
}
