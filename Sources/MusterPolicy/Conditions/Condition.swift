// The predicate language as a tree (what each form means is in the contract, section 4.1).
//
// The tree keeps every form that users write, each with its place, because explanations speak in
// the user's own words. Grounding lowers it to linear constraints.

public import MusterModel

/// A condition and the place where it was written.
public struct Condition: Hashable, Sendable {
    /// What must hold.
    public indirect enum Form: Hashable, Sendable {
        /// All hold.
        case and([Condition])
        /// At least one holds.
        case or([Condition])
        /// None holds.
        case nor([Condition])
        /// Not all hold.
        case nand([Condition])
        /// An odd number of them hold.
        case xor([Condition])
        /// It does not hold.
        case not(Condition)
        /// `if` implies `then`, and where there is an `else`, not `if` implies `else`.
        case implication(if: Condition, then: Condition, else: Condition?)
        /// The number of conditions that hold compares so; operands are integers here.
        case threshold([Comparison], of: [Condition])
        /// The quantity compares so, in every comparison.
        case comparison(Quantity, [Comparison])
        /// For every value of the attribute among registered matches, the condition holds with
        /// its selectors narrowed to that value.
        case forEach(Attribute, of: Selector, require: Condition)
        /// The resource is registered, usable, and in this state.
        case resource(ResourceID, is: Placement)
        /// No host's capacity of these names is exceeded by its online matches.
        case fits(capacities: [String], of: Selector)
    }

    /// What must hold.
    public var form: Form
    /// Where it was written.
    @Incidental public var span: SourceSpan

    /// Makes a condition.
    public init(_ form: Form, at span: SourceSpan = .none) {
        self.form = form
        self.span = span
    }
}

/// A number that the states of resources determine.
public struct Quantity: Hashable, Sendable {
    /// How the matches are measured.
    public enum Measure: Hashable, Sendable {
        /// Their number.
        case count
        /// Their summed capacity of this name; 0 where one names none.
        case sum(String)
        /// The number of their different values; those without the attribute are passed over.
        case distinct(Attribute)
    }

    /// Which of the matches are measured.
    public enum StateFilter: String, Hashable, Sendable, CaseIterable {
        /// Usable and online.
        case online
        /// Usable and not online.
        case offline
        /// Usable, whichever of the two.
        case available
    }

    /// How the matches are measured.
    public var measure: Measure
    /// Which resources.
    public var selector: Selector
    /// In which state.
    public var state: StateFilter

    /// Makes a quantity; over online resources unless said otherwise.
    public init(_ measure: Measure, of selector: Selector, state: StateFilter = .online) {
        self.measure = measure
        self.selector = selector
        self.state = state
    }
}

/// One bound on a quantity.
public struct Comparison: Hashable, Sendable {
    /// How it compares. `between: [a, b]` is written as `atLeast` a and `atMost` b.
    public enum Relation: String, Hashable, Sendable, CaseIterable {
        case atLeast, atMost, exactly, greaterThan, lessThan
    }

    /// What it is compared with.
    public enum Operand: Hashable, Sendable {
        case integer(Int)
        /// A share of what all registered matches would make, in thousandths of a percent.
        /// Rounded up for atLeast, greaterThan and exactly, down for atMost and lessThan.
        case share(thousandthsOfPercent: Int)
        /// `times` × the quantity + `plus`.
        case quantity(Quantity, times: Int, plus: Int)
    }

    /// How it compares.
    public var relation: Relation
    /// What it is compared with.
    public var operand: Operand
    /// Where it was written.
    @Incidental public var span: SourceSpan
    /// The parameter that its number is the value of, where it was written as `${…}`.
    @Incidental public var parameter: String?

    /// Makes a comparison.
    public init(
        _ relation: Relation,
        _ operand: Operand,
        at span: SourceSpan = .none,
        parameter: String? = nil
    ) {
        self.relation = relation
        self.operand = operand
        self.span = span
        self.parameter = parameter
    }
}

/// Something that resources may have one value of.
public enum Attribute: Hashable, Sendable, CustomStringConvertible {
    case node, cluster, serviceGroup
    case label(String)

    /// The resource's value, or `nil` where it has none.
    public func value(of resource: Resource) -> String? {
        switch self {
        case .node: resource.node?.name
        case .cluster: resource.cluster
        case .serviceGroup: resource.serviceGroup
        case .label(let key): resource.labels[key]
        }
    }

    /// As users write it.
    public var description: String {
        switch self {
        case .node: "node"
        case .cluster: "cluster"
        case .serviceGroup: "serviceGroup"
        case .label(let key): "labels.\(key)"
        }
    }
}
