// The numbers that steer the search. They change how long it takes, never what comes out proven;
// tests turn them to extremes to reach every part with small problems.

/// When the search turns to what.
struct Tactics: Hashable, Sendable {
    /// Conflicts until the first restart, after which the relaxation is asked.
    var restartInterval = 60
    /// Rounds of cuts at the first restart, and at each later one.
    var firstRounds = 12
    var laterRounds = 3
    /// Whether the relaxation is used at all.
    var usesRelaxation = true
}
