// Turns definitions into rows. Each needed direction of a definition becomes one row that is idle
// while its node has the other value; the factor of the node is as small as the bounds allow.

/// Builds components of a presolved, aggregated problem.
struct ComponentBuilder {
    let presolve: Presolve
    let aggregation: Aggregation
    /// The variable in the component that stands for each class and each variable that is a node.
    private var localClass: [Int32]
    private var localNode: [Int32]
    private var lastRow: [Int]
    private var rowNumber = 0
    private var component = Component()
    // A row as it is read and one in the making, whose memory is used again.
    private var draft = Draft()
    private var scratch = Row()

    init(presolve: Presolve, aggregation: Aggregation) {
        self.presolve = presolve
        self.aggregation = aggregation
        localClass = Array(repeating: -1, count: aggregation.count)
        localNode = Array(repeating: -1, count: presolve.lower.count)
        lastRow = Array(repeating: -1, count: aggregation.count)
    }

    /// A row over the component's variables, before it is stored.
    private struct Draft {
        var terms: [Row.Term] = []
        var constant = Int128(0)
        var least = Int128(0)
        var greatest = Int128(0)
    }

    /// The component of the given classes, rows, implications and objective terms.
    mutating func build(
        classes: ArraySlice<Int32>,
        rows: ArraySlice<Int32>,
        implications: ArraySlice<Int32>,
        objectives: ArraySlice<Int32>
    ) -> Component {
        component = Component()
        component.classCount = classes.count
        for number in classes { addClass(Int(number)) }
        for row in rows where isFreeNode(presolve.nodes[Int(row)]) {
            localNode[Int(presolve.nodes[Int(row)])] = Int32(component.count)
            addVariable(lower: 0, upper: 1, start: 0)
        }
        for row in rows { addRows(for: Int(row)) }
        addImplications(implications)
        addObjectives(objectives)
        if !component.isTooLarge { component.start = component.completed(component.start) }
        return component
    }

    private mutating func addClass(_ number: Int) {
        localClass[number] = Int32(component.count)
        let leader = Int(aggregation.leader(number))
        component.isWide.append(presolve.upper[leader] - presolve.lower[leader] > 1)
        var (lower, upper, start) = (0, 0, 0)
        for place in aggregation.members.range(number) {
            let member = Int(aggregation.members.items[place])
            let (low, high) = (presolve.lower[member], presolve.upper[member])
            lower += low
            upper += high
            start += min(max(presolve.start[member], low), high)
        }
        addVariable(lower: lower, upper: upper, start: start)
    }

    private func isFreeNode(_ variable: Int32) -> Bool {
        variable >= 0 && !presolve.isFixed(variable)
    }

    private mutating func addVariable(lower: Int, upper: Int, start: Int) {
        component.lower.append(lower)
        component.upper.append(upper)
        component.start.append(start)
    }

    private func local(_ variable: Int32) -> Int32 {
        let number = aggregation.classes[Int(variable)]
        return number >= 0 ? localClass[Int(number)] : localNode[Int(variable)]
    }

    /// Gathers a row's terms: classes once, fixed variables into the constant.
    private mutating func read(_ row: Int) {
        draft.terms.removeAll(keepingCapacity: true)
        draft.constant = Int128(presolve.rows.constants[row])
        rowNumber += 1
        for term in presolve.rows.terms(row) {
            let variable = presolve.rows.variables[term]
            let coefficient = presolve.rows.coefficients[term]
            if presolve.isFixed(variable) {
                draft.constant += Int128(coefficient) * Int128(presolve.lower[Int(variable)])
                continue
            }
            let number = Int(aggregation.classes[Int(variable)])
            if number >= 0 {
                if lastRow[number] == rowNumber { continue }
                lastRow[number] = rowNumber
            }
            draft.terms.append(Row.Term(variable: local(variable), coefficient: coefficient))
        }
        // "At least 0" is the same after division by what the factors share, and without the
        // remainder it says more where fractions are allowed.
        let divisor = greatestCommonDivisor(of: draft.terms)
        if divisor > 1 {
            for index in draft.terms.indices { draft.terms[index].coefficient /= divisor }
            draft.constant = floorQuotient(draft.constant, Int128(divisor))
        }
        draft.least = draft.constant
        draft.greatest = draft.constant
        for term in draft.terms {
            let low = Int128(term.coefficient) * Int128(component.lower[Int(term.variable)])
            let high = Int128(term.coefficient) * Int128(component.upper[Int(term.variable)])
            draft.least += min(low, high)
            draft.greatest += max(low, high)
        }
    }

    private mutating func addRows(for row: Int) {
        read(row)
        let fits = fits(draft)
        let role = presolve.roles[row]
        let node = presolve.nodes[row]
        if isFreeNode(node) {
            component.nodes.append(
                Component.Node(variable: local(node), sum: component.sums.count)
            )
            guard fits else {
                component.isTooLarge = true
                component.sums.close(0)
                return
            }
            for term in draft.terms { component.sums.add(term.coefficient, term.variable) }
            component.sums.close(Int(draft.constant))
        }
        guard fits else {
            component.isTooLarge = true
            return
        }
        if role.contains(.nonNegative) { store(draft.terms, atLeast: -draft.constant) }
        if role.contains(.negative) {
            store(draft.terms, sign: -1, atLeast: draft.constant + 1)
        }
        if role.contains(.whenTrue), draft.least < 0 {
            // sum >= least * (1 - node)
            store(
                draft.terms,
                and: Row.Term(variable: local(node), coefficient: Int(draft.least)),
                atLeast: draft.least - draft.constant
            )
            strengthen(draft.terms, slack: draft.greatest, node: local(node), isTrue: true)
        }
        if role.contains(.whenFalse), draft.greatest >= 0 {
            // -sum >= 1 - (greatest + 1) * node
            store(
                draft.terms,
                sign: -1,
                and: Row.Term(variable: local(node), coefficient: Int(draft.greatest) + 1),
                atLeast: 1 + draft.constant
            )
            strengthen(draft.terms, slack: -1 - draft.least, node: local(node), isTrue: false)
        }
    }

