// A way out of a policy that cannot be satisfied: in words for people, and as a value for whatever
// wants to show or follow it.

extension Notice {
    /// A change that would make the policy hold, verified by deciding as if it had been made.
    public struct Suggestion: Hashable, Sendable {
        /// What to do, in words.
        public var text: String
        /// The same as a value; `nil` where only the words were kept.
        public var remedy: Remedy?

        /// Makes a suggestion from its parts.
        public init(_ text: String, remedy: Remedy? = nil) {
            self.text = text
            self.remedy = remedy
        }
    }

    /// What to do.
    public enum Remedy: Hashable, Sendable {
        /// Write other numbers into a policy, all of them.
        case relax(policy: String, [NumberChange])
        /// Bring these resources back, all of them.
        case recover([ResourceID])
        /// Register more resources.
        case add(Addition)
        /// Give up a policy.
        case withdraw(policy: String)
        /// End a maintenance entry before its time.
        case endMaintenance(String)
    }

    /// Another number in a policy.
    public struct NumberChange: Hashable, Sendable {
        /// Where the number stands, `file:line:column`, when known.
        public var place: String?
        /// The parameter that holds it, where it was written as `${…}`.
        public var parameter: String?
        /// What it bounds, in words, such as `at least`.
        public var relation: String
        /// The number as it is, such as `4` or `80%`.
        public var from: String
        /// The number that would do.
        public var to: String

        /// Makes a change from all its parts.
        public init(
            place: String?,
            parameter: String?,
            relation: String,
            from: String,
            to: String
        ) {
            self.place = place
            self.parameter = parameter
            self.relation = relation
            self.from = from
            self.to = to
        }
    }

    /// Resources that are not there yet.
    public struct Addition: Hashable, Sendable {
        /// How many.
        public var count: Int
        /// What each has to be like: a registered resource, or what a selector asks for. Each needs
        /// a name of its own, by the same pattern where a selector looks at names.
        public var like: Resource
        /// The hosts on which they would do, in order; empty where it does not matter.
        public var nodes: [ResourceID]

        /// Makes an addition from its parts.
        public init(count: Int, like: Resource, nodes: [ResourceID]) {
            self.count = count
            self.like = like
            self.nodes = nodes
        }
    }
}

extension Notice.Remedy {
    /// The word for what is to be done, as it stands in JSON.
    public var kind: String {
        switch self {
        case .relax: "relax"
        case .recover: "recover"
        case .add: "add"
        case .withdraw: "withdraw"
        case .endMaintenance: "end-maintenance"
        }
    }
}
