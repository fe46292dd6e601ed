// The state of the search: bounds, the trail of their changes, and rows with their slack. The rest
// of the engine is extensions in the files beside this one: propagation, conflict analysis,
// clauses, branching, the linear relaxation and the order of objectives.

/// A lazy-clause-generating search over one component (Ohrimenko, Stuckey and Codish; with linear
/// rows as in pseudo-Boolean solvers).
///
/// Both bounds of a variable x are kept as lower bounds: key 2x is the bound of x, key 2x+1 that of
/// -x. So every change is an increase, a literal "x >= b" or "x <= b" is a key and the value it
/// reaches, and the other literal of a key is `key ^ 1`. A row is "sum of weight * key <= limit"
/// with positive weights; its slack is what the present bounds leave of the limit.
///
/// The structure is large, and the compiler copies all of it for a call of something that does not
/// change it, and for a closure that reads it. So what is called often is inlined, or says that it
/// is mutating although it changes nothing, and has loops for closures.
struct Search: ~Copyable {
    /// Why a bound changed, or what is in conflict.
    enum Reason {
        /// A decision.
        static let decision: Int32 = -1
        /// No conflict.
        static let none: Int32 = -2
        /// A conflict that only the decisions explain.
        static let decisions: Int32 = -3

        static func row(_ index: Int) -> Int32 { Int32(index << 2) }
        static func clause(_ index: Int) -> Int32 { Int32(index << 2 | 1) }
        static func lazyRow(_ index: Int) -> Int32 { Int32(index << 2 | 2) }
    }

    let component: Component
    let tactics: Tactics
    let count: Int

    // Bounds by key, now and at the root.
    var bounds: Column<Int>
    var rootBounds: Column<Int>

    // The trail.
    var trailKey = Column<Int32>()
    var trailOld = Column<Int>()
    var trailNew = Column<Int>()
    var trailReason = Column<Int32>()
    var trailPrevious = Column<Int32>()
    var trailLevel = Column<Int32>()
    /// The latest change of each key, or -1.
    var latest: Column<Int32>
    /// Where on the trail each decision level begins.
    var levels = Column<Int>()

    // Rows: the component's, then one for each objective.
    var rowStart = Column<Int32>()
    var rowKey = Column<Int32>()
    var rowWeight = Column<Int>()
    var rowLimit = Column<Int>()
    var rowSlack = Column<Int>()
    /// The most a term of the row can move; above this slack there is nothing to propagate.
    var rowReach = Column<Int>()
    /// The most each term can move; a row's terms are in falling order of it, so that only those
    /// that may have to move are looked at.
    var termReach = Column<Int>()
    var occurrenceStart = Column<Int32>()
    var occurrenceRow = Column<Int32>()
    var occurrenceWeight = Column<Int>()
    let firstObjective: Int
    /// The limit at which an objective's row says nothing.
    var idleLimit = Column<Int>()

    // Rows waiting to be propagated, and how much of the trail the clauses have seen.
    var queue = Column<Int32>()
    var queueHead = 0
    var isQueued: Column<Bool>
    var clauseHead = 0

    var clauses = ClauseStore()
    var lazyRows = LazyRows()
    var analysis: Analysis
    var branching: Branching
    var relaxation = Relaxation()
    /// Cuts that hold whatever the goal is.
    var cuts = Cuts()
    /// What the next cut is made from.
    var cutSum = CutSum()

    // The objective being minimised and what it taints: facts that hold only below the incumbent.
    var goal = -1
    var isRootTainted = false
    /// A proven lower bound of the goal.
    var goalBound = 0
    /// What holds again when the goal is given up: the root's bounds and the goal's limit.
    var rootBeforeGoal = Column<Int>()
    var limitBeforeGoal = 0
    // How the search for the goal is going.
    var stage = Stage.opening
    var restarts = 0
    var improvements = 0
    var allowance = 0
    // Whether the relaxation is asked until the next restart, and the work spent with and without.
    var isRelaxing = false
    /// Rounds of cuts that may still be made before the relaxation is asked below the root.
    var roundsLeft = 0
    var workAtRestart = 0
    var relaxedWork = 0
    var plainWork = 0
    var stageLimit = Int.max
    var result = ComponentResult()

    /// Solutions that tests know of; what is learned is checked against them.
    var witnesses: [[Int]] = []
    /// Where to write down what is inferred, for a certificate.
    var proof: ProofLog?

    var incumbent: [Int]?
    var incumbentObjectives: [Int] = []
    var statistics = Solution.Statistics()
    /// Steps taken so far and the most to take.
    var work = 0
    var workLimit: Int

    init(_ component: Component, workLimit: Int, tactics: Tactics) {
        self.component = component
        self.tactics = tactics
        self.workLimit = workLimit
        count = component.count
        bounds = Column(capacity: 2 * count)
        for variable in 0..<count {
            bounds.append(component.lower[variable])
            bounds.append(-component.upper[variable])
        }
        rootBounds = Column(repeating: 0, count: 2 * count)
        for key in 0..<2 * count { rootBounds[key] = bounds[key] }
        latest = Column(repeating: -1, count: 2 * count)
        isQueued = Column()
        analysis = Analysis(variables: count)
        branching = Branching(component)
        firstObjective = component.rows.count
        clauses.watchHeads.reset(to: -1, count: 2 * count)
        layOutRows()
        enqueueAllRows()
    }

