// Which variable to decide next (VSIDS), and on which side (near the best solution known).

/// Activities of the variables and a heap that yields the most active.
struct Branching: ~Copyable {
    private var activity: Column<Double>
    private var step = 1.0
    private var heap = Column<Int32>()
    private var places: Column<Int32>
    /// The value each variable is steered towards.
    var phase: Column<Int>
    /// Which way the goal makes a variable cheaper: down if positive.
    var pull: Column<Int>

    init(_ component: Component) {
        activity = Column(repeating: 0, count: component.count)
        places = Column(repeating: -1, count: component.count)
        phase = Column(component.start)
        pull = Column(repeating: 0, count: component.count)
        // Nodes decide more than single variables do, the outer ones most of all.
        for variable in component.classCount..<component.count {
            activity[variable] = 1e-3 + 1e-6 * Double(variable - component.classCount)
        }
        for variable in 0..<component.count { insert(variable) }
    }

    /// Takes up a new goal; the nodes and measures it consists of are to be decided first.
    mutating func aim(at goal: Int, of component: Component) {
        pull.reset(to: 0, count: component.count)
        for term in component.objectives.terms(goal) {
            let variable = Int(component.objectives.variables[term])
            pull[variable] = component.objectives.coefficients[term].signum()
            if variable >= component.classCount || component.isWide[variable] { bump(variable) }
        }
    }

    /// How active a variable has been of late, compared with one step.
    func score(_ variable: Int) -> Double { activity[variable] / step }

    /// Counts a variable's part in a conflict.
    mutating func bump(_ variable: Int) {
        activity[variable] += step
        if activity[variable] > 1e100 {
            for index in 0..<activity.count { activity[index] *= 1e-100 }
            step *= 1e-100
        }
        if places[variable] >= 0 { rise(Int(places[variable])) }
    }

    /// Makes later conflicts count for more.
    mutating func decay() { step *= 1.05 }

    /// Puts a variable back into the choice.
    @inline(__always)
    mutating func restore(_ variable: Int) {
        if places[variable] < 0 { insert(variable) }
    }

    /// Takes out and gives the most active variable.
    mutating func popMostActive() -> Int? {
        guard heap.count > 0 else { return nil }
        let top = heap[0]
        let last = heap.popLast()
        places[top] = -1
        if heap.count > 0 {
            heap[0] = last
            places[last] = 0
            sink(0)
        }
        return Int(top)
    }

    private mutating func insert(_ variable: Int) {
        places[variable] = Int32(heap.count)
        heap.append(Int32(variable))
        rise(heap.count - 1)
    }

    @inline(__always)
    private func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        let (x, y) = (activity[a], activity[b])
        return x > y || x == y && a < b
    }

    private mutating func rise(_ place: Int) {
        var place = place
        let variable = heap[place]
        while place > 0 {
            let parent = (place - 1) / 2
            guard isBefore(variable, heap[parent]) else { break }
            heap[place] = heap[parent]
            places[heap[place]] = Int32(place)
            place = parent
        }
        heap[place] = variable
        places[variable] = Int32(place)
    }

    private mutating func sink(_ place: Int) {
        var place = place
        let variable = heap[place]
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, isBefore(heap[child + 1], heap[child]) { child += 1 }
            guard isBefore(heap[child], variable) else { break }
            heap[place] = heap[child]
            places[heap[place]] = Int32(place)
            place = child
        }
        heap[place] = variable
        places[variable] = Int32(place)
    }
}
