// From the relaxation's point to an integral one: fix variables near it, one after the other, and
// let propagation carry the consequences.

extension Search {
    /// Offers the relaxation's point, rounded, as it is.
    mutating func offerRelaxedPoint() -> Bool {
        var point = [Int](repeating: 0, count: count)
        for variable in 0..<count { point[variable] = roundedRelaxedValue(variable) }
        return consider(point)
    }

    @inline(__always)
    private func roundedRelaxedValue(_ variable: Int) -> Int {
        let value = relaxation.simplex.value[variable]
        guard value.isFinite, abs(value) < 0x1p60 else { return lower(variable) }
        return min(max(Int(value.nearest), lower(variable)), upper(variable))
    }

    /// Rounds with propagation, nodes first, then what is nearest to an integer.
    ///
    /// - Returns: whether that made a better incumbent. The level is as before.
    mutating func roundRelaxedPoint() -> Bool {
        guard relaxation.isReady else { return false }
        let before = levels.count
        let isBetter = fixNearRelaxedPoint() && consider(lowerBounds)
        cancel(to: before)
        // Going back emptied the queue, in which the goal's new limit was waiting.
        if isBetter { requeueGoal() }
        return isBetter
    }

    private mutating func fixNearRelaxedPoint() -> Bool {
        var order: [(distance: Double, variable: Int)] = []
        var point = [Double](repeating: 0, count: count)
        for variable in 0..<count where !isFixed(variable) {
            let value = relaxation.simplex.value[variable]
            guard abs(value) < 0x1p60 else { return false }
            point[variable] = value
            let distance = abs(value - value.nearest)
            order.append((variable >= component.classCount ? distance - 1 : distance, variable))
        }
        order.sort { ($0.distance, $0.variable) < ($1.distance, $1.variable) }
        for (_, variable) in order where !isFixed(variable) {
            let near = min(max(Int(point[variable].nearest), lower(variable)), upper(variable))
            if fix(variable, at: near) { continue }
            let isAbove = point[variable] > Double(near)
            let far = min(max(near + (isAbove ? 1 : -1), lower(variable)), upper(variable))
            if far == near || !fix(variable, at: far) { return false }
        }
        return true
    }

    /// Fixes a variable unless that is a contradiction.
    private mutating func fix(_ variable: Int, at value: Int) -> Bool {
        let before = levels.count
        if value > lower(variable) { decide(Int32(2 * variable), value) }
        if value < upper(variable) { decide(Int32(2 * variable + 1), -value) }
        if levels.count > before, propagate() != Reason.none {
            cancel(to: before)
            return false
        }
        return true
    }
}
