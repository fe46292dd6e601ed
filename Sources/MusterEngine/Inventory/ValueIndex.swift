// Which resources have a value, for selectors that name one: grounding a policy then costs what it
// matches, however many resources there are.

import MusterModel
import MusterPolicy

/// Something of resources that has exact values.
enum Dimension: Hashable, Sendable {
    case kind, node, cluster, serviceGroup, application
    case label(String)

    /// Visits a resource's values, in any order; an application may come twice.
    func forEachValue(of resource: borrowing Resource, _ visit: (String) -> Void) {
        switch self {
        case .kind: visit(resource.kind)
        case .node: if let node = resource.node { visit(node.name) }
        case .cluster: if let cluster = resource.cluster { visit(cluster) }
        case .serviceGroup: if let group = resource.serviceGroup { visit(group) }
        case .application: for application in resource.applications { visit(application) }
        case .label(let key): if let value = resource.labels[key] { visit(value) }
        }
    }

    /// The dimension of a field; `nil` for names, by which resources are found anyway.
    init?(_ field: Selector.Field) {
        switch field {
        case .kind: self = .kind
        case .resource: return nil
        case .node: self = .node
        case .cluster: self = .cluster
        case .serviceGroup: self = .serviceGroup
        case .application: self = .application
        }
    }

    init(_ attribute: Attribute) {
        switch attribute {
        case .label(let key): self = .label(key)
        case .node: self = .node
        case .cluster: self = .cluster
        case .serviceGroup: self = .serviceGroup
        }
    }
}

/// The slots of registered resources by value, each list in order, for the dimensions that somebody
/// has asked for.
struct ValueIndex: Sendable {
    private var lists: [Dimension: [String: [Int]]] = [:]
    /// How many numbers have been moved in lists since a dimension was last taken in.
    private var moves = 0
    /// Beyond so many moves lists are dropped: to make them anew costs less than to keep them.
    private static let mostMoves = 1 << 21

    /// The number of dimensions that have been asked for.
    var count: Int { lists.count }

    /// Whether a dimension has been asked for.
    func holds(_ dimension: Dimension) -> Bool { lists[dimension] != nil }

    /// The slots with a value in a dimension that has been asked for.
    func slots(_ dimension: Dimension, _ value: String) -> [Int] {
        lists[dimension]?[value] ?? []
    }

    /// Takes a dimension in.
    ///
    /// - Complexity: O(resources).
    mutating func add(_ dimension: Dimension, of resources: [Resource?]) {
        var found: [String: [Int]] = [:]
        for (slot, resource) in resources.enumerated() {
            guard let resource else { continue }
            dimension.forEachValue(of: resource) { value in
                if found[value]?.last != slot { found[value, default: []].append(slot) }
            }
        }
        lists[dimension] = found
        moves = 0
    }

    /// Takes in that a resource looks different: what is the same stays where it is.
    mutating func replace(_ slot: Int, _ held: Resource, by resource: Resource) {
        for dimension in Array(lists.keys) where dimension.differs(held, resource) {
            remove(slot, held, in: dimension)
            insert(slot, resource, in: dimension)
        }
        dropIfDear()
    }

    /// Takes in the values of a resource that is new in its slot.
    ///
    /// - Complexity: O(dimensions × slots of a value), O(dimensions) for the last slot of all.
    mutating func insert(_ slot: Int, _ resource: borrowing Resource) {
        // The keys in a list of their own: whoever walks over a table must not change it.
        for dimension in Array(lists.keys) { insert(slot, resource, in: dimension) }
        dropIfDear()
    }

    private mutating func insert(
        _ slot: Int,
        _ resource: borrowing Resource,
        in dimension: Dimension
    ) {
        dimension.forEachValue(of: resource) { value in
            moves += lists[dimension]?[value, default: []].insertInOrder(slot) ?? 0
        }
    }

    /// Forgets the values of a resource that goes.
    ///
    /// - Complexity: O(dimensions × slots of a value).
    mutating func remove(_ slot: Int, _ resource: borrowing Resource) {
        for dimension in Array(lists.keys) { remove(slot, resource, in: dimension) }
        dropIfDear()
    }

    private mutating func remove(
        _ slot: Int,
        _ resource: borrowing Resource,
        in dimension: Dimension
    ) {
        dimension.forEachValue(of: resource) { value in
            moves += lists[dimension]?[value]?.removeInOrder(slot) ?? 0
            if lists[dimension]?[value]?.isEmpty == true { lists[dimension]?[value] = nil }
        }
    }

    private mutating func dropIfDear() {
        guard moves > Self.mostMoves else { return }
        lists = [:]
        moves = 0
    }
}

extension Dimension {
    /// Whether two resources have other values.
    fileprivate func differs(_ a: Resource, _ b: Resource) -> Bool {
        switch self {
        case .kind: a.kind != b.kind
        case .node: a.node != b.node
        case .cluster: a.cluster != b.cluster
        case .serviceGroup: a.serviceGroup != b.serviceGroup
        case .application: a.applications != b.applications
        case .label(let key): a.labels[key] != b.labels[key]
        }
    }
}

extension Inventory {
    /// Drops the lists if there are more than so many: policies that are gone have asked for some.
    mutating func forgetValues(beyond limit: Int) {
        if values.count > limit { values = ValueIndex() }
    }
}

extension [Int] {
    /// Inserts a number where it belongs, unless it is there; gives how many that has moved.
    fileprivate mutating func insertInOrder(_ number: Int) -> Int {
        let place = place(of: number)
        guard place == count || self[place] != number else { return 0 }
        insert(number, at: place)
        return count - place
    }

    /// Takes a number out, if it is there; gives how many that has moved.
    fileprivate mutating func removeInOrder(_ number: Int) -> Int {
        let place = place(of: number)
        guard place < count, self[place] == number else { return 0 }
        remove(at: place)
        return count - place
    }

    /// The first place whose number is not below `number`.
    private func place(of number: Int) -> Int {
        guard let last, number <= last else { return count }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
