// A domain with a clock of its own: tests say what happens, and look at what is decided.

public import MusterEngine
public import MusterModel
import MusterPolicy

/// A domain under test.
public struct DomainTrial: Sendable {
    /// The domain.
    public private(set) var domain: Domain
    /// What time it is.
    public private(set) var now: Instant

    /// Makes a domain that knows nothing.
    public init(_ options: Options = Options(), baseline: Baseline = Baseline()) {
        domain = Domain(DomainID("test"), baseline: baseline, options: options)
        now = Instant(milliseconds: 1_000_000)
    }

    /// Brings documents, in YAML.
    @discardableResult
    public mutating func configure(_ yaml: String...) throws -> [Directive] {
        handle([.configuration(try changes(yaml.joined()), record: 1)])
    }

    /// Brings reports as one change, each made now.
    @discardableResult
    public mutating func report(_ resources: Resource...) -> [Directive] { report(resources) }

    /// Brings reports as one change, each made now.
    @discardableResult
    public mutating func report(_ resources: [Resource]) -> [Directive] {
        handle([.reports(resources.map { .observed($0.observed(at: now)) })])
    }

    /// Removes resources.
    @discardableResult
    public mutating func remove(_ ids: String...) -> [Directive] {
        handle([.reports(ids.map { .removed(ResourceID($0)) })])
    }

    /// Lets time pass, then tells the domain.
    @discardableResult
    public mutating func wait(_ duration: Duration) -> [Directive] {
        now = now + duration
        return handle([.clock])
    }

    /// Lets time pass until the domain wants to be called, then does.
    @discardableResult
    public mutating func waitForDeadline() -> [Directive] {
        now = max(now, domain.nextDeadline ?? now)
        return handle([.clock])
    }

    /// Brings events. A moment passes before, so that reports are newer than those before.
    @discardableResult
    public mutating func handle(_ events: [Event]) -> [Directive] {
        defer { now = now + .milliseconds(1) }
        return domain.handle(events, at: now)
    }

    /// What is desired of each managed resource.
    public var desired: [String: Placement] {
        Dictionary(
            domain.summary.desired.map { ($0.resource.name, $0.placement) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The managed resources that are desired online, in order.
    public var online: [String] {
        domain.summary.desired.filter { $0.placement == .online }.map(\.resource.name)
    }

    /// Whether a policy holds.
    public func holds(_ policy: String) -> Bool? {
        domain.summary.policies.first { $0.name == policy }?.isSatisfied
    }
}

extension Resource {
    /// The same report, made at another time.
    public func observed(at instant: Instant) -> Resource {
        var copy = self
        copy.observedAt = instant
        return copy
    }
}