    private func fits(_ draft: Draft) -> Bool {
        let limit = Magnitude.limit
        var size = draft.constant < 0 ? -draft.constant : draft.constant
        for term in draft.terms {
            let reach = max(
                component.lower[Int(term.variable)].magnitude,
                component.upper[Int(term.variable)].magnitude
            )
            size += Int128(term.coefficient.magnitude) * Int128(reach)
        }
        return size <= limit
    }

    /// Adds what a node says about single terms: if the sum, or the negated one where the node is
    /// false, must be at least 0, a term whose range exceeds the slack is pushed off its far end.
    private mutating func strengthen(
        _ terms: [Row.Term],
        slack: Int128,
        node: Int32,
        isTrue: Bool
    ) {
        guard terms.count > 1, slack >= 0 else { return }
        for term in terms {
            let low = component.lower[Int(term.variable)]
            let high = component.upper[Int(term.variable)]
            let size = Int128(term.coefficient.magnitude)
            guard size * Int128(high - low) > slack else { continue }
            let move = high - low - Int(slack / size)
            // sign * x >= least end + move * (node or 1 - node)
            let isRising = (term.coefficient > 0) == isTrue
            let sign = isRising ? 1 : -1
            let end = isRising ? low : -high
            component.strengthenings.add(sign, term.variable)
            component.strengthenings.add(isTrue ? -move : move, node)
            component.strengthenings.close(isTrue ? end : end + move)
        }
    }

    private mutating func addImplications(_ implications: ArraySlice<Int32>) {
        for offset in implications {
            let implication = presolve.implications[Int(offset)]
            let needing = implication.variable.index
            // The members of a class need the same.
            let number = Int(aggregation.classes[Int(needing)])
            if number >= 0, aggregation.leader(number) != needing { continue }
            let variable = local(needing)
            let condition = local(implication.condition.variable.index)
            let isNegated = implication.condition.isNegated
            let reach = component.upper[Int(variable)]
            store(
                [Row.Term(variable: variable, coefficient: -1)],
                and: Row.Term(variable: condition, coefficient: isNegated ? -reach : reach),
                atLeast: isNegated ? Int128(-reach) : 0
            )
        }
    }

    /// Adds what some terms of the objectives, in order, leave of those.
    private mutating func addObjectives(_ terms: ArraySlice<Int32>) {
        let (variables, coefficients) = (
            presolve.objectives.variables, presolve.objectives.coefficients
        )
        // With nothing to minimise the search has a goal all the same: 0.
        if presolve.objectives.count == 0 {
            component.objectives.close(0)
            component.objectiveScales = [1]
        }
        var index = terms.startIndex
        for row in 0..<presolve.objectives.count {
            rowNumber += 1
            var size = Int128(0)
            var end = index
            var scale = 0
            let last = presolve.objectives.terms(row).upperBound
            while end < terms.endIndex, Int(terms[end]) < last {
                if scale != 1 {
                    scale = greatestCommonDivisor(scale, coefficients[Int(terms[end])])
                }
                end += 1
            }
            // With smaller factors a bound that is a fraction is rounded up further.
            component.objectiveScales.append(max(1, scale))
            while index < end {
                let term = Int(terms[index])
                index += 1
                let number = Int(aggregation.classes[Int(variables[term])])
                if number >= 0 {
                    if lastRow[number] == rowNumber { continue }
                    lastRow[number] = rowNumber
                }
                let variable = local(variables[term])
                component.objectives.add(coefficients[term] / max(1, scale), variable)
                let reach = max(
                    component.lower[Int(variable)].magnitude,
                    component.upper[Int(variable)].magnitude
                )
                size += Int128(coefficients[term].magnitude) * Int128(reach)
            }
            component.objectives.close(0)
            if size > Magnitude.limit { component.isTooLarge = true }
        }
    }

    /// Stores a row after dividing it by what its factors share and cutting factors of 0/1
    /// variables down to what the row can need of them.
    private mutating func store(
        _ terms: [Row.Term],
        sign: Int = 1,
        and last: Row.Term? = nil,
        atLeast demand: Int128
    ) {
        scratch.terms.removeAll(keepingCapacity: true)
        for term in terms {
            scratch.terms.append(
                Row.Term(variable: term.variable, coefficient: sign * term.coefficient)
            )
        }
        if let last { scratch.terms.append(last) }
        scratch.demand = Int(demand)
        scratch.saturate(lower: component.lower, upper: component.upper)
        scratch.divide()
        for term in scratch.terms { component.rows.add(term.coefficient, term.variable) }
        component.rows.close(scratch.demand)
    }
}
