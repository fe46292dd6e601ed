// From thousands of actions to the few that matter: delta debugging, after Zeller and Hildebrandt,
// "Simplifying and Isolating Failure-Inducing Input". Halves, quarters and so on are left out as
// long as the same promise is broken without them.

/// Makes a trace that breaks a promise shorter.
struct Shrinker: Sendable {
    private let mutation: Mutation?
    private let check: Violation.Check
    /// How often a trace may be carried out.
    private var left: Int
    private var trace: Trace

    /// Begins with a trace that breaks this promise.
    init(
        _ trace: Trace,
        _ violation: Violation,
        mutation: Mutation? = nil,
        attempts: Int = 3000
    ) {
        self.trace = trace
        self.mutation = mutation
        check = violation.check
        left = attempts
    }

    /// The shortest trace that was found; it breaks the same promise.
    consuming func shrunk() -> Trace {
        var size = max(1, trace.actions.count / 2)
        while left > 0 {
            let before = trace.actions.count
            removeChunks(of: size)
            if size > 1 {
                size = (size + 1) / 2
            } else if trace.actions.count == before {
                break
            }
        }
        return trace
    }

    /// Leaves out what can be left out, from the end, so that what follows from an action goes
    /// before it does.
    private mutating func removeChunks(of size: Int) {
        var end = trace.actions.count
        while end > 0, left > 0 {
            let start = max(0, end - size)
            var shorter = trace
            shorter.actions.removeSubrange(start..<end)
            left -= 1
            if shorter.run(mutation: mutation)?.check == check { trace = shorter }
            end = start
        }
    }
}
