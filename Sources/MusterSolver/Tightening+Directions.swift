// The directions in which definitions matter (Plaisted and Greenbaum), and variables that nothing
// keeps from one of their ends. Both are counts, kept up as rows and implications cease to matter.

extension Tightening {
    /// Finds the directions of each definition that anything depends on, from those that nobody
    /// reads downwards, and has all plain variables looked at.
    mutating func assignRoles() {
        for objective in objectives {
            for term in objective.terms {
                let sign = term.coefficient.signum()
                variables[term.variable.index].addPull(Int8(sign))
            }
        }
        for index in 0..<implications.count where matters(index) {
            isLive[index] = true
            countImplication(index, by: 1)
        }
        for row in (0..<rows).reversed() {
            // The latest look at a row came after the last move of its terms.
            assert(isRemembered(row), "a row was not looked at after its terms had moved")
            updateRole(row, mayFail: mayFail[row], mayHold: mayHold[row])
        }
        areRolesAssigned = true
        for variable in 0..<Int32(variables.count) { consider(variable) }
    }

    private func role(of row: Int, mayFail: Bool, mayHold: Bool) -> Presolve.Roles {
        let node = nodes[row]
        if node < 0 || variables[node].lower == 1 { return mayFail ? .nonNegative : [] }
        if variables[node].upper == 0 { return mayHold ? .negative : [] }
        var role: Presolve.Roles = []
        if variables[node].ups > 0 { role.insert(.whenTrue) }
        if variables[node].downs > 0 { role.insert(.whenFalse) }
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
            if sums.coefficients[term] > 0 {
                count(sums.variables[term], up: rise, down: fall)
            } else {
                count(sums.variables[term], up: fall, down: rise)
            }
        }
    }

    private mutating func count(_ variable: Int32, up: Int32, down: Int32) {
        let old = variables[variable]
        let (ups, downs) = (old.ups + up, old.downs + down)
        variables[variable].ups = ups
        variables[variable].downs = downs
        guard areRolesAssigned, (ups > 0) != (old.ups > 0) || (downs > 0) != (old.downs > 0)
        else { return }
        let definer = old.definer
        if definer >= 0 { enqueue(definer) } else { consider(variable) }
    }

    // MARK: Implications

    /// Whether an implication still asks for anything.
    @inline(__always)
    func matters(_ index: Int) -> Bool {
        let need = implications[index]
        // Few are needed, by many.
        return !isFalse(need.needed ^ 1) && variables[need.needing].upper > 0
    }

    /// Takes in that an implication asks for nothing any more.
    mutating func endLife(_ index: Int) {
        guard isLive[index] else { return }
        isLive[index] = false
        countImplication(index, by: -1)
    }

    private mutating func countImplication(_ index: Int, by change: Int32) {
        let need = implications[index]
        count(need.needing, up: 0, down: change)
        if need.needed & 1 == 1 {
            count(need.needed >> 1, up: 0, down: change)
        } else {
            count(need.needed >> 1, up: change, down: 0)
        }
    }

    // MARK: Unopposed variables

    /// Has a plain variable looked at that may be unopposed by now.
    mutating func consider(_ variable: Int32) {
        let own = variables[variable]
        guard own.definer < 0, own.lower != own.upper, !own.isConsidered else { return }
        variables[variable].isConsidered = true
        considered.append(variable)
    }

    /// Fixes plain variables that no row and no objective keeps from one of their ends.
    mutating func fixUnopposed() {
        var next = 0
        while next < considered.count {
            let variable = considered[next]
            next += 1
            variables[variable].isConsidered = false
            if !isFixed(variable) { fixIfUnopposed(variable) }
        }
        considered.removeAll()
    }

    private mutating func fixIfUnopposed(_ variable: Int32) {
        let own = variables[variable]
        let pull = own.pull
        // A variable that costs nothing is moved only if that leaves it where it is now.
        let begin = min(max(start[Int(variable)], own.lower), own.upper)
        let (mayFall, mayRise) = (own.ups == 0, own.downs == 0)
        if mayFall, pull > 0 || pull == 0 && begin == own.lower {
            tighten(variable, upper: own.lower)
        } else if mayRise, pull < 0 || pull == 0 && begin == own.upper {
            tighten(variable, lower: own.upper)
        } else if mayFall, mayRise, pull == 0 {
            tighten(variable, lower: begin)
            tighten(variable, upper: begin)
        }
    }
}

extension Tightening.Bounded {
    /// Takes in that an objective has a factor of this sign for it.
    fileprivate mutating func addPull(_ sign: Int8) {
        if pull == 0 { pull = sign }
        if definer < 0 { return }
        if sign > 0 { downs += 1 } else { ups += 1 }
    }
}

extension Presolve.Roles {
    /// Whether the row wants its sum to be large.
    fileprivate var asksForMore: Bool { !isDisjoint(with: [.whenTrue, .nonNegative]) }

    /// Whether the row wants its sum to be small.
    fileprivate var asksForLess: Bool { !isDisjoint(with: [.whenFalse, .negative]) }
}
