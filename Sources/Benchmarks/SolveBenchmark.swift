// How long the solver takes for the families of estates that it is meant for, from nothing.

internal import MusterTestKit

/// Solves seeded estates of each family and prints what each took.
struct SolveBenchmark: Benchmark {
    static let name = "solve"
    static let purpose = "cold solves of seeded estates: 40 to 2,000 machines, 5 to 60 policies"

    static func run() throws {
        SolverMeasurement.run { print($0.line) }
    }
}
