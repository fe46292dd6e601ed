// Short words for resources and documents, so that a test says no more than what matters to it.

public import MusterEngine
public import MusterModel
public import MusterPolicy
import MusterYAML

extension Resource {
    /// A virtual machine that last reported `state`.
    public static func vm(
        _ id: String,
        _ state: ReportedState = .offline,
        on node: String? = nil,
        group: String? = nil,
        labels: [String: String] = [:],
        capacity: [String: Int] = [:],
        isAvailable: Bool = true
    ) -> Resource {
        Resource(
            id: ResourceID(id),
            isAvailable: isAvailable,
            state: state,
            node: node.map { ResourceID($0) },
            serviceGroup: group,
            labels: labels,
            capacity: capacity
        )
    }

    /// A physical node; online unless said otherwise, so that it can carry something at once.
    public static func node(
        _ id: String,
        _ state: ReportedState = .online,
        on node: String? = nil,
        labels: [String: String] = [:],
        capacity: [String: Int] = [:],
        isAvailable: Bool = true
    ) -> Resource {
        var resource = vm(id, state, on: node, labels: labels, capacity: capacity)
        resource.kind = "node"
        resource.isAvailable = isAvailable
        return resource
    }

    /// The same resource in another state.
    public func now(_ state: ReportedState) -> Resource {
        var copy = self
        copy.state = state
        return copy
    }

    /// The same resource, not available.
    public var broken: Resource {
        var copy = self
        copy.isAvailable = false
        return copy
    }
}

/// What was found wrong with documents that a test is made of.
public struct UnreadableText: Error, CustomStringConvertible {
    /// What was found.
    public let description: String
}

/// Reads documents as the bus would bring them.
///
/// - Throws: ``UnreadableText`` when something is wrong with them.
public func changes(_ yaml: String) throws -> [ConfigurationChange] {
    let text = DocumentText(source: "bus", bytes: Array(yaml.utf8), format: .yaml)
    let (changes, diagnostics) = DocumentText.read([text], from: .bus)
    guard !changes.isEmpty else {
        throw UnreadableText(description: diagnostics.map { "\($0)" }.joined(separator: "\n"))
    }
    return changes
}

/// The head of a policy document in YAML; its body is written behind it.
public func policy(_ name: String, _ body: String) -> String {
    "---\napiVersion: muster/v1\nkind: Policy\nname: \(name)\n\(body)\n"
}

/// The head of a service group's document in YAML.
public func group(_ name: String, _ body: String) -> String {
    "---\napiVersion: muster/v1\nkind: ServiceGroup\nname: \(name)\n\(body)\n"
}

/// The head of a maintenance document in YAML.
public func maintenance(_ name: String, _ body: String) -> String {
    "---\napiVersion: muster/v1\nkind: Maintenance\nname: \(name)\n\(body)\n"
}

extension ConfigurationChange {
    /// Sets a document that was made in code.
    public static func set(_ document: Document) -> ConfigurationChange {
        .set(document, source: Node(.mapping([]), at: .none))
    }
}

extension Baseline {
    /// A baseline of documents that were made in code.
    public init(documents: [Document]) {
        self.init(documents.map { Entry($0, source: Node(.mapping([]), at: .none)) })
    }
}

extension [Directive] {
    /// The commands among them.
    public var commands: [Command] {
        compactMap { if case .send(let command) = $0 { command } else { nil } }
    }

    /// The commands in short: `start vm-1`.
    public var orders: [String] { commands.map { "\($0.action) \($0.resource)" } }

    /// The notices among them.
    public var notices: [Notice] {
        compactMap { if case .notify(let notice) = $0 { notice } else { nil } }
    }

    /// The notices of a kind.
    public func notices(_ kind: Notice.Kind) -> [Notice] { notices.filter { $0.kind == kind } }
}
