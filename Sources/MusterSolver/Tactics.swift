// The numbers that steer the search. They change how long it takes, never what comes out proven;
// tests turn them to extremes to reach every part with small problems.

/// When the search turns to what.
struct Tactics: Hashable, Sendable {
    /// Conflicts until the first restart, and the unit of the later intervals.
    var restartInterval = 60
    /// Conflicts of a new goal until the relaxation is asked: what follows from a small change is
    /// mostly decided in fewer, and then it need not be laid out.
    var conflictsBeforeRelaxation = 15
    /// How much work, for each unit spent with the relaxation, is spent without it: some problems
    /// it sees nothing of.
    var shareWithoutRelaxation = 0.12
    /// Rounds of cuts at a goal's root before the relaxation is asked below it, at one restart and
    /// in all, and rounds at each later restart.
    var firstRounds = 6
    var firstRoundsInAll = 18
    var laterRounds = 3
    /// Whether the relaxation is used at all.
    var usesRelaxation = true
    /// Unless 0, the relaxation's answers are replaced by noise: what it says must never be able to
    /// make an answer wrong.
    var distortion: UInt64 = 0
}
