// The directions in which definitions matter (Plaisted and Greenbaum), and variables that nothing
// keeps from one of their ends. Both are counts, kept up as rows and implications cease to matter.

extension Tightening {
    /// Finds the directions of each definition that anything depends on, from those that nobody
    /// reads downwards, and has all plain variables looked at.
    mutating func assignRoles() {
        for objective in objectives {
            for term in objective.terms {
                let variable = term.variable.index
                if pull[variable] == 0 { pull[variable] = Int8(term.coefficient.signum()) }
                if definer[variable] < 0 { continue }
                if term.coefficient > 0 { downs[variable] += 1 } else { ups[variable] += 1 }
            }
        }
        for index in 0..<needing.count where matters(index) {
            isLive[index] = true
            countImplication(index, by: 1)
        }
        for row in (0..<rows).reversed() {
            let (mayFail, mayHold) = outlook(of: row)
            updateRole(row, mayFail: mayFail, mayHold: mayHold)
        }
        areRolesAssigned = true
        for variable in 0..<Int32(lower.count) { consider(variable) }
    }

    /// Whether a row's sum may be below 0, and whether it may be at least 0.
    private func outlook(of row: Int) -> (mayFail: Bool, mayHold: Bool) {
        if isNarrow[row] {
            let (least, greatest) = range(of: row, as: Int.self)
            return (least < 0, greatest >= 0)
        }
        let (least, greatest) = range(of: row, as: Int128.self)
        return (least < 0, greatest >= 0)
    }

    private func role(of row: Int, mayFail: Bool, mayHold: Bool) -> Presolve.Roles {
        let node = node[row]
        if node < 0 || lower[node] == 1 { return mayFail ? .nonNegative : [] }
        if upper[node] == 0 { return mayHold ? .negative : [] }
        var role: Presolve.Roles = []
        if ups[node] > 0 { role.insert(.whenTrue) }
        if downs[node] > 0 { role.insert(.whenFalse) }
        return role
    }

    /// Takes in what a row's terms leave of it.
    mutating func updateRole(_ row: Int, mayFail: Bool, mayHold: Bool) {
        setRole(role(of: row, mayFail: mayFail, mayHold: mayHold), of: row)
    }

    /// Changes a row's role, and what it asks of its terms with it.
    private mutating func setRole(_ role: Presolve.Roles, of row: Int) {
        let old = roles[row]
        guard role != old else { return }
        roles[row] = role
        let rise: Int32 = (role.asksForMore ? 1 : 0) - (old.asksForMore ? 1 : 0)
        let fall: Int32 = (role.asksForLess ? 1 : 0) - (old.asksForLess ? 1 : 0)
        guard rise != 0 || fall != 0 else { return }
        for term in terms(row) {
            if termCoefficient[term] > 0 {
                count(termVariable[term], up: rise, down: fall)
            } else {
                count(termVariable[term], up: fall, down: rise)
            }
        }
    }

    private mutating func count(_ variable: Int32, up: Int32, down: Int32) {
        let wasUp = ups[variable] > 0
        let wasDown = downs[variable] > 0
        ups[variable] += up
        downs[variable] += down
        guard areRolesAssigned,
            (ups[variable] > 0) != wasUp || (downs[variable] > 0) != wasDown
        else { return }
        if definer[variable] >= 0 { enqueue(definer[variable]) } else { consider(variable) }
    }

    // MARK: Implications

    /// Whether an implication still asks for anything.
    @inline(__always)
    func matters(_ index: Int) -> Bool {
        upper[needing[index]] > 0 && !isFalse(needed[index] ^ 1)
    }

    /// Takes in that an implication asks for nothing any more.
    mutating func endLife(_ index: Int) {
        guard isLive[index] else { return }
        isLive[index] = false
        countImplication(index, by: -1)
    }

    private mutating func countImplication(_ index: Int, by change: Int32) {
        count(needing[index], up: 0, down: change)
        let isNegated = needed[index] & 1 == 1
        count(needed[index] >> 1, up: isNegated ? 0 : change, down: isNegated ? change : 0)
    }

    // MARK: Unopposed variables

    /// Has a plain variable looked at that may be unopposed by now.
    mutating func consider(_ variable: Int32) {
        guard definer[variable] < 0, !isFixed(variable), !isConsidered[variable] else { return }
        isConsidered[variable] = true
        considered.append(variable)
    }

    /// Fixes plain variables that no row and no objective keeps from one of their ends.
    mutating func fixUnopposed() {
        var next = 0
        while next < considered.count {
            let variable = considered[next]
            next += 1
            isConsidered[variable] = false
            if !isFixed(variable) { fixIfUnopposed(variable) }
        }
        considered.removeAll()
    }

    private mutating func fixIfUnopposed(_ variable: Int32) {
        let pull = pull[variable]
        // A variable that costs nothing is moved only if that leaves it where it is now.
        let begin = min(max(start[variable], lower[variable]), upper[variable])
        let mayFall = ups[variable] == 0
        let mayRise = downs[variable] == 0
        if mayFall, pull > 0 || pull == 0 && begin == lower[variable] {
            tighten(variable, upper: lower[variable])
        } else if mayRise, pull < 0 || pull == 0 && begin == upper[variable] {
            tighten(variable, lower: upper[variable])
        } else if mayFall, mayRise, pull == 0 {
            tighten(variable, lower: begin)
            tighten(variable, upper: begin)
        }
    }
}

extension Presolve.Roles {
    /// Whether the row wants its sum to be large.
    fileprivate var asksForMore: Bool { !isDisjoint(with: [.whenTrue, .nonNegative]) }

    /// Whether the row wants its sum to be small.
    fileprivate var asksForLess: Bool { !isDisjoint(with: [.whenFalse, .negative]) }
}
