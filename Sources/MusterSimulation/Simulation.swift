// Runs made of one seed. A long run is many worlds one after the other: each begins empty, lives
// through its faults and has to come to rest, and one that fails is short enough to be shrunk.

/// A simulation that can be carried out world by world.
public struct Simulation: Sendable {
    /// What became of a run.
    public struct Outcome: Sendable {
        /// What happened.
        public var tally = Tally()
        /// How many worlds there were.
        public var worlds = 0
        /// The same for the same seed, in every process.
        public var digest: String { sum.text }
        /// The promise that was broken, with the run that broke it; `nil` when all were kept.
        public var failure: Failure?
        var sum = Digest()
    }

    /// A broken promise.
    public struct Failure: Sendable {
        /// What a check has found.
        public let violation: Violation
        /// The world that it was found in, from 0.
        public let world: Int
        /// Everything that happened in it.
        public let trace: Trace

        /// The same promise broken by as short a run as can be found.
        public func shrunk(mutation: Mutation? = nil) -> Failure {
            let shorter = Shrinker(trace, violation, mutation: mutation).shrunk()
            return Failure(
                violation: shorter.run(mutation: mutation) ?? violation,
                world: world,
                trace: shorter
            )
        }
    }

    private let seed: UInt64
    private let steps: Int
    private let mutation: Mutation?
    /// What has happened so far.
    public private(set) var outcome = Outcome()

    /// Actions of a world before its faults end.
    private static let worldSteps = 1500

    /// Begins a run.
    ///
    /// - Parameters:
    ///   - seed: What everything follows from.
    ///   - steps: How many actions to carry out at least.
    ///   - mutation: A mistake to plant.
    public init(seed: UInt64, steps: Int, mutation: Mutation? = nil) {
        self.seed = seed
        self.steps = steps
        self.mutation = mutation
    }

    /// Whether there is nothing left to do.
    public var isOver: Bool { outcome.failure != nil || outcome.tally.steps >= steps }

    /// Carries out everything that is left.
    public mutating func run() -> Outcome {
        while !isOver { runWorld() }
        return outcome
    }

    /// Carries out the next world.
    public mutating func runWorld() {
        let number = outcome.worlds
        outcome.worlds += 1
        var chance = Chance(seed: seed &+ UInt64(number) &* 0x2545_f491_4f6c_dd1d)
        let worldSeed = chance.next()
        let shape = Script.shape(seed: worldSeed)
        let world = World(shape, mutation: mutation)
        var script = Script(seed: worldSeed, shape: shape)
        var actions: [Action] = []
        do throws(Violation) {
            for _ in 0..<min(Self.worldSteps, max(100, steps - outcome.tally.steps)) {
                let action = script.next(world)
                actions.append(action)
                try world.apply(action)
            }
            try world.settle()
        } catch {
            outcome.failure = Failure(
                violation: error,
                world: number,
                trace: Trace(shape: shape, actions: actions)
            )
        }
        outcome.tally.add(world.tally)
        outcome.sum.add(world.digest.value)
        outcome.sum.add(world.tally.commands)
    }
}
