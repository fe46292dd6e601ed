// A check of the search by points that are known to be solutions: nothing that is learned may cut
// one off that could still be better. Tests give it every solution of a small component.

extension Search {
    /// Traps unless every witness that matters satisfies "some literal of the clause holds".
    func checkLearnedClause() {
        for point in witnesses where isEligible(point, isTainted: analysis.isTainted) {
            var holds = false
            for index in 0..<analysis.keys.count {
                let value = value(of: analysis.keys[index], at: point)
                if value >= analysis.values[index] { holds = true }
            }
            precondition(holds, "a learned clause cuts off a solution")
        }
    }

    /// Traps unless every witness that matters satisfies the lazy row.
    func checkLazyRow(_ row: Int) {
        for point in witnesses where isEligible(point, isTainted: lazyRows.isTainted[row]) {
            var sum = 0
            for term in Int(lazyRows.start[row])..<Int(lazyRows.start[row + 1]) {
                sum += lazyRows.weights[term] * value(of: lazyRows.keys[term], at: point)
            }
            precondition(sum <= lazyRows.limits[row], "a summed row cuts off a solution")
        }
    }

    /// Traps unless every witness that matters satisfies the cut.
    func checkCut(_ cut: Row, isTainted: Bool) {
        for point in witnesses where isEligible(point, isTainted: isTainted) {
            let sum = cut.terms.reduce(0) { $0 + $1.coefficient * point[Int($1.variable)] }
            precondition(sum >= cut.demand, "a cut cuts off a solution")
        }
    }

    /// Traps unless every witness that matters is within the root's bounds.
    func checkRoot() {
        for point in witnesses where isEligible(point, isTainted: isRootTainted) {
            for variable in 0..<count {
                precondition(
                    rootBounds[2 * variable] <= point[variable]
                        && point[variable] <= -rootBounds[2 * variable + 1],
                    "the root's bounds cut off a solution"
                )
            }
        }
    }

    private func value(of key: Int32, at point: [Int]) -> Int {
        key & 1 == 0 ? point[Int(key >> 1)] : -point[Int(key >> 1)]
    }

    /// Facts hold for what is within the limits of other objectives; tainted ones only for what is
    /// within the goal's as well.
    private func isEligible(_ point: [Int], isTainted: Bool) -> Bool {
        (0..<component.objectives.count).allSatisfy { objective in
            objective == goal && !isTainted
                || component.objectives.value(objective, at: point)
                    <= rowLimit[firstObjective + objective]
        }
    }
}
