// Learned clauses over bound literals, all in one arena, with watch lists threaded through it.

/// Clauses whose first two literals are watched.
struct ClauseStore: ~Copyable {
    // The literals of all clauses: "key reaches value".
    var keys = Column<Int32>()
    var values = Column<Int>()
    // The clauses.
    var start = Column<Int32>()
    var size = Column<Int32>()
    /// How many decision levels the clause joined when it was learned: fewer is better.
    var span = Column<Int32>()
    /// True when the clause holds only below the incumbent it was learned under.
    var isTainted = Column<Bool>()
    /// Watch lists: reference 2c+s is slot s of clause c; heads are by the key that falsifies.
    var next = Column<Int32>()
    var watchHeads = Column<Int32>()

    var count: Int { start.count }

    /// Puts a reference on the list of a key.
    @inline(__always)
    mutating func watch(_ reference: Int32, on key: Int32) {
        next[reference] = watchHeads[key]
        watchHeads[key] = reference
    }

    @inline(__always)
    mutating func exchange(_ a: Int, _ b: Int) {
        (keys[a], keys[b]) = (keys[b], keys[a])
        (values[a], values[b]) = (values[b], values[a])
    }

    /// Adds a clause with the given literals and watches its first two.
    mutating func add(
        keys literalKeys: borrowing Column<Int32>,
        values literalValues: borrowing Column<Int>,
        span literalSpan: Int,
        isTainted tainted: Bool
    ) -> Int {
        let clause = start.count
        start.append(Int32(keys.count))
        size.append(Int32(literalKeys.count))
        span.append(Int32(literalSpan))
        isTainted.append(tainted)
        for index in 0..<literalKeys.count {
            keys.append(literalKeys[index])
            values.append(literalValues[index])
        }
        next.append(-1)
        next.append(-1)
        attach(clause)
        return clause
    }

    private mutating func attach(_ clause: Int) {
        let first = Int(start[clause])
        for slot in 0..<min(2, Int(size[clause])) {
            watch(Int32(2 * clause + slot), on: keys[first + slot] ^ 1)
        }
    }

    /// Keeps only the clauses for which `isKept` says so. No clause may be a reason then.
    mutating func filter(_ isKept: (borrowing ClauseStore, Int) -> Bool) {
        var kept = 0
        var length = 0
        for clause in 0..<count where isKept(self, clause) {
            let first = Int(start[clause])
            let literals = Int(size[clause])
            for offset in 0..<literals {
                keys[length + offset] = keys[first + offset]
                values[length + offset] = values[first + offset]
            }
            start[kept] = Int32(length)
            size[kept] = Int32(literals)
            span[kept] = span[clause]
            isTainted[kept] = isTainted[clause]
            kept += 1
            length += literals
        }
        keys.truncate(to: length)
        values.truncate(to: length)
        start.truncate(to: kept)
        size.truncate(to: kept)
        span.truncate(to: kept)
        isTainted.truncate(to: kept)
        next.truncate(to: 2 * kept)
        watchHeads.reset(to: -1, count: watchHeads.count)
        for clause in 0..<kept { attach(clause) }
    }
}