    var level: Int { levels.count }

    @inline(__always)
    func lower(_ variable: Int) -> Int { bounds[2 * variable] }

    @inline(__always)
    func upper(_ variable: Int) -> Int { -bounds[2 * variable + 1] }

    @inline(__always)
    func isFixed(_ variable: Int) -> Bool { bounds[2 * variable] == -bounds[2 * variable + 1] }

    /// The lower bound of each variable.
    @inline(__always)
    var lowerBounds: [Int] {
        var result = [Int](repeating: 0, count: count)
        for variable in 0..<count { result[variable] = lower(variable) }
        return result
    }

    /// The upper bound of each variable.
    @inline(__always)
    var upperBounds: [Int] {
        var result = [Int](repeating: 0, count: count)
        for variable in 0..<count { result[variable] = upper(variable) }
        return result
    }

    private mutating func layOutRows() {
        rowStart.append(0)
        var terms: [RowTerm] = []
        // "sum >= demand" is "-sum <= -demand".
        for row in 0..<component.rows.count {
            addRow(component.rows, row, sign: -1, limit: -component.rows.constants[row], &terms)
        }
        for row in 0..<component.objectives.count {
            addRow(component.objectives, row, sign: 1, limit: 0, &terms)
            var greatest = 0
            for term in Int(rowStart[firstObjective + row])..<rowKey.count {
                greatest -= rowWeight[term] * bounds[rowKey[term] ^ 1]
            }
            idleLimit.append(greatest)
            rowSlack[firstObjective + row] += greatest
            rowLimit[firstObjective + row] = greatest
        }
        isQueued.reset(to: false, count: rowLimit.count)
        var counts = [Int32](repeating: 0, count: 2 * count + 1)
        for term in 0..<rowKey.count { counts[Int(rowKey[term]) + 1] += 1 }
        for key in 0..<2 * count { counts[key + 1] += counts[key] }
        occurrenceStart = Column(counts)
        occurrenceRow.reset(to: 0, count: rowKey.count)
        occurrenceWeight.reset(to: 0, count: rowKey.count)
        for row in 0..<rowLimit.count {
            for term in Int(rowStart[row])..<Int(rowStart[row + 1]) {
                let key = Int(rowKey[term])
                occurrenceRow[counts[key]] = Int32(row)
                occurrenceWeight[counts[key]] = rowWeight[term]
                counts[key] += 1
            }
        }
    }

    private struct RowTerm {
        let reach: Int
        let key: Int32
        let weight: Int
    }

    /// Adds a row; `terms` is memory that is used again.
    private mutating func addRow(
        _ rows: SparseRows,
        _ row: Int,
        sign: Int,
        limit: Int,
        _ terms: inout [RowTerm]
    ) {
        var slack = limit
        terms.removeAll(keepingCapacity: true)
        for term in rows.terms(row) {
            let coefficient = sign * rows.coefficients[term]
            let key = 2 * rows.variables[term] + (coefficient > 0 ? 0 : 1)
            let weight = abs(coefficient)
            slack -= weight * bounds[key]
            let reach = weight * (-bounds[key ^ 1] - bounds[key])
            terms.append(RowTerm(reach: reach, key: key, weight: weight))
        }
        terms.sort { $0.reach == $1.reach ? $0.key < $1.key : $0.reach > $1.reach }
        for term in terms {
            rowKey.append(term.key)
            rowWeight.append(term.weight)
            termReach.append(term.reach)
        }
        rowStart.append(Int32(rowKey.count))
        rowLimit.append(limit)
        rowSlack.append(slack)
        rowReach.append(terms.first?.reach ?? 0)
    }

    /// Has every row looked at, whatever of them is known.
    mutating func enqueueAllRows() {
        for row in 0..<rowLimit.count where !isQueued[row] {
            isQueued[row] = true
            queue.append(Int32(row))
        }
    }

    /// Sets the limit of an objective's row; to be called at the root or with a tighter limit.
    mutating func setLimit(_ limit: Int, ofObjective objective: Int) {
        let row = firstObjective + objective
        rowSlack[row] += limit - rowLimit[row]
        rowLimit[row] = limit
        if !isQueued[row] {
            isQueued[row] = true
            queue.append(Int32(row))
        }
    }

    /// Goes back to the root bounds from before the goal and follows all rows and clauses anew.
    mutating func restoreRoot() {
        cancel(to: 0)
        commitRoot()
        for key in 0..<2 * count {
            bounds[key] = rootBeforeGoal[key]
            rootBounds[key] = rootBeforeGoal[key]
        }
        // What was fixed for a while may have been taken out of the choice.
        for variable in 0..<count { branching.restore(variable) }
        for row in 0..<rowLimit.count {
            var slack = rowLimit[row]
            for term in Int(rowStart[row])..<Int(rowStart[row + 1]) {
                slack -= rowWeight[term] * bounds[rowKey[term]]
            }
            rowSlack[row] = slack
        }
        enqueueAllRows()
    }
}
