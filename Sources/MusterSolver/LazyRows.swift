// Rows made during the search from multipliers of the linear relaxation. They serve as reasons and
// conflicts while the trail refers to them and are dropped at the root.

/// Rows "sum of weight * key <= limit" outside the propagation queue.
struct LazyRows: ~Copyable {
    var start = Column<Int32>()
    var keys = Column<Int32>()
    var weights = Column<Int>()
    var limits = Column<Int>()
    var isTainted = Column<Bool>()

    init() { start.append(0) }

    var count: Int { limits.count }

    /// Adds the row whose terms were appended to `keys` and `weights`; gives its number.
    mutating func close(limit: Int, isTainted tainted: Bool) -> Int {
        start.append(Int32(keys.count))
        limits.append(limit)
        isTainted.append(tainted)
        return limits.count - 1
    }

    mutating func removeAll() {
        start.truncate(to: 1)
        keys.removeAll()
        weights.removeAll()
        limits.removeAll()
        isTainted.removeAll()
    }
}
