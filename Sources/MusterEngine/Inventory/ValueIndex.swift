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
    }

    /// Takes in the values of a resource that is new in its slot.
    ///
    /// - Complexity: O(dimensions × slots of a value), O(dimensions) for the last slot of all.
    mutating func insert(_ slot: Int, _ resource: borrowing Resource) {
        // The keys in a list of their own: whoever walks over a table must not change it.
        for dimension in Array(lists.keys) {
            dimension.forEachValue(of: resource) { value in
                lists[dimension]?[value, default: []].insertInOrder(slot)
            }
        }
    }

    /// Forgets the values of a resource that goes, or looks different from now on.
    ///
    /// - Complexity: O(dimensions × slots of a value).
    mutating func remove(_ slot: Int, _ resource: borrowing Resource) {
        for dimension in Array(lists.keys) {
            dimension.forEachValue(of: resource) { value in
                lists[dimension]?[value]?.removeInOrder(slot)
                if lists[dimension]?[value]?.isEmpty == true { lists[dimension]?[value] = nil }
            }
        }
    }
}

extension [Int] {
    /// Inserts a number where it belongs, unless it is there.
    fileprivate mutating func insertInOrder(_ number: Int) {
        let place = place(of: number)
        guard place == count || self[place] != number else { return }
        insert(number, at: place)
    }

    /// Takes a number out, if it is there.
    fileprivate mutating func removeInOrder(_ number: Int) {
        let place = place(of: number)
        guard place < count, self[place] == number else { return }
        remove(at: place)
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
