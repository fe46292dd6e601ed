public import MusterModel
public struct StateEntry: Hashable, Sendable {
    public var key: [UInt8]
    public var value: [UInt8]?
    public static func domain(ofKey key: [UInt8]) -> DomainID? { nil }
}
public struct StateError: Error, Hashable, Sendable, CustomStringConvertible { public var description: String { "" } }
extension Domain {
    public mutating func takeStateChanges() -> [StateEntry] { [] }
    public mutating func absorb(_ events: [Event], at now: Instant) -> [Directive] { handle(events, at: now) }
}
public struct DomainRestoration: Sendable {
    let d: Domain
    public init(_ id: DomainID, baseline: Baseline, options: Options) { d = Domain(id, baseline: baseline, options: options) }
    public mutating func apply(key: [UInt8], value: [UInt8]?) throws(StateError) {}
    public consuming func finish() throws(StateError) -> Domain { d }
    public var isEmpty: Bool { true }
}
